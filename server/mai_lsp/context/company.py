"""Guesses which names come next from the company that names keep: what similar parts of nearby files use.

The parts that share the most telling names with the place of the cursor are found, and the names they use beside those
get a probability each. It resolves no name and reads no source.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from heapq import nlargest
from itertools import pairwise
from math import log, sqrt
from typing import NamedTuple, Protocol

from mai_lsp.context.neighbours import Neighbour
from mai_lsp.core.facts import File
from mai_lsp.core.text import Document
from mai_lsp.core.uses import PART_LINES, Part, Uses, names_in

ALIKE = 24
"""Parts believed: more of them are less and less like this one."""

OWN = 1.2
"""Affinity of the cursor's own file."""

ROOM = 10
"""Names added to a part's own when its length is held against it."""

REMEMBERED = 1024
"""Windows whose names are remembered: those of a file of 20,000 lines, counted from the top and from the bottom."""

REACH = 600
"""Lines of the own file above and below the cursor that are looked at."""


class Used(Protocol):
    """What can be asked of an index here."""

    def uses(self, file: File) -> Uses:
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
    """The parts of a file's neighbours, ready to be compared with many places; they are numbered file by file."""

    files: Sequence[File]
    uses: Sequence[Uses]
    """Of each file."""
    firsts: Sequence[int]
    """The number of each file's first part."""
    factors: Sequence[float]
    """By a part's number: how near its file is, against how long it is."""

    def at(self, number: int) -> tuple[File, Part]:
        """Return a part by its number, and its file."""
        which = bisect_right(self.firsts, number) - 1
        return self.files[which], self.uses[which][number - self.firsts[which]]

    def users(self, name: str) -> list[int]:
        """Return the numbers of the parts that use a name."""
        found: list[int] = []
        for first, uses in zip(self.firsts, self.uses, strict=True):
            if (users := uses.users.get(name)) is not None:
                found += [first + number for number in users]
        return found


def parts_of(files: Used, near: Iterable[Neighbour]) -> Parts:
    """Collect the parts of the neighbours."""
    rows = [(one, uses) for one in near if (uses := files.uses(one.file))]
    firsts: list[int] = []
    factors: list[float] = []
    for one, uses in rows:
        firsts.append(len(factors))
        affinity = 0.5 + one.affinity / 2
        factors += [affinity / sqrt(ROOM + high - low) for low, high in pairwise(uses.borders)]
    return Parts([one.file for one, _ in rows], [uses for _, uses in rows], firsts, factors)


def company(parts: Parts, query: Mapping[str, float], own: Sequence[Part]) -> Company:
    """Compare the names near the cursor (`query`, weighted) with the parts of the neighbours and of the own file."""
    count = len(parts.factors)
    factors = [*parts.factors, *(OWN / sqrt(ROOM + len(part.names)) for part in own)]
    scores: dict[int, float] = {}
    for name, weight in query.items():
        users = parts.users(name)
        users += [number for number, part in enumerate(own, count) if name in part.names]
        if users:
            telling = weight * log(1 + len(factors) / len(users))
            for number in users:
                scores[number] = scores.get(number, 0.0) + telling
    best = nlargest(ALIKE, [(score * factors[number], -number) for number, score in scores.items()])
    total = sum(score for score, _ in best)
    shares: dict[str, float] = {}
    alike = []
    for score, number in best:
        if -number < count:
            file, part = parts.at(-number)
            alike.append(Alike(file, part, score))
        else:
            part = own[-number - count]
        for name in part.names:
            shares[name] = shares.get(name, 0.0) + score / total
    return Company(shares, alike)


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


@lru_cache(maxsize=REMEMBERED)
def _names(text: str) -> frozenset[str]:
    """Remember what windows that nobody types in use."""
    return names_in(text, 0, len(text))
