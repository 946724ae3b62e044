"""Definitions in columns are the definitions they were made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.symbols import KINDS, Columns, Symbol, Symbols

WORDS = st.sampled_from(["a", "b", "Shape", "größe", ""])
SYMBOLS = st.builds(Symbol, WORDS, st.sampled_from(KINDS), WORDS, WORDS, WORDS, st.integers(0, 9))


@given(st.lists(SYMBOLS))
def test_columns_give_back_what_they_were_made_of(rows: list[Symbol]) -> None:
    found = Symbols.of(rows)
    assert list(found) == rows
    assert found == tuple(rows) == found
    assert found == Symbols(found.columns)
    assert len(found) == len(rows)
    assert found[1:] == rows[1:]


@given(st.lists(SYMBOLS), WORDS)
def test_what_has_a_name_or_an_owner_is_found_in_file_order(rows: list[Symbol], word: str) -> None:
    assert Symbols.of(rows).named(word) == [one for one in rows if one.name == word]
    assert Symbols.of(rows).owned(word) == [one for one in rows if one.owner == word]


def test_a_symbol_is_made_once() -> None:
    found = Symbols.of([Symbol("a", "type", "", "class a:", "", 0)])
    assert found[0] is found.named("a")[0]


@pytest.mark.parametrize(
    "columns",
    [Columns(("a",), "", (), (), (), ()), Columns(("a",), "7", ("",), ("",), ("",), (0,))],
    ids=["lengths", "kind"],
)
def test_what_are_no_columns_is_refused(columns: Columns) -> None:
    with pytest.raises(ValueError, match="not columns"):
        Symbols(columns)
