"""Finds the lines of a file that a model means: exactly, then blanks aside, then nearly; and alone, or not at all.

The cascade is Copilot's (exact, flexible blanks, nearly the same lines) with Aider's dropped blank lines; unlike theirs
it never takes the first of two places, and lines that are to be replaced must agree up to blanks and typography. Only
those that stay may differ, since of them the file's own are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from mai_lsp.reply.edits.found import Found, NotFound, Several, aligned, first_row, typed
from mai_lsp.reply.edits.indent import lead
from mai_lsp.reply.edits.nearly import nearly, skipping


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
            return Found(chosen, exact) if chosen else Several(tuple(map(first_row, places)))
    skipped = skipping(rows, search, kept)
    return Found(skipped, exact=False) if skipped else nearly(rows, search, kept)


def _cascade(rows: Sequence[str], search: Sequence[str]) -> Iterator[tuple[bool, list[tuple[int, ...]]]]:
    """Yield the places of each step, the strictest first."""
    # Blank lines and blanks at the ends of lines tell no places apart: a model drops them without notice.
    if places := _together(rows, search, _rstripped):
        loose = [place for place in _apart(rows, search, _rstripped) if not _meets(rows, place, places)]
        yield all([rows[row] for row in place] == list(search) for place in places), [*places, *loose]
    yield False, _together(rows, search, _stripped)
    for key in (_rstripped, _stripped, typed):
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
        aligned(rows, search, filled, dense[at : at + size])
        for at in range(len(keys) - size + 1)
        if keys[at] == wanted[0] and keys[at : at + size] == wanted
    ]


def _told_apart(
    rows: Sequence[str], search: Sequence[str], places: Sequence[tuple[int, ...]], near: int | None, under: str
) -> tuple[int, ...] | None:
    """Return the one place that the number or the heading says; None where they say none or two."""
    chosen = list(places)
    if under.strip():
        inside = _inside(rows, under)
        chosen = [place for place in chosen if first_row(place) in inside] if inside else []
        if len(chosen) == 1:
            return chosen[0]
    if near is not None:
        offset = next((index for index, line in enumerate(search) if line.strip()), 0)
        at = [place for place in chosen or places if first_row(place) in {near, near + offset}]
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
