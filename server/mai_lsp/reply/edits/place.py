"""One region of a file in lines: its new text as hunks, and which hunks of other edits lie beside it.

Offsets are those of the true text; lines those that a model saw.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mai_lsp.core.text import Span
from mai_lsp.reply.edits.compose import differing
from mai_lsp.reply.edits.hunks import Hunk, lines_of
from mai_lsp.reply.edits.masked import Row
from mai_lsp.reply.edits.region import fitted
from mai_lsp.reply.edits.wanted import Problem, Refusal

REPEATED = 2
"""Lines with something in them that a reply must repeat from above the region to have begun before it."""

TELLING = 3
"""Characters that a line must have more of to say where it is from: `}` stands everywhere."""

_IMPORT = re.compile(
    r"^\s*(?:import|from|use|using|pub use|#\s*include|require(?:_relative|_once)?|include|open|package|@import|mod"
    r"|export\b.*\bfrom|(?:const|let|var|local)\b.*=\s*(?:require|import)\b|library|source)\b"
    r"|^\s*#\s*include|^\s*[\w*.\"'/ {}-]+,?\s*(?:as \w+,?)?$|^\s*[)}\]]+.*$|^\s*$|^\s*(?:import|from)\s*[({]"
)


def region_hunks(text: str, rows: Sequence[Row], region: Span, path: str) -> list[Hunk] | Problem:
    """Return what the region's new text changes in the file's lines."""
    first, last, before, behind = _rows(rows, region)
    old = [row.text for row in rows[first : last + 1]]
    if before.strip() or behind.strip():
        if any(row.secrets for row in rows[first : last + 1]):
            return Problem(Refusal.SECRET, path, "The region begins or ends on a line with a masked value.")
        new = (before + text.strip("\r\n").strip() + behind).replace("\r\n", "\n").split("\n")
    else:
        new = lines_of(fitted(text, "\n".join(old)))
        while new and not new[-1].strip() and old and old[-1].strip():
            new.pop()
        while new and not new[0].strip() and old and old[0].strip():
            del new[0]
        texts = [row.text for row in rows]
        inside = _without_surroundings(new, texts, first, last)
        # Who wrote lines of the surroundings as they are may have written others of them changed.
        repeated = REPEATED if len(inside) == len(new) else 1
        new = inside
        if _goes_beyond(new, texts, first, last, repeated):
            detail = "The reply repeats lines that stand above or below the region."
            return Problem(Refusal.UNRELATED, path, detail)
    found = differing(old, new, blanks=False)
    return [Hunk(first + hunk.first, first + hunk.last, hunk.lines) for hunk in found]


def outside_region(hunks: Sequence[Hunk], rows: Sequence[Row], region: Span) -> int | None:
    """Return the first line changed that is neither in the region nor an import above it; None if there is none."""
    first, last, _, _ = _rows(rows, region)
    for hunk in hunks:
        if hunk.first >= first and hunk.last <= last + 1:
            continue
        lines = [*(row.text for row in rows[hunk.first : hunk.last]), *hunk.lines]
        if hunk.last <= first and all(map(_IMPORT.match, lines)):
            continue
        return hunk.first
    return None


def _rows(rows: Sequence[Row], region: Span) -> tuple[int, int, str, str]:
    """Return the first and last line of a region, and what stands on them before and behind it."""
    at = 0
    first, last = len(rows), max(0, len(rows) - 1)
    before = behind = ""
    for number, row in enumerate(rows):
        end = at + len(row.true)
        if first == len(rows) and region.start < end:
            first = number
            before = row.true[: region.start - at]
        if region.end <= end:
            last = number
            behind = row.true[region.end - at :]
            break
        at = end
    return min(first, last), last, before, behind


def _without_surroundings(new: Sequence[str], rows: Sequence[str], first: int, last: int) -> list[str]:
    """Return new text without the file's own lines above and below the region that it began or ended with.

    Small models write the whole function where its first lines are asked for. One line alone says nothing, since code
    may repeat itself: only more of them count, or all that there are, or those beside lines that were left out here.
    """
    own = [row.strip() for row in rows[first : last + 1] if row.strip()]
    above = [row.strip() for row in rows[:first] if row.strip()]
    below = [row.strip() for row in rows[last + 1 :] if row.strip()]
    kept = list(new)
    for sure in (False, True):
        filled = [line.strip() for line in kept if line.strip()]
        ends = _shared(filled[::-1], below, own[::-1], sure=sure and len(kept) < len(new))
        starts = _shared(filled, above[::-1], own, sure=sure and len(kept) < len(new))
        if ends + starts < len(filled):
            kept = _cut(_cut(kept, starts)[::-1], ends)[::-1]
    return kept


def _shared(lines: Sequence[str], around: Sequence[str], own: Sequence[str], *, sure: bool) -> int:
    """Return how many lines at the beginning of `lines`, in turn, are those nearest around; 0 if that says nothing.

    `around` goes away from the region, as `lines` and `own` go into their text.
    """
    for size in range(min(len(lines), len(around)), 0, -1):
        if lines[0] != around[size - 1]:
            continue
        some = list(around[:size][::-1])
        if list(lines[:size]) == some and list(own[:size]) != some:
            telling = (size >= REPEATED or size == len(around)) and any(len(line) > TELLING for line in some)
            return size if sure or telling else 0
    return 0


def _cut(lines: Sequence[str], filled: int) -> list[str]:
    """Leave out so many lines with something in them from the beginning, and the blank ones behind them."""
    at = 0
    while filled and at < len(lines):
        filled -= bool(lines[at].strip())
        at += 1
    while at and at < len(lines) and not lines[at].strip():
        at += 1
    return list(lines[at:])


def _goes_beyond(new: Sequence[str], rows: Sequence[str], first: int, last: int, repeated: int) -> bool:
    """Whether new text begins with lines that stand right above the region, or ends with those right below it."""
    filled = [line.strip() for line in new if line.strip()]
    above = [row.strip() for row in rows[:first] if row.strip()]
    below = [row.strip() for row in rows[last + 1 :] if row.strip()]
    own = [row.strip() for row in rows[first : last + 1] if row.strip()]
    starts = (
        len(above) >= repeated
        and _holds_in_order(filled, above[-repeated:])
        and not _holds_in_order(own, above[-repeated:])
    )
    ends = (
        len(below) >= repeated
        and _holds_in_order(filled, below[:repeated])
        and not _holds_in_order(own, below[:repeated])
    )
    return starts or ends


def _holds_in_order(lines: Sequence[str], some: Sequence[str]) -> bool:
    size = len(some)
    telling = any(len(line) > TELLING for line in some)
    return telling and any(list(lines[at : at + size]) == list(some) for at in range(len(lines) - size + 1))
