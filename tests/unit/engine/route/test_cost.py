"""What a request may cost: estimates, the three ceilings, consent, output limits, and the meter while it streams."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.engine.route.cost import (
    LEAST_ANSWER,
    Ceilings,
    Estimate,
    Meter,
    Spent,
    answer_limit,
    ceilings,
    estimate,
    exhausted,
    objection,
    room,
    unknown_price,
    usd,
)
from mai_lsp.model.types import Price, Usage
from mai_lsp.settings import Settings
from tests.support.timed_model import ENDPOINT

PRICE = Price(2.0, 0.2, 8.0)
FREE = Price(0, 0, 0)
THINKING = replace(ENDPOINT, price=PRICE, max_output=64_000, reasoning=48_000)


def test_an_estimate_is_tokens_times_price_and_the_cache_is_cheaper() -> None:
    fresh = estimate(PRICE, 100_000, 10_000, 64_000)
    assert fresh.likely == pytest.approx(0.2 + 0.08)
    assert fresh.upper == pytest.approx(0.25 + 0.512)
    cached = estimate(PRICE, 100_000, 10_000, 64_000, cached=90_000)
    assert cached.likely == pytest.approx(0.02 + 0.018 + 0.08)
    assert cached.upper == fresh.upper
    assert estimate(None, 1, 1, 1) == Estimate(None, None)
    assert estimate(FREE, 100_000, 10_000, 64_000) == Estimate(0, 0)


@pytest.mark.parametrize(
    ("limits", "spent", "asked", "setting"),
    [
        (Ceilings(), Spent(99, 99, 99), 99, None),
        (Ceilings(request=0.5), Spent(), 0.5, None),
        (Ceilings(request=0.5), Spent(), 0.51, "mai.cost.perRequest"),
        (Ceilings(request=0.5), Spent(job=0.3), 0.3, "mai.cost.perRequest"),
        (Ceilings(day=5), Spent(day=4.9), 0.2, "mai.cost.perDay"),
        (Ceilings(month=50), Spent(month=60), 0.01, "mai.cost.perMonth"),
        (Ceilings(request=0.5, day=5, month=50), Spent(0, 4.9, 49), 0.2, "mai.cost.perDay"),
        (Ceilings(request=0.5, day=5, month=50), Spent(0, 1, 1), 0.2, None),
    ],
)
def test_the_ceiling_that_is_gone_over_is_named(
    limits: Ceilings, spent: Spent, asked: float, setting: str | None
) -> None:
    found = objection(Estimate(asked, asked * 2), limits, spent)
    assert (found.setting if found else None) == setting
    if found is not None:
        assert all(part in found.question for part in (usd(asked), usd(asked * 2), usd(found.ceiling), found.setting))


def test_consent_holds_for_this_job_up_to_the_sum_that_was_told() -> None:
    limits, asked = Ceilings(request=0.5, day=5), Estimate(0.4, 0.9)
    found = objection(asked, limits, Spent(job=0.3, day=4.8))
    assert found is not None
    assert found.consent == pytest.approx(1.2)
    assert objection(asked, limits, Spent(0.3, 4.8), found.consent) is None
    assert room(limits, Spent(0.3, 4.8), found.consent) == pytest.approx(0.9)
    # What it then used of that is gone, and the next request is asked about again.
    assert objection(asked, limits, Spent(1.0, 5.5), found.consent) is not None
    assert objection(asked, limits, Spent(0.0, 5.5)) is not None  # Another job has no part in it.


def test_what_is_free_or_of_unknown_price_is_never_objected_to() -> None:
    broke = Spent(9, 9, 9)
    assert objection(estimate(FREE, 10**6, 10**6, 10**6), Ceilings(1, 1, 1), broke) is None
    assert objection(estimate(None, 10**6, 10**6, 10**6), Ceilings(1, 1, 1), broke) is None


def test_an_unknown_price_is_said_where_a_ceiling_can_not_be_kept() -> None:
    unknown = replace(ENDPOINT, price=None)
    assert "mai.price.input" in unknown_price(unknown, Ceilings(day=5))
    assert unknown_price(unknown, Ceilings()) == ""
    assert unknown_price(THINKING, Ceilings(day=5)) == ""


def test_the_output_limit_holds_the_answer_and_the_thinking_before_it() -> None:
    assert answer_limit(THINKING, 4_000, 10_000, math.inf) == 52_000
    assert answer_limit(THINKING, 40_000, 10_000, math.inf) == 64_000
    assert answer_limit(replace(THINKING, price=None), 4_000, 10_000, 0.0) == 52_000
    assert answer_limit(replace(THINKING, price=FREE), 4_000, 10_000, 0.0) == 52_000


@given(st.integers(0, 128_000), st.integers(1, 64_000), st.floats(0, 2))
def test_with_that_limit_a_request_can_not_cost_more_than_is_left(prompt: int, answer: int, left: float) -> None:
    limit = answer_limit(THINKING, answer, prompt, left)
    upper = estimate(PRICE, prompt, answer, limit).upper
    assert upper is not None
    assert limit == 0 or upper <= left + 1e-9
    assert limit <= 64_000


def test_too_little_money_for_an_answer_shows_in_the_limit() -> None:
    assert answer_limit(THINKING, 4_000, 100_000, 0.25) < LEAST_ANSWER


@pytest.mark.parametrize(
    ("spent", "price", "says"),
    [
        (Spent(0, 4.99, 49), PRICE, ""),
        (Spent(0, 5, 49), PRICE, "Today has cost $5.00"),
        (Spent(0, 5, 49), None, "Today"),
        (Spent(0, 1, 50), PRICE, "This month has cost $50.00, and $50.00 is the limit (mai.cost.perMonth)."),
        (Spent(0, 5, 50), FREE, ""),
        (Spent(job=99), PRICE, ""),
    ],
)
def test_when_completions_are_paused(spent: Spent, price: Price | None, says: str) -> None:
    found = exhausted(ceilings(Settings()), spent, price)
    assert found.startswith(says)
    assert bool(found) is bool(says)


def test_the_meter_stops_an_answer_at_the_sum() -> None:
    meter = Meter(PRICE, 10_000, 0.02 + 0.008)  # The prompt, and a thousand tokens.
    assert not meter.heard("x" * 2_990)
    assert meter.heard("x" * 10)
    assert meter.cost == pytest.approx(0.028)


def test_the_meter_counts_hidden_reasoning_as_it_is_billed() -> None:
    assert not Meter(PRICE, 0, 0.008).heard("x", hidden=2_990)
    assert Meter(PRICE, 0, 0.008).heard("x", hidden=3_000)


def test_the_meter_believes_the_provider() -> None:
    meter = Meter(PRICE, 0, 1.0)
    assert meter.heard("x", Usage(10, 0, 10, cost_usd=1.5))
    assert not meter.heard("x" * 10**6, Usage(1_000, 0, 1_000, cost_usd=None))
    assert meter.cost == pytest.approx(0.01)
    assert meter.heard("x" * 10**6, Usage(1_000, 0, 1_000, cost_usd=0.001, estimated=True))


def test_without_a_price_or_a_ceiling_the_meter_never_stops() -> None:
    assert not Meter(None, 10**9, 0.0).heard("x" * 10**6)
    assert not Meter(FREE, 10**9, 0.5).heard("x" * 10**6)
    assert not Meter(PRICE, 10**6, math.inf).heard("x" * 10**6)


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "$0.00"),
        (0.00001, "$0.0001"),
        (0.00123, "$0.0012"),
        (0.0512, "$0.051"),
        (0.5, "$0.50"),
        (1234.5, "$1,234.50"),
    ],
)
def test_amounts_are_told_from_nothing(amount: float, written: str) -> None:
    assert usd(amount) == written
