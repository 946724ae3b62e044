"""Which names are used near the cursor, and how near.

The result moves in steps: distances count blocks of lines and the word being typed is left out, so that what is
chosen by it does not change with every key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mai_lsp.core.outline import Definition
from mai_lsp.core.text import Document, Span

BLOCK_LINES = 8
"""Lines that count as equally near."""

BLOCKS_ABOVE = 3
BLOCKS_BELOW = 1
"""How far to look: what was just written says more than what follows (Tabby 20 + 20 lines, Copilot's NES 15/3)."""

LINE_CHARACTERS = 500
"""A longer line is data; only its part next to the cursor would matter."""

_NAME = re.compile(r"(?P<dot>(?:\.|->|::|\?\.)\s*)?(?P<name>[^\W\d][\w$]*)")
_REST = re.compile(r"[\w$]+")


@dataclass(frozen=True, slots=True)
class Near:
    """Names near the cursor with their weight."""

    names: Mapping[str, float]
    """Every name; the sum over its uses of 1 / (1 + blocks of lines away)."""
    members: frozenset[str]
    """Those used behind a dot, an arrow or a double colon."""


def near(document: Document, offset: int, scopes: Iterable[Definition] = ()) -> Near:
    """Collect the names in the lines around `offset` and in the signatures of `scopes`."""
    here = document.line_at(offset)
    block = here // BLOCK_LINES
    names: dict[str, float] = {}
    members: set[str] = set()

    def add(text: str, away: int) -> None:
        for found in _NAME.finditer(text):
            name = found["name"]
            names[name] = names.get(name, 0.0) + 1 / (1 + away)
            if found["dot"]:
                members.add(name)

    first = max(0, (block - BLOCKS_ABOVE) * BLOCK_LINES)
    last = min(document.line_count, (block + 1 + BLOCKS_BELOW) * BLOCK_LINES)
    for line in range(first, last):
        span = document.line_span(line)
        away = abs(line // BLOCK_LINES - block)
        if line != here:
            add(document.text[span.start : min(span.end, span.start + LINE_CHARACTERS)], away)
            continue
        # The word at the cursor is half a name and would change with every key.
        word = word_at(document.text, offset)
        add(document.text[max(span.start, offset - LINE_CHARACTERS) : word.start], 0)
        add(document.text[word.end : min(span.end, offset + LINE_CHARACTERS)], 0)
    for scope in scopes:
        if scope.kind == "function":
            add(document.text[scope.header.start : min(scope.header.end, scope.header.start + LINE_CHARACTERS)], 1)
    return Near(names, frozenset(members))


def word_at(text: str, offset: int) -> Span:
    """Return the word that the cursor is in, behind or before, as far as a line is read; empty where there is none."""
    start, first = offset, max(0, offset - LINE_CHARACTERS)
    while start > first and (text[start - 1].isalnum() or text[start - 1] in "_$"):
        start -= 1
    rest = _REST.match(text, offset, offset + LINE_CHARACTERS)
    return Span(start, rest.end() if rest is not None else offset)
