"""What can be done about a problem that another server reports: mend it, mend all of its kind, explain it.

What is changed is the function around it, or as little as stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mai_lsp.actions.catalogue import EXPLAIN_PROBLEM, FIX, FIX_ALL, Kind
from mai_lsp.actions.offered import Offer
from mai_lsp.actions.site import Site, lines_of
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Document, Span

FIXES = 3
"""Problems of one place that are offered to be mended."""

MANY = 50
"""Problems of one kind that are mended in one go."""

REGION_LINES = 120
"""A longer function is not rewritten for one problem in it."""

AROUND = 5
"""Lines above and below a problem that stand in no function."""

TITLE = 60
"""Characters of a message in a title."""

_ONE_LINE = re.compile(r"\s+")
_QUOTED = re.compile(r"[\"'`\u2018\u201c][^\"'`\u2019\u201d]*[\"'`\u2019\u201d]|\d+")
"""Names and numbers in a message, in straight or typographic quotes."""


def offers(site: Site, problems: Sequence[Problem], *, by_hand: bool = True) -> Iterator[Offer]:
    """Yield what can be done about the problems at the place, the worst and nearest first."""
    asked = site.span
    here = [one for one in problems if one.span.start <= asked.end and asked.start <= one.span.end]
    here = [one for one in here if by_hand or one.severity <= Severity.WARNING]
    here.sort(key=lambda one: (one.severity, len(one.span), one.span.start))
    for number, one in enumerate(here[:FIXES]):
        title = f"Fix: {shown(one)}"
        span = region(site.document, one.span)
        yield Offer(FIX, title, Kind.QUICKFIX, span, asked, problems=(one,), preferred=not number)
    if not here:
        return
    first = here[0]
    kin = [one for one in problems if alike(one, first)][:MANY]
    if len(kin) > 1 and by_hand:
        title = f"Fix all {len(kin)} problems of this kind in the file: {shown(first)}"
        whole = Span(0, len(site.document.text))
        yield Offer(FIX_ALL, title, Kind.QUICKFIX, whole, asked, problems=tuple(kin))
    if by_hand:
        title = f"Explain: {shown(first)}"
        around = region(site.document, first.span)
        yield Offer(EXPLAIN_PROBLEM, title, Kind.EXPLAIN, around, asked, problems=(first,), text=True)


def region(document: Document, span: Span) -> Span:
    """Return whole lines that are changed to mend a problem at a place."""
    site = Site(document, span)
    for part in site.parts:
        if part.lines.holds(span) and _height(document, part.lines) <= REGION_LINES:
            return part.lines
    statement = site.statement
    if statement is not None:
        lines = lines_of(document, Span(min(statement.start, span.start), max(statement.end, span.end)))
        if _height(document, lines) <= REGION_LINES:
            return lines
    first = max(0, document.line_at(span.start) - AROUND)
    last = min(document.line_count - 1, document.line_at(span.end) + AROUND)
    return Span(document.starts[first], document.line_span(last).end)


def alike(one: Problem, other: Problem) -> bool:
    """Whether two problems are of one kind: the same code, or without one the same words but for names and numbers."""
    if one.source != other.source:
        return False
    if one.code or other.code:
        return one.code == other.code
    return _QUOTED.sub("", one.message) == _QUOTED.sub("", other.message)


def shown(problem: Problem) -> str:
    """Return a message in a title: its first line, cut."""
    text = _ONE_LINE.sub(" ", "".join(char if char.isprintable() else " " for char in problem.message[:400])).strip()
    text = text.rstrip(".") or "this problem"
    return text if len(text) <= TITLE else text[: TITLE - 1].rstrip() + "…"


def line_of(document: Document, problem: Problem) -> str:
    """Return a problem in one line, for a model: where it is, what is wrong, who says so."""
    text = _ONE_LINE.sub(" ", problem.message).strip()[:500]
    said = " ".join(filter(None, (problem.source, problem.code)))
    line = document.line_at(min(problem.span.start, len(document.text)))
    return f"line {line + 1}: {text}" + (f" ({said})" if said else "")


def _height(document: Document, span: Span) -> int:
    return document.line_at(span.end) - document.line_at(span.start) + 1
