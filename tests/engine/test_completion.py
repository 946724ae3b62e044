"""The completion flow against the scripted model server: what is asked, what comes of it, when the stream closes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.completion import LEAST_CONTEXT, Plan, applied, complete, describe, plan_for, prepare
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.errors import NotConfigured, ReasoningOnly
from mai_lsp.prompt.formats import infer
from mai_lsp.settings import Settings
from tests.support.asking import Asking, asking
from tests.support.fixture import chunks, parse
from tests.support.gate import Gate
from tests.support.model_steps import finish, reasoning, send, stall, status, usage

LLAMA_CPP = {"openai-compatible": {"accepts": ["grammar", "stop", "temperature"]}}
WIRES = ("chat", "responses", "fim", "infill")


@dataclass
class OneDocument:
    """The port `Documents` over one document that a test may change under way."""

    now: Document | None

    def latest(self, uri: str) -> Document | None:
        return self.now

    def display_path(self, uri: str) -> str:
        return uri.rpartition("/")[2]

    def ignored(self, uri: str, path: str = "") -> str:
        return ""


@dataclass
class Bench:
    """A flow that is ready to be asked."""

    asked: Asking
    deps: Deps
    documents: OneDocument
    ask: Ask

    async def run(self) -> Outcome:
        return await complete(self.ask, self.deps)

    @property
    def body(self) -> Any:
        return self.asked.server.requests[-1].body


@contextlib.asynccontextmanager
async def bench(source: str, *, wire: str = "chat", language: str = "python", **settings: Any) -> AsyncIterator[Bench]:
    """Open `source` (with its ``$0``) in front of a scripted server."""
    fixture = parse(source)
    document = fixture.document(language)
    if wire == "fim":
        settings = {"fim_format": "qwen", **settings}
    async with asking(wire=wire, completion_model="scripted", **settings) as asked:
        documents = OneDocument(document)
        given = Settings(**{name: value for name, value in settings.items() if name in Settings.__dataclass_fields__})
        deps = Deps(asked.client, documents, given)
        yield Bench(asked, deps, documents, Ask(document, fixture.cursor))


@pytest.mark.parametrize("wire", WIRES)
async def test_completes_over_every_wire(wire: str) -> None:
    async with bench("def add(a, b):\n    return $0\n", wire=wire) as flow:
        flow.asked.server.enqueue(*(send(piece) for piece in chunks("a ¦+ b\n\n¦print(1)")))
        outcome = await flow.run()
        assert isinstance(outcome, Suggestion)
        assert outcome.text == "a + b"
        assert applied(flow.ask.document, outcome).text == "def add(a, b):\n    return a + b\n"
        assert outcome.trace.wire == wire
        assert outcome.trace.model == "scripted"
        assert outcome.trace.first_token_ms is not None


@pytest.mark.parametrize("wire", WIRES)
async def test_closes_the_stream_once_the_block_is_complete(wire: str) -> None:
    never = Gate()
    async with bench("a = 1\n$0\nb = 2\n", wire=wire) as flow:
        flow.asked.server.enqueue(send("c = 3\n", "d = 4\n", "e = 5\n"), stall(never))
        outcome = await asyncio.wait_for(flow.run(), 10)
        assert isinstance(outcome, Suggestion)
        assert outcome.text == "c = 3"
        assert outcome.trace.finish == "cut"
        await asyncio.wait_for(flow.asked.server.requests[0].hung_up.wait(), 10)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_line_that_the_token_limit_cut_off_is_not_suggested(wire: str) -> None:
    async with bench("def f(a):\n    $0\n", wire=wire) as flow:
        flow.asked.server.enqueue(send("    b = a\n    retur"), finish("length"))
        outcome = await flow.run()
        assert isinstance(outcome, Suggestion)
        assert outcome.text == "b = a"


async def test_of_a_single_line_that_the_token_limit_cut_off_the_half_word_is_not_suggested() -> None:
    async with bench("x = $0\n", wire="fim") as flow:
        flow.asked.server.enqueue(send(" first + calcul"), finish("length"))
        outcome = await flow.run()
        assert isinstance(outcome, Suggestion)
        assert outcome.text.rstrip() == "first +"


async def test_cancelling_closes_the_stream() -> None:
    never = Gate()
    async with bench("x = $0\n") as flow:
        flow.asked.server.enqueue(send("1"), stall(never))
        task = asyncio.create_task(flow.run())
        asked = await flow.asked.server.next_request()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(asked.hung_up.wait(), 10)


SKIPPED: dict[Reason, tuple[str, str, str]] = {
    Reason.EMPTY: ("x = $0\n", "fim", "\n"),
    Reason.CHATTER: ("x = $0\n", "chat", "I cannot help with that, sorry."),
    Reason.DUPLICATE: ("a = 1\n$0\nb = 2\n", "fim", "b = 2\n"),
    Reason.REPETITIVE: ("def f():\n    $0\n", "fim", "    x = 1\n" + "    x = 2\n" * 5),
}


@pytest.mark.parametrize("reason", SKIPPED)
async def test_no_suggestion_has_a_reason(reason: Reason) -> None:
    source, wire, reply = SKIPPED[reason]
    async with bench(source, wire=wire) as flow:
        flow.asked.server.enqueue(send(reply))
        outcome = await flow.run()
        assert isinstance(outcome, Skipped)
        assert outcome.reason is reason
        assert outcome.detail
        assert outcome.error is None


async def test_an_answer_that_ignores_the_half_word_is_dropped() -> None:
    """Half words are cut only where a grammar can demand them back; a server may ignore the grammar."""
    async with bench("x = pri$0\n", wire="fim", providers=LLAMA_CPP) as flow:
        assert flow.asked.endpoint.grammar, "the row's override must reach the endpoint"
        flow.asked.server.enqueue(send(" input()\n"))
        outcome = await flow.run()
        assert isinstance(outcome, Skipped)
        assert outcome.reason is Reason.MISMATCH
        assert flow.body["grammar"] == 'root ::= " pri" .*'


async def test_switched_off() -> None:
    for settings in ({"completion_enable": False}, {"completion_disabled_languages": ["python"]}):
        async with bench("x = $0\n", **settings) as flow:
            outcome = await flow.run()
            assert isinstance(outcome, Skipped)
            assert outcome.reason is Reason.DISABLED
            assert not flow.asked.server.requests, "nothing is sent"


async def test_a_text_that_changed_meanwhile_gets_no_old_suggestion() -> None:
    gate = Gate()
    async with bench("x = $0\n") as flow:
        flow.asked.server.enqueue(stall(gate), send("```\nx = 1\n```"))
        task = asyncio.create_task(flow.run())
        await flow.asked.server.next_request()
        flow.documents.now = flow.ask.document.edited([Edit(Span(0, 1), "y")], 2)
        gate.open()
        outcome = await task
        assert isinstance(outcome, Skipped)
        assert outcome.reason is Reason.STALE


async def test_a_refused_key_is_an_error_with_advice_and_the_next_request_works() -> None:
    async with bench("x = $0\n") as flow:
        flow.asked.server.enqueue(status(401, {"error": {"message": "bad key"}}))
        outcome = await flow.run()
        assert isinstance(outcome, Skipped)
        assert outcome.reason is Reason.ERROR
        assert outcome.error is not None
        assert outcome.error.advice
        flow.asked.server.enqueue(send("```\nx = 1\n```"))
        assert isinstance(await flow.run(), Suggestion)


async def test_reasoning_is_counted_apart_and_never_shown() -> None:
    async with bench("x = $0\n") as flow:
        flow.asked.server.enqueue(reasoning("I think it is 2"), send("```\nx = 1\n```"))
        outcome = await flow.run()
        assert isinstance(outcome, Suggestion)
        assert outcome.text == "1"


async def test_an_answer_of_reasoning_alone_is_abandoned() -> None:
    never = Gate()
    async with bench("x = $0\n", completion_max_tokens=16) as flow:
        flow.asked.server.enqueue(*(reasoning("hmm, let me think about this. ") for _ in range(200)), stall(never))
        outcome = await asyncio.wait_for(flow.run(), 20)
        assert isinstance(outcome, Skipped)
        assert isinstance(outcome.error, ReasoningOnly)
        await asyncio.wait_for(flow.asked.server.requests[0].hung_up.wait(), 10)


async def test_an_unknown_fim_format_is_said_and_nothing_is_sent() -> None:
    async with bench("x = $0\n", wire="fim", fim_format="qwenn") as flow:
        outcome = await flow.run()
        assert isinstance(outcome, Skipped)
        assert isinstance(outcome.error, NotConfigured)
        assert "qwen" in outcome.error.advice
        assert not flow.asked.server.requests


async def test_the_prompt_keeps_its_beginning_while_the_user_types() -> None:
    """Prompt caches work by exact prefix, so what a key changes must come last, on every wire that allows it."""
    async with bench("import os\n\n\ndef f(path):\n    return $0\n") as flow:
        seen = []
        for typed in ("", "o", "os", "os."):
            document = flow.ask.document.edited([Edit(Span(flow.ask.offset, flow.ask.offset), typed)], 2)
            flow.documents.now = document
            flow.asked.server.enqueue(send("```\n1\n```"))
            await complete(replace(flow.ask, document=document, offset=flow.ask.offset + len(typed)), flow.deps)
            seen.append(json.dumps(flow.body["messages"]))
        shared = len(seen[0]) - len("return ") * 2 - 200
        assert all(text[:shared] == seen[0][:shared] for text in seen)


async def test_usage_and_cost_come_with_the_outcome() -> None:
    prices: dict[str, Any] = {"price_input": 1.0, "price_output": 2.0, "price_cached_input": 0.5}
    async with bench("x = $0\n", wire="fim", **prices) as flow:
        flow.asked.server.enqueue(send("1"), usage(input=1_000_000, cached=500_000, output=1_000_000))
        outcome = await flow.run()
        assert isinstance(outcome, Suggestion)
        assert outcome.trace.usage.cost_usd == pytest.approx(0.5 + 0.25 + 2.0)
        assert not outcome.trace.usage.estimated
        assert "1000000 in (500000 cached)" in describe(outcome)


async def test_the_log_line_holds_no_code() -> None:
    async with bench("secret_name = $0\n", wire="fim") as flow:
        flow.asked.server.enqueue(send("other_secret"))
        outcome = await flow.run()
        assert isinstance(outcome, Suggestion)
        assert "secret" not in describe(outcome)


async def test_what_is_shown_is_what_is_sent() -> None:
    async with bench("x = $0\n") as flow:
        plan = prepare(flow.ask, flow.deps)
        assert isinstance(plan, Plan)
        preview = flow.asked.client.preview(plan.endpoint, plan.prompt)
        flow.asked.server.enqueue(send("```\nx = 1\n```"))
        await flow.run()
        assert preview.body == flow.body
        assert preview.url == flow.asked.server.url + flow.asked.server.requests[-1].path


def test_the_format_of_the_embedded_model_is_known() -> None:
    assert infer("qwen2.5-coder-0.5b-instruct") == "qwen"


@pytest.mark.parametrize("budget", [256, 600, 2000])
@pytest.mark.parametrize("wire", ["chat", "fim"])
async def test_the_whole_prompt_stays_in_its_budget(wire: str, budget: int) -> None:
    code = "\n".join(f"def function_{number}(value):\n    return value + {number}\n" for number in range(300))
    source = f"import os\n\n{code}\n\ndef last(value):\n    return $0\n\n{code}"
    async with bench(source, wire=wire, context_tokens=budget) as flow:
        plan = prepare(flow.ask, flow.deps)
        assert isinstance(plan, Plan)
        body = json.dumps(flow.asked.client.preview(plan.endpoint, plan.prompt).body, ensure_ascii=False)
        assert estimate(body) <= max(budget, LEAST_CONTEXT + 350) * 1.15, "with JSON's own marks"
        assert estimate(body) >= budget * 0.5


@dataclass
class Neighbours:
    """The port `Elsewhere`: always the same snippet, as large as was asked for."""

    budgets: list[int]

    async def snippets(self, ask: Ask, budget: int) -> tuple[Snippet, ...]:
        self.budgets.append(budget)
        text = "def elsewhere(): ...\n" * (budget // 8)
        return (Snippet(Kind.WORKSPACE, "lib/other.py", text, 0, estimate(text), "elsewhere"),)


@pytest.mark.parametrize("wire", WIRES)
async def test_what_other_files_define_is_shown_and_sent_with_its_path(wire: str) -> None:
    async with bench("x = $0\n", wire=wire, context_tokens=2000) as flow:
        deps = replace(flow.deps, elsewhere=Neighbours([]))
        plan = await plan_for(flow.ask, deps)
        assert isinstance(plan, Plan)
        preview = flow.asked.client.preview(plan.endpoint, plan.prompt)
        flow.asked.server.enqueue(send("```\nx = 1\n```"))
        await complete(flow.ask, deps)
        assert preview.body == flow.body
        assert "def elsewhere()" in str(flow.body)
        assert "lib/other.py" in str(flow.body)


@pytest.mark.parametrize("wire", ["chat", "fim"])
async def test_other_files_take_from_the_budget_and_never_more(wire: str) -> None:
    code = "\n".join(f"def function_{number}(value):\n    return value + {number}\n" for number in range(300))
    async with bench(f"{code}\nx = $0\n{code}", wire=wire, context_tokens=2000) as flow:
        neighbours = Neighbours([])
        plan = await plan_for(flow.ask, replace(flow.deps, elsewhere=neighbours))
        assert isinstance(plan, Plan)
        assert neighbours.budgets == [1000]
        body = json.dumps(flow.asked.client.preview(plan.endpoint, plan.prompt).body, ensure_ascii=False)
        assert estimate(body) <= 2000 * 1.15, "with JSON's own marks"


async def test_a_small_prompt_is_not_asked_to_hold_other_files() -> None:
    async with bench("x = $0\n", context_tokens=400) as flow:
        neighbours = Neighbours([])
        await plan_for(flow.ask, replace(flow.deps, elsewhere=neighbours))
        assert neighbours.budgets == []
