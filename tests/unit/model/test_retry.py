"""The retry policy, without waiting."""

from __future__ import annotations

import pytest

from mai_lsp.errors import (
    AuthRefused,
    BadRequest,
    ConnectTimedOut,
    ContentFiltered,
    FirstTokenTimedOut,
    ModelError,
    ModelMissing,
    NoCredit,
    ProviderDown,
    RateLimited,
    StreamBroken,
    Unreachable,
)
from mai_lsp.model.retry import Retry, retry_after

NOW = 1_700_000_000.0


@pytest.mark.parametrize("kind", [ProviderDown, RateLimited, ConnectTimedOut, Unreachable])
def test_what_may_pass_is_tried_twice_more(kind: type[ModelError]) -> None:
    policy = Retry(jitter=lambda: 0.0)
    assert [policy.delay(attempt, kind("x")) for attempt in (1, 2, 3)] == [0.5, 1.0, None]


@pytest.mark.parametrize(
    "kind", [AuthRefused, BadRequest, ContentFiltered, FirstTokenTimedOut, ModelMissing, NoCredit, StreamBroken]
)
def test_what_will_not_pass_is_not_tried_again(kind: type[ModelError]) -> None:
    assert Retry().delay(1, kind("x")) is None


def test_what_is_marked_final_is_not_tried_again() -> None:
    assert Retry().delay(1, RateLimited("quota is 0", final=True)) is None


def test_backoff_grows_to_eight_seconds_and_jitter_only_shortens_it() -> None:
    policy = Retry(retries=9, jitter=lambda: 1.0)
    assert [policy.delay(attempt, ProviderDown("x")) for attempt in range(1, 7)] == [0.375, 0.75, 1.5, 3.0, 6.0, 6.0]


def test_the_providers_own_wish_counts_unless_it_is_too_long() -> None:
    assert Retry().delay(1, RateLimited("x", retry_after=3.5)) == 3.5
    assert Retry().delay(1, RateLimited("x", retry_after=60)) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:25 GMT"}, 5.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:25 -0000"}, 5.0),
        ({"retry-after": "Tue, 14 Nov 2000 22:13:25 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds
