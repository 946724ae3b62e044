"""Jobs in words for whoever watches or asked: how far one is, what it used, what it changes. Pure; no source code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from mai_lsp.core.change import Change
from mai_lsp.engine.change.job import Step
from mai_lsp.model.types import Usage


def step_line(step: Step) -> str:
    """Say how far a job is: ``Writing the edits · 3 of 14 files · 12,400 tokens · $0.04``."""
    files = f"{step.done} of {step.total} files" if step.total else ""
    return " · ".join(filter(None, [step.message, files, usage_line(step.usage)]))


def usage_line(usage: Usage) -> str:
    """Say what was used; empty for nothing."""
    tokens = usage.input_tokens + usage.output_tokens
    return " · ".join(filter(None, [f"{tokens:,} tokens" if tokens else "", cost(usage)]))


def cost(usage: Usage) -> str:
    """Write the cost, with ≈ where tokens were counted by us; empty where it is not known or nothing was used."""
    if not usage.cost_usd:
        return ""
    amount = f"${usage.cost_usd:.2f}" if usage.cost_usd >= 0.1 else f"${usage.cost_usd:.2g}"
    if "e" in amount:
        amount = f"${usage.cost_usd:.6f}"
    return f"{'≈ ' if usage.estimated else ''}{amount}"


Kind = Literal["changed", "new", "moved", "deleted"]


def kind(change: Change) -> Kind:
    """Say in a word what becomes of a file."""
    if change.before is None:
        return "new"
    if change.after is None:
        return "deleted"
    return "moved" if change.moved_to else "changed"


def summary(changes: Sequence[Change]) -> str:
    """Say what would be changed: ``3 files changed, 1 new, 1 moved``."""
    counts: dict[str, int] = {}
    for word in ("changed", "new", "moved", "deleted"):
        if number := sum(kind(change) == word for change in changes):
            counts[word] = number
    first, *rest = counts.items()
    files = f"{first[1]} file{'' if first[1] == 1 else 's'} {first[0]}"
    return ", ".join([files, *(f"{number} {word}" for word, number in rest)])
