"""Faults and cancellations at every step of a change: no file changed, one clear message, the books kept."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mai_lsp.engine.change import asking
from mai_lsp.engine.change.job import Job, Proposal, Refused
from tests.support.changing import FAST, STRONG, Workshop, block, said_to, texts, workshop
from tests.support.gate import Gate
from tests.support.model_server import Asked
from tests.support.model_steps import (
    Step,
    bad_json,
    call,
    drop,
    end_here,
    error_event,
    finish,
    garbage,
    never_headers,
    reasoning,
    safety_block,
    send,
    stall,
    status,
    usage,
)

FILES = {
    f"shop/part_{number}.py": f"def part_{number}(cart):\n    amount = {number}\n    return amount\n"
    for number in range(4)
}
JOB = Job("refactor", "Double", "Let every part return twice the amount.", paths=tuple(FILES), many=True)
PLAN = "Twice.\n\n" + "\n".join(f"## {path}\nReturn twice the amount.\n" for path in FILES)
RIGHT = {path: block(path, "    return amount", "    return amount * 2") for path in FILES}
WRONG = block("shop/part_0.py", "    return what_is_nowhere_to_be_found()", "    return 1")
PRICED: dict[str, Any] = {"price_input": 1.0, "price_output": 1.0}
SHORT: dict[str, Any] = {"edit_timeout": 0.8, "plan_timeout": 0.8}
SILENT = ("no first token", "a pause")
"""Faults that only a time limit ends; the others get the usual ones, for a busy machine's sake."""
FEW: dict[str, Any] = {"route_max_files": 10, "indexed": False}
"""So that the fast model is asked first."""
COST = (usage(input=1_000, output=1_000),)
"""0.002 USD at that price."""

FAULTS: dict[str, tuple[Step, ...]] = {
    "no first token": (never_headers(),),
    "a pause": (send("shop/part_0.py\n```\n<<<<<<< SEARCH\n"), stall(Gate())),
    "401": (status(401),),
    "402": (status(402),),
    "403": (status(403),),
    "404": (status(404),),
    "408": (status(408),),
    "412": (status(412),),
    "422": (status(422),),
    "429": (status(429, headers={"retry-after": "600"}),),
    "429 in ms": (status(429, headers={"retry-after-ms": "600000"}),),
    "500": (status(500),),
    "503": (status(503, body="<html>down</html>"),),
    "too long": (status(400, body={"error": {"message": "too long", "code": "context_length_exceeded"}}),),
    "content filter": (status(400, body={"error": {"message": "filtered", "code": "content_filter"}}),),
    "cut stream": (send("shop/part_0.py\n```\n<<<<<<< SEARCH\n    return"), drop()),
    "cut at once": (drop(),),
    "no end": (send("shop/part_0.py\n```\n<<<<<<< SEARCH\n"), end_here()),
    "output limit": (send(RIGHT["shop/part_0.py"]), finish("length")),
    "not HTTP": (garbage(),),
    "bad JSON": (bad_json(),),
    "bad JSON later": (send("shop/part_0.py\n"), bad_json()),
    "error in a 200": (error_event(),),
    "error in a 200 later": (send("shop/part_0.py\n"), error_event()),
    "safety block": (safety_block(),),
    "safety block later": (send("shop/part_0.py\n"), safety_block()),
    "only reasoning": (reasoning("hm " * 50), finish("length")),
    "nothing": (send(""),),
    "nonsense": (send("\x00\ufffd{]}\u2028"),),
    "prose": (send("I am sorry, I can not do that."),),
    "a call of nothing": (call("run", {"command": "rm"}),),
}


