"""Leaving in the middle of things: what runs is ended, the client gets its answers, and nothing is logged."""

from __future__ import annotations

import asyncio

from tests.e2e.editor import editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import stall


async def test_shutting_down_while_commands_run_ends_them_and_is_answered() -> None:
    async with ModelServer(stall(Gate())) as model:
        async with editing(VSCODE, for_model(model.url)) as editor:
            waiting = []
            for uri in ("file:///one.py", "file:///two.py"):
                editor.open(uri, "def one():\n    ")
                place = {"line": 1, "character": 4}
                waiting.append(asyncio.ensure_future(editor.run("mai.alternatives", uri, place)))
                await model.next_request()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(one, BaseException) for one in ended), ended
