"""Sharing one engine: real processes and locks, with a small HTTP server where the model would be."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mai_lsp.errors import EngineFailed, EngineMissing, WeightsCorrupt, WeightsMissing
from mai_lsp.model.local import plan, state
from mai_lsp.model.local.share import LocalEngine, Pace
from mai_lsp.model.local.spawn import COMMAND
from mai_lsp.settings import Settings
from mai_lsp.system import lock

STAND_IN = (sys.executable, "-P", str(Path(__file__).parents[1] / "unit" / "model_local" / "stand_in.py"))
PACE = Pace(poll=0.01, ready=30.0)

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


class Bench:
    """A cache folder, a model file and the editors that use them."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.weights = folder / "tiny.gguf"
        self.behave()

    def behave(self, **behaviour: object) -> None:
        self.weights.write_bytes(b"GGUF" + json.dumps(behaviour).encode())

    def editor(self, *, pace: Pace = PACE, idle_minutes: float = 10) -> LocalEngine:
        settings = Settings(local_model=str(self.weights), local_threads=1, local_idle_minutes=idle_minutes)
        return LocalEngine(settings, cache=self.cache, command=STAND_IN, pace=pace)

    @property
    def engines(self) -> list[state.EngineState]:
        return [engine for _, engine in state.running(plan.engines_dir(self.cache))]

    async def until_gone(self) -> None:
        """Wait on the lock, which the system frees when the process has ended."""
        for path in plan.engines_dir(self.cache).glob("*.lock"):
            handle = await asyncio.to_thread(lock.take, path, wait=20)
            assert handle is not None, "the engine did not end"
            lock.release(handle)

    async def until_loading(self) -> state.EngineState:
        async with asyncio.timeout(20):
            while not self.engines:  # noqa: ASYNC110 - another process gets there
                await asyncio.sleep(0.01)
        return self.engines[0]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    for path in plan.engines_dir(bench.cache).glob("*.lock"):
        # Held from here to the end of the test run, so that a process which comes late to a race loses it and ends.
        while await asyncio.to_thread(lock.take, path, wait=0.2) is None:
            await asyncio.to_thread(state.stop, path.with_suffix(".json"))


async def test_starts_an_engine_and_gives_its_address_and_key(bench: Bench) -> None:
    editor = bench.editor()
    assert await editor.status() is None
    address, key = await editor.address()
    found = await editor.status()
    assert found is not None
    assert (address, key) == (found.address, found.key)
    assert address.startswith("http://127.0.0.1:")
    assert state.probe(found) is state.Health.ALIVE


async def test_many_tasks_and_editors_share_one_process(bench: Bench) -> None:
    editors = [bench.editor() for _ in range(4)]
    addresses = await asyncio.gather(*(editor.address() for editor in editors for _ in range(3)))
    assert len(set(addresses)) == 1
    assert len(bench.engines) == 1


async def test_two_processes_share_one_engine_that_survives_them(bench: Bench) -> None:
    program = (
        "import asyncio, pathlib, sys\nfrom mai_lsp.model.local.share import LocalEngine\n"
        "from mai_lsp.settings import Settings\n"
        f"engine = LocalEngine(Settings(local_model={str(bench.weights)!r}, local_threads=1),"
        f" cache=pathlib.Path({str(bench.cache)!r}), command={STAND_IN!r})\n"
        "print(asyncio.run(engine.address())[0])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    runs = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-c", program, stdout=subprocess.PIPE, env=environment
        )
        for _ in range(2)
    ]
    outputs = {(await run.communicate())[0].strip() for run in runs}
    assert [run.returncode for run in runs] == [0, 0]
    assert outputs == {(await bench.editor().address())[0].encode()}


async def test_the_address_is_remembered_between_checks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = bench.editor(pace=Pace(check_every=60))
    first = await editor.address()
    probes: list[state.EngineState] = []
    real = state.probe

    def counted(engine: state.EngineState) -> state.Health:
        probes.append(engine)
        return real(engine)

    monkeypatch.setattr(state, "probe", counted)
    assert [await editor.address() for _ in range(100)] == [first] * 100
    assert probes == []
    editor.doubt()
    assert await editor.address() == first
    assert len(probes) == 1


@posix_only
async def test_a_killed_engine_is_started_again(bench: Bench) -> None:
    editor = bench.editor()
    first = await editor.address()
    os.kill(bench.engines[0].pid, signal.SIGKILL)
    await bench.until_gone()
    editor.doubt()
    second = await editor.address()
    assert second[1] != first[1]
    assert state.probe(bench.engines[0]) is state.Health.ALIVE


@posix_only
async def test_an_engine_that_another_editor_started_is_started_again_too(bench: Bench) -> None:
    await bench.editor().address()
    other = bench.editor()
    first = await other.address()
    os.kill(bench.engines[0].pid, signal.SIGKILL)
    await bench.until_gone()
    other.doubt()
    assert await other.address() != first


async def test_an_engine_that_ended_by_itself_is_noticed_without_a_failed_request(bench: Bench) -> None:
    editor = bench.editor(pace=Pace(check_every=600, poll=0.01))
    first = await editor.address()
    await bench.editor().stop()
    assert await editor.address() != first


