"""Finds the lines of a file that a model means: exactly, then blanks aside, then nearly; and alone, or not at all.

The cascade is Copilot's (exact, flexible blanks, nearly the same lines) with Aider's dropped blank lines; unlike theirs
it never takes the first of two places, and lines that are to be replaced must agree up to blanks and typography. Only
those that stay may differ, since of them the file's own are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from mai_lsp.reply.edits.indent import lead

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

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\ufeff\u200b", ""),
        "\u2026": "...",
    }
)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Found:
    """Where the search stands."""

    rows: tuple[int, ...]
    """For each of its lines the file's; -1 for a blank line that the file lacks there."""
    exact: bool


@dataclass(frozen=True, slots=True)
class NotFound:
    """It stands nowhere; `row` is where the file is nearest to it, or None where nothing is like it."""

    row: int | None


@dataclass(frozen=True, slots=True)
class Several:
    """It stands at these lines, and nothing says which is meant."""

    rows: tuple[int, ...]


def find(
    rows: Sequence[str],
    search: Sequence[str],
    *,
    kept: Collection[int] = (),
    near: int | None = None,
    under: str = "",
) -> Found | NotFound | Several:
    """Look for `search` in a file's lines; `kept` are the indices of its lines that the edit leaves alone."""
    for exact, places in _cascade(rows, search):
        if len(places) == 1:
            return Found(places[0], exact)
        if places:
            chosen = _told_apart(rows, search, places, near, under)
            return Found(chosen, exact) if chosen else Several(tuple(map(_first, places)))
    skipped = _skipping(rows, search, kept)
    return Found(skipped, exact=False) if skipped else _nearly(rows, search, kept)


def _cascade(rows: Sequence[str], search: Sequence[str]) -> Iterator[tuple[bool, list[tuple[int, ...]]]]:
    """Yield the places of each step, the strictest first."""
    # Blank lines and blanks at the ends of lines tell no places apart: a model drops them without notice.
    if places := _together(rows, search, _rstripped):
        loose = [place for place in _apart(rows, search, _rstripped) if not _meets(rows, place, places)]
        yield all([rows[row] for row in place] == list(search) for place in places), [*places, *loose]
    yield False, _together(rows, search, _stripped)
    for key in (_rstripped, _stripped, _typed):
        yield False, _apart(rows, search, key)


def _meets(rows: Sequence[str], place: Sequence[int], others: Sequence[Sequence[int]]) -> bool:
    """Whether a place is one of the others, but for blank lines."""
    filled = {row for row in place if row >= 0 and rows[row].strip()}
    return any(filled & set(other) for other in others)


def _same(line: str) -> str:
    return line


def _rstripped(line: str) -> str:
    return line.rstrip()


def _stripped(line: str) -> str:
    return line.strip()


def _typed(line: str) -> str:
    """Return a line without blanks, quotation marks and dashes as a keyboard has them."""
    return _BLANKS.sub("", line.translate(_TYPOGRAPHY))


def places_of(rows: Sequence[str], search: Sequence[str]) -> list[tuple[int, ...]]:
    """Return all places where the search stands exactly."""
    return _together(rows, search, _same)


def _together(rows: Sequence[str], search: Sequence[str], key: Callable[[str], str]) -> list[tuple[int, ...]]:
    """Return the places where all lines follow each other, blank ones too."""
    if not search:
        return []
    keys, wanted = [key(row) for row in rows], [key(line) for line in search]
    size = len(wanted)
    return [
        tuple(range(at, at + size))
        for at in range(len(keys) - size + 1)
        if keys[at] == wanted[0] and keys[at : at + size] == wanted
    ]


def _apart(rows: Sequence[str], search: Sequence[str], key: Callable[[str], str]) -> list[tuple[int, ...]]:
    """Return the places where the lines that hold something follow each other, however many blank ones are between."""
    dense = [index for index, row in enumerate(rows) if row.strip()]
    filled = [index for index, line in enumerate(search) if line.strip()]
    if not filled:
        return []
    keys, wanted = [key(rows[index]) for index in dense], [key(search[index]) for index in filled]
    size = len(wanted)
    return [
        _aligned(rows, search, filled, dense[at : at + size])
        for at in range(len(keys) - size + 1)
        if keys[at] == wanted[0] and keys[at : at + size] == wanted
    ]


def _aligned(
    rows: Sequence[str], search: Sequence[str], filled: Sequence[int], places: Sequence[int]
) -> tuple[int, ...]:
    """Give blank lines of a search the file's blank lines, as far as there are any, from above."""
    found = [-1] * len(search)
    for index, row in zip(filled, places, strict=True):
        found[index] = row
    for index in range(len(search)):
        if found[index] < 0 and index and found[index - 1] >= 0:
            below = found[index - 1] + 1
            if below < len(rows) and not rows[below].strip() and below not in found:
                found[index] = below
    return tuple(found)


def _first(place: Sequence[int]) -> int:
    return next((row for row in place if row >= 0), 0)


def _told_apart(
    rows: Sequence[str], search: Sequence[str], places: Sequence[tuple[int, ...]], near: int | None, under: str
) -> tuple[int, ...] | None:
    """Return the one place that the number or the heading says; None where they say none or two."""
    chosen = list(places)
    if under.strip():
        inside = _inside(rows, under)
        chosen = [place for place in chosen if _first(place) in inside] if inside else []
        if len(chosen) == 1:
            return chosen[0]
    if near is not None:
        offset = next((index for index, line in enumerate(search) if line.strip()), 0)
        at = [place for place in chosen or places if _first(place) in {near, near + offset}]
        if len(at) == 1:
            return at[0]
    return None


def _inside(rows: Sequence[str], under: str) -> range | None:
    """Return the lines that belong to the one line that `under` is: all below it that are deeper."""
    wanted = under.strip()
    heads = [index for index, row in enumerate(rows) if row.strip() == wanted]
    heads = heads or [index for index, row in enumerate(rows) if row.strip().startswith(wanted)]
    if len(heads) != 1:
        return None
    depth = len(lead(rows[heads[0]]))
    end = heads[0] + 1
    while end < len(rows) and (not rows[end].strip() or len(lead(rows[end])) > depth):
        end += 1
    return range(heads[0], end)


def _skipping(rows: Sequence[str], search: Sequence[str], kept: Collection[int]) -> tuple[int, ...] | None:
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
    return _aligned(rows, search, filled, [dense[at] for at in place])


def _in_order(keys: Sequence[str], wanted: Sequence[str], at: int) -> list[int] | None:
    """Return where `wanted` stand from `at` on, at most `SKIPPED` lines left out in each gap."""
    found = [at]
    for line in wanted[1:]:
        window = keys[found[-1] + 1 : found[-1] + 2 + SKIPPED]
        if line not in window:
            return None
        found.append(found[-1] + 1 + window.index(line))
    return found


def _nearly(rows: Sequence[str], search: Sequence[str], kept: Collection[int]) -> Found | NotFound | Several:
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
    return Found(_aligned(rows, search, filled, fits[0][1]), exact=False)


def _windows(
    rows: Sequence[str], search: Sequence[str], dense: Sequence[int], filled: Sequence[int]
) -> Iterator[Sequence[int]]:
    """Yield the places where at least half of the lines agree; others can not be nearly the same."""
    size = len(filled)
    keys, wanted = [_typed(rows[index]) for index in dense], [_typed(search[index]) for index in filled]
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
        index in kept or _typed(search[index]) == _typed(rows[row]) for index, row in zip(filled, places, strict=True)
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
