"""What the user copied, if it looks like code that could belong here: pure.

It judges by looks only, and rather leaves something out: a password manager copies to the same place.
"""

from __future__ import annotations

import re

from mai_lsp.core import tokens
from mai_lsp.core.snippet import CLIPBOARD_PATH, Kind, Snippet
from mai_lsp.core.text import Document, split_lines

LEAST_CHARACTERS, MAX_CHARACTERS = 3, 2_000
"""Tabby's."""

_CODE = re.compile(
    r"[\w\])]\s*\([^()]*\)|[\w\])]\s*[:+*/|&-]?=\s*\S|=>|->|::|[{};]\s*$|:\s*$|</?\w+[^<>]*>|^\s*(?:#|//|@\w|--\s)",
    re.MULTILINE,
)
_LETTER = re.compile(r"[^\W\d_]")


def looks_like_code(text: str) -> bool:
    """Whether a text of usual length has code's marks; a single word never has, however odd its characters are."""
    if not LEAST_CHARACTERS <= len(text.strip()) <= MAX_CHARACTERS or len(text) > 2 * MAX_CHARACTERS:
        return False
    return len(text.split()) > 1 and _LETTER.search(text) is not None and _CODE.search(text) is not None


def copied_from(text: str, document: str) -> bool:
    """Whether every line of a text stands in a document, as when it was copied there."""
    lines = [line.strip() for line in split_lines(text) if line.strip()]
    return bool(lines) and all(line in document for line in lines)


def clipboard(text: str, document: Document, budget: int) -> tuple[Snippet, ...]:
    """Return the clipboard as a snippet if it looks like code, fits, and is not in the document already."""
    if not looks_like_code(text) or copied_from(text, document.text):
        return ()
    shown = text.strip("\r\n")
    size = tokens.estimate(shown) + 8
    return (Snippet(Kind.CLIPBOARD, CLIPBOARD_PATH, shown, 0, size),) if size <= budget else ()
