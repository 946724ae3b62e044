"""A file as a model saw it, with its secrets masked, line by line, and the way back to what really stands there.

A value that was masked is never changed, copied, moved or made up: what would do that is refused, not repaired.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mai_lsp.core.secrets import PLACEHOLDER, Secret, find
from mai_lsp.core.text import line_starts, lines_with_ends

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line that a model saw."""

    text: str
    """Without its line end, secrets masked."""
    end: str
    """Its line end; empty only for the last line of a file that does not end with one."""
    true: str
    """What really stands there, line end included; several lines where a secret has several."""

    @property
    def secrets(self) -> int:
        """How many values the line hides."""
        return self.text.count(PLACEHOLDER) if self.true != self.text + self.end else 0


def rows_of(text: str, secrets: Sequence[Secret] = ()) -> list[Row]:
    """Return the lines of a text as they were shown."""
    shown, true = [""], [""]
    at = 0
    for start, end in [*((one.start, one.end) for one in secrets), (len(text), len(text))]:
        for line in lines_with_ends(text[at:start]):
            shown[-1] += line
            true[-1] += line
            if line[-1] in "\r\n":
                shown.append("")
                true.append("")
        if start < end:
            shown[-1] += PLACEHOLDER
            true[-1] += text[start:end]
        at = end
    rows = []
    for line, real in zip(shown, true, strict=True):
        if real:
            bare = line.rstrip("\r\n")
            rows.append(Row(bare, line[len(bare) :], real))
    return rows


def shown(text: str, rows: Sequence[int]) -> list[str]:
    """Return some lines of a file as a model may see them; one that holds a part of a secret is nothing but that."""
    starts = [*line_starts(text), len(text)]
    secrets = find(text)
    lines = []
    for row in rows:
        start, end = starts[row], starts[row + 1]
        hidden = any(one.start < end and start < one.end for one in secrets)
        lines.append(PLACEHOLDER if hidden else text[start:end].rstrip("\r\n"))
    return lines


def revealed(removed: Sequence[Row], added: Sequence[str]) -> list[str] | None:
    """Return new lines with the values of those that they replace; None where a value would not stay where it is.

    A line may be changed around its one value if it keeps its form: its names and its depth, nothing else.
    """
    hidden = [row for row in removed if PLACEHOLDER in row.text]
    open_lines = [index for index, line in enumerate(added) if PLACEHOLDER in line]
    if not hidden and not open_lines:
        return list(added)
    if len(hidden) != 1 or len(open_lines) != 1:
        return None
    (row,), (index,) = hidden, open_lines
    if row.text.count(PLACEHOLDER) != 1 or _form(row.text) != _form(added[index]):
        return None
    if not row.secrets:
        return list(added)
    before, after = row.text.split(PLACEHOLDER)
    value = row.true[len(before) : len(row.true) - len(after) - len(row.end)]
    return [line.replace(PLACEHOLDER, value) if number == index else line for number, line in enumerate(added)]


def _form(line: str) -> str:
    """Return a line with all words alike."""
    return _WORD.sub("w", line.strip())
