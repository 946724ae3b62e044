"""Makes a reply plain text: one kind of line end, no invisible characters, nothing damaged.

Character by character, so that how a stream was cut up can not matter; it knows nothing of code.
"""

from __future__ import annotations

import re

from mai_lsp.core.text import with_line_ends

INVISIBLE = "\ufeff\u200b\u2060"
"""Byte order mark, zero-width space, word joiner: no language has a use for them outside of strings."""

NO_BREAK_SPACE = "\u00a0"

DAMAGE = "\ufffd"
"""What a decoder puts where bytes were missing, such as half an emoji at the end of a cut reply."""

_TORN_WORD = re.compile(r"[\w\\]+\Z")
_DAMAGED_LINE = re.compile(rf"(?:\A|\n)[^\n]*{DAMAGE}")


def clean(raw: str, around: str) -> tuple[str, bool]:
    """Return the text up to its first damaged line, and whether there is one.

    `around` is the document's text near the cursor; characters that it uses itself are left alone.
    """
    text = with_line_ends(raw, "\n")
    if text.isascii():
        return text, False
    for char in INVISIBLE:
        if char in text and char not in around:
            text = text.replace(char, "")
    if NO_BREAK_SPACE in text and NO_BREAK_SPACE not in around:
        text = text.replace(NO_BREAK_SPACE, " ")
    if DAMAGE in text and DAMAGE not in around and (found := _DAMAGED_LINE.search(text)):
        return text[: found.start()], True
    return text, False


def without_torn_end(raw: str) -> str:
    """Return a reply that a limit cut off without its unfinished line; of a single line, without its half word."""
    whole = raw[: max(raw.rfind("\n"), raw.rfind("\r")) + 1]
    return whole if any(char.isalnum() for char in whole) else _TORN_WORD.sub("", raw)