@dataclass
class Script:
    """What a server says at each step; `at` is where the fault strikes, and from there on."""

    fault: Sequence[Step]
    at: str
    seen: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Sequence[Step]:
        step = self._step(asked)
        struck = self.at in self.seen
        self.seen.append(step)
        return self.fault if step == self.at or struck else (*self._right(step, asked), *COST)

    def _step(self, asked: Asked) -> str:
        text = said_to(asked)
        if "Answer with the plan" in text:
            return "plan"
        if asked.body["model"] == STRONG:
            return "escalation"
        part = (
            "" if "Your part, " not in text else " of part 2" if "Your part, shop/part_2.py" in text else " of a part"
        )
        return ("retry" if "Your former answer" in text else "edit") + part

    def _right(self, step: str, asked: Asked) -> Sequence[Step]:
        if step == "plan":
            return (send(PLAN),)
        mine = [path for path in FILES if f"Your part, {path}:" in said_to(asked)]
        if mine:
            return (send(RIGHT[mine[0]]),)
        return (send(WRONG),)


ONE = ["edit", "retry", "escalation"]
SPLIT = ["plan", "edit of a part", "edit of part 2"]


async def run(shop: Workshop, job: Job = JOB) -> Refused:
    """Run a job that is to be refused, and look at what is left of it."""
    before = {path: (shop.root / path).read_bytes() for path in FILES}
    tasks = asyncio.all_tasks()
    ended = await asyncio.wait_for(shop.run(job), 20)
    assert isinstance(ended, Refused), ended
    assert {path: (shop.root / path).read_bytes() for path in FILES} == before
    mine = {task for task in asyncio.all_tasks() - tasks if "mai_lsp" in repr(task.get_coro())}
    assert not mine
    assert ended.message.endswith("Nothing was changed.")
    assert "\n" not in ended.message
    assert len(ended.message) < 500
    assert "return amount" not in ended.message
    assert ended.message.count("Nothing was changed.") == 1
    return ended


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("at", ONE)
async def test_a_fault_of_one_answer_changes_nothing(tmp_path: Path, at: str, fault: str) -> None:
    script = Script(FAULTS[fault], at)
    short = SHORT if fault in SILENT else {}
    async with workshop(tmp_path, FILES, **FEW, route_split="never", **PRICED, **short) as shop:
        shop.server.default = script
        ended = await run(shop)
        whole = script.seen.index(at)
        assert (ended.usage.cost_usd or 0) >= 0.002 * whole - 1e-9
        assert len(script.seen) <= 16


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("at", SPLIT)
async def test_a_fault_of_one_file_of_many_changes_none(tmp_path: Path, at: str, fault: str) -> None:
    script = Script(FAULTS[fault], at)
    short = SHORT if fault in SILENT else {}
    async with workshop(tmp_path, FILES, **FEW, route_split="always", **PRICED, **short) as shop:
        shop.server.default = script
        ended = await run(shop)
        assert (ended.usage.cost_usd or 0) >= (0.002 if at != "plan" else 0) - 1e-9
        assert at in script.seen


async def test_who_is_not_there_is_said(tmp_path: Path) -> None:
    async with workshop(tmp_path, FILES, **FEW, base_url="http://127.0.0.1:9/v1") as shop:
        ended = await run(shop)
        assert ended.error is not None
        assert ended.usage.input_tokens == 0, "what was never sent costs nothing"


async def test_a_refused_request_costs_nothing_and_what_was_answered_stays_counted(tmp_path: Path) -> None:
    async with workshop(tmp_path, FILES, **FEW, route_split="never", **PRICED) as shop:
        shop.server.enqueue(send(WRONG), *COST)
        shop.server.default = (status(401),)
        ended = await run(shop)
        assert ended.usage.cost_usd == pytest.approx(0.002)
        assert not ended.usage.estimated
        assert "part_0" in ended.message
        assert ended.error is not None, "why nobody was asked once more"


async def test_an_endless_answer_is_stopped_at_what_it_may_cost(tmp_path: Path) -> None:
    endless = Gate()
    async with workshop(tmp_path, FILES, **FEW, cost_per_request=0.01, **PRICED) as shop:
        shop.watcher.consents = True
        shop.server.default = (*[send("x = 1\n" * 1_000)] * 40, stall(endless))
        ended = await run(shop)
        assert "may cost" in ended.message
        await asyncio.wait_for((await shop.server.next_request()).hung_up.wait(), 5)
        assert ended.usage.cost_usd is not None


