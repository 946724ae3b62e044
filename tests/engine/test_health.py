"""How the model is doing, from what its last requests came to: tables of requests with what is told then."""

from __future__ import annotations

import pytest

from mai_lsp import errors
from mai_lsp.engine.health import UNSAID_PAUSE, WINDOW, Cause, Condition, Health, Sample, sample
from mai_lsp.engine.metered import Spent
from mai_lsp.model.types import Usage

LATE = Sample(20.0, timed_out=True)


def after(*samples: Sample | float) -> Health:
    health = Health()
    for one in samples:
        health = health.timed(one if isinstance(one, Sample) else Sample(one))
    return health


@pytest.mark.parametrize(
    ("samples", "slow"),
    [
        ((), False),
        ((9.0, 9.0), False),  # Two are no pattern.
        ((9.0, 9.0, 9.0), True),
        ((5.0, 5.0, 5.0), False),  # On average above five, not at it.
        ((1.0, 1.0, 14.0), True),
        ((1.0, 1.0, 12.9), False),
        ((9.0, 9.0, 9.0, 2.9, 2.9), True),  # Not yet three quick ones.
        ((9.0, 9.0, 9.0, 2.9, 2.9, 2.9), False),
        ((9.0, 9.0, 9.0, 3.0, 3.0, 3.0), True),
        ((9.0, 9.0, 9.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0), True),  # Better, but not quick: it stays.
        ((LATE, LATE, 1.0), False),  # Two time-outs are no pattern either.
        ((LATE, LATE, 1.0, LATE), True),
        ((LATE, 1.0, 1.0, 1.0), False),
        ((1.0, 1.0, LATE, LATE), False),  # Half of them is not more than half.
        ((LATE, LATE, LATE), True),
        ((LATE, LATE, LATE, 1.0, 1.0, 1.0), False),
    ],
)
def test_when_a_model_is_slow(samples: tuple[Sample | float, ...], slow: bool) -> None:
    health = after(*samples)
    assert health.slow is slow
    assert health.told(0.0).condition is (Condition.SLOW if slow else Condition.READY)


def test_only_the_last_ones_count() -> None:
    assert not after(*[4.9] * WINDOW, 5.2).slow
    assert len(after(*[4.0] * 50).samples) == WINDOW


def test_a_request_that_the_user_ended_counts_only_if_it_took_too_long_by_then() -> None:
    assert after(*[Sample(4.9, unfinished=True)] * 5) == Health()
    assert after(*[Sample(5.1, unfinished=True)] * 5).slow


def test_what_is_slow_can_be_set() -> None:
    health = Health()
    for _ in range(3):
        health = health.timed(Sample(0.2), slow_after=0.1)
    assert health.slow
    assert health.told(0.0).message.startswith("The model is slow. ")


@pytest.mark.parametrize(
    ("samples", "cause", "words"),
    [
        ([Sample(9.0, Cause.NETWORK)] * 3, Cause.NETWORK, "the proxy"),
        ([Sample(9.0, Cause.REASONING)] * 3, Cause.REASONING, "mai.reasoning.effort"),
        ([Sample(9.0)] * 3, Cause.MODEL, "faster model"),
        # What was quick does not say what makes the others slow.
        ([Sample(0.1), Sample(0.1), Sample(30.0, Cause.REASONING)], Cause.REASONING, "about 10 s"),
        ([LATE, LATE, Sample(0.1, Cause.NETWORK), LATE], Cause.MODEL, "3 of the last 4"),
    ],
)
def test_why_it_is_slow(samples: list[Sample], cause: Cause, words: str) -> None:
    told = after(*samples).told(0.0)
    assert told.cause is cause
    assert words in told.message


@pytest.mark.parametrize(
    ("error", "condition", "until"),
    [
        (errors.RateLimited("x", retry_after=30), Condition.LIMITED, 130.0),
        (errors.RateLimited("x"), Condition.LIMITED, 100 + UNSAID_PAUSE),
        (errors.RateLimited("x", retry_after=0), Condition.LIMITED, None),
        (errors.RateLimited("x", retry_after=30, final=True), Condition.ERROR, None),
        (errors.ProviderDown("x", retry_after=30), Condition.LIMITED, 130.0),
        (errors.ProviderDown("x"), Condition.ERROR, None),
        (errors.Unreachable("x"), Condition.OFFLINE, None),
        (errors.ConnectTimedOut("x"), Condition.OFFLINE, None),
        (errors.FirstTokenTimedOut("x"), Condition.ERROR, None),
        (errors.AuthRefused("x"), Condition.ERROR, None),
        (errors.SettingsError("x"), Condition.ERROR, None),
    ],
)
def test_what_an_error_means(error: errors.MaiError, condition: Condition, until: float | None) -> None:
    told = Health().failed(error, 100.0).told(100.0)
    assert (told.condition, told.message, told.until) == (condition, "x", until)


def test_a_limit_is_over_in_time_or_with_an_answer() -> None:
    health = Health().failed(errors.RateLimited("x", retry_after=30), 100.0)
    assert health.paused(129.9)
    assert not health.paused(130.0)
    assert health.told(130.0).condition is Condition.READY
    assert not health.well().paused(100.0)
    assert health.well() == Health()


def test_trouble_is_told_before_slowness_but_for_one_more_time_out() -> None:
    health = after(LATE, LATE, LATE)
    assert health.failed(errors.AuthRefused("x"), 0.0).told(0.0).condition is Condition.ERROR
    assert health.failed(errors.FirstTokenTimedOut("x"), 0.0).told(0.0).condition is Condition.SLOW


def spent(error: errors.MaiError | None = None, *, connect: float = 0.0, usage: Usage | None = None) -> Spent:
    return Spent("p", "m", usage or Usage(output_tokens=10), 500.0, 1000.0, error is not None, error, connect)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (spent(), Sample(1.0)),
        (spent(connect=600), Sample(1.0, Cause.NETWORK)),
        (spent(usage=Usage(output_tokens=10, reasoning_tokens=6)), Sample(1.0, Cause.REASONING)),
        (spent(errors.FirstTokenTimedOut("x")), Sample(1.0, timed_out=True)),
        (spent(errors.ConnectTimedOut("x")), Sample(1.0, Cause.NETWORK, timed_out=True)),
        (spent(errors.AuthRefused("x")), None),
        (Spent("p", "m", Usage(), None, 1000.0, False), Sample(1.0, unfinished=True)),
    ],
)
def test_what_a_request_says_about_the_pace(request_: Spent, expected: Sample | None) -> None:
    assert sample(request_) == expected
