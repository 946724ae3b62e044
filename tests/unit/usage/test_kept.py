"""What is left of accepted text: where it went, and how much of it is still there."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.text import Edit, Span, apply
from mai_lsp.usage.kept import Mark, moved, share

TEXT = "total = sum(prices) + tax"


@pytest.mark.parametrize(
    ("now", "kept"),
    [
        (TEXT, 1.0),
        ("total  =  sum( prices )\n    + tax", 1.0),  # A formatter.
        ("total = sum(prices, start=0) + tax", 1.0),  # Something was added.
        ("total = sum(prices)", 1 - 4 / 21),
        ("amount = sum(prices) + tax", 1 - 5 / 21),
        ("", 0.0),
        ("   ", 0.0),
    ],
)
def test_the_share_is_by_words_and_symbols(now: str, kept: float) -> None:
    assert share(TEXT, now) == pytest.approx(kept)


def test_blanks_alone_are_kept_or_not() -> None:
    assert share("\n    ", "\n    ") == 1.0
    assert share("\n    ", "") == 0.0


def test_order_counts() -> None:
    assert share("first second", "second first") == pytest.approx(6 / 11)


def test_a_long_text_is_compared_by_lines_and_takes_no_time() -> None:
    accepted = "".join(f"line_{index} = value[{index}]\n" for index in range(400))
    now = "".join(f"line_{index} =  value[{index}]\n" for index in range(0, 400, 2)) * 10
    began = time.perf_counter()
    assert share(accepted, now) == pytest.approx(0.5, abs=0.02)
    assert time.perf_counter() - began < 5


@given(st.text("ab(), \n", max_size=30), st.text("ab(), \n", max_size=30))
def test_it_is_a_share(accepted: str, now: str) -> None:
    assert 0.0 <= share(accepted, now) <= 1.0
    assert share(accepted, accepted) == (1.0 if accepted else share("", ""))


@given(st.data())
def test_edits_around_it_do_not_touch_it(data: st.DataObject) -> None:
    text = data.draw(st.text("abc", min_size=3, max_size=20))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    mark = Mark(Span(start, end), text[start:end])
    for _ in range(5):
        span = mark.span
        before = data.draw(st.booleans())
        low, high = (0, span.start) if before else (span.end, len(text))
        first = data.draw(st.integers(low, high))
        last = data.draw(st.integers(first, high))
        edit = Edit(Span(first, last), data.draw(st.text("xyz", max_size=4)))
        text, mark = apply(text, [edit]), moved(mark, edit)
        assert text[mark.span.start : mark.span.end] == mark.text


@given(st.data())
def test_any_edit_leaves_it_inside_the_text_and_loses_none_of_it(data: st.DataObject) -> None:
    text = data.draw(st.text("abc", max_size=20))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    mark = Mark(Span(start, end), text[start:end])
    for _ in range(5):
        first = data.draw(st.integers(0, len(text)))
        last = data.draw(st.integers(first, len(text)))
        inside = [text[i] for i in range(mark.span.start, mark.span.end) if not first <= i < last]
        edit = Edit(Span(first, last), data.draw(st.text("xyz", max_size=4)))
        text, mark = apply(text, [edit]), moved(mark, edit)
        assert 0 <= mark.span.start <= mark.span.end <= len(text)
        now = text[mark.span.start : mark.span.end]
        assert all(now.count(char) >= inside.count(char) for char in inside)


def test_undoing_it_leaves_nothing() -> None:
    mark = moved(Mark(Span(4, 9), "12345"), Edit(Span(4, 9), ""))
    assert (mark.span, share(mark.text, "")) == (Span(4, 4), 0.0)


def test_a_text_replaced_around_it_is_looked_through() -> None:
    mark = moved(Mark(Span(4, 9), "a + b"), Edit(Span(0, 12), "x = (a  +  b)"))
    assert mark.span == Span(0, 13)
    assert share(mark.text, "x = (a  +  b)") == 1.0
