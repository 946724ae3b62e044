"""Notebooks over stdio: cells by LSP 3.17's messages, suggestions as edits of the cell, whatever a client sends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.notebook import Notebook, with_notebooks
from tests.e2e.profiles import ALL, EMACS, NEOVIM, VSCODE, Profile
from tests.e2e.test_gate import plain
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

ABOVE = "%matplotlib inline\ndef add(a, b):\n    return a + b"
TITLE = "# Sums of \U0001f600"
HERE = "s = 'ä\U0001f600字'\nadd(1, 2)\ntotal = "
TOLD = f"{ABOVE}\n\n# {TITLE}\n\n{HERE}"
"""What a model is shown of a notebook with these cells."""


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send("add(3, 4)\n")) as server:
        yield server


def shown(model: ModelServer) -> str:
    return str(model.requests[-1].body["messages"][-1]["content"])


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.encoding)
async def test_a_suggestion_in_a_cell_knows_those_above(profile: Profile, model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(profile), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, TITLE, HERE, "add(3, 4)")
        [item] = await editor.inline(book.cells[2])
        assert editor.accepted(book.cells[2], item) == f"{HERE}add(3, 4)"
        assert TOLD.rstrip() in shown(model)
        await editor.check_texts()


async def test_without_inline_completion_the_list_has_it(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(EMACS), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, TITLE, HERE)
        [item] = (await editor.complete(book.cells[2], len(HERE))).items
        assert isinstance(item.text_edit, types.TextEdit)
        assert item.text_edit.range.start == editor.position(HERE, len(HERE))
        assert item.text_edit.new_text == "add(3, 4)"


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
async def test_notebooks_are_for_clients_that_tell_of_them(profile: Profile) -> None:
    async with editing(profile) as editor:
        assert editor.capabilities.notebook_document_sync is None
    async with editing(with_notebooks(profile)) as editor:
        sync = editor.capabilities.notebook_document_sync
        assert sync is not None
        assert sync.save


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.encoding)
async def test_cells_typed_in_put_in_moved_and_taken_out(profile: Profile, model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(profile), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", "a = 1", "b = ")

        async def prompt(number: int) -> str:
            await editor.check_texts()
            await editor.inline(book.cells[number], invoked=True)
            before = shown(model).partition("<before>\n")[2]
            return before.partition("</before>")[0].rstrip()

        assert await prompt(1) == "a = 1\n\nb ="
        book.type(0, "字 = 2\n\U0001f600", 0)
        book.type(0, "3", 7, 1)
        assert await prompt(1) == "字 = 2\n\U0001f6003 = 1\n\nb ="
        book.put(1, "x = y")
        assert await prompt(2) == "字 = 2\n\U0001f6003 = 1\n\nx = y\n\nb ="
        book.move(0, 2)
        assert await prompt(2) == "x = y\n\nb = \n\n字 = 2\n\U0001f6003 = 1"
        book.take(0)
        assert await prompt(0) == "b ="
        book.type(0, "%%bash\n", 0)
        assert await prompt(1) == "字 = 2\n\U0001f6003 = 1"
        book.type(0, "x", 0, 2)
        assert await prompt(1) == "x" + "bash\nb = \n\n字 = 2\n\U0001f6003 = 1"


async def test_a_cell_in_another_language_knows_its_own(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, "x = ", HERE)
        for number in (0, 1):
            book.speak(number, "javascript")
        await editor.check_texts()
        assert await editor.inline(book.cells[2])
        assert "x = " not in shown(model)
        assert await editor.inline(book.cells[1])
        assert f"{ABOVE}\n\nx =" in shown(model)
        assert "javascript" in json.dumps(model.requests[-1].body).lower()
        book.speak(1, "python")
        assert await editor.inline(book.cells[2], invoked=True)
        assert f"x = \n\n{HERE}".rstrip() in shown(model)


async def test_a_suggestion_that_was_typed_along_with_is_not_asked_for_again(
    model: ModelServer, tmp_path: Path
) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, HERE, "below")
        assert await editor.inline(book.cells[1])
        book.type(1, "add")
        [item] = await editor.inline(book.cells[1])
        assert editor.accepted(book.cells[1], item) == f"{HERE}add(3, 4)"
        assert len(model.requests) == 1
        book.type(0, "  # changed")
        assert await editor.inline(book.cells[1])
        assert len(model.requests) == 2


async def test_an_ignored_notebook_is_never_sent(model: ModelServer, tmp_path: Path) -> None:
    (tmp_path / ".maiignore").write_text("*.ipynb\n", encoding="utf-8")
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, TITLE, HERE)
        for number in (0, 2):
            editor.raw("textDocument/didFocus", {"textDocument": {"uri": book.cells[number]}})
            assert await editor.inline(book.cells[number], invoked=True) == []
        assert plain((await editor.report())["skipped"])["ignored"] == 2
        refused = plain(await editor.run("mai.showPrompt", book.cells[2], {"line": 2, "character": 8}))
        assert refused["reason"] == "This file is never sent (.maiignore line 1: *.ipynb)."
        assert model.requests == []
        # Nor for another file, to which what was edited a moment ago is shown otherwise.
        book.type(0, "\nmarker_41 = 1")
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, "def f(a, b):\n    return ")
        await editor.inline(uri)
        assert "a.py" in shown(model)
        assert "marker_41" not in json.dumps(model.requests[-1].body)


async def test_what_was_edited_in_a_notebook_is_shown_for_other_files(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, TITLE, HERE)
        book.type(0, "\nmarker_41 = 1")
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, "def f(a, b):\n    return ")
        await editor.inline(uri)
        assert "marker_41 = 1" in json.dumps(model.requests[-1].body)


async def test_the_switch_for_a_file_is_that_for_the_notebook(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, HERE)
        await editor.run("mai.toggle", book.cells[0])
        assert await editor.inline(book.cells[1]) == []
        file = (await editor.request("mai/status", {"uri": book.cells[1]})).file
        assert (file.on, file.reason) == (False, "disabled")
        await editor.run("mai.toggle", book.cells[1])
        assert await editor.inline(book.cells[1])


async def test_what_is_shown_of_a_prompt_is_what_is_sent(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "deep" / "n.ipynb", 'password = "h0rse-b4ttery"', HERE)
        seen = plain(await editor.run("mai.showPrompt", book.cells[1], {"line": 2, "character": 8}))
        assert "h0rse" not in json.dumps(seen)
        assert [piece["path"] for piece in seen["pieces"]][-1] == "deep/n.ipynb"
        await editor.inline(book.cells[1])
        assert model.requests[0].body == seen["body"]


async def test_next_edits_are_not_for_cells(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, "add(1, 2)")
        book.type(0, "plus", ABOVE.index("add"), 3)
        assert plain(await editor.run("mai.nextEdit", book.cells[0], None))["reason"] == "notebook"
        assert model.requests == []


async def test_a_notebook_opened_as_text_is_a_text(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, HERE)
        editor.open(book.uri, '{"cells": []}\n', "json")
        await editor.check_texts()
        assert await editor.inline(book.cells[1])
        assert TOLD.partition("\n\n")[0] in shown(model)
        assert '"cells"' not in shown(model)


async def test_a_closed_notebook_is_forgotten(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, HERE)
        assert await editor.inline(book.cells[1])
        first, uri = book.cells[1], book.uri
        editor.client.notebook_document_did_save(
            types.DidSaveNotebookDocumentParams(types.NotebookDocumentIdentifier(uri))
        )
        texts = dict(editor.texts)
        book.close()
        await editor.check_texts()
        editor.texts[first] = texts[first]
        assert await editor.inline(first) == []
        del editor.texts[first]
        again = Notebook(editor, tmp_path / "n.ipynb", ABOVE, HERE)
        assert await editor.inline(again.cells[1])


BAD: dict[str, Any] = {
    "nothing": None,
    "no object": [1],
    "no notebook": {"change": {}},
    "no uri": {"notebookDocument": {"uri": 5}, "change": {}},
    "cells that are none": {"change": {"cells": 5}},
    "a place before the first": {"change": {"cells": {"structure": {"array": {"start": -1, "deleteCount": 0}}}}},
    "no text": {"change": {"cells": {"structure": {"didOpen": [{"uri": "x", "languageId": "python"}]}}}},
    "a change without text": {"change": {"cells": {"textContent": [{"document": {"uri": "x"}, "changes": [{}]}]}}},
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("method", ["didOpen", "didChange", "didSave", "didClose"])
async def test_bad_messages_do_no_harm(bad: str, method: str, model: ModelServer, tmp_path: Path) -> None:
    """A notebook whose texts are not known any more is closed, and can be opened again."""
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path, clean=False) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, HERE)
        params = BAD[bad]
        if isinstance(params, dict) and "notebookDocument" not in params and bad != "no notebook":
            params = {"notebookDocument": {"uri": book.uri, "version": 2}, **params}
        editor.raw(f"notebookDocument/{method}", params)
        again = await _known(editor, book)
        assert await editor.inline(again.cells[1])
        await editor.check_texts()
        assert "Traceback" not in editor.log
        assert ABOVE not in editor.log


async def _known(editor: Editor, book: Notebook) -> Notebook:
    """Open the notebook again if the server has closed it."""
    if (await editor.report())["documents"]:
        return book
    editor.texts.clear()
    return Notebook(editor, Path(book.uri.removeprefix("file://")), ABOVE, HERE)


async def test_messages_out_of_place_do_no_harm(model: ModelServer, tmp_path: Path) -> None:
    async with editing(with_notebooks(VSCODE), for_model(model.url), folder=tmp_path) as editor:
        book = Notebook(editor, tmp_path / "n.ipynb", ABOVE, HERE)
        ours, other = {"uri": book.uri, "version": 9}, {"uri": "file:///other.ipynb", "version": 2}
        far = {"line": 2_000_000_000, "character": 2_000_000_000}
        for cells in (
            {"structure": {"array": {"start": 99, "deleteCount": 99, "cells": [{"kind": 2, "document": "nowhere"}]}}},
            {"textContent": [{"document": {"uri": "nowhere", "version": 1}, "changes": [{"text": "x"}]}]},
            {"data": [{"kind": 7, "document": "nowhere"}]},
        ):
            editor.raw("notebookDocument/didChange", {"notebookDocument": ours, "change": {"cells": cells}})
            editor.raw("notebookDocument/didChange", {"notebookDocument": other, "change": {"cells": cells}})
        editor.raw("notebookDocument/didClose", {"notebookDocument": other, "cellTextDocuments": []})
        editor.raw(
            "textDocument/didChange",
            {"textDocument": {"uri": book.cells[1], "version": 9}, "contentChanges": [{"text": "by the wrong way"}]},
        )
        assert await editor.inline(book.cells[1])
        assert ABOVE in shown(model)
        position = types.Position(far["line"], far["character"])
        params = types.InlineCompletionParams(
            context=types.InlineCompletionContext(types.InlineCompletionTriggerKind.Invoked),
            text_document=types.TextDocumentIdentifier(book.cells[1]),
            position=position,
        )
        assert await editor.client.text_document_inline_completion_async(params)
