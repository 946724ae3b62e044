"""Which names come next where the lines around the cursor have been written before: in this file, or in similar code.

Every line of the given texts that is like the line above the cursor says something for the names of the line behind it,
the more so if the lines before and after agree as well. Pure text; it resolves no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import log
from sys import intern

from mai_lsp.context.company import REMEMBERED
from mai_lsp.context.near import word_at
from mai_lsp.core.text import Document

ABOVE, BELOW = 3, 2
"""Lines around the cursor that are compared."""

WEIGHTS_ABOVE = (1.0, 0.5, 0.25)
WEIGHTS_BELOW = (0.6, 0.3)
"""How much each of them counts, the nearest first."""

LINE_CHARACTERS = 300
"""A longer line is data."""

_NAME = re.compile(r"[^\W\d]\w{2,}")

Lines = tuple[tuple[str, ...], ...]
"""The different names of each line that has any; in tuples, which the collector of garbage leaves alone."""

Asked = tuple[frozenset[str], ...]
"""The same for the lines around a cursor."""


@lru_cache(maxsize=REMEMBERED)
def lines_of(text: str) -> Lines:
    """Return the names of each line of a text that has any; remembered, since most texts stay the same."""
    found = (_NAME.findall(line[:LINE_CHARACTERS]) for line in text.split("\n"))
    # Most names come up in many windows; as one object each they take a third of the memory.
    return tuple([tuple(dict.fromkeys(map(intern, names))) for names in found if names])


def around(document: Document, offset: int) -> tuple[Asked, Asked]:
    """Return the names of the lines above and below the cursor's, the nearest first; its own counts as above.

    The word at the cursor is half a name and says nothing yet.
    """
    here = document.line_at(offset)
    above: list[frozenset[str]] = []
    start, end = document.line_span(here).start, word_at(document.text, offset).start
    if own := frozenset(_NAME.findall(document.text[max(start, end - LINE_CHARACTERS) : end])):
        above.append(own)
    for number in range(here - 1, max(-1, here - 1 - 4 * ABOVE), -1):
        if len(above) == ABOVE:
            break
        above += _names(document, number)
    below: list[frozenset[str]] = []
    for number in range(here + 1, min(document.line_count, here + 1 + 4 * BELOW)):
        if len(below) == BELOW:
            break
        below += _names(document, number)
    return tuple(above), tuple(below)


def _names(document: Document, line: int) -> list[frozenset[str]]:
    span = document.line_span(line)
    names = frozenset(_NAME.findall(document.text[span.start : min(span.end, span.start + LINE_CHARACTERS)]))
    return [names] if names else []


def sequel(texts: Iterable[Lines], above: Asked, below: Asked) -> Mapping[str, float]:
    """Return names with how much speaks for each: 1 where all lines around were written just so before."""
    parts = list(texts)
    asked = frozenset().union(*above, *below)
    counts = dict.fromkeys(asked, 1)
    lines = 1 + sum(len(part) for part in parts)
    for part in parts:
        for names in part:
            for name in asked.intersection(names):
                counts[name] += 1
    telling = {name: log(1 + lines / count) for name, count in counts.items()}
    sizes = {names: sum([telling[name] for name in names]) for names in (*above, *below)}
    whole = sum(WEIGHTS_ABOVE[: len(above)]) + sum(WEIGHTS_BELOW[: len(below)])
    best: dict[str, float] = {}
    if not whole or not above:
        return best
    common = log(1 + lines)

    def likeness(mine: frozenset[str], theirs: tuple[str, ...]) -> float:
        shared = mine.intersection(theirs)
        if not shared:
            return 0.0
        both = sum([telling[name] for name in shared])
        return both / (sizes[mine] + (len(theirs) - len(shared)) * common * 0.5 or 1.0)

    first = above[0]
    for part in parts:
        for at, names in enumerate(part):
            if first.isdisjoint(names):
                continue
            score = likeness(first, names)
            if score < LEAST or at + 1 == len(part):
                continue
            for back, mine in enumerate(above[1:], 1):
                if at >= back:
                    score += WEIGHTS_ABOVE[back] * likeness(mine, part[at - back])
            for ahead, mine in enumerate(below):
                if at + 2 + ahead < len(part):
                    score += WEIGHTS_BELOW[ahead] * likeness(mine, part[at + 2 + ahead])
            score /= whole
            for name in part[at + 1]:
                if score > best.get(name, 0.0):
                    best[name] = score
    return best


LEAST = 0.15
"""Likeness of the line above below which a place is passed over."""
