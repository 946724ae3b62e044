"""Puts hunks into a file's lines and makes its text again, with the line ends and values that it really has.

Takes hunks as they are; where they belong, others have found out.
"""

from __future__ import annotations

from collections.abc import Sequence

from mai_lsp.core.differing import differing as compared
from mai_lsp.core.text import line_end_of
from mai_lsp.reply.edits.hunks import Hunk
from mai_lsp.reply.edits.masked import Row, revealed

Line = Row | str
"""A line of the file, or a new one."""


def text_of(line: Line) -> str:
    """Return a line as a model sees it."""
    return line.text if isinstance(line, Row) else line


def overlap(hunks: Sequence[Hunk]) -> int | None:
    """Return the first line that two different hunks change; None where they are apart."""
    ordered = sorted(set(hunks), key=lambda hunk: (hunk.first, hunk.last))
    end = 0
    for hunk in ordered:
        if hunk.first < end:
            return hunk.first
        end = max(end, hunk.last)
    return None


def placed(lines: Sequence[Line], hunks: Sequence[Hunk]) -> list[Line]:
    """Return the lines with all hunks in them; they do not overlap. The same one twice counts once."""
    result: list[Line] = []
    at = 0
    for hunk in sorted(dict.fromkeys(hunks), key=lambda hunk: (hunk.first, hunk.last)):
        result += lines[at : hunk.first]
        result += hunk.lines
        at = hunk.last
    return [*result, *lines[at:]]


def differing(old: Sequence[str], new: Sequence[str], *, blanks: bool) -> list[Hunk]:
    """Return what makes `new` of `old`; with `blanks` what differs in blank lines and line-final blanks stays as it is.

    Unless nothing but blank lines differ: then they are what was wanted.
    """
    found = _compared(old, new, blanks=blanks)
    if not blanks:
        return found
    telling = [_filled(old[hunk.first : hunk.last]) != _filled(hunk.lines) for hunk in found]
    if not any(telling):
        return found
    # Blank lines that only others part from what really changes belong to that.
    for order in (range(1, len(found)), range(len(found) - 2, -1, -1)):
        for at in order:
            beside = at - 1 if order.step > 0 else at + 1
            between = old[min(found[at].last, found[beside].last) : max(found[at].first, found[beside].first)]
            telling[at] = telling[at] or (telling[beside] and not _filled(between))
    return [hunk for hunk, tells in zip(found, telling, strict=True) if tells]


def _compared(old: Sequence[str], new: Sequence[str], *, blanks: bool) -> list[Hunk]:
    one = [line.rstrip() for line in old] if blanks else list(old)
    other = [line.rstrip() for line in new] if blanks else list(new)
    return [
        Hunk(first, last, tuple(new[new_first:new_last])) for first, last, new_first, new_last in compared(one, other)
    ]


def _filled(lines: Sequence[str]) -> list[str]:
    return [line.rstrip() for line in lines if line.strip()]


def composed(rows: Sequence[Row], lines: Sequence[Line], text: str) -> str | None:
    """Return the true text of `lines`, which keep some of `rows`, the lines of `text`.

    None where a masked value would not stay where it is.
    """
    usual = line_end_of(text)
    pieces: list[tuple[str, str]] = []
    at = 0
    added: list[str] = []
    numbers = {id(row): number for number, row in enumerate(rows)}
    for line in [*lines, None]:
        if isinstance(line, str):
            added.append(line)
            continue
        here = numbers[id(line)] if line is not None else len(rows)
        removed = rows[at:here]
        values = revealed(removed, added)
        if values is None:
            return None
        above = rows[at - 1].end if at else ""
        for number, value in enumerate(values):
            own = removed[min(number, len(removed) - 1)].end if removed else above
            pieces.append((value, own or usual))
        if line is not None:
            pieces.append((line.true[: len(line.true) - len(line.end)], line.end or usual))
        at, added = here + 1, []
    if not pieces:
        return ""
    if rows and not rows[-1].end:
        pieces[-1] = (pieces[-1][0], "")
    return "".join(value + end for value, end in pieces)
