"""Which names each part of a file uses: what a later search for similar code, callers and usual company is made of.

Words are taken from the text, not from the tree: walking every leaf costs several times the parse. It resolves nothing,
and it keeps no source but names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from sys import intern
from typing import NamedTuple, overload

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


class Uses(Sequence[Part]):
    """The parts of one file, each made when it is first asked for: see `core.symbols`, which says why."""

    __slots__ = ("_made", "_users", "borders", "ends", "numbers", "starts", "words")

    def __init__(self, words: tuple[str, ...], starts: Sequence[int], ends: Sequence[int], rows: Rows) -> None:
        self.words, self.starts, self.ends = words, starts, ends
        self.numbers, self.borders = rows
        self._made: dict[int, Part] = {}
        self._users: dict[str, tuple[int, ...]] | None = None

    @classmethod
    def of(cls, parts: Iterable[Part]) -> Uses:
        """Return parts with their names as numbers."""
        words: dict[str, int] = {}
        rows = list(parts)
        numbers: list[int] = []
        borders = [0]
        for part in rows:
            numbers += [words.setdefault(name, len(words)) for name in sorted(part.names)]
            borders.append(len(numbers))
        return cls(tuple(words), [part.start for part in rows], [part.end for part in rows], Rows(numbers, borders))

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, at: int) -> Part: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Part]: ...
    def __getitem__(self, at: int | slice) -> Part | Sequence[Part]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        made = self._made.get(at)
        if made is None:
            words, row = self.words, self.numbers[self.borders[at] : self.borders[at + 1]]
            made = self._made[at] = Part(self.starts[at], self.ends[at], frozenset([words[number] for number in row]))
        return made

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Uses | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.starts))

    def __repr__(self) -> str:
        return f"Uses({list(self)!r})"

    @property
    def users(self) -> Mapping[str, tuple[int, ...]]:
        """The parts that use a name, by their places here."""
        if self._users is None:
            by_number: list[list[int]] = [[] for _ in self.words]
            for at, (low, high) in enumerate(pairwise(self.borders)):
                for number in self.numbers[low:high]:
                    by_number[number].append(at)
            # Numbers in tuples, unlike lists, are nothing that the collector of garbage looks at.
            self._users = dict(zip(self.words, map(tuple, by_number), strict=True))
        return self._users


class Rows(NamedTuple):
    """The words of parts."""

    numbers: Sequence[int]
    """Of the words of all parts, one part after the other."""
    borders: Sequence[int]
    """Where in them each part begins, and the last one ends."""


NO_USES = Uses.of(())


def uses_of(document: Document, outlined: Outline | None = None) -> Uses:
    """Collect the names that each part of a document uses, in file order."""
    parts: list[Part] = []
    for start, end in _spans(document, outlined or outline(document)):
        if found := names_in(document.text, start, end):
            parts.append(Part(start, end, found))
        if len(parts) == MAX_PARTS:
            break
    return Uses.of(parts)


def names_in(text: str, start: int, end: int) -> frozenset[str]:
    """Return the names that look used between two offsets."""
    found: dict[str, None] = {}
    for word in dict.fromkeys(_WORD.findall(text, start, end)):
        name = word.strip(_MARKS)
        # A plain word of a comment is one, unless something calls it or it stands behind a dot.
        if len(word) > len(name) or not name.islower() or "_" in name:
            found[intern(name)] = None
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
