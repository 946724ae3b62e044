"""The figures of `scripts/bench context`: means per language, budget and system, goals, a table and JSON.

It measures nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, NamedTuple

from _lib.bench_figures import quantile

GOALS = {2000: (0.80, 0.65), 8000: (0.92, 0.85)}
"""Identifier and definition recall over all languages, by budget."""

DEADLINE = 0.03
"""Seconds after which a completion goes without other files (`engine.gather.WITHIN`)."""

GATHERING = (0.010, 0.030)
"""Goals for gathering: median and 95th percentile, in seconds."""

ALL = "all languages"


@dataclass(frozen=True, slots=True)
class Score:
    """One prompt held against one place."""

    system: str
    budget: int
    language: str
    named: float
    defined: float
    names: int
    tokens: int
    first: float | None = None
    """Seconds for gathering in a file that nobody has opened yet."""
    placed: float | None = None
    """The same at a new place in a file that was opened; this is what the goal is about."""
    warm: float | None = None
    """The same for a second request at the same place."""


class Mean(NamedTuple):
    """Means over places."""

    named: float
    defined: float
    places: int


def mean(scores: Sequence[Score], system: str, budget: int, language: str) -> Mean | None:
    """Return a system's means, over all places alike for `ALL`; None where nothing was measured."""
    found = [one for one in scores if one.system == system and one.budget == budget and language in {ALL, one.language}]
    if not found:
        return None
    return Mean(fmean(one.named for one in found), fmean(one.defined for one in found), len(found))


def as_text(scores: Sequence[Score]) -> str:
    """Return everything as text."""
    systems, budgets, languages = _axes(scores)
    lines = []
    for budget in budgets:
        lines += ["", f"{budget:,} tokens: identifier / definition recall"]
        lines.append(f"  {'':16}" + "".join(f"{system:>16}" for system in systems))
        for language in (*languages, ALL):
            cells = [_cell(mean(scores, system, budget, language)) for system in systems]
            lines.append(f"  {language:16}" + "".join(cells) + _goal(scores, budget, language))
        lines.append(
            f"  {'longest prompt':16}" + "".join(f"{_longest(scores, system, budget):>16}" for system in systems)
        )
    lines += ["", *_times(scores, budgets)]
    return "\n".join(lines)


def missed_goals(scores: Sequence[Score]) -> list[str]:
    """Name the goals that our system misses."""
    systems, budgets, languages = _axes(scores)
    if "ours" not in systems:
        return []
    missed = []
    for budget in budgets:
        if (met := _met(scores, budget)) is not None and not met:
            missed.append(f"recall at {budget} tokens")
        for language in languages:
            missed += [f"{language} at {budget} tokens above {one}" for one in _above(scores, budget, language)]
        if (late := _late(scores, budget)) is not None and (late[0] > GATHERING[0] or late[1] > GATHERING[1]):
            missed.append(f"gathering at {budget} tokens")
    return missed


def as_json(scores: Sequence[Score]) -> dict[str, Any]:
    """Return the means and every single score as JSON values."""
    systems, budgets, languages = _axes(scores)
    means = [
        {"system": system, "budget": budget, "language": language, **found._asdict()}
        for budget in budgets
        for system in systems
        for language in (*languages, ALL)
        if (found := mean(scores, system, budget, language)) is not None
    ]
    return {"means": means, "scores": [asdict(one) for one in scores]}


def _axes(scores: Sequence[Score]) -> tuple[list[str], list[int], list[str]]:
    systems = list(dict.fromkeys(one.system for one in scores))
    budgets = sorted({one.budget for one in scores})
    return systems, budgets, list(dict.fromkeys(one.language for one in scores))


def _cell(found: Mean | None) -> str:
    return f"{'':16}" if found is None else f"{found.named:>9.3f} /{found.defined:.3f}"


def _longest(scores: Sequence[Score], system: str, budget: int) -> int:
    return max(one.tokens for one in scores if one.system == system and one.budget == budget)


def _goal(scores: Sequence[Score], budget: int, language: str) -> str:
    if language == ALL:
        met = _met(scores, budget)
        goals = GOALS.get(budget, (0, 0))
        return "" if met is None else f"   goal ≥ {goals[0]:.2f} / {goals[1]:.2f}: {'met' if met else 'MISSED'}"
    below = _above(scores, budget, language)
    return f"   MISSED: not above {', '.join(below)}" if below else ""


def _met(scores: Sequence[Score], budget: int) -> bool | None:
    found = mean(scores, "ours", budget, ALL)
    if found is None or budget not in GOALS:
        return None
    return found.named >= GOALS[budget][0] and found.defined >= GOALS[budget][1]


def _above(scores: Sequence[Score], budget: int, language: str) -> list[str]:
    """Return the systems that ours is not above in both measures."""
    own = mean(scores, "ours", budget, language)
    if own is None:
        return []
    others = (system for system in _axes(scores)[0] if system != "ours")
    return [
        system
        for system in others
        if (other := mean(scores, system, budget, language)) is not None
        and (other.named >= own.named or other.defined >= own.defined)
    ]


def _late(scores: Sequence[Score], budget: int) -> tuple[float, float] | None:
    placed = [one.placed for one in scores if one.budget == budget and one.placed is not None]
    return (quantile(placed, 0.5), quantile(placed, 0.95)) if placed else None


def _times(scores: Sequence[Score], budgets: Sequence[int]) -> Iterator[str]:
    for budget in budgets:
        mine = [one for one in scores if one.budget == budget]
        for name, seconds in (
            ("a new place in a file that was opened", [one.placed for one in mine if one.placed is not None]),
            ("the same place again", [one.warm for one in mine if one.warm is not None]),
            ("first look, done when a file opens", [one.first for one in mine if one.first is not None]),
        ):
            if not seconds:
                continue
            low, high = quantile(seconds, 0.5), quantile(seconds, 0.95)
            late = sum(one > DEADLINE for one in seconds) / len(seconds)
            met = "met" if low <= GATHERING[0] and high <= GATHERING[1] else "MISSED"
            goal = "" if name.startswith("first") else f"   goal p50 ≤ 10, p95 ≤ 30: {met}"
            yield (
                f"  gathering at {budget:,} tokens, {name}: p50 {1000 * low:.1f} ms, p95 {1000 * high:.1f} ms, "
                f"over the deadline of 30 ms: {100 * late:.1f} %{goal}"
            )
