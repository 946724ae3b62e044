"""The text before and after the cursor under a token budget, cut where a definition, statement or paragraph starts.

Both ends move in steps, never with every key: providers and local engines cache a prompt by its exact prefix. So the
start is chosen from a grid of lines counted from the top of the file and the end from one counted from its bottom;
neither changes while the user types at the cursor, until a whole step no longer fits.
"""

from __future__ import annotations

from collections.abc import Iterable

from mai_lsp.core import tokens
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.syntax import Node
from mai_lsp.core.text import Document, Span

STEPS = (24, 16, 12, 8, 4, 2, 1)
"""Grids of lines for the ends: the coarsest of at most two thirds of the budget. 24 lines are a few completions, and
a window of a third to all of its budget is cheaper than one that is read anew on every line."""

LARGE_STEP = 48
"""Grid of a budget that holds `LARGE_LINES`: reading it again costs more, and a step is a smaller part of it."""
LARGE_LINES = 200

CHARACTERS_PER_LINE = 32
"""Mean length of a line of code, to turn a budget into lines."""

KEPT_CHARACTERS = 80
"""This much of the cursor's line is kept even over budget: without it there is nothing to complete."""

LINE_STEP = 256
"""Grid of the start within one very long line, in characters."""

CLOSERS = ")]}"
"""A line that starts so belongs to what is above."""

TOO_LONG = 2_000
"""A line beyond this is data; its syntax is not looked at."""


def prefix_window(document: Document, offset: int, budget: int) -> Span:
    """Return the span that ends at `offset`, takes at most `budget` tokens, and starts at a boundary."""
    text, room = document.text, tokens.characters(budget)
    if offset <= room + 8 and tokens.estimate(text[:offset]) <= budget:
        return Span(0, offset)
    here, lowest = document.line_at(offset), document.line_at(max(0, offset - room - 1))
    fallback: Span | None = None
    for step in _steps(room):
        for cell in range(lowest - lowest % step, here + 1, step):
            line, clean = _boundary(document, range(cell, min(cell + step - 1, here) + 1), step // 3)
            span = Span(document.starts[line], offset)
            size = tokens.estimate(document.slice(span))
            if size > budget:
                continue
            if clean and (fallback is None or size * 3 >= budget):
                return span
            fallback = fallback or span  # Inside a long literal; a third of the budget is worth more than a clean cut.
        if fallback is not None:
            return fallback
    line_start = document.starts[here]
    grid = min(LINE_STEP, max(1, room // 4))
    start = max(line_start, offset - room)
    start += -(start - line_start) % grid
    while start < offset and tokens.estimate(text[start:offset]) > budget:
        start += grid
    return Span(max(line_start, min(start, offset - KEPT_CHARACTERS)), offset)


def suffix_window(document: Document, offset: int, budget: int) -> Span:
    """Return the span that starts at `offset`, takes at most `budget` tokens, and ends at a boundary."""
    text, room = document.text, tokens.characters(budget)
    if len(text) - offset <= room + 8 and tokens.estimate(text[offset:]) <= budget:
        return Span(offset, len(text))
    here, lines = document.line_at(offset), document.line_count
    highest = document.line_at(min(len(text), offset + room + 1))
    fallback: Span | None = None
    for step in _steps(room):
        for cell in range(highest + (lines - highest) % step, here, -step):
            line, clean = _boundary(
                document, range(min(cell, lines - 1), max(cell - step + 1, here + 1) - 1, -1), step // 3
            )
            span = Span(offset, document.starts[line] if line > here else offset)
            size = tokens.estimate(document.slice(span))
            if not size or size > budget:
                continue
            if clean and (fallback is None or size * 3 >= budget):
                return span
            fallback = fallback or span
        if fallback is not None:
            return fallback
    end = min(document.line_span(here).end, offset + room)
    while end > offset and tokens.estimate(text[offset:end]) > budget:
        end = offset + (end - offset) * 3 // 4
    return Span(offset, max(offset, end))


def _steps(room: int) -> tuple[int, ...]:
    """Return the grid for a window of `room` characters, then finer ones for lines longer than usual."""
    lines = room // CHARACTERS_PER_LINE
    steps = tuple(step for step in STEPS if step == 1 or step * 3 <= lines * 2)
    return (LARGE_STEP, *steps) if lines >= LARGE_LINES else steps


def _boundary(document: Document, lines: Iterable[int], reach: int) -> tuple[int, bool]:
    """Return the line where a cut reads best, and whether it is no cut through something.

    The best of the first `reach` lines is taken, or the first one after them that will do at all. The rank is the
    text's alone: while a bracket is open at the cursor the tree above may change with every key.
    """
    best, rank = -1, -1
    for number, line in enumerate(lines):
        if number > reach and rank > 0:
            break
        found = _rank(document, line)
        if found > rank and (not found or _is_start(document, line)):
            best, rank = line, found
        elif best < 0:
            best, rank = line, 0
    return best, rank > 0


def _rank(document: Document, line: int) -> int:
    """Say how good a cut before this line looks: paragraphs before others, and the less indented the better."""
    span = document.line_span(line)
    text = document.text[span.start : min(span.end, span.start + TOO_LONG)]
    bare = text.lstrip()
    if not bare:
        return 1
    if bare[0] in CLOSERS:
        return 0
    above = document.line_span(line - 1) if line else span
    fresh = not line or (len(above) < TOO_LONG and not document.slice(above).strip())
    return 1 + 32 * fresh + max(0, 16 - (len(text) - len(bare)))


def _is_start(document: Document, line: int) -> bool:
    """Whether a statement or member starts this line; False inside an expression or a string."""
    syntax = document.syntax
    span = document.line_span(line)
    if syntax is None or not (kinds := kinds_of(syntax.language.id)).bodies or len(span) > TOO_LONG:
        return True
    text = document.slice(span)
    offset = span.start + len(text) - len(text.lstrip())
    node: Node | None = syntax.leaf_at(offset)
    if not text.strip() and node is not None:
        literals = kinds.strings | kinds.comments
        return not any(one.kind in literals for one in (node, node.parent) if one is not None)
    while node is not None and node.start == offset:
        parent = node.parent
        if parent is None or parent.parent is None or parent.broken:
            return True
        if node.named and (parent.kind in kinds.bodies or parent.kind in kinds.wrappers):
            return True
        node = parent
    return False
