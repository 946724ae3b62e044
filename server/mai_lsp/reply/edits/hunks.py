"""From one wanted replacement to the lines of a file that really change; what the model only repeated stays as it is.

Works on lines without their ends. It never raises; what has no certain place comes back as a `Problem`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from difflib import SequenceMatcher

from mai_lsp.core.text import split_lines
from mai_lsp.reply.edits.elision import is_dots, paired
from mai_lsp.reply.edits.find import find, places_of
from mai_lsp.reply.edits.found import Found, NotFound, Several
from mai_lsp.reply.edits.indent import lead, learn, moved
from mai_lsp.reply.edits.wanted import Problem, Refusal, Replace

AROUND = 3
"""Lines shown above and below where the model may have meant."""

_GUTTER = re.compile(r"^[ \t]*\d+[ \t]*[|\u2502] ?")

MAX_SHOWN = 40
"""Lines of a file shown in one problem."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `first` up to `last`, exclusive, become `lines`."""

    first: int
    last: int
    lines: tuple[str, ...]


def lines_of(text: str) -> list[str]:
    """Split a part of an edit, whose last line end is none of a further line."""
    lines = split_lines(text)
    return lines[:-1] if not lines[-1] else lines


def hunks(rows: Sequence[str], wanted: Replace, times: int = 1) -> tuple[Hunk, ...] | Problem:
    """Return what changes in `rows`; `times` is how often the reply says the very same edit."""
    search, replace = lines_of(wanted.search), lines_of(wanted.replace)
    if times > 1 and len(places := places_of(rows, search)) == times:
        # As many times as it stands there: all are meant.
        return tuple(hunk for place in places for hunk in _built(rows, search, replace, Found(place, exact=True)) or ())
    found = find(rows, search, kept=_kept(search, replace), near=wanted.near, under=wanted.under)
    if wanted.inline and isinstance(found, Found) and not found.exact and (parts := _parts(rows, search)):
        return _refused(rows, wanted, Several(parts))
    if isinstance(found, Found):
        built = _built(rows, search, replace, found)
        return built if built is not None else _refused(rows, wanted, NotFound(_first(found)))
    if wanted.inline and isinstance(found, NotFound) and (inside := _inline(rows, wanted)) is not None:
        return inside
    if isinstance(found, NotFound) and (bare := _unnumbered(wanted, search, replace)):
        return hunks(rows, bare)
    if isinstance(found, NotFound) and any(map(is_dots, search)):
        return _elided(rows, wanted, search, replace)
    return _refused(rows, wanted, found)


def _unnumbered(wanted: Replace, search: Sequence[str], replace: Sequence[str]) -> Replace | None:
    """Return an edit without the line numbers that stand before every line on both sides; None without them."""
    if not search or not all(map(_GUTTER.match, (*search, *replace))):
        return None
    bare = ["".join(_GUTTER.sub("", line) + "\n" for line in side) for side in (search, replace)]
    return replaced(wanted, search=bare[0], replace=bare[1])


def _kept(search: Sequence[str], replace: Sequence[str]) -> frozenset[int]:
    """Return which lines of the search the replacement repeats."""
    return frozenset(
        index
        for tag, first, last, _, _ in _compared(search, replace, exact=False)
        if tag == "equal"
        for index in range(first, last)
    )


def _compared(
    search: Sequence[str], replace: Sequence[str], *, exact: bool
) -> Sequence[tuple[str, int, int, int, int]]:
    one, other = list(search), list(replace)
    if not exact:
        one, other = [line.rstrip() for line in one], [line.rstrip() for line in other]
    return SequenceMatcher(None, one, other, autojunk=False).get_opcodes()


def _first(found: Found) -> int:
    return next((row for row in found.rows if row >= 0), 0)


def _built(rows: Sequence[str], search: Sequence[str], replace: Sequence[str], found: Found) -> tuple[Hunk, ...] | None:
    """Return the hunks of an edit whose place is known; None where the new lines' depth can not be told."""
    pairs = [(line, rows[row]) for line, row in zip(search, found.rows, strict=True) if row >= 0]
    known = learn(pairs)
    result: list[Hunk] = []
    for tag, first, last, new_first, new_last in _compared(search, replace, exact=found.exact):
        if tag == "equal":
            continue
        new: list[str] | None = list(replace[new_first:new_last])
        if not found.exact:
            new = moved(new or [], known) if known else _beside(new or [], search, rows, found, slice(first, last))
        if new is None or _in_gap(search, found, first, last):
            return None
        result.append(_hunk(rows, search, found, (first, last), new))
    return tuple(result)


def _in_gap(search: Sequence[str], found: Found, first: int, last: int) -> bool:
    """Whether lines that the model left out or made up, blank or not, stand where a hunk begins or ends.

    Before them or behind, who knows.
    """
    sure = [index for index, line in enumerate(search) if line.strip()]
    if first < last and first in sure and last - 1 in sure:
        return False
    above = max((index for index in sure if index <= first and (index < first or first < last)), default=None)
    below = min((index for index in sure if index >= last or (index == last - 1 and first < last)), default=None)
    if above is None or below is None or above >= below:
        return False
    return found.rows[below] - found.rows[above] != below - above


