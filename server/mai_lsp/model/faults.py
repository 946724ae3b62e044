"""From a provider's refusal to our error tree: one sentence of what happened, one of what to do.

It imports no HTTP library. A provider's own words are quoted short, on one line, and never when they repeat what
it was sent: error messages reach logs and screens, source code must not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mai_lsp.errors import (
    AuthRefused,
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    ModelError,
    ModelMissing,
    NoCredit,
    ProviderDown,
    RateLimited,
    Unreachable,
)
from mai_lsp.model.resolve import Target
from mai_lsp.model.types import Role, Wire
from mai_lsp.model.wires.delta import Failure
from mai_lsp.prompt.prompt import ChatPrompt, FimPrompt, Prompt

_PLAIN_HEADERS = frozenset({"content-type", "accept", "user-agent"})
_SHORTEST_SECRET = 6
_MAX_QUOTE = 200
_ECHO = 24
"""Characters in a row that count as a repetition of the prompt."""

_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context|context (length|window|size)|prompt is too long"
    r"|too many (input )?tokens|input is too long",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content_filter|content_policy|responsibleaipolicy|safety_?block|content management policy|moderation|^refusal$",
    re.IGNORECASE,
)
_NO_SUCH_MODEL = re.compile(
    r"model_not_found|deploymentnotfound|not a valid model|no such model"
    r"|model\W.{0,80}(does not exist|not found|not exist)",
    re.IGNORECASE,
)
_PARAMETER = re.compile(
    r"(unsupported|unknown|unrecognized|unexpected|extra|not (permitted|allowed|supported)).{0,80}"
    r"(parameter|argument|field|input|value|property)|(parameter|argument|field|suffix).{0,80}not.{0,20}(support|permit|allow)",
    re.IGNORECASE,
)
_ZERO_QUOTA = re.compile(r"\b(limit|quota|rate)\b\D{0,60}\b0\b(?!\.\d)", re.IGNORECASE)


def refusal(
    target: Target,
    status: int | None,
    failure: Failure,
    *,
    prompt: Prompt | None = None,
    retry_after: float | None = None,
    headers: Mapping[str, str] | None = None,
) -> ModelError:
    """Choose the most specific error for an HTTP status, or for an error object inside a stream (status None)."""
    who = _who(target)
    said = quote(failure.message, prompt, target)
    words = f"{failure.code} {failure.kind} {failure.message}"
    if status is None:
        status = _status_of(failure)
    if failure.retry_after is not None:
        retry_after = failure.retry_after

    if any(_FILTERED.search(part) for part in (failure.code, failure.kind)) or (
        status in {400, 403} and _FILTERED.search(failure.message)
    ):
        return ContentFiltered(
            f"The safety filter of {target.row.label} stopped this one.{said}",
            advice="Nothing is wrong with your settings; ask for something else, or change the text it is about.",
            status=status,
        )
    if status == 413 or (status in {None, 400, 422, 500} and _TOO_LONG.search(words)):
        return ContextTooLong(
            f"The prompt is too long for {target.model}.{said}",
            advice=(
                "Set mai.context.tokens to a smaller number."
                if target.role is Role.COMPLETION
                else "Select less, or name fewer files."
            ),
            status=status,
        )
    if status == 404 or (status in {None, 400, 422} and _NO_SUCH_MODEL.search(words)):
        return _missing(target, status, failure, said)
    if status in {401, 403}:
        verb = "does not accept the key" if status == 401 else "does not allow this"
        return AuthRefused(f"{who} {verb} ({status}).{said}", advice=_check_key(target), status=status)
    if status in {402, 412} or (status == 429 and "insufficient_quota" in words):
        state = "says the account is suspended" if status == 412 else "says the account has no credit"
        return NoCredit(
            f"{who} {state} ({status}).{said}",
            advice=f"Add credit at {target.row.label}, or choose another mai.provider.",
            status=status,
        )
    if status == 429:
        return _rate_limited(target, failure, said, retry_after, headers or {})
    if status == 407:
        return Unreachable(
            f"The proxy wants a user name and password ({status}).",
            advice="Put them into mai.http.proxy: http://user:password@host:port.",
            status=status,
            final=True,
        )
    if status == 501:
        return BadRequest(
            f"{who} can not do this with {target.model} ({status}).{said}",
            advice="Set mai.wire to chat, or choose a model that has what mai.wire asks for.",
            status=status,
        )
    if status is None or status in {408, 409} or status >= 500:
        where = f" ({status})" if status else ""
        return ProviderDown(
            f"{who} failed{where}.{said}",
            advice="Try again in a moment; if it stays, look at the provider's status page.",
            status=status,
            retry_after=retry_after,
        )
    return BadRequest(
        f"{who} does not understand the request ({status}).{said}", advice=_hint(target, words), status=status
    )


def _status_of(failure: Failure) -> int | None:
    """Give the HTTP status that an error inside a stream stands for: its code is one, or is named after one."""
    if failure.code.isdigit() and 400 <= int(failure.code) < 600:
        return int(failure.code)
    return next((status for name, status in _NAMED.items() if name in f"{failure.code} {failure.kind}"), None)


_NAMED = {
    "rate_limit": 429,
    "insufficient_quota": 402,
    "authentication": 401,
    "permission": 403,
    "overloaded": 503,
    "timeout": 408,
}


def read_text(body: str) -> Failure:
    """Make something of an error body that is not JSON: a web page's title, or its first line."""
    title = re.search(r"<title[^>]*>(.*?)</title>", body, re.IGNORECASE | re.DOTALL)
    text = title[1] if title else re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", body, flags=re.IGNORECASE | re.DOTALL)
    return Failure(message=text)


