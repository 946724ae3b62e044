"""The table of secrets that can be told by their shape alone.

It holds patterns and nothing that runs. The shapes are those the issuers document, gathered with the help of gitleaks'
rule set (MIT, https://github.com/gitleaks/gitleaks, `config/gitleaks.toml`) as a list of what there is; the
expressions are our own and looser at the end, since a key that was cut by a window's border is still a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(r"[A-Za-z0-9_.~:+/=-]{14,}")
"""A run of characters that may be a token: the few of them in a text are searched instead of all of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret."""

    id: str
    pattern: re.Pattern[str]
    """The secret is the group ``secret``."""
    keywords: tuple[str, ...]
    """In lower case; a text without any of them is not searched."""
    token: bool
    """The secret is one run of `TOKEN` characters, with its keyword; only such runs are searched for keywords."""
    entropy: float
    """Bits per character below which it is a placeholder such as ``ghp_xxxxxxxx``."""


def _token(id_: str, expression: str, *keywords: str, entropy: float = 3.0) -> Rule:
    """Declare a token that begins with something unmistakable."""
    return Rule(id_, re.compile(rf"(?<![A-Za-z0-9])(?P<secret>{expression})"), keywords, True, entropy)


def _inside(id_: str, expression: str, *keywords: str, entropy: float = 0.0) -> Rule:
    """Declare a secret inside something that stays readable; the expression names the group itself."""
    return Rule(id_, re.compile(expression), keywords, False, entropy)


RULES = (
    _token(
        "aws-access-key-id", r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{12,}", "akia", "asia", "abia", "acca", "a3t"
    ),
    _token("gcp-api-key", r"AIza[\w-]{30,}", "aiza"),
    _token("google-oauth-secret", r"GOCSPX-[\w-]{20,}", "gocspx-"),
    _token("google-access-token", r"ya29\.[\w-]{20,}", "ya29."),
    _token("azure-ad-client-secret", r"[\w~.]{3}\dQ~[\w~.-]{28,}", "q~"),
    _token("github-token", r"gh[pousr]_[A-Za-z0-9]{20,}", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    _token("github-fine-grained-token", r"github_pat_\w{20,}", "github_pat_"),
    _token("gitlab-token", r"gl(?:pat|ptt|dt|rt|cbt|agent|soat|oas|ft|imt)-[\w.-]{16,}", "gl"),
    _token("slack-token", r"xox[abceoprs](?:\.xox[bp])?-[\w-]{10,}", "xox", entropy=2.5),
    _token("slack-app-token", r"xapp-\d-[\w-]{10,}", "xapp-", entropy=2.5),
    _inside(
        "slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/+-]{20,})", "hooks.slack"
    ),
    _inside("discord-webhook", r"discord(?:app)?\.com/api/webhooks/(?P<secret>\d+/[\w-]{20,})", "api/webhooks"),
    _token("stripe-key", r"(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}", "sk_", "rk_"),
    _token("stripe-webhook-secret", r"whsec_[A-Za-z0-9+/=]{20,}", "whsec_"),
    _token("anthropic-key", r"sk-ant-[\w-]{20,}", "sk-ant-"),
    _token("openrouter-key", r"sk-or-[\w-]{20,}", "sk-or-"),
    _token("openai-key", r"sk-(?=[\w-]{0,200}\d)[\w-]{20,}", "sk-", entropy=3.5),
    _token("huggingface-token", r"(?:hf|api_org)_[A-Za-z0-9]{20,}", "hf_", "api_org_"),
    _token("fireworks-key", r"fw_(?=\w{0,60}\d)[A-Za-z0-9]{20,}", "fw_", entropy=3.5),
    _token("groq-key", r"gsk_[A-Za-z0-9]{20,}", "gsk_"),
    _token("xai-key", r"xai-[A-Za-z0-9]{40,}", "xai-"),
    _token("perplexity-key", r"pplx-[A-Za-z0-9]{20,}", "pplx-"),
    _token("replicate-token", r"r8_[A-Za-z0-9]{20,}", "r8_"),
    _token("nvidia-key", r"nvapi-[\w-]{20,}", "nvapi-"),
    _token("npm-token", r"npm_[A-Za-z0-9]{30,}", "npm_"),
    _token("pypi-token", r"pypi-(?=[\w-]{0,200}\d)[\w-]{32,}", "pypi-"),
    _token("rubygems-key", r"rubygems_[a-f0-9]{32,}", "rubygems_"),
    _token("cargo-token", r"cio[A-Za-z0-9]{32}", "cio", entropy=4.0),
    _token("nuget-key", r"oy2[a-z0-9]{43}", "oy2"),
    _token("docker-token", r"dckr_(?:pat|oat)_[\w-]{20,}", "dckr_"),
    _token("twilio-key", r"SK[0-9a-fA-F]{32}", "sk"),
    _token("sendgrid-key", r"SG\.[\w-]{16,}\.[\w-]{16,}", "sg."),
    _token("sendinblue-key", r"xkeysib-[a-f0-9]{40,}[\w-]*", "xkeysib-"),
    _token("mailgun-key", r"key-[0-9a-f]{32}", "key-"),
    _token("mailchimp-key", r"[0-9a-f]{32}-us\d{1,2}", "-us"),
    _token("postman-key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{10,}", "pmak-"),
    _token("telegram-bot-token", r"\d{8,10}:AA[\w-]{30,}", ":aa"),
    _token("shopify-token", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", "shp"),
    _token("square-token", r"sq0(?:atp|csp)-[\w-]{20,}", "sq0"),
    _token("digitalocean-token", r"do[opr]_v1_[a-f0-9]{32,}", "_v1_"),
    _token("heroku-key", r"HRKU-[\w-]{30,}", "hrku-"),
    _token("linear-key", r"lin_(?:api|oauth)_[A-Za-z0-9]{30,}", "lin_"),
    _token("notion-token", r"(?:ntn|secret)_[A-Za-z0-9]{40,}", "ntn_", "secret_"),
    _token("doppler-token", r"dp\.(?:pt|st|ct|sa)\.[\w.]{30,}", "dp."),
    _token("databricks-token", r"dapi[a-f0-9]{32}", "dapi"),
    _token("grafana-token", r"gl(?:c|sa)_[\w+/=]{30,}", "glc_", "glsa_"),
    _token("vault-token", r"hv[sbr]\.[\w-]{20,}", "hvs.", "hvb.", "hvr."),
    _token("terraform-token", r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}", "atlasv1"),
    _token("pulumi-token", r"pul-[a-f0-9]{40}", "pul-"),
    _token("newrelic-key", r"NRAK-[A-Z0-9]{20,}", "nrak-"),
    _token("sentry-token", r"sntry[su]_[\w+/=]{30,}", "sntry"),
    _token("figma-token", r"fig[dou]_[\w-]{30,}", "figd_", "figo_", "figu_"),
    _token("atlassian-token", r"AT(?:ATT|CTT|BB)3?[\w=-]{30,}", "atatt", "atctt", "atbb", entropy=3.5),
    _token("airtable-token", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{40,}", "pat"),
    _token("planetscale-token", r"pscale_(?:tkn|pw|oauth)_[\w.-]{20,}", "pscale_"),
    _token("supabase-key", r"(?:sbp_|sb_secret_)[\w-]{20,}", "sbp_", "sb_secret_"),
    _token("1password-token", r"ops_eyJ[\w+/=-]{40,}", "ops_eyj"),
    _token("age-key", r"AGE-SECRET-KEY-1[0-9A-Z]{40,}", "age-secret-key-"),
    _token("jwt", r"eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", "eyj"),
    _inside(
        "url-password",
        r"://[^\s:/@\"'`<>]{0,100}:(?!\d{1,5}[/?#])(?P<secret>[^\s@\"'`<>]{1,200})@",
        "://",
    ),
    _inside(
        "connection-string",
        r"(?i)[;\"'`]\s*(?:password|pwd|accountkey|sharedaccesskey|sharedsecretvalue)\s*=\s*(?P<secret>[^;\"'`\s<>]{3,512})",
        "password",
        "pwd",
        "accountkey",
        "sharedaccesskey",
        "sharedsecret",
    ),
    _inside("sas-signature", r"(?i)[?&;]sig=(?P<secret>[\w%+/=-]{20,})", "sig="),
)
"""Every rule is tried; what two of them find is joined."""

AUTHORIZATION = re.compile(r"(?i)\b(?:bearer|basic|token)[ \t]+\Z")
"""What stands before the credentials of an `Authorization` header."""

BASE64_LINES = re.compile(
    r"(?:[A-Za-z0-9+/]{60,76}={0,2}(?:\\[nr]|[\s\"'`,;+#*\\])+){2,}(?:[A-Za-z0-9+/]{8,76}={0,2}(?![\w+/])|[A-Za-z0-9+/]{1,7}=)?"
)
"""The body of a key whose markers are both out of sight, and other data that tells a model nothing."""
BASE64_LINE = 60
