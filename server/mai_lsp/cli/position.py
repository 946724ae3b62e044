"""Reads ``FILE:LINE:COL`` and finds the offset it means in a document.

It opens no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mai_lsp.core.text import Document
from mai_lsp.errors import MaiError

STDIN = "-"

_POSITION = re.compile(r"(?P<file>[^:].*?):(?P<line>\d{1,9})(?::(?P<column>\d{0,9}))?:?", re.DOTALL)
"""Read from the right, so that a Windows drive letter stays with the file; compilers end theirs with a colon."""


class BadPosition(MaiError):
    """The position can not be read, or is not in the file."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, counted from 1 as compilers and editors show it."""

    file: str
    """As given; ``-`` is standard input."""
    line: int
    column: int
    """In code points; 0 means the end of the line."""


def parse(text: str) -> Position:
    """Read ``FILE:LINE:COL``, ``FILE:LINE:`` or ``FILE:LINE``; raise BadPosition when it is none of them."""
    found = _POSITION.fullmatch(text)
    if found is None:
        raise BadPosition(
            f"{text!r} names no line.", advice="Write it like src/app.py:12:5 (or :12 for the line's end)."
        )
    line = int(found["line"])
    if line < 1:
        raise BadPosition(f"{text!r} names line 0.", advice="Lines and columns are counted from 1.")
    return Position(found["file"], line, int(found["column"] or 0))


def offset_of(position: Position, document: Document) -> tuple[int, str]:
    """Give the offset and a note, which is empty when the position was taken as it is.

    A column behind the line's end means the end, as in LSP, and is noted. A line that is not there raises BadPosition:
    nobody means the last line by it.
    """
    if position.line > document.line_count:
        lines = "one line" if document.line_count == 1 else f"{document.line_count} lines"
        raise BadPosition(
            f"There is no line {position.line}: {_shown(position.file)} has {lines}.",
            advice="Lines are counted from 1.",
        )
    span = document.line_span(position.line - 1)
    if position.column == 0:
        return span.end, ""
    if position.column - 1 > len(span):
        return span.end, (
            f"Line {position.line} has {len(span)} columns, so the cursor was put at its end and not at "
            f"column {position.column}."
        )
    return span.start + position.column - 1, ""


def _shown(file: str) -> str:
    return "standard input" if file == STDIN else file
