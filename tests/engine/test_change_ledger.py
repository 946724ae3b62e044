"""A job's books: what was used, what is under way, and whom the user is asked for."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.engine.change.ledger import Declined, Ledger, added
from mai_lsp.model.types import Endpoint, Price, Timeouts, Usage, Wire
from mai_lsp.settings import Settings
from tests.support.changing import Watched

PRICE = Price(1.0, 0.1, 1.0)
ENDPOINT = Endpoint("one", Wire.CHAT, "http://x", "m", None, False, False, 1_000, Timeouts(1, 1, 1, 1), PRICE, False)


def ledger(watcher: Watched, **settings: float) -> Ledger:
    return Ledger(replace(Settings(), **settings), watcher, lambda: (0.0, 0.0))  # type: ignore[arg-type]


USAGE = st.builds(
    Usage,
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.one_of(st.none(), st.integers(1, 9).map(float)),
    st.booleans(),
)


@given(one=USAGE, other=USAGE)
def test_nothing_added_changes_nothing_and_the_order_is_no_matter(one: Usage, other: Usage) -> None:
    assert added(one, Usage()) == added(Usage(), one) == one
    assert added(one, other) == added(other, one)


async def test_what_requests_under_way_will_likely_cost_is_not_spent_twice() -> None:
    watcher = Watched()
    book = ledger(watcher, cost_per_request=0.0025)
    left = await book.allow("a", ENDPOINT, 500, 500, 600)
    assert left == pytest.approx(0.0025)
    assert await book.allow("b", ENDPOINT, 500, 500, 600) == pytest.approx(0.0015)
    with pytest.raises(Declined):
        await book.allow("c", ENDPOINT, 500, 500, 600)
    book.free("a")
    book.settle("b", Usage(500, 0, 100, 0, 0.0006))
    assert book.usage.cost_usd == 0.0006


async def test_a_refusal_of_the_user_holds_for_those_who_wait_for_their_turn() -> None:
    watcher = Watched()
    book = ledger(watcher, cost_per_request=0.0001)
    asked = [book.allow(number, ENDPOINT, 500, 500, 600) for number in range(4)]
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in ended] == [Declined] * 4
    assert len(watcher.questions) == 1


async def test_a_consent_is_asked_for_once() -> None:
    watcher = Watched(consents=True)
    book = ledger(watcher)
    assert await asyncio.gather(*(book.consent("Ask it?", "Yes") for _ in range(4))) == [True] * 4
    assert watcher.questions == ["Ask it?"]


def test_progress_tells_of_all_that_is_under_way() -> None:
    watcher = Watched()
    book = ledger(watcher)
    book.settle("a", Usage(10, 0, 1, 0, 0.5))
    book.running("b", Usage(5, 0, 2, 0, None, estimated=True))
    book.count(1, 3)
    book.tell("Writing")
    (step,) = watcher.steps
    assert (step.done, step.total, step.usage.input_tokens, step.usage.cost_usd) == (1, 3, 15, 0.5)
    assert step.usage.estimated
