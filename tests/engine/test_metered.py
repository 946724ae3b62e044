"""What a request took is told however it ended, and the request is the same as without."""

from __future__ import annotations

import asyncio

import pytest

from mai_lsp.engine.metered import Metered, Spent
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Role, Usage
from tests.support.asking import asking
from tests.support.gate import Gate
from tests.support.model_steps import drop, send, stall, status, usage


async def test_a_whole_answer_has_the_providers_count() -> None:
    spent: list[Spent] = []
    async with asking() as at:
        at.server.enqueue(send("a", "b"), usage(input=9, cached=4, output=3))
        metered = Metered(at.client, spent.append)
        assert metered.endpoint(Role.COMPLETION) == at.endpoint
        assert metered.preview(at.endpoint, at.prompt) == at.client.preview(at.endpoint, at.prompt)
        async with metered.ask(at.endpoint, at.prompt) as answer:
            assert [piece async for piece in answer] == ["a", "b"]
        (one,) = spent
        assert (one.provider, one.model) == (at.endpoint.provider, at.endpoint.model)
        assert (one.usage, one.failed) == (Usage(9, 4, 3), False)
        assert one.first_token_ms is not None
        assert one.total_ms >= one.first_token_ms > 0


async def test_an_answer_closed_early_is_estimated() -> None:
    spent: list[Spent] = []
    async with asking() as at:
        at.server.enqueue(send("abcdefgh"), stall(Gate()))
        async with Metered(at.client, spent.append).ask(at.endpoint, at.prompt) as answer:
            assert await anext(aiter(answer)) == "abcdefgh"
        (one,) = spent
        assert one.usage.estimated
        assert one.usage.output_tokens == 2
        assert one.usage.input_tokens > 0
        assert not one.failed


async def test_a_request_that_was_given_up_is_counted() -> None:
    spent: list[Spent] = []
    async with asking() as at:
        at.server.enqueue(stall(Gate()))

        async def ask() -> None:
            async with Metered(at.client, spent.append).ask(at.endpoint, at.prompt) as answer:
                await anext(aiter(answer))

        task = asyncio.create_task(ask())
        await at.server.next_request()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (one,) = spent
        assert (one.failed, one.first_token_ms) == (False, None)
        assert one.usage.input_tokens > 0


@pytest.mark.parametrize("texts", [(), ("a",)])
async def test_an_error_costs_nothing_unless_text_had_come(texts: tuple[str, ...]) -> None:
    spent: list[Spent] = []
    async with asking() as at:
        at.server.default = (send(*texts), drop()) if texts else (status(400),)
        with pytest.raises(MaiError):
            async with Metered(at.client, spent.append).ask(at.endpoint, at.prompt) as answer:
                assert [piece async for piece in answer]
        (one,) = spent
        assert one.failed == (not texts)
        assert bool(one.usage.input_tokens) == bool(texts)
