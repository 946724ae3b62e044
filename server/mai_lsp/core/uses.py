"""Which names each part of a file uses: what a later search for similar code, callers and usual company is made of.

Words are taken from the text, not from the tree: walking every leaf costs several times the parse. It resolves nothing,
and it keeps no source but names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from mai_lsp.core.outline import Outline, outline
from mai_lsp.core.text import Document

PART_LINES = 40
"""A longer function is cut into parts of so many lines, and so is what stands outside of functions."""

WHOLE_LINES = 60
"""A function up to this stays whole."""

MAX_PARTS = 400
"""Parts kept of one file; more of them are data or generated."""

MAX_NAMES = 120
"""Different names kept of one part."""

NAME_CHARACTERS = 60
"""A longer word is no name that anybody would write."""

_WORD = re.compile(r"[.>:@&*]?[^\W\d]\w{2,}[(<!{.\[:]?")
"""A word with what stands right before and behind it, which says whether it is used as code uses names."""

_MARKS = ".>:@&*(<!{["


class Part(NamedTuple):
    """A function, or some lines of a file."""

    start: int
    """Where it begins, in code points; a function's is its `Symbol.start`."""
    end: int
    names: frozenset[str]


def uses_of(document: Document, outlined: Outline | None = None) -> tuple[Part, ...]:
    """Collect the names that each part of a document uses, in file order."""
    parts: list[Part] = []
    for start, end in _spans(document, outlined or outline(document)):
        if found := names_in(document.text, start, end):
            parts.append(Part(start, end, found))
        if len(parts) == MAX_PARTS:
            break
    return tuple(parts)


def names_in(text: str, start: int, end: int) -> frozenset[str]:
    """Return the names that look used between two offsets."""
    found: dict[str, None] = {}
    for word in dict.fromkeys(_WORD.findall(text, start, end)):
        name = word.strip(_MARKS)
        # A plain word of a comment is one, unless something calls it or it stands behind a dot.
        if len(word) > len(name) or not name.islower() or "_" in name:
            found[name] = None
    return frozenset(islice((name for name in found if len(name) <= NAME_CHARACTERS), MAX_NAMES))


def _spans(document: Document, outlined: Outline) -> Iterator[tuple[int, int]]:
    """Yield parts in file order: functions, and windows of lines between them; nested functions are their outer's."""
    at = 0
    for found in outlined.definitions():
        if found.kind != "function" or found.span.start < at:
            continue
        yield from _windows(document, at, found.span.start)
        yield from _windows(document, found.span.start, found.span.end, WHOLE_LINES)
        at = found.span.end
    yield from _windows(document, at, len(document.text))


def _windows(document: Document, start: int, end: int, whole: int = PART_LINES) -> Iterator[tuple[int, int]]:
    if start >= end:
        return
    first, last = document.line_at(start), document.line_at(end)
    if last - first < whole:
        yield start, end
        return
    starts: Sequence[int] = document.starts
    cuts = [start, *(starts[line] for line in range(first + PART_LINES, last, PART_LINES)), end]
    yield from pairwise(cuts)
