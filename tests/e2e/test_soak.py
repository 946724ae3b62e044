"""Typing through the real process as fast as it goes: memory stays flat, and no request or connection is left open.

`MAI_TEST_SOAK_KEYS` says how many keys; an hour of fast typing is some 18,000.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.model_server import Asked, ModelServer, Steps
from tests.support.model_steps import send

KEYS = int(os.environ.get("MAI_TEST_SOAK_KEYS", "600"))
URI = "file:///work/a.py"
LINES = ("total = first + second", "items.append(value)", "return compute(items, total)", "if total > limit:")
GROWTH = 6_000
"""KiB of resident memory that may come on top in the second half; the allocator keeps some."""


def resident(pid: int) -> int:
    """Resident memory of a process in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_memory_is_flat_and_nothing_stays_open() -> None:
    dice = random.Random("soak")

    def reply(asked: Asked) -> Steps:
        return (send(*dice.choice(LINES), "\n"),)

    async with ModelServer() as model:
        model.default = reply
        env = for_model(model.url) | {"MAI_LSP_COMPLETION_REQUESTS_PER_MINUTE": "0"}
        async with editing(VSCODE, env) as editor:
            process = editor.client._server
            assert process is not None
            editor.open(URI, "def work():\n    ")
            seen = await type_on(editor, dice, process.pid)
            report = await editor.report()
        assert model.requests
        assert all(asked.answered.is_open or asked.hung_up.is_open for asked in model.requests)
        assert report["shown"] > 0
    assert seen[-1] - seen[len(seen) // 2] < GROWTH


async def type_on(editor: Editor, dice: random.Random, pid: int) -> list[int]:
    """Press the keys, and wait for an answer now and then, as who pauses; the file begins anew when it is long."""
    seen: list[int] = []
    pressed = 0
    while pressed < KEYS:
        for char in dice.choice(LINES) + "\n":
            text = editor.texts[URI]
            editor.edit(URI, (len(text), len(text), "\n    " if char == "\n" else char))
            pressed += 1
            if dice.random() < 0.03:
                await editor.inline(URI)
            elif dice.random() < 0.02:
                editor.edit(URI, (len(editor.texts[URI]) - 1, len(editor.texts[URI]), ""))
        if len(editor.texts[URI]) > 5_000:
            editor.edit(URI, (16, len(editor.texts[URI]), ""))
        if pressed > len(seen) * KEYS / 20:
            await editor.check_texts()
            seen.append(resident(pid))
    return seen
