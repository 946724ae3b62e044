"""Made-up secrets of every shape, by a seed, as they stand in code."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

HEX = "0123456789abcdef"
ALNUM = string.ascii_letters + string.digits
UPPER = string.ascii_uppercase + string.digits
BASE64 = ALNUM + "+/"
URLSAFE = ALNUM + "_-"


@dataclass(frozen=True)
class Planted:
    """A secret and the code that it stands in."""

    text: str
    value: str


class _Dice:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def __call__(self, alphabet: str, count: int) -> str:
        """Random characters, with a digit among them, as every issuer's are."""
        digits = [mark for mark in alphabet if mark.isdigit()]
        picked = self._random.choices(alphabet, k=count)
        picked[count // 2] = self._random.choice(digits)
        picked[-1] = self._random.choice(digits)  # Word boundaries are no matter here.
        return "".join(picked)


Shape = Callable[[_Dice], tuple[str, str]]


def _plain(make: Callable[[_Dice], str]) -> Shape:
    def shape(dice: _Dice) -> tuple[str, str]:
        value = make(dice)
        return f'client = Client("{value}")', value

    return shape


def _inside(before: str, after: str, make: Callable[[_Dice], str]) -> Shape:
    def shape(dice: _Dice) -> tuple[str, str]:
        value = make(dice)
        return f"{before}{value}{after}", value

    return shape


def _pem(dice: _Dice) -> str:
    lines = [dice(BASE64, 64) for _ in range(24)] + [dice(BASE64, 30) + "=="]
    return "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----"])


def _whole_pem(dice: _Dice) -> tuple[str, str]:
    text = _pem(dice)
    return f'KEY = """{text}"""', text.split("\n")[7]


PEM = _pem(_Dice(1))

