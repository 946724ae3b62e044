"""What the client is asked for, and what becomes of an answer that takes its time."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from mai_lsp.lsp import configuration, registration


async def test_settings_that_come_late_take_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "ANSWER_WITHIN", 0.0)
    monkeypatch.setattr(registration, "follow", lambda server: None)
    loop = asyncio.get_running_loop()
    answers: list[asyncio.Future[Any]] = [loop.create_future(), loop.create_future()]
    asked = iter(answers)
    started: list[asyncio.Task[None]] = []
    held = configuration.Configuration()
    settled: list[str] = []
    session = SimpleNamespace(
        client=SimpleNamespace(pulls=True),
        configuration=held,
        settle=lambda: settled.append(held.settings.provider),
        tasks=SimpleNamespace(start=lambda work, name: started.append(loop.create_task(work))),
    )
    server: Any = SimpleNamespace(session=session, workspace_configuration_async=lambda params: next(asked))
    await registration.pull(server)
    assert settled == [""], "what is known holds meanwhile"
    answers[1].set_result([{"provider": "openrouter"}])
    answers[0].set_result([{"provider": "baseten"}])
    (late,) = started
    await late
    assert settled == ["", "openrouter"], "it is asked anew: the late answer may be old"
