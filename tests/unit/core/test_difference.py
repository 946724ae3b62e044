"""The one edit that makes a text of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.difference import difference
from mai_lsp.core.text import Edit, Span, apply

TEXTS = st.text("ab\n", max_size=12)


@given(TEXTS, TEXTS)
def test_it_makes_the_one_of_the_other_and_is_as_small_as_can_be(before: str, after: str) -> None:
    edit = difference(before, after)
    assert apply(before, [edit]) == after
    gone = before[edit.span.start : edit.span.end]
    assert not (gone and edit.text and (gone[0] == edit.text[0] or gone[-1] == edit.text[-1]))


@pytest.mark.parametrize(
    ("before", "after", "edit"),
    [
        ("", "", Edit(Span(0, 0), "")),
        ("same", "same", Edit(Span(4, 4), "")),
        ("a b", "a new b", Edit(Span(2, 2), "new ")),
        ("aa", "aaa", Edit(Span(2, 2), "a")),
        ("abc", "", Edit(Span(0, 3), "")),
    ],
)
def test_the_common_beginning_is_taken_first(before: str, after: str, edit: Edit) -> None:
    assert difference(before, after) == edit
