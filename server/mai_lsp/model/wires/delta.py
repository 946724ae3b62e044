"""What one event of a streamed reply says, whatever wire it came over, and readers that all wires share.

Nothing here raises on odd data: a field of the wrong type counts as absent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mai_lsp.model.types import Usage

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as the provider put it."""

    message: str = ""
    code: str = ""
    """The error's code in lower case; a number arrives as its digits."""
    kind: str = ""
    """The error's type in lower case."""
    retry_after: float | None = None
    """Seconds to wait, if it says so."""


@dataclass(frozen=True, slots=True)
class CallPart:
    """A piece of a function call; `model.calls` puts the pieces together."""

    name: str = ""
    arguments: str = ""
    """A piece of JSON text."""
    id: str = ""
    index: int | None = None
    """Which call of the answer it belongs to, where the server says it."""
    whole: bool = False
    """All of the arguments, in place of the pieces that came before."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One event: any of these may be set."""

    text: str = ""
    reasoning: str = ""
    usage: Usage | None = None
    finish: str | None = None
    failure: Failure | None = None
    calls: tuple[CallPart, ...] = ()


def read_failure(event: Mapping[str, Any]) -> Failure | None:
    """Find an error object in an event or a body, in the shapes in use.

    OpenAI and Azure ``{error: {message, code, type}}``, OpenRouter ``{error: {…, availability}}``, ``{error: "text"}``,
    FastAPI ``{detail}``, and bare ``{message, code}``.
    """
    error = event.get("error")
    if error is None:
        error = event.get("detail")
    if error is None and "message" in event and "choices" not in event:
        error = event
    if isinstance(error, list):
        error = error[0] if error else "unknown"
    if isinstance(error, str):
        return Failure(error)
    if not isinstance(error, Mapping):
        return None
    inner = error.get("innererror")
    code = error.get("code")
    if isinstance(inner, Mapping) and inner.get("code"):
        code = f"{code or ''} {inner['code']}"
    availability = error.get("availability")
    wait = availability.get("retry_after") if isinstance(availability, Mapping) else None
    message = error.get("message") or error.get("msg") or ""
    return Failure(
        message=message if isinstance(message, str) else "",
        code=str(code).lower().strip() if isinstance(code, str | int) else "",
        kind=str(error.get("type") or "").lower(),
        retry_after=float(wait) if isinstance(wait, int | float) and not isinstance(wait, bool) else None,
    )


def read_usage(usage: Any) -> Usage | None:
    """Read OpenAI-style counts, in chat's names or in responses' names."""
    if not isinstance(usage, Mapping):
        return None
    prompt = _count(usage, "prompt_tokens", "input_tokens")
    output = _count(usage, "completion_tokens", "output_tokens")
    if prompt is None and output is None:
        return None
    read = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    written = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    cost = usage.get("cost")
    return Usage(
        input_tokens=prompt or 0,
        cached_tokens=_count(read, "cached_tokens") or 0,
        output_tokens=output or 0,
        reasoning_tokens=_count(written, "reasoning_tokens") or 0,
        cost_usd=float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) else None,
    )


def read_timings(timings: Any) -> Usage | None:
    """Read llama.cpp's counts, which it sends with every chunk when asked (`timings_per_token`).

    So the tokens of an answer that is closed early are known, which is how most completions end.
    """
    read = _count(timings, "prompt_n")
    if read is None:
        return None
    cached = _count(timings, "cache_n") or 0
    return Usage(read + cached, cached, _count(timings, "predicted_n") or 0)


def read_arguments(value: Any) -> str:
    """Give the JSON text of a function's arguments, which some servers send as an object."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def flat_text(value: Any) -> str:
    """Give the text of a field that is a string, null, an object with a text, or a list of such parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(flat_text, value))
    if isinstance(value, Mapping):
        return next((text for key in ("text", "content", "summary") if (text := flat_text(value.get(key)))), "")
    return ""


def _count(counts: Any, *names: str) -> int | None:
    if isinstance(counts, Mapping):
        for name in names:
            value = counts.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                return value
    return None
