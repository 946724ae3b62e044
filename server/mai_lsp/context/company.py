"""Guesses which names come next from the company that names keep: what similar parts of nearby files use.

The parts that share the most telling names with the place of the cursor are found, and the names they use beside those
get a probability each. It resolves no name and reads no source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from heapq import nlargest
from math import log, sqrt
from typing import NamedTuple, Protocol

from mai_lsp.context.neighbours import Neighbour
from mai_lsp.core.facts import File
from mai_lsp.core.text import Document
from mai_lsp.core.uses import PART_LINES, Part, names_in

ALIKE = 24
"""Parts believed: more of them are less and less like this one."""

OWN = 1.2
"""Affinity of the cursor's own file."""

ROOM = 10
"""Names added to a part's own when its length is held against it."""

REACH = 600
"""Lines of the own file above and below the cursor that are looked at."""


class Used(Protocol):
    """What can be asked of an index here."""

    def uses(self, file: File) -> Sequence[Part]:
        """Return what the parts of a file use."""


class Alike(NamedTuple):
    """A part of another file that is like the place of the cursor."""

    file: File
    part: Part
    likeness: float


class Company(NamedTuple):
    """What similar code uses."""

    names: Mapping[str, float]
    """Names with the weighted share of similar parts that use them, 0 to 1."""
    alike: Sequence[Alike]
    """Parts of other files, most alike first."""


class Parts(NamedTuple):
    """The parts of a file's neighbours, ready to be compared with many places."""

    alike: Sequence[Alike]
    """All of them; their likeness is how near their file is."""
    users: Mapping[str, Sequence[int]]
    """Which of them use a name."""


def parts_of(files: Used, near: Iterable[Neighbour]) -> Parts:
    """Collect the parts of the neighbours."""
    parts = [Alike(one.file, part, 0.5 + one.affinity / 2) for one in near for part in files.uses(one.file)]
    users: dict[str, list[int]] = {}
    for number, one in enumerate(parts):
        for name in one.part.names:
            users.setdefault(name, []).append(number)
    return Parts(parts, users)


def company(parts: Parts, query: Mapping[str, float], own: Sequence[Part]) -> Company:
    """Compare the names near the cursor (`query`, weighted) with the parts of the neighbours and of the own file."""
    theirs, count = parts.alike, len(parts.alike)
    scores: dict[int, float] = {}
    for name, weight in query.items():
        mine = [number for number, part in enumerate(own, count) if name in part.names]
        users = parts.users.get(name, ())
        if mine or users:
            telling = weight * log(1 + (count + len(own)) / (len(mine) + len(users)))
            for number in (*users, *mine):
                scores[number] = scores.get(number, 0.0) + telling
    scored = []
    for number, score in scores.items():
        _, part, affinity = theirs[number] if number < count else Alike(_OWN, own[number - count], OWN)
        scored.append((score * affinity / sqrt(ROOM + len(part.names)), -number))
    best = nlargest(ALIKE, scored)
    total = sum(score for score, _ in best)
    shares: dict[str, float] = {}
    alike = []
    for score, number in best:
        part = theirs[-number].part if -number < count else own[-number - count]
        for name in part.names:
            shares[name] = shares.get(name, 0.0) + score / total
        if -number < count:
            alike.append(Alike(theirs[-number].file, part, score))
    return Company(shares, alike)


_OWN = File("", "", "")


def own_parts(document: Document, offset: int) -> list[Part]:
    """Return windows of lines of the cursor's file with the names they use, without those next to the cursor.

    Those above are counted from the top and those below from the bottom, so that typing moves none of them.
    """
    here, count = document.line_at(offset), document.line_count
    starts = document.starts
    lines = [*range(max(0, here - REACH) // PART_LINES * PART_LINES, here - PART_LINES + 1, PART_LINES)]
    bottom = count % PART_LINES
    first = here + (bottom - here) % PART_LINES
    lines += range(first, min(count - PART_LINES, here + REACH) + 1, PART_LINES)
    found = []
    for line in lines:
        start = starts[line]
        end = starts[line + PART_LINES] if line + PART_LINES < count else len(document.text)
        if names := _names(document.text[start:end]):
            found.append(Part(start, end, names))
    return found


@lru_cache(maxsize=4 * REACH // PART_LINES)
def _names(text: str) -> frozenset[str]:
    """Remember what windows that nobody types in use."""
    return names_in(text, 0, len(text))
