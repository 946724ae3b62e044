"""The circuit breaker: what opens it, for how long, one probe at a time, and what is no outage at all."""

from __future__ import annotations

import pytest

from mai_lsp import errors
from mai_lsp.engine.route.breaker import LONGEST, OUTAGES, PROBE, SHORTEST, Breaker, State, counts, passing
from mai_lsp.errors import MaiError, ProviderDown, RateLimited, Unreachable

DOWN = Unreachable("m")


def opened(error: MaiError, times: int = 1) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker = breaker.failed(error, 100.0)
    return breaker


def test_one_outage_is_no_pattern_and_several_in_a_row_are() -> None:
    assert opened(DOWN).state(100.0) is State.CLOSED
    breaker = opened(DOWN, OUTAGES)
    assert breaker.state(100.0) is State.OPEN
    assert not breaker.lets(100.0 + SHORTEST - 0.1)
    assert breaker.state(100.0 + SHORTEST) is State.HALF_OPEN


def test_an_answer_between_two_outages_makes_them_two_first_ones() -> None:
    breaker = opened(DOWN).failed(errors.ContentFiltered("m"), 101.0).failed(DOWN, 102.0)
    assert breaker.state(102.0) is State.CLOSED


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (RateLimited("m", retry_after=42.0), 42.0),
        (RateLimited("m"), SHORTEST),
        (RateLimited("m", final=True), LONGEST),
        (errors.ModelMissing("m"), LONGEST),
        (errors.NoCredit("m"), LONGEST),
        (errors.AuthRefused("m"), LONGEST),
        (errors.NotConfigured("m"), LONGEST),
        (Unreachable("m", final=True), LONGEST),
        (errors.WeightsMissing("m"), SHORTEST),
    ],
)
def test_what_does_not_pass_by_itself_opens_it_at_once(error: MaiError, seconds: float) -> None:
    breaker = opened(error)
    assert not breaker.lets(100.0 + seconds - 0.1)
    assert breaker.lets(100.0 + seconds)


@pytest.mark.parametrize(
    "error",
    [
        errors.ContentFiltered("m"),
        errors.ContextTooLong("m"),
        errors.BadRequest("m"),
        errors.ReasoningOnly("m"),
        errors.TotalTimedOut("m"),
    ],
)
def test_what_is_not_the_providers_fault_is_a_sign_of_life(error: MaiError) -> None:
    assert not counts(error)
    assert opened(DOWN, OUTAGES).failed(error, 200.0) == Breaker()


def test_one_probe_at_a_time() -> None:
    later = 100.0 + SHORTEST
    breaker = opened(DOWN, OUTAGES).begun(later)
    assert not breaker.lets(later + 1)
    assert breaker.given_up().lets(later + 1)
    assert breaker.lets(later + PROBE)  # Nobody ever said how it ended.
    assert Breaker().begun(later).lets(later)


def test_a_failed_probe_opens_it_for_twice_as_long_up_to_a_limit() -> None:
    breaker, now, pauses = opened(DOWN, OUTAGES), 100.0, []
    for _ in range(8):
        assert breaker.until is not None
        pauses.append(breaker.until - now)
        now = breaker.until
        breaker = breaker.begun(now).failed(ProviderDown("m"), now)
    assert pauses == [10, 20, 40, 80, 160, 300, 300, 300]


@pytest.mark.parametrize(
    ("error", "expected"),
    [(DOWN, True), (errors.WeightsMissing("m"), True), (RateLimited("m"), False), (errors.NoCredit("m"), False)],
)
def test_what_may_be_over_when_somebody_asks_again_by_hand(error: MaiError, expected: bool) -> None:
    assert passing(error) is expected


def test_every_error_of_a_model_was_thought_of() -> None:
    kinds, found = [errors.ModelError], []
    while kinds:
        found.append(kind := kinds.pop())
        kinds += kind.__subclasses__()
    ours = {kind for kind in found if kind.__module__ == errors.__name__}
    assert {kind.__name__ for kind in ours if not counts(kind("m"))} == {
        "ModelError",
        "TimedOut",
        "TotalTimedOut",
        "ContextTooLong",
        "ContentFiltered",
        "BadRequest",
        "ReasoningOnly",
    }
