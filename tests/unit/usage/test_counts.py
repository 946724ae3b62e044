"""Counters and histograms: sums, and percentiles that are right to within a bucket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.usage.counts import COUNTERS, Counts, Timing, bucket, milliseconds, total

TIMES = st.floats(1, 120_000)


@given(TIMES)
def test_a_bucket_stands_for_a_time_within_five_percent(time: float) -> None:
    assert milliseconds(bucket(time)) == pytest.approx(time, rel=0.05)


@given(st.lists(TIMES, min_size=1, max_size=60), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_percentile_is_that_of_the_times(times: list[float], share: float) -> None:
    counts = Counts()
    for time in times:
        counts.time(Timing.WAIT, time)
    rank = max(1, -(-int(share * 100) * len(times) // 100))
    assert counts.percentile(Timing.WAIT, share) == pytest.approx(sorted(times)[rank - 1], rel=0.05)


def test_no_times_have_no_percentile() -> None:
    assert Counts().percentile(Timing.WAIT, 0.5) is None


@pytest.mark.parametrize("time", [0.0, 0.3, -1.0])
def test_very_short_times_are_one_bucket(time: float) -> None:
    assert bucket(time) == 0


@given(st.lists(st.lists(TIMES, max_size=5), max_size=4))
def test_adding_up_is_the_same_as_counting_together(parts: list[list[float]]) -> None:
    together, apart = Counts(), []
    for times in parts:
        one = Counts()
        for time in times:
            for counts in (one, together):
                counts.numbers["shown"] += 1
                counts.time(Timing.FIRST, time)
        apart.append(one)
    assert total(apart).numbers["shown"] == together.numbers["shown"]
    assert total(apart).percentile(Timing.FIRST, 0.5) == together.percentile(Timing.FIRST, 0.5)


def test_every_counter_has_one_name() -> None:
    assert len(set(COUNTERS)) == len(COUNTERS)