SHAPES: dict[str, Shape] = {
    "aws-access-key-id": _plain(lambda d: "AKIA" + d(UPPER, 16)),
    "gcp-api-key": _plain(lambda d: "AIza" + d(URLSAFE, 35)),
    "google-oauth-secret": _plain(lambda d: "GOCSPX-" + d(URLSAFE, 28)),
    "google-access-token": _plain(lambda d: "ya29." + d(URLSAFE, 60)),
    "azure-ad-client-secret": _plain(lambda d: d(ALNUM, 3) + "8Q~" + d(ALNUM, 34)),
    "github-token": _plain(lambda d: "ghp_" + d(ALNUM, 36)),
    "github-fine-grained-token": _plain(lambda d: "github_pat_" + d(ALNUM, 22) + "_" + d(ALNUM, 59)),
    "gitlab-token": _plain(lambda d: "glpat-" + d(URLSAFE, 20)),
    "slack-token": _plain(lambda d: "xoxb-" + d("0123456789", 12) + "-" + d(ALNUM, 24)),
    "slack-app-token": _plain(lambda d: "xapp-1-" + d(UPPER, 11) + "-" + d(HEX, 40)),
    "slack-webhook": _inside(
        'url = "https://hooks.slack.com/services/', '"', lambda d: f"T{d(UPPER, 9)}/B{d(UPPER, 9)}/{d(ALNUM, 24)}"
    ),
    "discord-webhook": _inside(
        'url = "https://discord.com/api/webhooks/', '"', lambda d: d("0123456789", 18) + "/" + d(URLSAFE, 68)
    ),
    "stripe-key": _plain(lambda d: "sk_live_" + d(ALNUM, 24)),
    "stripe-webhook-secret": _plain(lambda d: "whsec_" + d(ALNUM, 32)),
    "anthropic-key": _plain(lambda d: "sk-ant-api03-" + d(URLSAFE, 93) + "AA"),
    "openrouter-key": _plain(lambda d: "sk-or-v1-" + d(HEX, 64)),
    "openai-key": _plain(lambda d: "sk-proj-" + d(URLSAFE, 74) + "T3BlbkFJ" + d(URLSAFE, 73)),
    "huggingface-token": _plain(lambda d: "hf_" + d(ALNUM, 34)),
    "fireworks-key": _plain(lambda d: "fw_" + d(ALNUM, 24)),
    "groq-key": _plain(lambda d: "gsk_" + d(ALNUM, 52)),
    "xai-key": _plain(lambda d: "xai-" + d(ALNUM, 80)),
    "perplexity-key": _plain(lambda d: "pplx-" + d(ALNUM, 48)),
    "replicate-token": _plain(lambda d: "r8_" + d(ALNUM, 37)),
    "nvidia-key": _plain(lambda d: "nvapi-" + d(URLSAFE, 64)),
    "npm-token": _plain(lambda d: "npm_" + d(ALNUM, 36)),
    "pypi-token": _plain(lambda d: "pypi-AgEIcHlwaS5vcmc" + d(URLSAFE, 80)),
    "rubygems-key": _plain(lambda d: "rubygems_" + d(HEX, 48)),
    "cargo-token": _plain(lambda d: "cio" + d(ALNUM, 32)),
    "nuget-key": _plain(lambda d: "oy2" + d(string.ascii_lowercase + string.digits, 43)),
    "docker-token": _plain(lambda d: "dckr_pat_" + d(URLSAFE, 27)),
    "twilio-key": _plain(lambda d: "SK" + d(HEX, 32)),
    "sendgrid-key": _plain(lambda d: "SG." + d(ALNUM, 22) + "." + d(ALNUM, 43)),
    "sendinblue-key": _plain(lambda d: "xkeysib-" + d(HEX, 64) + "-" + d(ALNUM, 16)),
    "mailgun-key": _plain(lambda d: "key-" + d(HEX, 32)),
    "mailchimp-key": _plain(lambda d: d(HEX, 32) + "-us19"),
    "postman-key": _plain(lambda d: "PMAK-" + d(HEX, 24) + "-" + d(HEX, 34)),
    "telegram-bot-token": _plain(lambda d: d("123456789", 9) + ":AA" + d(URLSAFE, 33)),
    "shopify-token": _plain(lambda d: "shpat_" + d(HEX, 32)),
    "square-token": _plain(lambda d: "sq0atp-" + d(URLSAFE, 22)),
    "digitalocean-token": _plain(lambda d: "dop_v1_" + d(HEX, 64)),
    "heroku-key": _plain(lambda d: "HRKU-AA" + d(URLSAFE, 58)),
    "linear-key": _plain(lambda d: "lin_api_" + d(ALNUM, 40)),
    "notion-token": _plain(lambda d: "ntn_" + d(ALNUM, 46)),
    "doppler-token": _plain(lambda d: "dp.pt." + d(ALNUM, 43)),
    "databricks-token": _plain(lambda d: "dapi" + d(HEX, 32)),
    "grafana-token": _plain(lambda d: "glsa_" + d(ALNUM, 32) + "_" + d(HEX, 8)),
    "vault-token": _plain(lambda d: "hvs." + d(URLSAFE, 90)),
    "terraform-token": _plain(lambda d: d(ALNUM, 14) + ".atlasv1." + d(ALNUM, 67)),
    "pulumi-token": _plain(lambda d: "pul-" + d(HEX, 40)),
    "newrelic-key": _plain(lambda d: "NRAK-" + d(UPPER, 27)),
    "sentry-token": _plain(lambda d: "sntryu_" + d(HEX, 64)),
    "figma-token": _plain(lambda d: "figd_" + d(URLSAFE, 40)),
    "atlassian-token": _plain(lambda d: "ATATT3" + d(URLSAFE, 186)),
    "airtable-token": _plain(lambda d: "pat" + d(ALNUM, 14) + "." + d(HEX, 64)),
    "planetscale-token": _plain(lambda d: "pscale_tkn_" + d(ALNUM, 43)),
    "supabase-key": _plain(lambda d: "sbp_" + d(HEX, 40)),
    "1password-token": _plain(lambda d: "ops_eyJ" + d(BASE64, 250)),
    "age-key": _plain(lambda d: "AGE-SECRET-KEY-1" + d(UPPER, 58)),
    "jwt": _plain(lambda d: f"eyJ{d(URLSAFE, 33)}.eyJ{d(URLSAFE, 60)}.{d(URLSAFE, 43)}"),
    "url-password": _inside('url = "postgres://app:', '@db.internal:5432/app"', lambda d: d(ALNUM + "!*~", 12)),
    "connection-string": _inside(
        's = "Server=db;Database=x;User Id=app;Password=', ';"', lambda d: d(ALNUM + "!#%", 14)
    ),
    "sas-signature": _inside(
        'u = "https://x.blob.core.windows.net/c?sv=2024&sig=', '"', lambda d: d(ALNUM, 43) + "%3D"
    ),
    # Without a shape of their own.
    "authorization-header": _inside("curl -H 'Authorization: Bearer ", "' https://x.test", lambda d: d(ALNUM, 30)),
    "private-key": _whole_pem,
    "account-key": _inside('c = "AccountName=a;AccountKey=', '==;EndpointSuffix=x"', lambda d: d(BASE64, 86)),
    "aws-secret": _inside("aws_secret_access_key = ", "", lambda d: d(ALNUM, 38) + "/+"),
    "assigned-password": _inside('db_password = "', '"', lambda d: d(ALNUM, 12)),
    "assigned-token": _inside("const authToken: string = '", "';", lambda d: d(ALNUM, 24)),
    "assigned-in-json": _inside('"client_secret": "', '",', lambda d: d(ALNUM, 24)),
    "assigned-in-a-call": _inside('connect(api_key="', '", retries=3)', lambda d: d(HEX, 32)),
    "assigned-in-environ": _inside('os.environ["SERVICE_KEY"] = "', '"', lambda d: d(HEX, 40)),
    "assigned-in-yaml": _inside("  api_key: ", "", lambda d: "9" + d(HEX, 40)),
}
"""How to make a secret by the rule that finds it (or by what it looks like): the code, and the secret in it."""


def planted(shape: str, seed: int) -> Planted:
    """Make one; the same for the same seed."""
    text, value = SHAPES[shape](_Dice(seed))
    return Planted(text, value)
