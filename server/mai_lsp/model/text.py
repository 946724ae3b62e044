"""From raw text deltas to clean ones: half surrogate pairs joined, inline reasoning taken out.

Pure and incremental: the result never depends on how the text was cut into deltas.
"""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_OPEN, _CLOSE = "<think>", "</think>"


def well_formed(text: str) -> str:
    """Join surrogate pairs and replace lone halves by U+FFFD, so that the text can be encoded."""
    if _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Surrogates:
    """Joins surrogate pairs that JSON escapes split over two deltas."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Give the text that is complete; the first half of a pair waits for the next delta."""
        if self._held:
            text, self._held = self._held + text, ""
        elif text.isascii():
            return text
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        return well_formed(text)

    def flush(self) -> str:
        """Give what waited in vain."""
        held, self._held = self._held, ""
        return well_formed(held)


class Thinking:
    """Separates ``<think>…</think>`` at the head of a reply from the reply.

    Only at the head, after blanks at most: anywhere else the tag is code that somebody writes.
    """

    __slots__ = ("_buffer", "_state")

    def __init__(self) -> None:
        self._state = "head"
        self._buffer = ""

    def feed(self, text: str) -> tuple[str, str]:
        """Give (visible text, reasoning) that is certain by now."""
        if self._state == "text":
            return text, ""
        self._buffer += text
        if self._state == "head":
            start = self._buffer.lstrip()
            if start.startswith(_OPEN):
                self._state = "thinking"
                self._buffer = start[len(_OPEN) :]
            elif _OPEN.startswith(start):
                return "", ""
            else:
                self._state = "text"
                return self._take(), ""
        if self._state == "thinking":
            return self._think()
        return self._after()

    def flush(self) -> tuple[str, str]:
        """End of the reply: give what was held back."""
        rest = self._take()
        return ("", rest) if self._state == "thinking" else (rest if self._state == "head" else "", "")

    def _think(self) -> tuple[str, str]:
        hidden, closed, rest = self._buffer.partition(_CLOSE)
        if closed:
            self._state = "after"
            self._buffer = rest
            return self._after()[0], hidden
        keep = max((n for n in range(1, len(_CLOSE)) if hidden.endswith(_CLOSE[:n])), default=0)
        self._buffer = hidden[len(hidden) - keep :]
        return "", hidden[: len(hidden) - keep]

    def _after(self) -> tuple[str, str]:
        """Drop the empty lines between the closing tag and the reply; indentation stays."""
        rest = self._buffer.lstrip("\r\n")
        self._buffer = ""
        if rest:
            self._state = "text"
        return rest, ""

    def _take(self) -> str:
        taken, self._buffer = self._buffer, ""
        return taken
