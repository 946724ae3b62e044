"""The pooled HTTP client of the moment, replaced when the network configuration changes.

A client that was replaced is closed only when the last request on it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mai_lsp.model import network
from mai_lsp.model.network import Route

if TYPE_CHECKING:
    import httpx


@dataclass(slots=True, eq=False)
class _Held:
    route: Route
    client: httpx.AsyncClient
    users: int = 0
    retired: bool = False


@dataclass(slots=True, eq=False)
class Lease:
    """One request's hold on a client."""

    pool: Pool
    held: _Held | None = None

    async def client(self, route: Route) -> httpx.AsyncClient:
        """Give the client for this network configuration; raises SettingsError when it can not be built."""
        if self.held is None or self.held.route != route:
            await self.release()
            self.held = await self.pool.hold(route)
        return self.held.client

    async def release(self) -> None:
        """Let go of the client."""
        held, self.held = self.held, None
        if held is not None:
            held.users -= 1
            if held.retired and not held.users:
                await held.client.aclose()


@dataclass(slots=True, eq=False)
class Pool:
    """Holds at most one current client."""

    _current: _Held | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextlib.asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """Give a lease that is released at the end."""
        lease = Lease(self)
        try:
            yield lease
        finally:
            await lease.release()

    async def hold(self, route: Route) -> _Held:
        """Count one more user of the client for `route`."""
        if self._current is None or self._current.route != route:
            async with self._lock:
                if self._current is None or self._current.route != route:
                    client = await asyncio.to_thread(network.build, route)
                    await self.close()
                    self._current = _Held(route, client)
        self._current.users += 1
        return self._current

    async def close(self) -> None:
        """Retire the current client."""
        old, self._current = self._current, None
        if old is not None:
            old.retired = True
            if not old.users:
                await old.client.aclose()


async def load(name: str) -> Any:
    """Import a module of this package that imports httpx; in a thread, so that no keystroke waits for it."""
    if name not in _LOADED:
        _LOADED[name] = await asyncio.to_thread(importlib.import_module, f"{__package__}.{name}")
    return _LOADED[name]


_LOADED: dict[str, ModuleType] = {}
"""`sys.modules` would also give a module that another thread has not finished importing."""
