"""The one place that starts background tasks: it keeps references and logs what fails.

It never swallows a cancellation, and knows nothing of what the tasks do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Tasks:
    """All running background tasks of a session."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run `work` in the background; asyncio itself keeps only weak references to tasks."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def stop(self) -> None:
        """Cancel everything that runs and wait until it has ended."""
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)


class Newest:
    """At most one running flow per key: a newer one cancels the older, whose caller then gets None."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def run(self, key: str, flow: Coroutine[Any, Any, T]) -> T | None:
        """Run `flow`; cancelling the caller cancels the flow too, and raises CancelledError as ever."""
        self.cancel(key)
        task = self._tasks.start(flow, "completion")
        self._running[key] = task
        try:
            # Unlike awaiting the task itself, this tells our own cancellation from the flow's.
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            if self._running.get(key) is task:
                del self._running[key]
        return None if task.cancelled() else task.result()

    def cancel(self, key: str) -> None:
        """Cancel what runs for `key`, if anything."""
        if older := self._running.pop(key, None):
            older.cancel()
