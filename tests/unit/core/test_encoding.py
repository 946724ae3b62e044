"""Columns in code units, in all three encodings, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.encoding import Encoding, index_at, units
from tests.support.texts import texts

ENCODINGS = st.sampled_from(list(Encoding))

CODECS = {Encoding.UTF8: ("utf-8", 1), Encoding.UTF16: ("utf-16-le", 2), Encoding.UTF32: ("utf-32-le", 4)}


def encoded_units(text: str, encoding: Encoding) -> int:
    """Count by encoding character for character, so that no fast path is shared with the code under test."""
    codec, size = CODECS[encoding]
    return sum(len(char.encode(codec, "surrogatepass")) // size for char in text)


@given(texts(), ENCODINGS)
def test_units_are_those_of_the_codec(text: str, encoding: Encoding) -> None:
    assert units(text, encoding) == encoded_units(text, encoding)


@given(texts(), ENCODINGS, st.data())
def test_an_index_survives_the_way_to_units_and_back(text: str, encoding: Encoding, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text)))
    assert index_at(text, units(text[:index], encoding), encoding) == index


@given(texts(), ENCODINGS, st.integers(-3, 80))
def test_any_column_gives_the_start_of_the_character_it_is_in(text: str, encoding: Encoding, column: int) -> None:
    index = index_at(text, column, encoding)
    expected = max(
        (at for at in range(len(text) + 1) if encoded_units(text[:at], encoding) <= max(column, 0)), default=0
    )
    assert index == expected


@pytest.mark.parametrize(
    ("encoding", "columns"),
    [(Encoding.UTF8, [0, 1, 3, 7, 8]), (Encoding.UTF16, [0, 1, 2, 4, 5]), (Encoding.UTF32, [0, 1, 2, 3, 4])],
)
def test_known_columns(encoding: Encoding, columns: list[int]) -> None:
    text = "aä\U0001f600b"
    assert [units(text[:index], encoding) for index in range(5)] == columns
