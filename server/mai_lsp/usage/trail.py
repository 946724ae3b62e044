"""Where one suggestion stands in a text that is being edited: typed along, taken in pieces or whole, or contradicted.

Pure: it sees edits, not the client, and tells how far the text agrees with the suggestion by comparing texts, not by
the shape of edits, since editors write the same change in many ways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from mai_lsp.core.text import Edit, Span

SLACK = 64
"""Characters known behind the suggestion's place beyond its own length."""

_KEYSTROKE = re.compile(r"(?:\r\n|[\s\S])[ \t]*|[ \t]+|\(\)|\[\]|\{\}|\"\"|''|``")
"""What one key may insert: a character, a line end that the editor indents after, a tab's blanks, a pair."""

_WORD = re.compile(r"\w")

_CLOSERS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`"}


class How(StrEnum):
    """In which way the text came to agree further."""

    TYPED = "typed"
    """Key by key, as far as can be told."""
    PART = "part"
    """A word, a line or another piece in one go."""
    WHOLE = "whole"
    """All that was left in one go."""


class Move(NamedTuple):
    """`text[start:end]` of the suggestion has come into the document."""

    how: How
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Trail:
    """A suggestion and the part of the document it is about; offsets are code points."""

    text: str
    """All of the suggestion, what was typed of it before it was made included."""
    start: int
    """Offset in the document at which it begins."""
    at: int
    """How much of it stands in the document."""
    tail: str
    """What follows in the document and would be replaced."""
    ahead: str
    """What follows after that, as far as it is known."""
    window: str
    """The document from `start` on, as far as it is known; ``text[:at] + tail + ahead`` unless `loose`."""
    loose: bool = False
    """The last edit does not agree; a later one of the same change may mend it."""

    @property
    def done(self) -> bool:
        """Whether all of it stands in the document."""
        return not self.loose and self.text[self.at :] == self.tail

    @property
    def left(self) -> str:
        """What does not stand in the document yet."""
        return self.text[self.at :]

    @property
    def gain(self) -> int:
        """Characters that taking the rest would add, without those that stand behind the cursor already."""
        return max(0, len(self.text) - self.at - len(self.tail))


def begin(document: str, span: Span, text: str, cursor: int) -> Trail:
    """Return the trail of a suggestion that replaces `span`, with the cursor in it, by `text`."""
    there = document[span.start : span.end]
    at = cursor - span.start if text.startswith(document[span.start : cursor]) else 0
    known = document[span.start : span.end + len(text) + SLACK]
    return Trail(text, span.start, at, there[at:], known[len(there) :], known)


def step(trail: Trail, edit: Edit) -> tuple[Trail | None, Move | None]:
    """Take one edit, in the coordinates that its predecessors left; None instead of a trail when it can not agree."""
    moved = _moved(trail, edit)
    if moved is None or moved is trail or moved.window is trail.window:
        return moved, None
    fitting = _fitted(moved)
    if fitting is None:
        here = edit.span.start <= trail.start + trail.at + len(trail.tail)
        if here or trail.loose:
            return replace(moved, loose=True), None
        return replace(moved, ahead=moved.window[moved.at + len(moved.tail) :]), None
    if fitting.at <= trail.at:
        return fitting, None
    return fitting, Move(_how(fitting, trail.at, edit), trail.at, fitting.at)


def _moved(trail: Trail, edit: Edit) -> Trail | None:
    """Apply an edit to what is known of the document; None where it tears the beginning."""
    low, high = edit.span.start, edit.span.end
    if high < trail.start or (low < high == trail.start and trail.at):
        return replace(trail, start=trail.start + len(edit.text) - len(edit.span))
    if low < trail.start:
        return None
    known_end = trail.start + len(trail.window)
    if low > known_end or low == known_end < high:
        return trail
    head = trail.window[: low - trail.start]
    if high <= known_end:
        return replace(trail, window=f"{head}{edit.text}{trail.window[high - trail.start :]}")
    kept = low - trail.start - trail.at - len(trail.tail)
    if kept <= 0 or trail.loose:
        return None
    return replace(trail, window=head, ahead=trail.ahead[:kept])  # What lies behind is not known any more.


def _fitted(trail: Trail) -> Trail | None:
    """Find how much of the suggestion stands in the window now; None when the window says something else."""
    text, tail, ahead, window = trail.text, trail.tail, trail.ahead, trail.window
    size = len(window) - len(tail) - len(ahead)
    # First what leaves the tail alone: where the suggestion ends like it, both are so.
    if 0 <= size <= len(text) and window == f"{text[:size]}{tail}{ahead}":
        return replace(trail, at=size, loose=False)
    if window == text + ahead:
        return replace(trail, at=len(text), tail="", loose=False)
    # Editors close a bracket when it is opened; the closing one then stands behind the cursor.
    closer = _CLOSERS.get(text[size - 2]) if 2 <= size <= len(text) + 1 else None
    if closer is not None and window == f"{text[: size - 1]}{closer}{tail}{ahead}":
        return replace(trail, at=size - 1, tail=closer + tail, loose=False)
    return None


def _how(trail: Trail, before: int, edit: Edit) -> How:
    """Tell a key from an acceptance by what has come."""
    new = trail.text[before : trail.at]
    if _KEYSTROKE.fullmatch(new):
        return How.TYPED
    if trail.done:
        return How.WHOLE
    inside_word = bool(_WORD.search(new[-1:]) and _WORD.match(trail.left))
    # Quick typing may come several keys at a time and ends anywhere; other completions replace what was typed.
    return How.TYPED if inside_word or len(edit.span) else How.PART
