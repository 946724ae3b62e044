"""Builds the model client with this machine's engine behind it: one construction for the editor and the command line.

It asks nothing and starts nothing; importing it costs what `model.client` costs, so the LSP shell does that late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mai_lsp.model.client import ModelClient
from mai_lsp.prompt.formats import infer
from mai_lsp.settings import Settings

if TYPE_CHECKING:
    from mai_lsp.model.local.share import LocalEngine
    from mai_lsp.model.relay import Relay


def new_client(settings: Callable[[], Settings], env: Mapping[str, str], *, relay: Relay | None = None) -> ModelClient:
    """Make a client; `settings` gives those in force, which the engine of this machine follows by itself.

    `relay` leads to the editor's own language models, where there is an editor that has some.
    """
    return ModelClient(settings(), env, infer_format=infer, engine=OwnEngine(settings), relay=relay)


class OwnEngine:
    """The engine of this machine by the settings of the moment (`model.client.LocalEngine`)."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._made_for: tuple[Any, ...] | None = None
        self._engine: LocalEngine | None = None

    async def address(self) -> tuple[str, str]:
        """Give (base URL, key) of a running engine, starting one if need be; raises LocalModelError."""
        address, key = await self._current().address()
        # llama.cpp has two APIs: below /v1 OpenAI's, which the wires speak, and its own at the root.
        return f"{address}/v1", key

    def doubt(self) -> None:
        """Take note that nothing answered at that address."""
        if self._engine is not None:
            self._engine.doubt()

    def _current(self) -> LocalEngine:
        settings = self._settings()
        wanted = tuple(getattr(settings, name) for name in _OWN)
        if self._engine is None or wanted != self._made_for:
            from mai_lsp.model.local.share import LocalEngine  # noqa: PLC0415 (most sessions ask a provider)

            self._engine, self._made_for = LocalEngine(settings), wanted
        return self._engine


_OWN = ("local_model", "local_threads", "local_context", "local_idle_minutes")
"""The settings that decide which engine is wanted."""
