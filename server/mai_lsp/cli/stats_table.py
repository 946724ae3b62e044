"""The figures as text: a summary, small plots by week, and tables.

It prints nothing; what it returns goes to any console.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rich.text import Text

from mai_lsp.cli import amounts
from mai_lsp.cli.amounts import UNKNOWN
from mai_lsp.cli.terminal import columns, harmless
from mai_lsp.usage.counts import Book
from mai_lsp.usage.figures import By, Figures, grouped, of_kind, overall

WIDE = 160
"""Columns where nobody says how many there are."""

_HEAD = "bold"
_DIM = "dim"
_BAR = "green"
_NAME = 30
"""Columns of a name at most."""

_BAR_CELLS = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"
_ASCII_HEIGHTS = "._-:=+*#"
_ASCII = str.maketrans("≥≈…\N{EN DASH}", ">~.-")
"""Character by character, so that columns stay in line."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    write: Callable[[Figures], str]
    need: int
    """The higher, the later it is left out where there is no room."""


_COLUMNS = (
    _Column("shown", lambda f: amounts.count(f.shown), 10),
    _Column("accepted", lambda f: amounts.percent(f.acceptance), 11),
    _Column("characters", lambda f: amounts.count(f.accepted_chars), 7),
    _Column("kept 30 s", lambda f: amounts.percent(f.kept_30s), 4),
    _Column("kept 5 min", lambda f: amounts.percent(f.kept_5min), 6),
    _Column("wait p50", lambda f: amounts.seconds(f.wait_p50), 8),
    _Column("p95", lambda f: amounts.seconds(f.wait_p95), 3),
    _Column("tokens in", lambda f: amounts.count(f.input_tokens), 2),
    _Column("out", lambda f: amounts.count(f.output_tokens), 1),
    _Column("cost", amounts.cost, 5),
    _Column("per 1,000", amounts.cost_per_thousand, 9),
)

_PLOTS: tuple[tuple[str, Callable[[Figures], float | None], Callable[[Figures], str]], ...] = (
    ("suggestions shown", lambda f: f.shown, lambda f: amounts.count(f.shown)),
    ("accepted", lambda f: f.acceptance, lambda f: amounts.percent(f.acceptance)),
    ("kept after 5 min", lambda f: f.kept_5min, lambda f: amounts.percent(f.kept_5min)),
    ("wait, p50", lambda f: f.wait_p50, lambda f: amounts.seconds(f.wait_p50)),
    ("tokens", lambda f: f.input_tokens + f.output_tokens, lambda f: amounts.count(f.input_tokens + f.output_tokens)),
    ("per 1,000 characters", lambda f: f.cost_per_char, amounts.cost_per_thousand),
)


def draw(book: Book, groups: Sequence[By], since: date, *, width: int, ascii_only: bool = False) -> Text:
    """Draw everything for a console `width` columns wide."""
    parts = [summary(book, since)]
    weeks = grouped(book, By.WEEK)
    if len(weeks) > 1 and By.WEEK in groups:
        parts.append(plots(weeks, ascii_only=ascii_only))
    for by in groups:
        rows = grouped(book, by)
        if by is By.WEEK:
            rows = {f"from {amounts.day(week)}": row for week, row in rows.items()}
        parts.append(table(by, rows, width=width, ascii_only=ascii_only))
    shown = Text("\n\n").join(parts)
    if ascii_only:
        shown.plain = shown.plain.translate(_ASCII)
    return shown


def summary(book: Book, since: date) -> Text:
    """Say the most important in a few lines."""
    f = overall(book)
    kept = [
        f"{amounts.percent(share)} after {when}"
        for share, when in ((f.kept_30s, "30 s"), (f.kept_5min, "5 min"))
        if share is not None
    ]
    still = f"; still there: {', '.join(kept)}" if kept else ""
    cached = f" ({amounts.percent(f.cached_tokens / f.input_tokens)} cached)" if f.cached_tokens else ""
    tokens, out = amounts.count(f.input_tokens), amounts.count(f.output_tokens)
    completions, edits = of_kind(book, "completion"), of_kind(book, "next edit")
    lines = (
        *(
            (_taken(completions, "completion"), _taken(edits, "next edit"))
            if edits.shown
            else (_taken(f, "suggestion"),)
        ),
        f"{amounts.counted(f.accepted_chars, 'character')} accepted{still}",
        f"answered within {amounts.seconds(f.wait_p50)} (p50) and {amounts.seconds(f.wait_p95)} (p95)",
        f"{amounts.counted(f.requests, 'request')} to models, {tokens} tokens in{cached}, {out} out",
        f"cost {amounts.cost(f)}, {amounts.cost_per_thousand(f)} per 1,000 accepted characters{_marks(f)}",
    )
    shown = Text(f"Since {amounts.full_day(since.isoformat())}", _HEAD)
    for line in lines:
        shown.append(f"\n  {line}", "not bold")
    return shown


