"""Short ways for tests to ask the scripted model server through the real client.

Waiting between tries is recorded, never done.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mai_lsp.model.client import LocalEngine, ModelClient
from mai_lsp.model.retry import Retry
from mai_lsp.model.types import Answer, Endpoint, Role
from mai_lsp.prompt.prompt import ChatPrompt, FimPrompt, InfillPrompt, Message, Prompt
from mai_lsp.settings import Settings
from tests.support.model_server import ModelServer

CHAT = ChatPrompt((Message("system", "Write code."), Message("user", "def add(a, b):")), 64, stop=("\n\n",))
FIM = FimPrompt("<PRE>def add(a, b):<SUF><MID>", 64, stop=("<END>",))
INFILL = InfillPrompt("def add(a, b):\n    ", "\n", 64)
KEY = "key-4711-not-to-be-shown"


@dataclass
class Waits:
    """Records the waits of a retry policy instead of waiting."""

    seconds: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


@dataclass
class Asking:
    """A client that is pointed at a scripted server."""

    server: ModelServer
    client: ModelClient
    waits: Waits
    wire: str

    @property
    def endpoint(self) -> Endpoint:
        return self.client.endpoint(Role.COMPLETION)

    @property
    def prompt(self) -> Prompt:
        prompts: dict[str, Prompt] = {"chat": CHAT, "responses": CHAT, "fim": FIM, "infill": INFILL}
        return prompts[self.wire]

    @contextlib.asynccontextmanager
    async def ask(self, prompt: Prompt | None = None, **options: Any) -> AsyncIterator[Answer]:
        async with self.client.ask(self.endpoint, prompt or self.prompt, **options) as answer:
            yield answer

    async def text(self, prompt: Prompt | None = None, **options: Any) -> str:
        """Ask and give the whole text."""
        async with self.ask(prompt, **options) as answer:
            return "".join([piece async for piece in answer])


@contextlib.asynccontextmanager
async def asking(
    *,
    wire: str = "chat",
    provider: str = "openai-compatible",
    env: Mapping[str, str] | None = None,
    engine: LocalEngine | None = None,
    **settings: Any,
) -> AsyncIterator[Asking]:
    """Run a scripted server and a client for it; `settings` are attributes of `Settings`."""
    waits = Waits()
    async with ModelServer() as server:
        chosen = {
            "provider": provider,
            "base_url": "" if provider == "local" else f"{server.url}/v1",
            "api_key": KEY,
            "completion_model": "scripted",
            "wire": wire,
            **settings,
        }
        client = ModelClient(
            Settings(**chosen),
            env or {},
            infer_format=lambda model: "qwen",
            engine=engine,
            retry=Retry(sleep=waits.sleep, jitter=lambda: 0.0),
        )
        try:
            yield Asking(server, client, waits, wire)
        finally:
            await client.aclose()
