"""How long a request waits for the next key, and how many may go out in a minute."""

from __future__ import annotations

import pytest

from mai_lsp.engine.pace import FIRST_GAP, FIRST_LATENCY, LONGEST_DELAY, LONGEST_GAP, SHORTEST_DELAY, Budget, Pace


def typed(pace: Pace, gap: float, count: int = 40) -> Pace:
    for number in range(count):
        pace.typed(gap * number)
    return pace


def test_little_typing_says_nothing_about_the_pace() -> None:
    assert typed(Pace(), 0.12, 5).gap == FIRST_GAP


@pytest.mark.parametrize("gap", [0.12, 0.3])
def test_the_gap_is_the_users_own(gap: float) -> None:
    assert typed(Pace(), gap).gap == pytest.approx(gap)


def test_a_pause_to_think_is_no_gap() -> None:
    pace = typed(Pace(), 0.15)
    pace.typed(100.0)
    pace.typed(100.15)
    assert pace.gap == pytest.approx(0.15)


def test_nobody_is_slower_than_slow() -> None:
    assert typed(Pace(), 1.2).gap == LONGEST_GAP


def test_good_places_wait_less() -> None:
    pace = Pace()
    delays = [pace.delay(promise, 0, 0.0) for promise in (1.0, 0.5, 0.0)]
    assert delays == sorted(delays)
    assert SHORTEST_DELAY <= delays[0] < delays[-1] <= LONGEST_DELAY


def test_what_was_waited_already_counts() -> None:
    pace = Pace()
    assert pace.delay(0.5, 0, 10.0) == 0
    assert pace.delay(0.5, 0, 0.1) == pytest.approx(pace.delay(0.5, 0, 0.0) - 0.1)


def test_wrong_suggestions_for_a_line_make_the_next_wait_longer() -> None:
    pace = Pace()
    assert pace.delay(0.5, 2, 0.0) > pace.delay(0.5, 1, 0.0) > pace.delay(0.5, 0, 0.0)


def test_the_latency_follows_the_model() -> None:
    pace = Pace()
    for _ in range(20):
        pace.answered(2.0)
    assert pace.latency == pytest.approx(2.0, rel=0.01)
    assert Pace().latency == FIRST_LATENCY


def test_the_cap_is_on_any_minute() -> None:
    budget = Budget()
    for second in range(3):
        budget.sent(second)
    assert budget.left(3, 3.0) == 0
    assert budget.left(3, 59.9) == 0
    assert budget.left(3, 60.0) == 1
    assert budget.left(0, 3.0) > 1_000
