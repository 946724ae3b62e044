"""Estimates are cheap, monotonic and slightly high, so that a budget in tokens is kept."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.tokens import BYTES_PER_TOKEN, characters, estimate
from tests.support.texts import texts


@given(texts())
def test_only_an_empty_text_has_no_tokens(text: str) -> None:
    assert (estimate(text) == 0) == (text == "")


@given(texts(), texts())
def test_more_text_never_takes_fewer_tokens(text: str, more: str) -> None:
    assert estimate(text) <= estimate(text + more)
    assert estimate(text + more) <= estimate(text) + estimate(more) + 1


@given(st.integers(0, 5000))
def test_the_characters_of_a_budget_fit_into_it(tokens: int) -> None:
    assert estimate("x" * characters(tokens)) <= tokens


def test_bytes_count_and_not_characters() -> None:
    assert estimate("字" * 100) > 2 * estimate("x" * 100)


def test_the_rule_is_on_the_high_side_for_code() -> None:
    """Words, numbers and marks split at most once each are close to what byte-pair tokenizers make of code."""
    source = Path(__file__).read_text(encoding="utf-8")
    pieces = 0
    for word in source.replace("    ", " ").split(" "):
        pieces += 1 + sum(not char.isalnum() for char in word)
    assert estimate(source) > pieces * 0.6
    assert BYTES_PER_TOKEN < 4
