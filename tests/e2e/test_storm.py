"""Two thousand random edits and requests, interleaved: the texts stay equal, and nothing is logged."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from tests.e2e.editor import PATIENCE, Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.model_server import Asked, ModelServer, Steps
from tests.support.model_steps import drop, send, split_bytes, status

FILES = {
    "file:///work/a.py": ("python", "def add(a, b):\n    return a + b\n\n\nclass C:\n    x = '\U0001f600'\n"),
    "file:///work/b.ts": ("typescript", "export function f(a: number) {\n  return `ä${a}`;\n}\n"),
    "file:///work/c.txt": ("plaintext", "only words \u2028 here\x0c and there\n"),
}
PIECES = (
    "x",
    "\n",
    "    ",
    "def f(a):\n",
    "(",
    ")",
    "'",
    '"""',
    "\U0001f600",
    "e\u0301",
    "字",
    "\u2028",
    "\x0c",
    "\x85",
    "{\n}\n",
    "`${",
    "return ",
    "",
)
STEPS = 2000


def chosen(dice: random.Random) -> Steps:
    return dice.choice(
        [
            (send("a + b\n"),),
            (send("x", "y", "z\n    return 1\n", "def g():\n    pass\n"),),
            (send("```python\nfoo()\n```"),),
            (split_bytes(1), send("'\U0001f600'\n")),
            (send("Sure! Here is the code you asked for:\n"),),
            (send(""),),
            (send("a"), drop()),
            (status(400),),
        ]
    )


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    dice = random.Random(7)

    def reply(asked: Asked) -> Steps:
        return chosen(dice)

    async with ModelServer() as server:
        server.default = reply
        yield server


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)
async def test_a_storm_of_edits_and_requests(profile: Profile, model: ModelServer) -> None:
    dice = random.Random(profile.name)
    async with editing(profile, for_model(model.url), clean=False) as editor:
        for uri, (language, text) in FILES.items():
            editor.open(uri, text, language)
        asked: list[asyncio.Task[object]] = []
        for step in range(STEPS // 3):
            uri = dice.choice(list(FILES))
            editor.edit(uri, *edits(dice, editor.texts[uri]))
            if step % 4 == 0:
                at = dice.randrange(len(editor.texts[uri]) + 1)
                ask = editor.inline(uri, at) if profile.inline else editor.complete(uri, at)
                asked.append(asyncio.create_task(ask))
                if dice.random() < 0.5:
                    await asyncio.wait(asked[-1:], timeout=PATIENCE)
            if step % 100 == 0:
                await editor.check_texts()
        answers = await asyncio.gather(*asked)
        await editor.check_texts()
        assert len(answers) == len(asked)
        check_log(editor)


def edits(dice: random.Random, text: str) -> list[tuple[int, int, str]]:
    """A keystroke, a paste, a deletion, or a "replace all" that goes from the end to the beginning."""
    kind = dice.random()
    start = dice.randrange(len(text) + 1)
    if kind < 0.7:
        return [(start, start, dice.choice(PIECES))]
    if kind < 0.95:
        return [(start, min(len(text), start + dice.randrange(6)), dice.choice(PIECES))]
    found = [at for at in range(len(text)) if text[at] == "a"]
    return [(at, at + 1, "aä"[dice.randrange(2)]) for at in reversed(found)] or [(0, 0, "a")]


def check_log(editor: Editor) -> None:
    """Troubles with the model are told; nothing else may be in the log, above all no exception."""
    lines = [line for line in editor.log.split("\n") if line]
    told = {entry.message for entry in editor.client.log_messages}
    assert [line for line in lines if line.partition("mai_lsp.lsp.server: ")[2] not in told] == []
