"""An event loop whose clock jumps to the next timer when nothing else is to be done: an hour passes in seconds.

For flows that wait on timers alone: with threads or sockets under way the clock would run ahead of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from selectors import SelectorKey
from typing import Any, TypeVar

T = TypeVar("T")

Select = Callable[[float | None], list[tuple[SelectorKey, int]]]


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time` begins at zero."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        selector: Any = self._selector  # type: ignore[attr-defined]
        select: Select = selector.select

        def jump(timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
            ready = select(0)
            if ready or timeout == 0:
                return ready
            if timeout is None:
                raise RuntimeError("everything waits, and no timer is set")
            self._now += timeout
            return ready

        selector.select = jump

    def time(self) -> float:
        """Return virtual seconds."""
        return self._now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run like `asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
