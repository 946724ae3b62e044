"""How LSP counts columns: code units of UTF-8, UTF-16 or UTF-32; pure arithmetic on one line's text."""

from __future__ import annotations

from enum import StrEnum


class Encoding(StrEnum):
    """The position encodings of LSP 3.17 and later, by their names on the wire."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


def units(text: str, encoding: Encoding) -> int:
    """Return how many code units `text` takes; a lone surrogate counts as it would be encoded (3, 1 and 1)."""
    if encoding is Encoding.UTF32 or text.isascii():
        return len(text)
    if encoding is Encoding.UTF8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def index_at(text: str, column: int, encoding: Encoding) -> int:
    """Return the code point index of `column` code units into `text`.

    A column past the end gives the end; one inside a character gives that character's start.
    """
    if column <= 0:
        return 0
    if encoding is Encoding.UTF32 or text.isascii():
        return min(column, len(text))
    if encoding is Encoding.UTF8:
        data = text.encode("utf-8", "surrogatepass")
        column = min(column, len(data))
        while column < len(data) and data[column] & 0xC0 == 0x80:
            column -= 1
        return len(data[:column].decode("utf-8", "surrogatepass"))
    low = 0
    for index, char in enumerate(text):
        wide = 2 if char > "\uffff" else 1
        if low + wide > column:
            return index
        low += wide
    return len(text)