@posix_only
async def test_a_crash_loop_ends_in_an_error_with_the_cause(bench: Bench) -> None:
    editor = bench.editor()
    for _ in range(PACE.crashes):
        await editor.address()
        os.kill(bench.engines[0].pid, signal.SIGKILL)
        await bench.until_gone()
        editor.doubt()
    with pytest.raises(EngineFailed, match=r"ended 3 times within 120 s\. Its last words: .*ready after") as caught:
        await editor.address()
    assert "its log is" in caught.value.advice
    assert bench.engines == []


async def test_after_the_crash_window_it_is_tried_again(bench: Bench) -> None:
    now = 0.0
    settings = Settings(local_model=str(bench.weights), local_threads=1)
    editor = LocalEngine(settings, cache=bench.cache, command=STAND_IN, pace=PACE, clock=lambda: now)
    bench.behave(fail="no such tensor")
    for _ in range(PACE.crashes):
        now += 1
        with pytest.raises(EngineFailed, match=r"did not start \(exit code 1\)\. .*no such tensor"):
            await editor.address()
    with pytest.raises(EngineFailed, match="ended 3 times"):
        await editor.address()
    bench.behave()
    with pytest.raises(EngineFailed, match="ended 3 times"):
        await editor.address()
    now += PACE.crash_window
    assert await editor.address()


async def test_dying_while_loading_is_told_with_the_exit_code(bench: Bench) -> None:
    bench.behave(exit=42)
    with pytest.raises(EngineFailed, match=r"did not start \(exit code 42\)\. Its last words: .*loading"):
        await bench.editor().address()


async def test_cancelling_a_start_leaves_an_engine_that_everybody_knows(bench: Bench, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    bench.behave(gate=str(gate))
    editor = bench.editor()
    task = asyncio.create_task(editor.address())
    loading = await bench.until_loading()
    assert not loading.ready
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.touch()
    await editor.address()
    assert [engine.pid for engine in bench.engines] == [loading.pid]


async def test_starting_does_not_block_the_event_loop(bench: Bench, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    bench.behave(gate=str(gate))
    task = asyncio.create_task(bench.editor().address())
    await bench.until_loading()
    loop = asyncio.get_running_loop()
    worst = 0.0
    for _ in range(30):
        before = loop.time()
        await asyncio.sleep(0.005)
        worst = max(worst, loop.time() - before)
    assert worst < 0.25
    assert not task.done()
    gate.touch()
    await task


async def test_an_engine_that_never_gets_ready_is_given_up(bench: Bench, tmp_path: Path) -> None:
    bench.behave(gate=str(tmp_path / "never"))
    with pytest.raises(EngineFailed, match=r"not ready after 1 s.*mai-lsp model stop"):
        await bench.editor(pace=Pace(ready=1.0, poll=0.01)).address()
    await bench.until_gone()


@posix_only
async def test_an_engine_that_hangs_is_replaced(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = state.probe
    monkeypatch.setattr(state, "probe", lambda engine: real(engine, timeout=0.1))
    monkeypatch.setattr(state.stop, "__kwdefaults__", {"grace": 0.5})
    editor = bench.editor()
    first = await editor.address()
    os.kill(bench.engines[0].pid, signal.SIGSTOP)
    editor.doubt()
    assert await editor.address() != first
    assert len(bench.engines) == 1


async def test_a_stale_address_file_is_cleaned_up(bench: Bench) -> None:
    editor = bench.editor()
    first = await editor.address()
    old = bench.engines[0]
    await editor.stop()
    path = plan.engines_dir(bench.cache)
    made = next(path.glob("*.lock")).with_suffix(".json")
    state.write(made, old)  # as a power cut would have left it
    assert await editor.address() != first


async def test_stop_ends_the_engine_for_all(bench: Bench) -> None:
    editor = bench.editor()
    await editor.address()
    assert await bench.editor().stop() is True
    await bench.until_gone()
    assert bench.engines == []
    assert await editor.stop() is False
    assert await editor.status() is None


async def test_an_idle_engine_ends_and_takes_its_address_file_away(bench: Bench) -> None:
    editor = bench.editor(idle_minutes=0.01)
    first = await editor.address()
    await bench.until_gone()
    assert list(plan.engines_dir(bench.cache).glob("*.json")) == []
    assert "ending: idle" in next(plan.engines_dir(bench.cache).glob("*.log")).read_text()
    assert await editor.address() != first


async def test_without_weights_nothing_is_started(bench: Bench) -> None:
    bench.weights.unlink()
    with pytest.raises(WeightsMissing):
        await bench.editor().address()
    bench.weights.write_bytes(b"<html>")
    with pytest.raises(WeightsCorrupt):
        await bench.editor().address()
    assert not plan.engines_dir(bench.cache).exists()


async def test_without_the_extra_the_message_says_how_to_install_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    settings = Settings(local_model=str(bench.weights))
    with pytest.raises(EngineMissing, match=r"pip install 'mai-lsp\[local\]'"):
        await LocalEngine(settings, cache=bench.cache, command=COMMAND).address()


async def test_an_interpreter_that_is_gone_is_an_error_with_a_sentence(bench: Bench, tmp_path: Path) -> None:
    settings = Settings(local_model=str(bench.weights))
    with pytest.raises(EngineFailed, match="could not be started"):
        await LocalEngine(settings, cache=bench.cache, command=(str(tmp_path / "no-python"),)).address()
