"""The engine as its users see it: an address that works, whoever started the process behind it.

It never fetches weights, and never starts a process for which there is no demand.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mai_lsp.errors import EngineFailed, EngineMissing
from mai_lsp.model.local import plan as planning
from mai_lsp.model.local import state as states
from mai_lsp.model.local.plan import Plan
from mai_lsp.model.local.spawn import COMMAND, Child, spawn
from mai_lsp.model.local.state import EngineState, Exit, Health
from mai_lsp.settings import Settings
from mai_lsp.system.cache import cache_dir
from mai_lsp.system.installed import how_to_add


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient we are, in seconds."""

    check_every: float = 3.0
    """An address that was good this recently is given out unasked."""
    ready: float = 90.0
    """From the start of the process until it takes requests; a cold disk reads 1 GB in that time."""
    poll: float = 0.05
    contend_every: float = 1.0
    """While another process seems to be the engine but does not answer, how often we try to become it."""
    crash_window: float = 120.0
    """So many crashes within this time and we give up until it has passed."""
    crashes: int = 3


class LocalEngine:
    """One editor's view of the shared engine. Safe to ask from many tasks of one event loop at once."""

    def __init__(
        self,
        settings: Settings,
        *,
        cache: Path | None = None,
        command: Sequence[str] = COMMAND,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._cache = cache or cache_dir()
        self._command = command
        self._pace = pace or Pace()
        self._clock = clock
        self._gate = asyncio.Lock()
        self._plan: Plan | None = None
        self._good: tuple[str, str] | None = None
        self._checked = 0.0
        self._child: Child | None = None
        self._served = False
        self._crashes: deque[float] = deque(maxlen=self._pace.crashes)

    async def address(self) -> tuple[str, str]:
        """Return base URL and key of a running engine, starting one if need be.

        Raises `WeightsMissing`, `WeightsCorrupt`, `EngineMissing` or `EngineFailed`. Cancelling it leaves a starting
        engine to finish: the next call finds it, and it ends by itself when nobody does.
        """
        if (known := self._known()) is not None:
            return known
        async with self._gate:
            if (known := self._known()) is not None:
                return known
            self._good = None
            if self._plan is None:
                self._plan = await asyncio.to_thread(planning.make, self._settings, self._cache)
            return await self._connect(self._plan)

    def doubt(self) -> None:
        """Say that a request could not connect, so the next `address` looks again instead of trusting its memory."""
        self._checked = float("-inf")

    async def stop(self) -> bool:
        """Stop the engine for all editors; False when none was running."""
        plan = await asyncio.to_thread(planning.make, self._settings, self._cache)
        self.doubt()
        self._good = None
        return await asyncio.to_thread(states.stop, plan.state)

    async def status(self) -> EngineState | None:
        """Return what is known of the running engine without starting one; None when none answers or loads."""
        plan = await asyncio.to_thread(planning.make, self._settings, self._cache)
        found = await asyncio.to_thread(states.running, plan.state.parent)
        return next((state for path, state in found if path == plan.state), None)

    def _known(self) -> tuple[str, str] | None:
        if self._good is None or self._plan is None or self._clock() - self._checked >= self._pace.check_every:
            return None
        # Microseconds that save a failed request: an engine that ends takes its file away, and a dead child is known.
        dead_child = self._child is not None and self._child.code is not None
        return None if dead_child or not self._plan.state.exists() else self._good

    async def _connect(self, plan: Plan) -> tuple[str, str]:
        deadline = self._clock() + self._pace.ready
        contend_at = 0.0
        silent = 0
        while self._clock() < deadline:
            state = await asyncio.to_thread(states.read, plan.state)
            if state is not None and state.ready:
                health = await asyncio.to_thread(states.probe, state)
                if health is Health.ALIVE:
                    return self._remember(state)
                if health is Health.SILENT:
                    silent += 1
                    if silent > 1:
                        # It listens and does not answer, twice: nobody is served by it any more.
                        await asyncio.to_thread(states.stop, plan.state)
            if self._child is not None and self._child.code is not None:
                self._bury(self._child.code, plan)
            if self._child is None and self._clock() >= contend_at:
                self._check_crashes(plan)
                contend_at = self._clock() + self._pace.contend_every
                await asyncio.to_thread(self._spawn, plan)
            await asyncio.sleep(self._pace.poll)
        if self._child is not None:
            self._child.kill()
        raise EngineFailed(
            f"The model's engine was not ready after {self._pace.ready:.0f} s.{_last_words(plan.log)}",
            advice="Run `mai-lsp model stop`, then try again.",
        )

    def _remember(self, state: EngineState) -> tuple[str, str]:
        self._served = True
        self._checked = self._clock()
        self._good = (state.address, state.key)
        return self._good

    def _spawn(self, plan: Plan) -> None:
        # In the worker thread to the end, also when the awaiting task is cancelled meanwhile: no child is lost.
        if self._command is COMMAND and importlib.util.find_spec("xllamacpp") is None:
            raise EngineMissing("The embedded model's engine is not installed.", advice=how_to_add("local"))
        self._served = False
        try:
            self._child = spawn(plan, self._command)
        except OSError as error:
            raise EngineFailed(f"The model's engine could not be started: {error.strerror or error}.") from error

    def _bury(self, code: int, plan: Plan) -> None:
        """Take note of how our child ended; raises `EngineFailed` when it never got to serve."""
        self._child = None
        if code in {Exit.DONE, Exit.LOST}:
            return
        self._crashes.append(self._clock())
        # The file may have been replaced or deleted under it: look again next time.
        self._plan = None
        if not self._served:
            raise EngineFailed(f"The model's engine did not start{_how(code)}.{_last_words(plan.log)}")

    def _check_crashes(self, plan: Plan) -> None:
        full = len(self._crashes) == self._crashes.maxlen
        if full and self._clock() - self._crashes[0] < self._pace.crash_window:
            raise EngineFailed(
                f"The model's engine ended {len(self._crashes)} times within {self._pace.crash_window:.0f} s."
                f"{_last_words(plan.log)}",
                advice=f"It is tried again after a while; its log is {plan.log}.",
            )


def _how(code: int) -> str:
    return f" (signal {-code})" if code < 0 else f" (exit code {code})"


def _last_words(log: Path) -> str:
    """Return the end of the engine's log, which holds no prompts, as part of a message."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 4096))
            lines = [line.strip() for line in file.read().decode("utf-8", "replace").split("\n") if line.strip()]
    except OSError:
        return ""
    return f" Its last words: {' / '.join(line[:200] for line in lines[-3:])}" if lines else ""
