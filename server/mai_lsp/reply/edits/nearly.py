"""Finds the one place that is nearly what a model repeated: some lines left out, or some that stay told with a slip.

Lines that are to be replaced must agree up to blanks and typography. Two places that are about as good are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from mai_lsp.reply.edits.found import Found, NotFound, Several, aligned, typed

LIKE = 0.8
"""Share of characters that must agree over all lines of a place that is only nearly the one (Aider's threshold)."""

LINE_LIKE = 0.6
"""Share that must agree in each of its lines (Aider shows "did you mean" from here on)."""

SKIPPED = 2
"""Lines that a model may have left out in one gap of what it repeats."""

MIN_SKIPPING = 2
"""Lines that must stand in order around what was left out."""

MARGIN = 0.1
"""By how much the best place must be better than the second."""

MAX_ROWS = 5_000
"""Lines in which the nearest one is looked for, to be shown."""

MAX_WINDOWS = 400
"""Places that are compared character by character at most."""


def skipping(rows: Sequence[str], search: Sequence[str], kept: Collection[int]) -> tuple[int, ...] | None:
    """Return the one place where all lines stand in order, with a few between them that the model left out.

    What was left out stays, so it may not stand between two lines that are to be replaced.
    """
    dense = [index for index, row in enumerate(rows) if row.strip()]
    filled = [index for index, line in enumerate(search) if line.strip()]
    keys, wanted = [rows[index].strip() for index in dense], [search[index].strip() for index in filled]
    if len(wanted) < MIN_SKIPPING or keys.count(wanted[-1]) != 1:
        return None
    starts = [at for at, key in enumerate(keys) if key == wanted[0]]
    places = [place for at in starts if (place := _in_order(keys, wanted, at))]
    if len(places) != 1:
        return None
    (place,) = places
    for one, (before, behind) in enumerate(pairwise(place)):
        if behind - before > 1 and not {filled[one], filled[one + 1]} & set(kept):
            return None
    return aligned(rows, search, filled, [dense[at] for at in place])


def _in_order(keys: Sequence[str], wanted: Sequence[str], at: int) -> list[int] | None:
    """Return where `wanted` stand from `at` on, at most `SKIPPED` lines left out in each gap."""
    found = [at]
    for line in wanted[1:]:
        window = keys[found[-1] + 1 : found[-1] + 2 + SKIPPED]
        if line not in window:
            return None
        found.append(found[-1] + 1 + window.index(line))
    return found


def nearly(rows: Sequence[str], search: Sequence[str], kept: Collection[int]) -> Found | NotFound | Several:
    """Return the one place that is nearly the search, its replaced lines agreeing up to blanks and typography."""
    dense = [index for index, row in enumerate(rows) if row.strip()]
    filled = [index for index, line in enumerate(search) if line.strip()]
    scored: list[tuple[float, Sequence[int]]] = []
    for places in _windows(rows, search, dense, filled):
        score = _score(rows, search, filled, places)
        if score >= LIKE - MARGIN:
            scored.append((score, places))
    scored.sort(key=lambda one: -one[0])
    fits = [one for one in scored if one[0] >= LIKE and _holds(rows, search, filled, one[1], kept)]
    if not fits:
        return NotFound(nearest(rows, search))
    rivals = [one for one in scored if one is not fits[0] and one[0] > fits[0][0] - MARGIN]
    if rivals:
        return Several((fits[0][1][0], *(places[0] for _, places in rivals[:4])))
    return Found(aligned(rows, search, filled, fits[0][1]), exact=False)


def _windows(
    rows: Sequence[str], search: Sequence[str], dense: Sequence[int], filled: Sequence[int]
) -> Iterator[Sequence[int]]:
    """Yield the places where at least half of the lines agree; others can not be nearly the same."""
    size = len(filled)
    keys, wanted = [typed(rows[index]) for index in dense], [typed(search[index]) for index in filled]
    count = 0
    for at in range(len(keys) - size + 1):
        if 2 * sum(a == b for a, b in zip(keys[at : at + size], wanted, strict=True)) >= size > 1:
            count += 1
            if count > MAX_WINDOWS:
                return
            yield dense[at : at + size]


def _score(rows: Sequence[str], search: Sequence[str], filled: Sequence[int], places: Sequence[int]) -> float:
    """Return the share of characters that agree; 0 if any one line is another."""
    weight = total = 0.0
    for index, number in zip(filled, places, strict=True):
        one, other = search[index].strip(), rows[number].strip()
        ratio = 1.0 if one == other else SequenceMatcher(None, one, other, autojunk=False).ratio()
        if ratio < LINE_LIKE:
            return 0.0
        weight += ratio * max(len(one), len(other))
        total += max(len(one), len(other))
    return weight / total if total else 0.0


def _holds(
    rows: Sequence[str], search: Sequence[str], filled: Sequence[int], places: Sequence[int], kept: Collection[int]
) -> bool:
    """Whether only lines that stay differ."""
    return all(
        index in kept or typed(search[index]) == typed(rows[row]) for index, row in zip(filled, places, strict=True)
    )


def nearest(rows: Sequence[str], search: Sequence[str]) -> int | None:
    """Return the line where a file is likest to a search, to be shown; None where nothing is like it."""
    wanted = [line.strip() for line in search if line.strip()]
    if not wanted:
        return None
    telling = set(wanted)
    best, best_row = 0.0, None
    exact = [index for index, row in enumerate(rows) if row.strip() in telling and len(row.strip()) > 3]
    for row in exact[:MAX_WINDOWS]:
        count = sum(one.strip() in telling for one in rows[row : row + len(wanted)])
        if count > best:
            best, best_row = count, row
    if best_row is not None:
        return best_row
    longest = max(wanted, key=len)
    matcher = SequenceMatcher(None, "", longest, autojunk=False)
    for index, line in enumerate(rows[:MAX_ROWS]):
        matcher.set_seq1(line.strip())
        if matcher.quick_ratio() > max(best, LINE_LIKE) and (ratio := matcher.ratio()) > max(best, LINE_LIKE):
            best, best_row = ratio, index
    return best_row