def _missing(target: Target, status: int | None, failure: Failure, said: str) -> ModelMissing:
    words = f"{failure.code} {failure.message}".lower()
    if "privacy_restricted" in words or "data policy" in words or "no_endpoints" in words:
        return ModelMissing(
            f"{target.row.label} has no endpoint for {target.model} that keeps your code private.{said}",
            advice="Choose another model, or relax provider.data_collection in mai.parameters.",
            status=status,
            final=True,
        )
    what = "deployment" if target.provider == "foundry" else "model"
    path = ", or no such path" if status == 404 and "model" not in words and "deployment" not in words else ""
    return ModelMissing(
        f"{_who(target)} knows no {what} named {target.model}{path}.{said}",
        advice=f"Check mai.{target.role.value}.model and mai.baseUrl; `mai-lsp doctor` lists what there is.",
        status=status,
    )


def _rate_limited(
    target: Target, failure: Failure, said: str, retry_after: float | None, headers: Mapping[str, str]
) -> RateLimited:
    who = _who(target)
    limit = headers.get("x-ratelimit-limit-requests", "")
    if target.provider == "foundry":
        zero = limit == "0" or _ZERO_QUOTA.search(failure.message) is not None
        state = "grants no requests at all" if zero else "has had too many requests"
        advice = (
            "The default quota tier of a new Foundry subscription is 0 requests: ask for quota in the Foundry portal "
            f"for the deployment {target.model}."
        )
        return RateLimited(
            f"{who} {state} (429).{said}", advice=advice, status=429, retry_after=retry_after, final=zero
        )
    wait = f" It asks to wait {retry_after:.0f} s." if retry_after else ""
    return RateLimited(
        f"{who} has had too many requests (429).{wait}{said}",
        advice="Wait a little; smaller mai.completion.maxTokens and .requestsPerMinute help.",
        status=429,
        retry_after=retry_after,
    )


def _hint(target: Target, words: str) -> str:
    if "unsupported_api_for_model" in words:
        return "Set mai.wire to responses."
    if _PARAMETER.search(words):
        return 'Take the field out with mai.parameters, for example {"temperature": null}.'
    if target.wire in {Wire.FIM, Wire.INFILL}:
        return "Set mai.wire to chat if the server has no fill-in-the-middle; change fields with mai.parameters."
    return "Check mai.baseUrl and mai.wire; change fields of the request with mai.parameters."


def _check_key(target: Target) -> str:
    if target.entra_scope:
        return "Check that the signed-in account has the role Cognitive Services User, or set mai.apiKey."
    if target.key_source:
        return f"Check the key in {target.key_source} and that it is for {target.row.label}."
    return f"Set a key: {' or '.join(('MAI_LSP_API_KEY', *target.row.key_env))}."


def _who(target: Target) -> str:
    label = target.row.label
    return label[0].upper() + label[1:]


def quote(message: str, prompt: Prompt | None, target: Target) -> str:
    """Quote a provider: one short line without control characters and secrets; empty if it repeats the prompt."""
    line = " ".join("".join(c if c.isprintable() else " " for c in message[: 10 * _MAX_QUOTE]).split())
    if target.key is not None:
        line = line.replace(target.key.reveal(), "<hidden>")
    for name, value in target.headers.items():
        # A gateway's own header may be a secret as well; what is as short as a word would hide half the sentence.
        if name not in _PLAIN_HEADERS and len(value) >= _SHORTEST_SECRET:
            line = line.replace(value, "<hidden>")
    if prompt is not None and line:
        sent = " ".join(_text(prompt).split())
        if any(line[at : at + _ECHO] in sent for at in range(max(len(line) - _ECHO, 0) + 1) if len(line) >= _ECHO):
            return ""
    short = line if len(line) <= _MAX_QUOTE else line[: _MAX_QUOTE - 1] + "…"
    return f' It said: "{short}"' if short else ""


def _text(prompt: Prompt) -> str:
    if isinstance(prompt, ChatPrompt):
        return "\n".join(message.content for message in prompt.messages)
    if isinstance(prompt, FimPrompt):
        return f"{prompt.text}\n{prompt.suffix or ''}"
    return "\n".join((prompt.prefix, prompt.suffix, *(extra.text for extra in prompt.extra)))
