"""Background tasks keep their references, failures are logged, and the newest request per document wins."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys

import pytest

from mai_lsp.lsp import parent
from mai_lsp.lsp.tasks import Newest, Tasks


async def test_a_task_survives_the_collector() -> None:
    tasks, done = Tasks(), asyncio.Event()
    gate = asyncio.Event()

    async def work() -> None:
        await gate.wait()
        done.set()

    tasks.start(work(), "work")
    gc.collect()
    gate.set()
    await asyncio.wait_for(done.wait(), 5)
    await asyncio.sleep(0)
    assert not tasks._running


async def test_a_failure_is_logged_by_name(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()

    async def work() -> None:
        raise ValueError("x")

    task = tasks.start(work(), "the work")
    await asyncio.wait({task})
    await asyncio.sleep(0)
    assert [record.getMessage() for record in caplog.records] == ["the work failed"]


async def test_stop_cancels_and_waits() -> None:
    tasks, ended = Tasks(), []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    tasks.start(work(), "work")
    await asyncio.sleep(0)
    await tasks.stop()
    assert ended == [True]


class Flow:
    """A flow that answers when told to, and says whether it was cancelled."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.started = asyncio.Event()
        self.closed = asyncio.Event()
        self.cancelled = False

    async def run(self) -> str:
        self.started.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        finally:
            self.closed.set()
        return "answer"


async def test_a_newer_flow_cancels_the_older_of_the_same_key_only() -> None:
    newest = Newest(Tasks())
    older, newer, other = Flow(), Flow(), Flow()
    first = asyncio.ensure_future(newest.run("a", older.run()))
    elsewhere = asyncio.ensure_future(newest.run("b", other.run()))
    await older.started.wait()
    await other.started.wait()
    second = asyncio.ensure_future(newest.run("a", newer.run()))
    assert await first is None
    assert older.cancelled
    newer.gate.set()
    other.gate.set()
    assert await second == "answer"
    assert await elsewhere == "answer"
    assert not newest._running


async def test_cancelling_the_caller_cancels_the_flow_and_is_not_swallowed() -> None:
    newest, flow = Newest(Tasks()), Flow()
    caller = asyncio.ensure_future(newest.run("a", flow.run()))
    await flow.started.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await flow.closed.wait()
    assert flow.cancelled


async def test_an_error_in_a_flow_reaches_its_caller() -> None:
    async def broken() -> str:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        await Newest(Tasks()).run("a", broken())


def started(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)


async def test_a_process_that_ends_is_noticed() -> None:
    with started("input()") as process:
        watching = asyncio.ensure_future(parent.gone(process.pid, interval=0.01))
        await asyncio.sleep(0)
        assert not watching.done()
        process.communicate(b"\n")
        await asyncio.wait_for(watching, 10)


def test_a_process_that_has_ended_is_not_alive() -> None:
    with started("") as process:
        process.wait()
    assert not parent.alive(process.pid)


def test_which_processes_are_alive() -> None:
    assert parent.alive(os.getpid())
    assert not parent.alive(0)
    assert not parent.alive(-1)
