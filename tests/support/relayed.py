"""A scripted editor with language models (`model.relay.Relay`), and a client that asks it.

It records every question and when one was taken back; waits in its scripts are times of the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mai_lsp.model.client import ModelClient
from mai_lsp.model.types import Endpoint, Role
from mai_lsp.prompt.prompt import Prompt
from mai_lsp.settings import Settings
from tests.support.asking import CHAT

Event = Mapping[str, Any] | float
"""A part or a result; a number waits as many seconds."""

SILENCE = float("inf")
STOP: Mapping[str, Any] = {"finish": "stop"}


@dataclass
class ScriptedRelay:
    """Answers every question with the same script."""

    script: Sequence[Event] = (STOP,)
    listed: Any = None
    models_after: float = 0.0
    """Seconds that the list of models takes."""
    questions: list[Mapping[str, Any]] = field(default_factory=list)
    taken_back: list[float] = field(default_factory=list)
    """Loop times at which a question was closed before its end."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def chat(self, question: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        self.questions.append(question)
        self.asked.set()
        ended = False
        try:
            for event in self.script:
                if isinstance(event, Mapping):
                    ended = "finish" in event or "error" in event
                    yield event
                elif event == SILENCE:
                    await asyncio.get_running_loop().create_future()
                else:
                    await asyncio.sleep(event)
            ended = True
        finally:
            if not ended:
                self.taken_back.append(asyncio.get_running_loop().time())

    async def models(self) -> Any:
        await asyncio.sleep(self.models_after)
        return self.listed


@dataclass
class Relaying:
    """A client of a scripted editor."""

    relay: ScriptedRelay
    client: ModelClient

    def endpoint(self, role: Role = Role.COMPLETION) -> Endpoint:
        return self.client.endpoint(role)

    async def text(self, prompt: Prompt = CHAT, role: Role = Role.COMPLETION) -> str:
        async with self.client.ask(self.endpoint(role), prompt) as answer:
            return "".join([piece async for piece in answer])


def relaying(*script: Event, listed: Any = None, models_after: float = 0.0, **settings: Any) -> Relaying:
    """Make a client whose editor answers by the script; `settings` are attributes of `Settings`."""
    relay = ScriptedRelay(script or (STOP,), listed, models_after)
    chosen = Settings(**{"provider": "vscode", **settings})
    return Relaying(relay, ModelClient(chosen, {}, infer_format=lambda _: None, relay=relay))


def denied(code: str, message: str = "") -> Mapping[str, Any]:
    """Give the result that refuses."""
    return {"error": {"code": code, "message": message}}


def offered(*models: str) -> list[dict[str, Any]]:
    """Give a list of models, each named ``vendor/family``."""
    named = (name.partition("/") for name in models)
    return [
        {"vendor": vendor, "family": family, "id": f"{family}-2026", "name": family.title(), "maxInputTokens": 128_000}
        for vendor, _, family in named
    ]
