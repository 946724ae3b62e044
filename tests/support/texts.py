"""Hypothesis strategies for hostile text: odd line ends, astral characters, combining marks, lone surrogates.

They know nothing of the code under test.
"""

from __future__ import annotations

from hypothesis import strategies as st

PARTS = (
    "\n",
    "\r",
    "\r\n",
    "\u2028",  # what str.splitlines splits at and LSP does not
    "\u2029",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "a",
    "_b1",
    " ",
    "\t",
    "ä",
    "字",
    "e\u0301",
    "\U0001f600",
    "\U0001f1e9\U0001f1ea",
    "\ud83d",  # half of a pair
    "\ude00",
    "\0",
)
"""Pieces in which something can go wrong, and some plain ones between them."""


def texts(max_size: int = 12) -> st.SearchStrategy[str]:
    """Texts made of `PARTS`; surrogate halves never meet, since together they would be another character."""
    return (
        st.lists(st.sampled_from(PARTS), max_size=max_size).map("".join).filter(lambda text: "\ud83d\ude00" not in text)
    )


def code(lines: tuple[str, ...], max_lines: int = 8) -> st.SearchStrategy[str]:
    """Texts made of whole lines of code, so that a parser sees something like a program."""
    return st.lists(st.sampled_from(lines), max_size=max_lines).map("\n".join)
