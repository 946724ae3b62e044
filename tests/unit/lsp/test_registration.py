"""What the client is asked for, and what becomes of an answer that takes its time."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from mai_lsp.lsp import configuration, registration


class Asking:
    """A server that asks a client twice; `answers` are what the client will say, `settled` what came of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registration, "follow", lambda server: None)
        loop = asyncio.get_running_loop()
        self.answers: list[asyncio.Future[Any]] = [loop.create_future(), loop.create_future()]
        self.started: list[asyncio.Task[None]] = []
        self.settled: list[str] = []
        asked = iter(self.answers)
        held = configuration.Configuration()
        session = SimpleNamespace(
            client=SimpleNamespace(pulls=True),
            configuration=held,
            settle=lambda: self.settled.append(held.settings.provider),
            tasks=SimpleNamespace(start=lambda work, name: self.started.append(loop.create_task(work))),
        )
        self.server: Any = SimpleNamespace(
            session=session, pulls=0, pulled=0, workspace_configuration_async=lambda params: next(asked)
        )


async def test_settings_that_come_late_take_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "ANSWER_WITHIN", 0.0)
    asking = Asking(monkeypatch)
    await registration.pull(asking.server)
    assert asking.settled == [""], "what is known holds meanwhile"
    asking.answers[1].set_result([{"provider": "openrouter"}])
    asking.answers[0].set_result([{"provider": "baseten"}])
    (late,) = asking.started
    await late
    assert asking.settled == ["", "openrouter"], "it is asked anew: the late answer may be old"


async def test_an_answer_that_was_overtaken_by_the_next_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = Asking(monkeypatch)
    loop = asyncio.get_running_loop()
    first, second = (loop.create_task(registration.pull(asking.server)) for _ in range(2))
    await asyncio.sleep(0)
    asking.answers[1].set_result([{"provider": "openrouter"}])
    await second
    asking.answers[0].set_result([{"provider": "baseten"}])
    await first
    assert asking.settled == ["openrouter", "openrouter"]
