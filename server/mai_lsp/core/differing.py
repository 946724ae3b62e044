"""Which lines of two texts differ, fast enough for whole files.

Lines that stand once in both hold the comparison together (Bram Cohen's patience diff); only what lies between them is
compared in full. It knows nothing of what the lines mean.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

LARGE = 1_000
"""Lines between two that hold, above which they are replaced as one: comparing is quadratic, 0.1 s for so many."""


class Differing(NamedTuple):
    """Lines `first` up to `last` of one text are lines `new_first` up to `new_last` of the other."""

    first: int
    last: int
    new_first: int
    new_last: int


def differing(old: Sequence[str], new: Sequence[str]) -> list[Differing]:
    """Return all that differs, in order; what is between is the same in both."""
    found: list[Differing] = []
    at = new_at = 0
    for row, new_row in [*_holding(old, new), (len(old), len(new))]:
        for one in _between(old, new, Differing(at, row, new_at, new_row)):
            if found and found[-1].last == one.first and found[-1].new_last == one.new_first:
                one = Differing(found[-1].first, one.last, found.pop().new_first, one.new_last)  # noqa: PLW2901
            found.append(one)
        at, new_at = row, new_row
    return found


def _between(old: Sequence[str], new: Sequence[str], span: Differing) -> Iterator[Differing]:
    """Compare a stretch of both texts."""
    first, last, new_first, new_last = span
    while first < last and new_first < new_last and old[first] == new[new_first]:
        first, new_first = first + 1, new_first + 1
    while first < last and new_first < new_last and old[last - 1] == new[new_last - 1]:
        last, new_last = last - 1, new_last - 1
    if first == last and new_first == new_last:
        return
    if max(last - first, new_last - new_first) > LARGE:
        yield Differing(first, last, new_first, new_last)
        return
    matcher = SequenceMatcher(None, old[first:last], new[new_first:new_last], autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag != "equal":
            yield Differing(first + a1, first + a2, new_first + b1, new_first + b2)


def _holding(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest rising chain of lines that stand once in each text."""
    counts, new_counts = Counter(old), Counter(new)
    where = {line: row for row, line in enumerate(new) if new_counts[line] == 1}
    pairs = [(row, where[line]) for row, line in enumerate(old) if counts[line] == 1 and line in where]
    ends: list[int] = []
    heads: list[int] = []
    before: list[int] = []
    for index, (_, new_row) in enumerate(pairs):
        length = bisect_left(ends, new_row)
        before.append(heads[length - 1] if length else -1)
        if length == len(ends):
            ends.append(new_row)
            heads.append(index)
        else:
            ends[length], heads[length] = new_row, index
    chain: list[tuple[int, int]] = []
    at = heads[-1] if heads else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]
