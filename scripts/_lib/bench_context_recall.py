"""The two measures of context: which names a prompt shows anywhere, and of which it shows a definition.

Pure text; a definition counts as shown when one line holds its own words up to the name and what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MARKS = re.compile(r"^(?:[\s│⋮█#*]|//+|--)+")
"""Blanks, comment marks, and what Aider draws beside lines."""

_MODIFIERS = re.compile(
    r"^(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|unsafe|readonly"
    r"|override|synchronized|native|pub(?:\s*\([^)]*\))?)\s+)+"
)
"""Words before a definition that say who may use it, not what it is; a shortened signature may drop them."""

_WORDS = re.compile(r"[\w$]+")


class Shape(NamedTuple):
    """How a definition begins."""

    text: str
    """Its line without modifiers, from the first word through the name and what follows, blanks made one."""
    bare: bool
    """It begins with the name itself; then a line must begin so, since uses look like it."""


class Prompt:
    """A prompt's text, made ready to be asked about many names."""

    __slots__ = ("_lines", "_words", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = frozenset(_WORDS.findall(text))
        self._lines = [normal(line) for line in re.split(r"\r\n|\n|\r", text)]

    def names(self, name: str) -> bool:
        """Whether the name stands anywhere in it as a whole word."""
        return name in self._words

    def defines(self, name: str, shapes: Iterable[Shape]) -> bool:
        """Whether one of the definitions is shown."""
        return self.names(name) and any(shown(shape, line) for line in self._lines if name in line for shape in shapes)


def shape_of(data: bytes, start: int, end: int) -> Shape:
    """Return how the definition of the name at these bytes begins, in its file's own words."""
    low = data.rfind(b"\n", 0, start) + 1
    high = data.find(b"\n", end)
    line_end = len(data) if high < 0 else high
    before = data[low:end].decode("utf-8", "replace").lstrip()
    after = data[end:line_end].decode("utf-8", "replace").strip()
    head = normal(before)
    bare = head == data[start:end].decode("utf-8", "replace")
    if not bare:
        return Shape(squeezed(head + _gap(data, end) + after[:1]).strip(), bare=False)
    # A name and a colon are an argument or a key as well: what stands behind them belongs to it.
    tail = re.match(r"(?:(?!//|/\*|#)\W)*\w*", after)
    return Shape(squeezed(head + _gap(data, end) + (tail[0] if tail else "")).strip(), bare=True)


def shown(shape: Shape, line: str) -> bool:
    """Whether a line (`normal`) shows the definition."""
    if shape.bare:
        return line.startswith(shape.text) and not _goes_on(shape.text, line)
    at = line.find(shape.text)
    while at >= 0:
        if not at or not (line[at - 1].isalnum() or line[at - 1] == "_"):
            return True
        at = line.find(shape.text, at + 1)
    return False


def _goes_on(text: str, line: str) -> bool:
    """Whether the word that `text` ends with is longer in the line that begins with it."""
    return line[len(text) : len(text) + 1].isidentifier() and text[-1:].isidentifier()


def normal(line: str) -> str:
    """Return a line without comment marks, modifiers and superfluous blanks."""
    return squeezed(_MODIFIERS.sub("", _MARKS.sub("", line).strip()))


def squeezed(text: str) -> str:
    """Make every run of blanks one."""
    return re.sub(r"\s+", " ", text)


def recalls(prompt: Prompt, names: Sequence[str], shapes: Sequence[Sequence[Shape]]) -> tuple[float, float]:
    """Return identifier recall and definition recall of one place."""
    named = sum(prompt.names(name) for name in names)
    defined = sum(prompt.defines(name, found) for name, found in zip(names, shapes, strict=True))
    return named / len(names), defined / len(names)


def _gap(data: bytes, end: int) -> str:
    return " " if data[end : end + 1].isspace() else ""
