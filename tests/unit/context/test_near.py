"""Which word the cursor is at, and that it is no name yet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context.near import LINE_CHARACTERS, near, word_at
from mai_lsp.core.text import open_document
from tests.support.fixture import cursor


@pytest.mark.parametrize(
    ("marked", "word"),
    [
        ("a.fo$0o(b)", "foo"),
        ("$0foo", "foo"),
        ("foo$0", "foo"),
        ("a . $0 b", ""),
        ("x = $_größe$0_2;", "$_größe_2"),
        ("one\n$0\ntwo", ""),
        ("one\ntw$0", "tw"),
        ("$0", ""),
    ],
)
def test_the_word_at_the_cursor(marked: str, word: str) -> None:
    text, offset = cursor(marked)
    found = word_at(text, offset)
    assert text[found.start : found.end] == word
    assert found.start <= offset <= found.end


def test_a_word_is_read_as_far_as_a_line_is() -> None:
    assert len(word_at("x" * 100_000, 50_000)) == 2 * LINE_CHARACTERS


@given(st.text("ab_ .\n(1", max_size=30), st.text("ab_1", max_size=8), st.text("ab_ .\n(1", max_size=30))
def test_a_half_word_is_no_name(before: str, word: str, after: str) -> None:
    whole = open_document("file:///a.py", "python", 1, f"{before} {word} {after}")
    without = open_document("file:///a.py", "python", 1, f"{before}  {after}")
    at = len(before) + 1
    for typed in range(len(word) + 1):
        assert near(whole, at + typed) == near(without, at)
