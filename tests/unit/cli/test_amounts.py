"""Figures for people: short, rounded as far as they are known, and a dash for the unknown."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.cli import amounts
from mai_lsp.usage.figures import figures

NOTHING = figures([])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10.0 k"),
        (99_949, "99.9 k"),
        (99_950, "100 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (12_345_678, "12.3 M"),
        (1_500_000_000, "1.50 G"),
    ],
)
def test_counts(number: int, text: str) -> None:
    assert amounts.count(number) == text


def test_one_thing_is_no_things() -> None:
    assert [amounts.counted(number, "request") for number in (0, 1, 2)] == ["0 requests", "1 request", "2 requests"]


@given(st.integers(0, 10**12))
def test_a_count_is_short(number: int) -> None:
    assert len(amounts.count(number)) <= 6


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, amounts.UNKNOWN),
        (0.0, "$0"),
        (1234.5, "$1,234"),
        (3.14159, "$3.14"),
        (0.1, "$0.10"),
        (0.0672, "$0.067"),
        (0.00999, "$0.010"),
        (0.000123, "$0.00012"),
    ],
)
def test_dollars(amount: float | None, text: str) -> None:
    assert amounts.dollars(amount) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(None, amounts.UNKNOWN), (3.2, "3 ms"), (123.0, "120 ms"), (996.0, "1.0 s"), (12_345.0, "12.3 s")],
)
def test_seconds(milliseconds: float | None, text: str) -> None:
    assert amounts.seconds(milliseconds) == text


def test_a_cost_says_how_sure_it_is() -> None:
    sure = dataclasses.replace(NOTHING, cost=1.5, cost_complete=True, cost_per_char=0.00002)
    assert (amounts.cost(sure), amounts.cost_per_thousand(sure)) == ("$1.50", "$0.020")
    estimated = dataclasses.replace(sure, estimated=True)
    assert (amounts.cost(estimated), amounts.cost_per_thousand(estimated)) == ("≈ $1.50", "≈ $0.020")
    partial = dataclasses.replace(estimated, cost_complete=False)
    assert (amounts.cost(partial), amounts.cost_per_thousand(partial)) == ("≥ $1.50", "≈ $0.020")
    unknown = dataclasses.replace(NOTHING, cost=None)
    assert amounts.cost(unknown) == amounts.cost_per_thousand(unknown) == amounts.UNKNOWN
    assert amounts.cost(dataclasses.replace(NOTHING, cost=0.0, estimated=True)) == "$0"


def test_days() -> None:
    assert (amounts.day("2026-09-04"), amounts.full_day("2026-12-31")) == ("4 Sep", "31 Dec 2026")
