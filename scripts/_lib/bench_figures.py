"""Figures and how they are shown: medians over rounds, goals, a table for reading and JSON for keeping.

It runs nothing and knows no part of the benchmark.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

Rounds = Sequence[Sequence[float]]
"""Samples, one list per round."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: something typical, and what one in twenty exceeds."""

    name: str
    p50: float
    p95: float | None = None
    unit: str = "ms"
    goal_p50: float | None = None
    goal_p95: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goals are met; None where there are none."""
        pairs = [(self.p50, self.goal_p50), (self.p95, self.goal_p95)]
        judged = [value <= goal for value, goal in pairs if value is not None and goal is not None]
        return all(judged) if judged else None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that were measured in turns and belong side by side."""

    part: str
    title: str
    rows: tuple[Row, ...]
    note: str = ""


def quantile(samples: Sequence[float], share: float) -> float:
    """Return the sample that `share` of all do not exceed (nearest rank, so it was really measured)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def row(name: str, rounds: Rounds, *, goal_p50: float | None = None, goal_p95: float | None = None) -> Row:
    """Return the medians over the rounds of each round's p50 and p95, in milliseconds; samples are in seconds."""
    return Row(
        name,
        median(1000 * quantile(samples, 0.5) for samples in rounds),
        median(1000 * quantile(samples, 0.95) for samples in rounds),
        "ms",
        goal_p50,
        goal_p95,
    )


def compared(
    name: str,
    ours: Rounds,
    base: Rounds,
    how: Callable[[float, float], float],
    *,
    unit: str,
    goal_p50: float | None = None,
    goal_p95: float | None = None,
) -> Row:
    """Compare round by round, p50 with p50 and p95 with p95, so that a busy moment of the machine strikes both."""
    scale = 1000 if unit == "ms" else 1

    def over_rounds(share: float) -> float:
        pairs = zip(ours, base, strict=True)
        return scale * median(how(quantile(mine, share), quantile(theirs, share)) for mine, theirs in pairs)

    return Row(name, over_rounds(0.5), over_rounds(0.95), unit, goal_p50, goal_p95)


def as_text(table: Table) -> str:
    """Return the table in plain text."""
    width = max(len(line.name) for line in table.rows)
    has_tail = any(line.p95 is not None for line in table.rows)
    lines = [table.title]
    lines.append(f"  {'':{width}}  {'p50' if has_tail else 'median':>10}" + (f"  {'p95':>10}" if has_tail else ""))
    for line in table.rows:
        cells = [_cell(line.p50, line.unit)] + ([_cell(line.p95, line.unit)] if has_tail else [])
        lines.append((f"  {line.name:{width}}  {'  '.join(cells)}" + _goal(line)).rstrip())
    if table.note:
        lines.append(f"  ({table.note})")
    return "\n".join(lines)


def as_json(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """Return the tables as JSON values."""
    return [
        {
            "part": table.part,
            "title": table.title,
            "note": table.note,
            "rows": [{**asdict(line), "met": line.met} for line in table.rows],
        }
        for table in tables
    ]


def _cell(value: float | None, unit: str) -> str:
    if value is None:
        return " " * 10
    return f"{value:>{9 - len(unit)}.{2 if unit == 'ms' and value < 10 else 1 if unit != 'x' else 2}f} {unit}"


def _goal(line: Row) -> str:
    if line.met is None:
        return ""
    pairs = ((line.goal_p50, "p50" if line.goal_p95 is not None else ""), (line.goal_p95, "p95"))
    wanted = ", ".join(f"{name} ≤ {goal:g} {line.unit}".strip() for goal, name in pairs if goal is not None)
    return f"   goal {wanted}: {'met' if line.met else 'MISSED'}"
