"""Several suggestions for one place, from a model that gives one at a time: equal answers, different ones, and none."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import pytest

from mai_lsp.engine import alternatives as module
from mai_lsp.engine.alternatives import TEMPERATURE, TRIES, Flow, alternatives
from mai_lsp.engine.completion import complete
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.model.types import Answer, Endpoint, Role
from mai_lsp.prompt.prompt import Prompt
from tests.engine.test_completion import WIRES
from tests.engine.test_completion import bench as asking_at
from tests.support.asking import Asking
from tests.support.fixture import parse
from tests.support.gate import Gate
from tests.support.model_server import Asked
from tests.support.model_steps import Step, send, stall, status


@dataclass
class Bench:
    asked: Asking
    deps: Deps
    ask: Ask

    def answers(self, *texts: str) -> None:
        """Answer the usual request with the first text, and the others in turn, whichever of them arrives first."""
        others = iter(texts[1:])

        def reply(asked: Asked) -> Sequence[Step]:
            usual = asked.body.get("temperature") != TEMPERATURE
            return (send(f"{texts[0] if usual else next(others)}\n"),)

        self.asked.server.default = reply

    async def run(self, wanted: int = 3, *, hurry: bool = False) -> list[str] | Skipped:
        self.found: list[str] = []
        answer = await alternatives(self.ask, self.deps, wanted, lambda one: self.found.append(one.text), hurry=hurry)
        return answer if isinstance(answer, Skipped) else [one.text for one in answer]


@contextlib.asynccontextmanager
async def bench(*, wire: str = "chat") -> AsyncIterator[Bench]:
    async with asking_at("def add(a, b):\n    return $0\n", wire=wire) as flow:
        yield Bench(flow.asked, flow.deps, flow.ask)


@pytest.mark.parametrize("wire", WIRES)
async def test_different_answers_are_all_given_the_usual_one_first(wire: str) -> None:
    async with bench(wire=wire) as flow:
        flow.answers("a + b", "b + a", "sum((a, b))")
        found = await flow.run()
        assert isinstance(found, list)
        assert found[0] == "a + b"
        assert sorted(found) == ["a + b", "b + a", "sum((a, b))"]
        assert sorted(flow.found) == sorted(found)
        temperatures = [asked.body["temperature"] for asked in flow.asked.server.requests]
        assert sorted(temperatures) == [0, TEMPERATURE, TEMPERATURE]


async def test_equal_answers_are_given_once_and_asked_for_no_more_than_twice_as_often() -> None:
    async with bench() as flow:
        flow.answers("a + b", *["a + b"] * 10)
        assert await flow.run() == ["a + b"]
        assert len(flow.asked.server.requests) == TRIES * 3


async def test_a_repeated_answer_is_made_good_by_one_more_request() -> None:
    async with bench() as flow:
        flow.answers("a + b", "a + b", "b + a", "sum((a, b))")
        found = await flow.run()
        assert isinstance(found, list)
        assert sorted(found) == ["a + b", "b + a", "sum((a, b))"]
        assert len(flow.asked.server.requests) == 4


async def test_answers_that_differ_in_blanks_alone_are_the_same() -> None:
    async with bench() as flow:
        flow.answers("a + b", *["a  +  b"] * 10)
        found = await flow.run()
        assert isinstance(found, list)
        assert len(found) == 1


async def test_one_is_one_request() -> None:
    async with bench() as flow:
        flow.answers("a + b")
        assert await flow.run(1) == ["a + b"]
        assert len(flow.asked.server.requests) == 1


async def test_the_first_is_there_before_the_others_are_and_they_are_given_up_in_a_hurry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SHORTEST_GRACE", 0.05)
    monkeypatch.setattr(module, "LONGEST_GRACE", 0.05)
    async with bench() as flow:
        gate = Gate()
        flow.asked.server.default = lambda asked: (
            (stall(gate), send("b + a\n")) if asked.body["temperature"] == TEMPERATURE else (send("a + b\n"),)
        )
        async with asyncio.timeout(10):
            assert await flow.run(hurry=True) == ["a + b"]
            for asked in flow.asked.server.requests:
                if asked.body["temperature"] == TEMPERATURE:
                    await asked.hung_up.wait()


@pytest.mark.parametrize(("longest", "first_token_ms"), [(30.0, 0.0), (0.0, 30_000.0)])
async def test_those_who_have_seen_the_first_wait_for_the_others_even_in_a_hurry(
    monkeypatch: pytest.MonkeyPatch, longest: float, first_token_ms: float
) -> None:
    monkeypatch.setattr(module, "SHORTEST_GRACE", 0.0)
    monkeypatch.setattr(module, "LONGEST_GRACE", longest)
    async with bench() as flow:
        flow.answers("a + b", "b + a", "sum((a, b))")
        usual = await remembered(flow, "from memory", first_token_ms)
        found = await alternatives(flow.ask, flow.deps, 3, lambda _: None, hurry=True, usual=usual)
        assert isinstance(found, list)
        assert found[0].text == "from memory"
        assert sorted(one.text for one in found[1:]) == ["b + a", "sum((a, b))"]


async def test_the_wait_for_the_others_of_a_remembered_one_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_GRACE", 0.05)
    async with bench() as flow:
        usual = await remembered(flow, "from memory")
        flow.asked.server.default = (stall(Gate()),)
        async with asyncio.timeout(10):
            found = await alternatives(flow.ask, flow.deps, 3, lambda _: None, hurry=True, usual=usual)
        assert isinstance(found, list)
        assert [one.text for one in found] == ["from memory"]


async def test_without_hurry_the_others_are_waited_for() -> None:
    async with bench() as flow:
        gate = Gate()
        flow.asked.server.default = lambda asked: (
            (stall(gate), send("b + a\n")) if asked.body["temperature"] == TEMPERATURE else (send("a + b\n"),)
        )
        running = asyncio.create_task(flow.run(2))
        first = await flow.asked.server.next_request()
        second = await flow.asked.server.next_request()
        await (first if first.body["temperature"] == 0 else second).answered.wait()
        gate.open()
        assert await running == ["a + b", "b + a"]


async def test_a_refusal_is_the_answer_and_ends_the_asking() -> None:
    async with bench() as flow:
        flow.asked.server.default = (status(401),)
        answer = await flow.run()
        assert isinstance(answer, Skipped)
        assert answer.reason is Reason.ERROR
        assert len(flow.asked.server.requests) <= 3


async def test_a_model_with_nothing_to_say_is_told_as_such() -> None:
    async with bench() as flow:
        flow.asked.server.default = (send("```python\n```"),)
        answer = await flow.run()
        assert isinstance(answer, Skipped)
        assert answer.reason is Reason.EMPTY


async def test_the_model_on_this_machine_is_asked_one_by_one() -> None:
    async with bench() as flow:
        running: list[int] = []

        class Local:
            """The client, as if its model ran here."""

            def endpoint(self, role: Role) -> Endpoint:
                return replace(flow.asked.client.endpoint(role), local=True)

            preview = flow.asked.client.preview

            @contextlib.asynccontextmanager
            async def ask(self, _: Endpoint, prompt: Prompt) -> AsyncIterator[Answer]:
                running.append(running[-1] + 1 if running else 1)
                async with flow.asked.client.ask(flow.asked.endpoint, prompt) as answer:
                    yield answer
                running.append(running[-1] - 1)

        flow.deps = replace(flow.deps, model=Local())
        flow.answers("a + b", "b + a")
        assert await flow.run(2) == ["a + b", "b + a"]
        assert running == [1, 0, 1, 0]


async def test_giving_up_closes_every_request() -> None:
    async with bench() as flow:
        flow.asked.server.default = (stall(Gate()),)
        running = asyncio.create_task(flow.run())
        asked = [await flow.asked.server.next_request() for _ in range(3)]
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        async with asyncio.timeout(10):
            for one in asked:
                await one.hung_up.wait()


async def test_the_usual_one_may_come_from_elsewhere() -> None:
    async with bench() as flow:
        flow.answers("a + b", "b + a")
        usual = await remembered(flow, "from memory")
        before = len(flow.asked.server.requests)
        answer = await alternatives(flow.ask, flow.deps, 2, lambda _: None, hurry=False, usual=usual)
        assert isinstance(answer, list)
        assert [one.text for one in answer] == ["from memory", "b + a"]
        assert len(flow.asked.server.requests) == before + 1


async def remembered(flow: Bench, text: str, first_token_ms: float = 0.0) -> Flow:
    """Return a flow that gives this without asking, as what is left of an answer that took so long."""
    asked = await complete(flow.ask, flow.deps)
    assert isinstance(asked, Suggestion)
    trace = replace(asked.trace, remembered=True, first_token_ms=first_token_ms)
    known = replace(asked, span=parse("$0").document("python").line_span(0), text=text, trace=trace)

    async def usual(_ask: Ask, _deps: Deps) -> Suggestion:
        return known

    return usual


async def test_others_are_asked_for_as_long_as_that_is_allowed() -> None:
    async with bench() as flow:
        flow.answers("a + b", "b + a", "sum((a, b))")
        allowed = iter((True, False))
        found = await alternatives(
            flow.ask, flow.deps, 3, lambda _: None, hurry=False, another=lambda: next(allowed, False)
        )
        assert isinstance(found, list)
        assert [one.text for one in found] == ["a + b", "b + a"]
        assert len(flow.asked.server.requests) == 2


async def test_after_a_newer_request_took_over_no_other_is_asked_for() -> None:
    async def usual(_: Ask, __: Deps) -> Outcome:
        return Skipped(Reason.SUPERSEDED)

    async with bench(wire="fim") as flow:
        found = await alternatives(flow.ask, flow.deps, 1, lambda _: None, hurry=False, usual=usual)
        assert isinstance(found, Skipped)
        assert found.reason is Reason.SUPERSEDED
        assert not flow.asked.server.requests
