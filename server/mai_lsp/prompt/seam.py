"""Cuts a prefix where the model's tokens meet it: trailing blanks always, half a word where it can be demanded back.

A tokenizer writes ` return` as one token, and an indentation together with the blank before the word, so a prefix
that ends in a blank forces the model off its habit; inside a word it is worse. What is cut is kept in a `Seam`, and
`reply.trim` holds the answer to it.
"""

from __future__ import annotations

import re

from mai_lsp.core.seam import Seam

_BLANKS = re.compile(r"[ \t]+\Z")
_HALF_WORD = re.compile(r"[^\W\d]\w*\Z")


def cut(prefix: str, *, words: bool) -> tuple[str, Seam]:
    """Return the prefix to send and what was cut; `words` only where the server can be made to begin with them."""
    word = ""
    if words and (found := _HALF_WORD.search(prefix)):
        word = found.group()
        prefix = prefix[: found.start()]
    spaces = ""
    if found := _BLANKS.search(prefix):
        spaces = found.group()
        prefix = prefix[: found.start()]
    return prefix, Seam(spaces, word)
