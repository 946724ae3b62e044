r"""A document as an immutable value: its text, where its lines start, and its syntax tree.

Offsets are code points, everywhere inside the server; LSP positions end in `lsp.convert` and bytes in `core.syntax`.
A line ends at ``\n``, ``\r\n`` or ``\r`` and nowhere else (LSP 3.18, "Text Documents"), unlike `str.splitlines`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mai_lsp.core.syntax import Syntax

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def holds(self, other: Span) -> bool:
        """Whether `other` lies inside, ends included."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `span` by `text`; an insertion has an empty span."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """That what the client calls a document is the end of a longer text: a notebook's cell, below those above it."""

    file: str
    """URI of the file that it is in."""
    start: int
    """Where the client's document begins; always at the beginning of a line."""
    whole: str = ""
    """Name of the text that this one is the beginning of: what was edited in it was edited here."""


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one text; every change makes a new value, so a snapshot is just a reference."""

    uri: str
    language: str
    """LSP language id as the client gave it."""
    version: int | None
    text: str
    starts: Sequence[int]
    """Offset of each line's first character; always begins with 0."""
    syntax: Syntax | None = None
    """The tree of this text; None without a grammar, or while a large file is still being parsed."""
    part: Part | None = None
    """Set where the client knows the end of the text only; that alone can be edited."""

    @property
    def file(self) -> str:
        """URI of the file that the text is of, which says where it is and whether it may be shown."""
        return self.part.file if self.part is not None else self.uri

    @property
    def whole(self) -> str:
        """Name under which its history is kept."""
        return self.part.whole if self.part is not None else self.uri

    @property
    def own(self) -> Span:
        """What the client knows as the document: all of the text, or its end."""
        return Span(self.part.start if self.part is not None else 0, len(self.text))

    @property
    def line_count(self) -> int:
        """How many lines; a text that ends with a line end has an empty last line."""
        return len(self.starts)

    def line_at(self, offset: int) -> int:
        """Return the number (from 0) of the line that holds `offset`."""
        return bisect_right(self.starts, offset) - 1

    def line_span(self, line: int) -> Span:
        """Return the line's span without its line end."""
        start = self.starts[line]
        if line + 1 == len(self.starts):
            return Span(start, len(self.text))
        end = self.starts[line + 1] - 1
        if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> str:
        """Return the line's text without its line end."""
        span = self.line_span(line)
        return self.text[span.start : span.end]

    def slice(self, span: Span) -> str:
        """Return the text of `span`."""
        return self.text[span.start : span.end]

    def edited(self, edits: Sequence[Edit], version: int | None) -> Document:
        """Apply `edits` one after the other (each in the coordinates its predecessor left) and re-parse once."""
        text, starts = self.text, self.starts
        for edit in edits:
            text, starts = _splice(text, starts, edit)
        syntax = self.syntax.edited(edits, text) if self.syntax else None
        return replace(self, version=version, text=text, starts=starts, syntax=syntax)

    def edited_descending(self, edits: Sequence[Edit], version: int | None) -> Document:
        """Apply non-overlapping `edits` given last-in-the-text first: one pass, however many there are."""
        if len(edits) == 1:
            return self.edited(edits, version)
        pieces: list[str] = []
        at = len(self.text)
        for edit in edits:
            pieces += (self.text[edit.span.end : at], edit.text)
            at = edit.span.start
        pieces.append(self.text[:at])
        text = "".join(reversed(pieces))
        syntax = self.syntax.edited(edits, text) if self.syntax else None
        return replace(self, version=version, text=text, starts=line_starts(text), syntax=syntax)


def open_document(uri: str, language: str, version: int | None, text: str) -> Document:
    """Make a document that has no syntax tree yet."""
    return Document(uri, language, version, text, line_starts(text))


def line_starts(text: str) -> array[int]:
    """Return the offset of each line's first character."""
    return array("Q", [0, *(m.end() for m in _LINE_END.finditer(text))])


def split_lines(text: str) -> list[str]:
    """Split at LSP line ends, without the ends; always at least one item."""
    return _LINE_END.split(text)


def lines_with_ends(text: str) -> list[str]:
    """Split at LSP line ends, each line with its own; no lines for no text, and none behind a last line end."""
    bounds = [0, *(found.end() for found in _LINE_END.finditer(text))]
    if bounds[-1] < len(text):
        bounds.append(len(text))
    return [text[start:end] for start, end in pairwise(bounds)]


def line_end_of(text: str) -> str:
    """Return the first line end in the text, or a newline where there is none."""
    found = _LINE_END.search(text)
    return found.group() if found else "\n"


def with_line_ends(text: str, line_end: str) -> str:
    """Give every line of `text` the same line end."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain if line_end == "\n" else plain.replace("\n", line_end)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Apply non-overlapping `edits`, all in the coordinates of `text`, in any order.

    Insertions at one place keep their order, as in LSP's `TextEdit[]`.
    """
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        pieces += (text[at : edit.span.start], edit.text)
        at = edit.span.end
    return "".join((*pieces, text[at:]))


def _splice(text: str, starts: Sequence[int], edit: Edit) -> tuple[str, Sequence[int]]:
    """Replace a span and mend the line index around it only, which keeps a keystroke cheap in a long file."""
    start, end = edit.span.start, edit.span.end
    new_text = "".join((text[:start], edit.text, text[end:]))
    delta = len(edit.text) - (end - start)
    first = bisect_right(starts, start) - 1
    if start and text[start - 1] == "\r" and starts[first] == start:
        first -= 1  # What follows the carriage return may have become, or stopped being, the second half of \r\n.
    last = bisect_right(starts, end) - 1
    scan_from = starts[first]
    scan_to = starts[last + 1] + delta if last + 1 < len(starts) else len(new_text)
    found = [m.end() for m in _LINE_END.finditer(new_text, scan_from, scan_to)]
    head, tail = starts[: first + 1], starts[last + 1 :]
    if tail and (not found or found[-1] != tail[0] + delta):
        # The region always ends with the line end that was there before, so this line start is in both lists.
        found.append(tail[0] + delta)
    moved = tail[1:] if not delta else array("Q", [at + delta for at in tail[1:]])
    mended = array("Q", head)
    mended.extend(found)
    mended.extend(moved)
    return new_text, mended