def _taken(f: Figures, what: str) -> str:
    share = amounts.percent(f.acceptance)
    return f"{amounts.counted(f.shown, what)} shown, {amounts.count(f.accepted)} accepted ({share})"


def plots(weeks: Mapping[str, Figures], *, ascii_only: bool) -> Text:
    """Draw one line of blocks per figure, a block per week."""
    first, *_, last = weeks
    shown = Text(f"By week, {amounts.day(first)} to {amounts.day(last)}", _HEAD)
    heights = _ASCII_HEIGHTS if ascii_only else _HEIGHTS
    for title, value, write in _PLOTS:
        values = [value(row) for row in weeks.values()]
        present = [one for one in values if one is not None]
        if not any(present):
            continue
        shown.append(f"\n  {title:<22}", "not bold")
        shown.append(_line(values, heights), f"not bold {_BAR}")
        latest = next(row for row in reversed(list(weeks.values())) if value(row) is not None)
        shown.append(f"  {write(latest)}", "not bold")
    return shown


def table(by: By, rows: Mapping[str, Figures], *, width: int, ascii_only: bool) -> Text:
    """Draw a table; columns that do not fit are left out, the least important first."""
    names = [_short(harmless(name)) for name in rows]
    chosen = list(_COLUMNS)
    while len(chosen) > 2 and _width(names, rows, chosen) > width:
        chosen.remove(min(chosen, key=lambda column: column.need))
    bar = _width(names, rows, chosen) + _BAR_CELLS + 1 <= width
    name_width = max(map(columns, (*names, by.value)))
    widths = [_column_width(column, rows) for column in chosen]
    shown = Text()
    shown.append(f"{by.value:<{name_width}}", _HEAD)
    for column, wide in zip(chosen, widths, strict=True):
        shown.append(f"  {column.title:>{wide}}", _HEAD)
        if bar and column.title == "accepted":
            shown.append(" " * (_BAR_CELLS + 1))
    for name, row in zip(names, rows.values(), strict=True):
        shown.append("\n" + name + " " * (name_width - columns(name)))
        for column, wide in zip(chosen, widths, strict=True):
            text = column.write(row)
            shown.append(f"  {text:>{wide}}", _DIM if text == UNKNOWN else "")
            if bar and column.title == "accepted":
                shown.append(f" {_bar(row.acceptance or 0.0, ascii_only=ascii_only)}", _BAR)
    shown.rstrip()
    return shown


def _marks(f: Figures) -> str:
    if f.cost and not f.cost_complete:
        return "\n  (≥: the price of some requests is not known; set mai.price.input and mai.price.output)"
    if f.cost and f.estimated:
        return "\n  (≈: answers closed early have no token count from the provider; those are ours)"
    if f.cost is None:
        return "\n  (the model's price is not known; set mai.price.input and mai.price.output)"
    return ""


def _width(names: Sequence[str], rows: Mapping[str, Figures], chosen: Sequence[_Column]) -> int:
    return max(map(columns, names), default=0) + sum(2 + _column_width(column, rows) for column in chosen)


def _column_width(column: _Column, rows: Mapping[str, Figures]) -> int:
    return max(len(column.title), *(len(column.write(row)) for row in rows.values()))


def _line(values: Sequence[float | None], heights: str) -> str:
    """Draw values as blocks whose height grows from zero to the greatest."""
    most = max((value for value in values if value is not None), default=0.0) or 1.0
    return "".join(" " if value is None else heights[round(value / most * (len(heights) - 1))] for value in values)


def _bar(share: float, *, ascii_only: bool) -> str:
    """Draw a share as a bar, to an eighth of a cell."""
    eighths = round(min(1.0, share) * _BAR_CELLS * 8)
    if ascii_only:
        return ("#" * round(eighths / 8)).ljust(_BAR_CELLS)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(_BAR_CELLS)


def _short(name: str) -> str:
    return name if columns(name) <= _NAME else name[: _NAME - 1] + "…"
