"""An event that a test opens and a server waits for, from any thread or event loop.

It holds no state but open or closed, and never times out by itself.
"""

from __future__ import annotations

import asyncio
import threading


class Gate:
    """Closed until `open`; then open for good. Unlike `asyncio.Event` it may be shared between threads and loops."""

    def __init__(self) -> None:
        self._opened = threading.Event()
        self._lock = threading.Lock()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = []

    def __repr__(self) -> str:
        return f"Gate({'open' if self.is_open else 'closed'})"

    @property
    def is_open(self) -> bool:
        return self._opened.is_set()

    def open(self) -> None:
        """Let everybody through who waits or will wait."""
        with self._lock:
            self._opened.set()
            waiting, self._waiting = self._waiting, []
        for loop, future in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, future)

    async def wait(self) -> None:
        """Wait in the running loop."""
        with self._lock:
            if self._opened.is_set():
                return
            loop = asyncio.get_running_loop()
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.append((loop, future))
        await future

    def wait_blocking(self, timeout: float = 10.0) -> None:
        """Wait in a plain thread; raise TimeoutError after `timeout` seconds."""
        if not self._opened.wait(timeout):
            raise TimeoutError(f"the gate did not open within {timeout} s")


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