def _beside(
    new: Sequence[str], search: Sequence[str], rows: Sequence[str], found: Found, span: slice
) -> list[str] | None:
    """Return new lines at the depth of those they replace one by one, where the model's depths mean nothing."""
    if len(search[span]) != len(new):
        return None
    result = []
    for line, old, row in zip(new, search[span], found.rows[span], strict=True):
        if row < 0 or (line.strip() and lead(line) != lead(old)):
            return None
        result.append(lead(rows[row]) + line.lstrip(" \t"))
    return result


def _hunk(rows: Sequence[str], search: Sequence[str], found: Found, span: tuple[int, int], new: Sequence[str]) -> Hunk:
    """Place new lines for the search's lines `span`."""
    own = [row for row in found.rows[span[0] : span[1]] if row >= 0]
    if own:
        return Hunk(own[0], own[-1] + 1, tuple(new))
    above = [row for row in found.rows[: span[0]] if row >= 0]
    if above:
        # Blank lines that only the file has stay above what follows them in the search.
        drifted = all(not line.strip() for line in search[span[0] : span[1]]) and span[0] < span[1]
        return Hunk(above[-1] + 1, above[-1] + 1, () if drifted and not any(new) else tuple(new))
    below = next((row for row in found.rows[span[1] :] if row >= 0), len(rows))
    return Hunk(below, below, tuple(new))


def _parts(rows: Sequence[str], search: Sequence[str]) -> tuple[int, ...]:
    """Return the lines that hold the one line of a search as a part, if there are several."""
    wanted = search[0].strip() if len(search) == 1 else ""
    found = tuple(index for index, row in enumerate(rows) if wanted and wanted in row)
    return found if len(found) > 1 else ()


def _inline(rows: Sequence[str], wanted: Replace) -> tuple[Hunk, ...] | Problem | None:
    """Replace a part of a line, or of several; None where it does not stand there exactly."""
    search, replace = wanted.search.replace("\r\n", "\n"), wanted.replace.replace("\r\n", "\n")
    if search.endswith("\n") and (replace.endswith("\n") or not replace):
        search, replace = search.removesuffix("\n"), replace.removesuffix("\n")
    text = "\n".join(rows)
    ends = search.split("\n")
    if not ends[0].strip() or not ends[-1].strip() or (at := text.find(search)) < 0:
        return None
    if (again := text.find(search, at + 1)) >= 0:
        return _refused(rows, wanted, Several((text.count("\n", 0, at), text.count("\n", 0, again))))
    first, last = text.count("\n", 0, at), text.count("\n", 0, at + len(search))
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at + len(search))
    before, behind = text[start:at], text[at + len(search) : len(text) if end < 0 else end]
    if not before.strip() and not behind.strip():
        return None  # Whole lines, blanks aside.
    old, new = list(rows[first : last + 1]), (before + replace + behind).split("\n")
    return tuple(
        Hunk(first + old_first, first + old_last, tuple(new[new_first:new_last]))
        for tag, old_first, old_last, new_first, new_last in _compared(old, new, exact=True)
        if tag != "equal"
    )


def _elided(
    rows: Sequence[str], wanted: Replace, search: Sequence[str], replace: Sequence[str]
) -> tuple[Hunk, ...] | Problem:
    """Replace the parts around dots, each found alone and one below the other."""
    parts = paired(search, replace)
    if parts is None:
        detail = "The search leaves lines out by dots, and the replacement does not leave out the same."
        return Problem(Refusal.ELIDED, wanted.path, detail, _shown(rows, [_start(rows, search)]))
    result: list[Hunk] = []
    below = -1
    for old, new in parts:
        found = find(rows, old, kept=_kept(old, new))
        if not isinstance(found, Found):
            return _refused(rows, wanted, found)
        if _first(found) <= below:
            return _refused(rows, wanted, NotFound(_first(found)))
        built = _built(rows, old, new, found)
        if built is None:
            return _refused(rows, wanted, NotFound(_first(found)))
        below = max(found.rows)
        result += built
    return tuple(result)


def _start(rows: Sequence[str], search: Sequence[str]) -> int:
    found = find(rows, [line for line in search if not is_dots(line)][:1])
    return _first(found) if isinstance(found, Found) else 0


def _refused(rows: Sequence[str], wanted: Replace, found: Found | NotFound | Several) -> Problem:
    """Say why, with the file's true lines."""
    if isinstance(found, Several):
        at = ", ".join(str(row + 1) for row in sorted(found.rows)[:6])
        detail = f"The lines to be replaced stand, or nearly stand, more than once: at lines {at}."
        return Problem(Refusal.AMBIGUOUS, wanted.path, detail, _shown(rows, sorted(found.rows)[:4]))
    row = found.row if isinstance(found, NotFound) else None
    detail = "The lines to be replaced do not stand in the file."
    if row is not None:
        detail += f" The nearest are at line {row + 1}."
    size = len(lines_of(wanted.search))
    return Problem(Refusal.NOT_FOUND, wanted.path, detail, _shown(rows, [row] if row is not None else [], size))


def _shown(rows: Sequence[str], places: Sequence[int], size: int = 1) -> str:
    """Return the file's lines around places."""
    blocks: list[str] = []
    end = 0
    for row in places:
        first = max(end, row - AROUND)
        end = min(len(rows), max(first, row + min(size, MAX_SHOWN)) + AROUND)
        blocks.append("\n".join(rows[first:end]))
    return "\n…\n".join(block for block in blocks if block)
