"""Every way an answer can go wrong after it has begun: text already given is no completion, and nothing is retried."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mai_lsp.errors import (
    ContentFiltered,
    ModelError,
    ProviderDown,
    RateLimited,
    ReasoningOnly,
    StreamBroken,
    StreamStalled,
    TotalTimedOut,
)
from tests.support.asking import asking
from tests.support.gate import Gate
from tests.support.model_steps import (
    Step,
    bad_json,
    drop,
    end_here,
    error_event,
    event,
    finish,
    huge,
    raw,
    reasoning,
    safety_block,
    send,
    stall,
    usage,
)

WIRES = ("chat", "responses", "fim", "infill")


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ((drop(),), StreamBroken),
        ((end_here(),), StreamBroken),
        ((bad_json(),), StreamBroken),
        ((event("5"),), StreamBroken),
        ((event("[" * 100_000),), StreamBroken),
        ((huge(9 * 1024 * 1024),), StreamBroken),
        ((raw(b"data: " + b"x" * (9 * 1024 * 1024)),), StreamBroken),
        ((error_event("upstream died", 502),), ProviderDown),
        ((error_event("slow down", 429),), RateLimited),
        ((event({"error": {"message": "filtered", "code": "content_filter"}}),), ContentFiltered),
        ((safety_block(),), ContentFiltered),
        ((finish("content_filter"),), ContentFiltered),
    ],
)
async def test_text_that_came_before_a_fault_is_no_completion(steps: tuple[Step, ...], kind: type[ModelError]) -> None:
    gate = Gate()
    async with asking() as at:
        at.server.enqueue(send("half an "), stall(gate), *steps)
        got: list[str] = []

        async def read() -> None:
            async with at.ask() as answer:
                async for piece in answer:
                    got.append(piece)
                    gate.open()

        with pytest.raises(kind) as caught:
            await read()
        assert type(caught.value) is kind
        assert got == ["half an "]
        assert at.waits.seconds == []
        assert await at.text() == "pass"
        assert len(at.server.requests) == 2


@pytest.mark.parametrize("wire", WIRES)
async def test_a_fault_before_any_text_is_tried_again(wire: str) -> None:
    async with asking(wire=wire) as at:
        at.server.enqueue(error_event("upstream died", 502))
        assert await at.text() == "pass"
        assert at.waits.seconds == [0.5]


@pytest.mark.parametrize("wire", WIRES)
async def test_a_stream_that_breaks_off_is_noticed_on_every_wire(wire: str) -> None:
    async with asking(wire=wire) as at:
        at.server.enqueue(send("x"), end_here())
        with pytest.raises(StreamBroken):
            await at.text()


TOGETHER = (
    b'data: {"choices":[{"delta":{"reasoning":"hm"}}]}\n\ndata: {"error":{"code":502,"message":"upstream died"}}\n\n'
)


@pytest.mark.parametrize("steps", [(reasoning("hm"), error_event("upstream died", 502)), (raw(TOGETHER),)])
async def test_nothing_is_tried_again_once_reasoning_came(steps: tuple[Step, ...]) -> None:
    async with asking() as at:
        at.server.enqueue(*steps)
        with pytest.raises(ProviderDown):
            await at.text()
        assert len(at.server.requests) == 1


async def test_a_pause_between_tokens() -> None:
    async with asking(timeout_between_tokens=0.25) as at:
        at.server.enqueue(send("x"), stall(Gate()))
        with pytest.raises(StreamStalled, match=r"mai\.timeout\.betweenTokens"):
            await at.text()
        await asyncio.wait_for(at.server.requests[0].hung_up.wait(), 5)
        assert await at.text() == "pass"


async def test_comments_do_not_count_as_tokens() -> None:
    async def chatter(channel: Any) -> None:
        while True:
            await channel.raw(b": PROCESSING\n\n")
            await asyncio.sleep(0)

    async with asking(timeout_between_tokens=0.25) as at:
        at.server.enqueue(send("x"), chatter)
        with pytest.raises(StreamStalled):
            await at.text()


async def test_an_answer_that_goes_on_for_too_long() -> None:
    async def trickle(channel: Any) -> None:
        while True:
            await channel.event(channel.wire.text("x"))
            await asyncio.sleep(0)

    async with asking(timeout_total=0.25) as at:
        at.server.enqueue(trickle)
        with pytest.raises(TotalTimedOut, match=r"mai\.timeout\.total"):
            await at.text()
        await asyncio.wait_for(at.server.requests[0].hung_up.wait(), 5)


@pytest.mark.parametrize("steps", [(reasoning("x" * 400),), (send("<think>", "x" * 400),)])
async def test_reasoning_over_the_limit_is_given_up_early(steps: tuple[Step, ...]) -> None:
    async with asking() as at:
        at.server.enqueue(*steps, stall(Gate()))
        with pytest.raises(ReasoningOnly, match=r"about 100 tokens.*mai\.reasoning\.effort"):
            await at.text()
        await asyncio.wait_for(at.server.requests[0].hung_up.wait(), 5)


async def test_the_reasoning_limit_can_be_raised() -> None:
    async with asking() as at:
        at.server.enqueue(reasoning("x" * 400), send("y"))
        assert await at.text(reasoning_limit=1000) == "y"


@pytest.mark.parametrize("wire", ["chat", "responses"])
async def test_a_budget_spent_on_reasoning_is_said(wire: str) -> None:
    async with asking(wire=wire) as at:
        at.server.enqueue(usage(output=200, reasoning=199), finish("length"), event({"object": "keep-alive"}))
        with pytest.raises(ReasoningOnly, match="about 199 tokens"):
            await at.text()


async def test_a_closed_answer_gives_nothing_more() -> None:
    async with asking() as at:
        at.server.enqueue(send("a", "b", "c"))
        async with at.ask() as answer:
            assert await anext(aiter(answer)) == "a"
        assert [piece async for piece in answer] == []
