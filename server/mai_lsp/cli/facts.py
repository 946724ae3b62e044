"""What a completion came to, as one line for a person and as an object for a program.

It takes the engine's values and adds none of its own.
"""

from __future__ import annotations

from typing import Any

from mai_lsp.core.text import Document
from mai_lsp.engine.outcome import Outcome, Suggestion, Trace
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Usage

LOCAL = "local"

_BETWEEN = " · "


def line(trace: Trace) -> str:
    """Say who answered, how fast, and for how much."""
    first = f"first token {_ms(trace.first_token_ms)}, " if trace.first_token_ms is not None else ""
    parts = [f"{trace.provider} {trace.model}", trace.wire, f"{first}{_ms(trace.total_ms)} in all"]
    if trace.usage.input_tokens or trace.usage.output_tokens:
        parts += [tokens(trace.usage), price(trace)]
    if trace.finish:
        parts.append(f"finish: {trace.finish}")
    return _BETWEEN.join(parts)


def broken(told: str, width: int) -> str:
    """Break a line of facts between two of them where it gets wider than `width` columns."""
    rows = [""]
    for fact in told.split(_BETWEEN):
        if rows[-1] and len(rows[-1]) + len(_BETWEEN) + len(fact) > width:
            rows.append("")
        rows[-1] += f"{_BETWEEN}{fact}" if rows[-1] else fact
    return "\n".join(rows)


def tokens(usage: Usage) -> str:
    """Say how many tokens went in and out; reasoning apart, since it is billed and not seen."""
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    seen = usage.output_tokens - usage.reasoning_tokens
    reasoning = f" + {usage.reasoning_tokens:,} reasoning" if usage.reasoning_tokens else ""
    about = "about " if usage.estimated else ""
    return f"{about}{usage.input_tokens:,} tokens in{cached}, {seen:,} out{reasoning}"


def price(trace: Trace) -> str:
    """Say what it cost."""
    if trace.provider == LOCAL:
        return "free, on this machine"
    cost = trace.usage.cost_usd
    if cost is None:
        return "price unknown"
    return f"${cost:.6f}" if cost else "free"


def as_json(document: Document, cursor: int, outcome: Outcome, notes: list[str]) -> dict[str, Any]:
    """Make the object of ``--json``; `mai_lsp.cli.complete` documents its keys."""
    trace, usage = outcome.trace, outcome.trace.usage
    suggestion = outcome if isinstance(outcome, Suggestion) else None
    return {
        "uri": document.uri,
        "language": document.language,
        "position": place(document, cursor),
        "suggestion": suggestion
        and {
            "text": suggestion.text,
            "start": place(document, suggestion.span.start),
            "end": place(document, suggestion.span.end),
        },
        "reason": None if isinstance(outcome, Suggestion) else outcome.reason.value,
        "message": None if isinstance(outcome, Suggestion) else outcome.detail,
        "error": None if isinstance(outcome, Suggestion) or outcome.error is None else error(outcome.error),
        "provider": trace.provider or None,
        "model": trace.model or None,
        "wire": trace.wire or None,
        "milliseconds": {
            "context": round(trace.context_ms, 1),
            "first_token": None if trace.first_token_ms is None else round(trace.first_token_ms, 1),
            "total": round(trace.total_ms, 1),
        },
        "tokens": {
            "prompt_estimate": trace.prompt_tokens,
            "input": usage.input_tokens,
            "cached": usage.cached_tokens,
            "output": usage.output_tokens,
            "reasoning": usage.reasoning_tokens,
            "estimated": usage.estimated,
        },
        "cost_usd": 0.0 if trace.provider == LOCAL else usage.cost_usd,
        "finish": trace.finish,
        "notes": notes,
    }


def error(wrong: MaiError) -> dict[str, str]:
    """Make the object for an error."""
    return {"kind": type(wrong).__name__, "message": wrong.message, "advice": wrong.advice}


def place(document: Document, offset: int) -> dict[str, int]:
    """Give a place as line and column from 1 (columns in code points) and as an offset from 0."""
    line_number = document.line_at(offset)
    return {"line": line_number + 1, "column": offset - document.starts[line_number] + 1, "offset": offset}


def _ms(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 10_000 else f"{milliseconds:.0f} ms"
