"""Code actions in a notebook's cell: edits of that cell alone, with the cells above as context, and no file touched."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mai_lsp.lsp.codeactions import GONE, NOTEBOOK
from tests.e2e.editor import editing, for_changes
from tests.e2e.notebook import Notebook, with_notebooks
from tests.e2e.profiles import Profile
from tests.e2e.test_code_actions import CODE_EDITOR, EGLOT, VIM, Window, after
from tests.e2e.test_gate import plain
from tests.support.model_server import ModelServer
from tests.support.model_steps import send
from tests.support.planted import SHAPES, planted

SECRET = planted(next(iter(SHAPES)), 1)
ABOVE = f"%matplotlib inline\nimport math\n\n{SECRET.text}\n\ndef scale(x):\n    return x * math.tau"
CELL = '''\
!pip install 😀


def total(items: list[int]) -> int:
    """Return the scaled sum."""
    ...'''
WRITTEN = '''\
```python
def total(items: list[int]) -> int:
    """Return the scaled sum."""
    return scale(sum(items))
```
'''
EXPECTED = CELL.replace("    ...", "    return scale(sum(items))")
AT = CELL.index("total")


@contextlib.asynccontextmanager
async def window(profile: Profile, folder: Path, server: ModelServer) -> AsyncIterator[tuple[Window, Notebook]]:
    """An editor with an open notebook of three cells in a folder, and a scripted model."""
    env = for_changes(server.url, folder)
    async with editing(with_notebooks(profile), env, folder=folder) as editor:
        shown = Window(editor)
        book = Notebook(editor, folder / "deep" / "n.ipynb", ABOVE, CELL, "total([1])")
        await editor.run("mai.status")
        yield shown, book


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a notebook in it, as its file has it."""
    made = tmp_path / "work"
    (made / "deep").mkdir(parents=True)
    (made / "deep" / "n.ipynb").write_text('{"cells": ["as it was saved"]}', encoding="utf-8")
    return made


@pytest.mark.parametrize("profile", [CODE_EDITOR, VIM], ids=["vscode", "neovim"])
async def test_an_action_changes_its_cell(profile: Profile, folder: Path) -> None:
    async with ModelServer() as server, window(profile, folder, server) as (shown, book):
        uri = book.cells[1]
        action = await shown.choose(uri, AT, "Write the body of `total`")
        server.enqueue(send(WRITTEN))
        found = await shown.resolve(action)
        assert found.edit is not None, shown.editor.messages
        assert after(shown.editor, uri, found.edit) == EXPECTED
        told = json.dumps(server.requests[0].body, ensure_ascii=False)
        assert "def scale(x)" in told, "the cells above are shown"
        assert SECRET.value not in told, "without the secrets in them"
        assert "total([1])" not in told
        assert "as it was saved" not in told
        # No file has the text of a cell, so the way back is the editor's own.
        assert found.command is None
        assert plain(await shown.editor.run("mai.undo", uri))["message"] == "There is no change to undo in this folder."


async def test_a_client_that_can_not_resolve_gets_the_edit_from_us(folder: Path) -> None:
    async with ModelServer() as server, window(EGLOT, folder, server) as (shown, book):
        uri = book.cells[1]
        action = await shown.choose(uri, AT, "Write the body of `total`")
        server.enqueue(send(WRITTEN))
        assert await shown.editor.run(action.command.command, *action.command.arguments) is None
        await shown.editor.until(lambda: shown.edits)
        assert after(shown.editor, uri, shown.edits[0]) == EXPECTED


async def test_a_cell_that_was_changed_meanwhile_is_not_changed_by_us(folder: Path) -> None:
    async with ModelServer() as server, window(CODE_EDITOR, folder, server) as (shown, book):
        action = await shown.choose(book.cells[1], AT, "Write the body of `total`")
        book.type(1, "\n")
        found = await shown.resolve(action)
        assert (found.edit, server.requests) == (None, [])


async def test_what_another_cell_became_does_not_matter(folder: Path) -> None:
    async with ModelServer() as server, window(CODE_EDITOR, folder, server) as (shown, book):
        action = await shown.choose(book.cells[1], AT, "Write the body of `total`")
        book.type(0, "\n\ny = 1")
        book.put(0, "z = 1")
        server.enqueue(send(WRITTEN))
        found = await shown.resolve(action)
        assert found.edit is not None, shown.editor.messages
        assert after(shown.editor, book.cells[2], found.edit) == EXPECTED


async def test_words_of_the_users_change_a_cell(folder: Path) -> None:
    async with ModelServer() as server, window(CODE_EDITOR, folder, server) as (shown, book):
        uri = book.cells[1]
        start, end = (shown.editor.position(CELL, at) for at in (CELL.index("def"), len(CELL)))
        where = {name: {"line": at.line, "character": at.character} for name, at in (("start", start), ("end", end))}
        server.enqueue(send(WRITTEN))
        result = plain(await shown.editor.run("mai.edit", uri, where, "Write it"))
        assert (result["state"], result["message"]) == ("applied", "")
        assert after(shown.editor, uri, shown.edits[0]) == EXPECTED


async def test_what_goes_beyond_the_cell_is_not_offered_and_refused_with_a_reason(folder: Path) -> None:
    async with ModelServer() as server, window(CODE_EDITOR, folder, server) as (shown, book):
        titles = [one.title for one in await shown.menu(book.cells[1], AT)]
        assert any("Write the body" in title for title in titles)
        assert any("Explain" in title for title in titles)
        assert not any(word in title for title in titles for word in ("test", "Rename", "Move", "module"))
        where = {"uri": book.cells[1], "position": {"line": 3, "character": 4}}
        refused = plain(await shown.editor.run("mai.refactor", "Rename total", where))
        assert (refused["state"], refused["message"]) == ("refused", NOTEBOOK)
        data: dict[str, Any] = plain((await shown.choose(book.cells[1], AT, "Write the body")).data)
        await shown.editor.run("mai.runAction", {**data, "id": "generate-tests", "wait": True})
        await shown.editor.until(lambda: len(shown.editor.messages) == 2)
        assert shown.editor.messages[-1] in {f"MAI: {NOTEBOOK}", f"MAI: {GONE}"}
        assert server.requests == []


async def test_nothing_is_offered_or_changed_in_an_ignored_notebook(folder: Path) -> None:
    (folder / ".maiignore").write_text("*.ipynb\n", encoding="utf-8")
    async with ModelServer() as server, window(CODE_EDITOR, folder, server) as (shown, book):
        assert await shown.menu(book.cells[1], AT) == []
        start = {"line": 3, "character": 0}
        refused = plain(await shown.editor.run("mai.edit", book.cells[1], {"start": start, "end": start}, "Write it"))
        assert refused["message"] == "This file is never sent (.maiignore line 1: *.ipynb)."
        assert server.requests == []