@pytest.mark.parametrize("kind", ["calls", "reasoning"])
async def test_what_is_no_text_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(asking, "TELL_EVERY", 0.01)
    monkeypatch.setattr(asking, "MAX_REPLY", 5_000)
    words = "x" * (20_000 if kind == "calls" else 4_300)
    steps: dict[str, Step] = {
        "calls": call("create_file", {"path": "a.py", "text": words}),
        "reasoning": reasoning(words),
    }
    settings: dict[str, Any] = {"edit_format": "calls"} if kind == "calls" else {"cost_per_request": 0.0018, **PRICED}
    async with workshop(tmp_path, FILES, **FEW, route_attempts=1, **settings) as shop:
        shop.server.default = (steps[kind], stall(Gate()))
        ended = await run(shop)
        assert ("may cost" if kind == "reasoning" else "did not stop writing") in ended.message
        await asyncio.wait_for((await shop.server.next_request()).hung_up.wait(), 5)
        assert len(shop.watcher.steps) > 1


CANCELLED: dict[str, Callable[[Gate], Script]] = {
    step: (lambda gate, step=step: Script((send("shop/"), stall(gate)), step))  # type: ignore[misc]
    for step in (*ONE, *SPLIT)
}


@pytest.mark.parametrize("step", CANCELLED)
async def test_cancelling_closes_the_streams_and_leaves_nothing_behind(tmp_path: Path, step: str) -> None:
    script = CANCELLED[step](Gate())
    split = "always" if step in SPLIT else "never"
    async with workshop(tmp_path, FILES, **FEW, route_split=split) as shop:
        shop.server.default = script
        tasks = asyncio.all_tasks()
        running = asyncio.create_task(shop.run(JOB))
        asked = await asyncio.wait_for(shop.server.next_request(), 5)
        while script.seen[shop.server.requests.index(asked)] != step:
            asked = await asyncio.wait_for(shop.server.next_request(), 5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await asyncio.wait_for(asked.hung_up.wait(), 5)
        assert not {task for task in asyncio.all_tasks() - tasks if "mai_lsp" in repr(task.get_coro())}
        assert {path: (shop.root / path).read_text() for path in FILES} == FILES


async def test_one_file_that_can_not_be_changed_ends_the_work_on_the_others(tmp_path: Path) -> None:
    slow: list[Asked] = []

    def answer(asked: Asked) -> Sequence[Step]:
        if "Answer with the plan" in said_to(asked):
            return (send(PLAN),)
        if "Your part, shop/part_2.py" in said_to(asked):
            return (status(400, body={"error": {"message": "filtered", "code": "content_filter"}}),)
        slow.append(asked)
        return (send("shop/"), stall(Gate()))

    async with workshop(tmp_path, FILES, **FEW, route_split="always") as shop:
        shop.server.default = answer
        await run(shop)
        for asked in slow:
            await asyncio.wait_for(asked.hung_up.wait(), 5)


async def test_files_worked_on_side_by_side_ask_the_user_once(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Sequence[Step]:
        return (send(PLAN if "Answer with the plan" in said_to(asked) else "I can not."), *COST)

    async with workshop(tmp_path, FILES, **FEW, route_split="always", route_escalate="ask") as shop:
        shop.server.default = answer
        await run(shop)
        assert len(shop.watcher.questions) == 1
        assert STRONG not in {asked.body["model"] for asked in shop.server.requests}


async def test_who_has_declined_the_cost_is_not_asked_again(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Sequence[Step]:
        return (send(PLAN), usage(input=1, output=1, cost=0.0099))

    async with workshop(
        tmp_path, FILES, **FEW, route_split="always", cost_per_request=0.01, price_input=10.0, price_output=10.0
    ) as shop:
        shop.watcher.consents = False
        shop.spent = (0.0, 0.0)
        shop.server.default = answer
        ended = await run(shop)
        assert "mai.cost.perRequest" in ended.message
        assert len(shop.watcher.questions) == 1


async def test_the_filter_is_not_asked_twice(tmp_path: Path) -> None:
    async with workshop(tmp_path, FILES, **FEW) as shop:
        shop.server.default = (send("shop/part_0.py\n"), safety_block())
        await run(shop)
        assert len(shop.server.requests) == 1


async def test_what_the_fast_model_has_no_room_for_goes_to_the_strong_one_then_file_by_file(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Sequence[Step]:
        text = said_to(asked)
        if "Answer with the plan" in text:
            return (send(PLAN),)
        mine = [path for path in FILES if f"Your part, {path}:" in text]
        if mine:
            return (send(RIGHT[mine[0]]),)
        return FAULTS["too long"]

    async with workshop(tmp_path, FILES, **FEW) as shop:
        shop.server.default = answer
        ended = await shop.run(JOB)
        assert set(texts(ended)) == set(FILES)
        assert [asked.body["model"] for asked in shop.server.requests[:3]] == [FAST, STRONG, STRONG]
        assert {asked.body["model"] for asked in shop.server.requests[3:]} == {FAST}


async def test_a_single_file_that_fits_nowhere_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with workshop(tmp_path, FILES, **FEW) as shop:
        shop.server.default = FAULTS["too long"]
        ended = await run(shop, shop.edit("shop/part_0.py", "", "Return 2."))
        assert len(shop.server.requests) == 2
        assert ended.error is not None


async def test_a_file_larger_than_the_window_is_not_sent_cut_off(tmp_path: Path) -> None:
    files = {**FILES, "shop/big.py": "".join(f"value_{number} = {number}\n" for number in range(20_000))}
    async with workshop(tmp_path, files, **FEW) as shop:
        ended = await run(shop, shop.edit("shop/big.py", "", "Rename all."))
        assert shop.server.requests == []
        assert "tokens" in ended.message


async def test_the_flow_works_on_its_snapshot_while_files_change(tmp_path: Path) -> None:
    gate = Gate()
    async with workshop(tmp_path, FILES, **FEW) as shop:
        shop.server.default = (stall(gate), send("".join(RIGHT.values())))
        running = asyncio.create_task(shop.run(JOB))
        await shop.server.next_request()
        for path in FILES:
            (shop.root / path).write_text("somebody = 'else'\n", encoding="utf-8")
        gate.open()
        ended = await running
        assert isinstance(ended, Proposal)
        for change in ended.changes:
            assert change.old == FILES[change.path]
            assert change.after == FILES[change.path].replace("return amount", "return amount * 2")


async def test_a_check_command_that_hangs_is_a_reason(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; print('return amount', flush=True); time.sleep(600)"]
    root = tmp_path / "work"
    settings: dict[str, Any] = {"check_command": command, "check_folders": [str(root)], "check_timeout": 0.3}
    async with workshop(tmp_path, FILES, **FEW, route_attempts=1, route_escalate="never", **settings) as shop:
        shop.server.default = (send("".join(RIGHT.values())),)
        ended = await run(shop)
        assert "took longer" in ended.message


@pytest.mark.parametrize("state", ["missing", "broken", "empty", "other"])
async def test_without_a_whole_index_it_still_works(tmp_path: Path, state: str) -> None:
    async with workshop(tmp_path, FILES) as shop:
        assert shop.database is not None
        data = {
            "missing": None,
            "broken": b"SQLite format 3\x00" + b"\xff" * 5_000,
            "empty": b"",
            "other": b"no database",
        }
        for path in shop.database.parent.glob("index.db*"):
            path.unlink()
        if (put := data[state]) is not None:
            shop.database.write_bytes(put)
        shop.server.default = (send("".join(RIGHT.values())),)
        assert set(texts(await shop.run(JOB))) == set(FILES)


async def test_an_index_that_is_made_anew_meanwhile_does_no_harm(tmp_path: Path) -> None:
    gate = Gate()
    async with workshop(tmp_path, FILES) as shop:
        assert shop.database is not None
        shop.server.default = (stall(gate), send("".join(RIGHT.values())))
        running = asyncio.create_task(shop.run(JOB))
        await shop.server.next_request()
        for path in shop.database.parent.glob("index.db*"):
            path.unlink()
        shop.database.write_bytes(b"SQLite format 3\x00" + b"\x00" * 200)
        gate.open()
        assert set(texts(await running)) == set(FILES)
