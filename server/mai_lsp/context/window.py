"""The text before and after the cursor under a token budget, cut where a definition, statement or paragraph starts.

Both ends move in steps, never with every key: providers and local engines cache a prompt by its exact prefix. So the
start is chosen from a grid of lines counted from the top of the file and the end from one counted from its bottom;
neither changes while the user types at the cursor, until a whole step no longer fits.
"""

from __future__ import annotations

from collections.abc import Iterable

from mai_lsp.core import tokens
from mai_lsp.core.kinds import Kinds, kinds_of
from mai_lsp.core.syntax import Node, Syntax
from mai_lsp.core.text import Document, Span

STEPS = (16, 12, 8, 4, 2, 1)
"""Grids of lines for the ends: the coarsest of which the budget holds two; 16 lines are a completion or two."""

LARGE_STEP = 32
"""Grid of a budget that holds `LARGE_LINES`: reading it again costs more, and a step is a smaller part of it."""
LARGE_LINES = 160

CHARACTERS_PER_LINE = 32
"""Mean length of a line of code, to turn a budget into lines."""

KEPT_CHARACTERS = 80
"""This much of the cursor's line is kept even over budget: without it there is nothing to complete."""

LINE_STEP = 256
"""Grid of the start within one very long line, in characters."""

TOO_LONG = 2_000
"""A line beyond this is data; its syntax is not looked at."""


def prefix_window(document: Document, offset: int, budget: int) -> Span:
    """Return the span that ends at `offset`, takes at most `budget` tokens, and starts at a boundary."""
    text, room = document.text, tokens.characters(budget)
    if offset <= room + 8 and tokens.estimate(text[:offset]) <= budget:
        return Span(0, offset)
    here, lowest = document.line_at(offset), document.line_at(max(0, offset - room - 1))
    for step in _steps(room):
        for cell in range(lowest - lowest % step, here + 1, step):
            start = document.starts[_boundary(document, range(cell, min(cell + _reach(step, room), here) + 1))]
            if tokens.estimate(text[start:offset]) <= budget:
                return Span(start, offset)
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
    for step in _steps(room):
        for cell in range(highest + (lines - highest) % step, here, -step):
            line = _boundary(document, range(min(cell, lines - 1), max(cell - _reach(step, room), here + 1) - 1, -1))
            end = document.starts[line] if line > here else offset
            if end > offset and tokens.estimate(text[offset:end]) <= budget:
                return Span(offset, end)
    end = min(document.line_span(here).end, offset + room)
    while end > offset and tokens.estimate(text[offset:end]) > budget:
        end = offset + (end - offset) * 3 // 4
    return Span(offset, max(offset, end))


def _steps(room: int) -> tuple[int, ...]:
    """Return the grid for a window of `room` characters, then finer ones for lines longer than usual."""
    lines = room // CHARACTERS_PER_LINE
    steps = tuple(step for step in STEPS if step == 1 or step * 2 <= lines)
    return (LARGE_STEP, *steps) if lines >= LARGE_LINES else steps


def _reach(step: int, room: int) -> int:
    """Return how many lines of a step may be given up for a better cut; never so many that little would be left."""
    return step - 1 if room >= 4 * step * CHARACTERS_PER_LINE else step // 2


def _boundary(document: Document, lines: Iterable[int]) -> int:
    """Return the line, of those given, where a cut reads best; the first one where none is better than another."""
    best, rank = -1, -1
    kinds = kinds_of(document.syntax.language.id) if document.syntax is not None else None
    for line in lines:
        found = _rank(document, line, document.syntax, kinds)
        if found > rank:
            best, rank = line, found
    return best


def _rank(document: Document, line: int, syntax: Syntax | None, kinds: Kinds | None) -> int:
    """Say how good a cut before this line is: 0 inside an expression, more for statements, paragraphs, definitions."""
    span = document.line_span(line)
    text = document.text[span.start : min(span.end, span.start + TOO_LONG)]
    bare = text.lstrip()
    if not bare:
        return 0
    indent = min(len(text) - len(bare), 15)
    above = not line or not document.line_text(line - 1).strip()
    if syntax is None or kinds is None or not kinds.bodies or len(text) == TOO_LONG:
        return 1 + 32 * above + (16 - indent) if bare[0] not in ")]}" else 1
    node = _starting(syntax, kinds, span.start + len(text) - len(bare))
    if node is None:
        return 0
    if node.kind in kinds.comments or node.kind in kinds.decorators:
        return 1 + 64 * above + (16 - indent)
    defines = node.kind in kinds.definitions or node.kind in kinds.containers or node.kind in kinds.prefixes
    return 1 + 32 * above + 32 * defines + (16 - indent)


def _starting(syntax: Syntax, kinds: Kinds, offset: int) -> Node | None:
    """Return the outermost statement or member that starts at `offset`; None inside an expression or a string."""
    node: Node | None = syntax.leaf_at(offset)
    found = None
    while node is not None and node.start == offset:
        parent = node.parent
        if parent is None:
            break
        holds = parent.parent is None or parent.broken or parent.kind in kinds.bodies or parent.kind in kinds.wrappers
        if node.named and holds:
            found = node
        node = parent
    return found
