"""Function calls over real HTTP: declared where the provider takes them, and read in each shape they come in."""

from __future__ import annotations

from typing import Any

import pytest

from mai_lsp.errors import ReasoningOnly, StreamBroken, StreamStalled
from mai_lsp.model.client import ModelClient
from mai_lsp.model.types import Role
from mai_lsp.prompt.prompt import ChatPrompt, Message, Tool
from mai_lsp.settings import Settings
from tests.support.asking import Asking, asking
from tests.support.gate import Gate
from tests.support.model_steps import (
    Step,
    call,
    drop,
    finish,
    no_usage,
    reasoning,
    send,
    split_bytes,
    stall,
    usage,
    whole,
)

TOOL = Tool("replace", "Replace lines.", {"type": "object", "properties": {"path": {"type": "string"}}})
PROMPT = ChatPrompt((Message("user", "Rename it."),), 64, tools=(TOOL,))
FIRST = ("replace", {"path": "a.py", "new": 'x = "é\u2028"\n'})
SECOND = ("move", {"path": "b.py"})
ARGUMENTS = ['{"path": "a.py", "new": "x = \\"é\u2028\\"\\n"}', '{"path": "b.py"}']
CALLS = (("replace", ARGUMENTS[0]), ("move", ARGUMENTS[1]))
ACCEPTS: dict[str, Any] = {"providers": {"openai-compatible": {"accepts": ["tools"]}}}


async def called(at: Asking) -> tuple[str, tuple[tuple[str, str], ...]]:
    async with at.ask(PROMPT) as answer:
        text = "".join([piece async for piece in answer])
        return text, tuple(answer.calls)


@pytest.mark.parametrize("wire", ["chat", "responses"])
@pytest.mark.parametrize(
    "steps",
    [
        (call(*FIRST), call(*SECOND)),
        (call(*FIRST, form="whole"), call(*SECOND, form="whole")),
        (split_bytes(1), call(*FIRST), call(*SECOND, form="whole")),
    ],
    ids=["in pieces", "whole and without index, as Foundry does", "mixed, in single bytes"],
)
async def test_calls_are_read_in_each_shape(wire: str, steps: tuple[Step, ...]) -> None:
    async with asking(wire=wire, **ACCEPTS) as at:
        at.server.enqueue(send("I will."), *steps)
        text, calls = await called(at)
    assert (text, calls) == ("I will.", CALLS)


async def test_arguments_may_be_an_object() -> None:
    async with asking(**ACCEPTS) as at:
        at.server.enqueue(call(*FIRST, form="object"), call(*SECOND, form="object"))
        assert await called(at) == ("", CALLS)


@pytest.mark.parametrize("wire", ["chat", "responses"])
async def test_a_reply_that_is_not_streamed_has_its_calls(wire: str) -> None:
    async with asking(wire=wire, **ACCEPTS) as at:
        at.server.enqueue(whole("Done.", calls=[FIRST, SECOND]))
        assert await called(at) == ("Done.", CALLS)


async def test_functions_are_declared_only_where_the_provider_takes_them() -> None:
    function = {"name": "replace", "description": "Replace lines.", "parameters": dict(TOOL.parameters)}
    for provider, sent in (("foundry", True), ("openai-compatible", False)):
        async with asking(provider=provider) as at:
            assert at.endpoint.tools is sent
            await called(at)
            body = at.server.requests[0].body
        assert body.get("tools") == ([{"type": "function", "function": function}] if sent else None)
        assert "tool_choice" not in body  # It is not in Foundry's list.
    async with asking(wire="responses", **ACCEPTS) as at:
        await called(at)
        assert at.server.requests[0].body["tools"] == [{"type": "function", **function, "strict": False}]


async def test_calls_count_in_the_estimate_of_what_was_written() -> None:
    async with asking(**ACCEPTS, price_input=1.0, price_output=1.0) as at:
        at.server.enqueue(call("replace", {"new": "x" * 400}), no_usage())
        async with at.ask(PROMPT) as answer:
            assert [piece async for piece in answer] == []
        assert answer.usage.estimated
        assert answer.usage.output_tokens >= 100
        assert answer.usage.input_tokens > len("Rename it.") / 4 + 10  # The declaration is read, too.
        assert answer.first_token_ms is not None


async def test_a_call_is_a_sign_of_life_and_nothing_is_asked_twice_behind_it() -> None:
    async with asking(**ACCEPTS) as at:
        at.server.enqueue(call(*SECOND, form="whole"), drop())
        with pytest.raises(StreamBroken):
            await called(at)
        assert len(at.server.requests) == 1


async def test_reasoning_with_nothing_but_a_call_behind_it_is_an_answer() -> None:
    async with asking(**ACCEPTS) as at:
        at.server.enqueue(reasoning("hm " * 50), call(*SECOND), finish("length"), usage(reasoning=40))
        assert (await called(at))[1] == CALLS[1:]


async def test_a_plan_may_think_for_longer_than_its_answer_is() -> None:
    thought = "hm " * 2_000  # About 1,500 tokens, and the prompt has room for 64.
    async with asking() as at:
        plan = at.client.endpoint(Role.PLAN)
        at.server.enqueue(reasoning(thought), send("1. Rename it."))
        async with at.client.ask(plan, PROMPT) as answer:
            assert "".join([piece async for piece in answer]) == "1. Rename it."
        at.server.enqueue(reasoning(thought), send("too late"))
        with pytest.raises(ReasoningOnly):
            await at.text()


@pytest.mark.parametrize("step", [reasoning("hm"), call("replace", {})])
async def test_what_is_no_text_is_a_sign_of_life_too(step: Step) -> None:
    async with asking(**ACCEPTS, timeout_first_token=60, timeout_between_tokens=0.25) as at:
        at.server.enqueue(step, stall(Gate()))
        with pytest.raises(StreamStalled):
            await called(at)


def test_nobody_waits_longer_for_a_plan_than_its_setting_says() -> None:
    settings = Settings(provider="foundry", base_url="https://x/mai/v1", api_key="k", plan_timeout=300, edit_timeout=40)
    client = ModelClient(settings, {}, infer_format=lambda _: None)
    plan, edit, quick = (client.endpoint(role) for role in (Role.PLAN, Role.EDIT, Role.COMPLETION))
    assert (plan.timeouts.first_token, plan.timeouts.between_tokens, plan.timeouts.total) == (150, 150, 300)
    assert (edit.timeouts.first_token, edit.timeouts.total) == (20, 40)
    assert (quick.timeouts.total, quick.reasoning) == (60, 0)
    assert (plan.window, plan.max_output, plan.reasoning, edit.reasoning) == (128_000, 64_000, 48_000, 16_000)
