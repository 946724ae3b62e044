"""Cleaning of text deltas: surrogates and inline reasoning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.model.text import Surrogates, Thinking, well_formed


def join(parts: list[str]) -> str:
    joiner = Surrogates()
    return "".join(joiner.feed(part) for part in parts) + joiner.flush()


def think(parts: list[str]) -> tuple[str, str]:
    splitter = Thinking()
    results = [splitter.feed(part) for part in parts] + [splitter.flush()]
    return "".join(visible for visible, _ in results), "".join(hidden for _, hidden in results)


def test_a_pair_that_two_deltas_split_is_joined() -> None:
    assert join(["x\ud83d", "\ude00y"]) == "x\U0001f600y"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [(["a\ud83d", "b"], "a\ufffdb"), (["\ude00"], "\ufffd"), (["\ud83d", ""], "\ufffd")],
)
def test_a_lone_half_is_replaced(parts: list[str], expected: str) -> None:
    assert join(parts) == expected


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec=None, categories=("L", "Cs", "Zs")), max_size=4), max_size=6))
def test_joined_text_can_be_encoded_and_does_not_depend_on_the_cuts(parts: list[str]) -> None:
    assert join(parts) == join(["".join(parts)]) == well_formed("".join(parts))
    join(parts).encode()


@pytest.mark.parametrize(
    ("reply", "visible", "hidden"),
    [
        ("<think>hm</think>\n\n    x = 1", "    x = 1", "hm"),
        ("\n<think>\na < b</thin</think>x", "x", "\na < b</thin"),
        ("<think>never closed", "", "never closed"),
        ("x = '<think>no</think>'", "x = '<think>no</think>'", ""),
        ("  <thinly", "  <thinly", ""),
        ("<think></think>", "", ""),
        ("  ", "  ", ""),
        ("<think>a</think>b<think>c</think>", "b<think>c</think>", "a"),
    ],
)
def test_inline_reasoning_is_separated_however_it_is_cut(reply: str, visible: str, hidden: str) -> None:
    assert think([reply]) == (visible, hidden)
    assert think(list(reply)) == (visible, hidden)
    for at in range(len(reply)):
        assert think([reply[:at], reply[at:]]) == (visible, hidden)
