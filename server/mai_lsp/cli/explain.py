"""What ``mai-lsp complete --explain`` says: what was asked, how much the model said, and what each filter made of it.

It takes the engine's values; source code and replies are not in them.
"""

from __future__ import annotations

from typing import Any

from mai_lsp.engine.outcome import Outcome, Reason, Suggestion
from mai_lsp.reply.verdict import LOOKS_FOR, Verdict

PASSED, DROPPED, NOT_REACHED = "passed", "dropped", "not reached"

_REACH = {
    "line": "the rest of this line, since code follows on it",
    "statement": "one statement, to its end",
    "block": "the whole body of this empty block",
}


def verdicts(outcome: Outcome) -> dict[Verdict, str]:
    """Return what became of the reply at each filter, in their order."""
    reason = None if isinstance(outcome, Suggestion) else outcome.reason
    if reason is None or reason is Reason.STALE:
        return dict.fromkeys(Verdict, PASSED)
    if reason.value not in set(Verdict):
        return dict.fromkeys(Verdict, NOT_REACHED)
    names = list(Verdict)
    at = names.index(Verdict(reason.value))
    return {
        name: PASSED if number < at else DROPPED if number == at else NOT_REACHED for number, name in enumerate(names)
    }


def why(outcome: Outcome) -> str:
    """Say in one sentence what came of it."""
    if isinstance(outcome, Suggestion):
        return f"{len(outcome.text):,} characters are shown; no filter objected."
    return outcome.detail or f"Nothing is shown ({outcome.reason.value})."


def lines(outcome: Outcome) -> list[str]:
    """Return the explanation, line by line."""
    trace = outcome.trace
    told = ["Asked:"]
    if trace.model:
        told.append(f"  {trace.provider} {trace.model}, {trace.wire}, about {trace.prompt_tokens:,} tokens")
        told.append(f"  for {_REACH.get(trace.reach, trace.reach)}")
        told.append(f"Said: {trace.said_chars:,} characters ({trace.finish or 'no end was stated'})")
    else:
        told.append("  nothing")
    told.append("Filters:")
    width = max(map(len, Verdict))
    told += [f"  {name.value:{width}}  {what:11}  {LOOKS_FOR[name]}" for name, what in verdicts(outcome).items()]
    told.append(f"So: {why(outcome)}")
    return told


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return the explanation as the object under ``explain``."""
    return {
        "reach": outcome.trace.reach or None,
        "said_characters": outcome.trace.said_chars,
        "filters": [{"filter": name.value, "verdict": what} for name, what in verdicts(outcome).items()],
        "why": why(outcome),
    }
