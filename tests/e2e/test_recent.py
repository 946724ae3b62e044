"""What a session knows besides the text at the cursor, over stdio: edits, similar code, problems, the clipboard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

MARKER = "marker_93b7"

ORDERS = """\
def ship(order, address):
    parcel = pack(order.items)
    label = print_label(parcel, address)
    return carrier.send(parcel, label)
"""

HERE = """\
def send_back(order, address):
    parcel = pack(order.items)
    label = print_label(parcel, address)
    """


def environment(model: ModelServer, **more: str) -> dict[str, str]:
    return {**for_model(model.url), "MAI_LSP_CONTEXT_TOKENS": "4000", **more}


def plain(found: Any) -> Any:
    """A result as JSON data; pygls makes objects of what it does not know."""
    return json.loads(json.dumps(found, default=lambda one: one._asdict()))


def user_message(body: Any) -> str:
    return str(body["messages"][-1]["content"])


def sent(model: ModelServer) -> str:
    return json.dumps([request.body for request in model.requests], ensure_ascii=False)


def diagnostic(line: int, message: str) -> dict[str, Any]:
    place = {"line": line, "character": 4}
    return {"range": {"start": place, "end": {**place, "character": 7}}, "severity": 1, "message": message}


def blank(editor: Editor, uri: str) -> None:
    """Type a blank at the end, so that what was answered before does not fit."""
    end = len(editor.texts[uri])
    editor.edit(uri, (end, end, " "))


async def prompt(editor: Editor, model: ModelServer, uri: str) -> str:
    """Ask, and give the prompt; where the answer is remembered, a blank makes it another place."""
    before = len(model.requests)
    await editor.inline(uri)
    if len(model.requests) == before:
        blank(editor, uri)
        await editor.inline(uri)
    return user_message(model.requests[-1].body)


def close(editor: Editor, uri: str) -> None:
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))


def save(editor: Editor, uri: str, path: Path) -> None:
    path.write_text(editor.texts[uri], encoding="utf-8", newline="\n")
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)
async def test_edits_in_other_files_and_similar_code_are_shown(profile: Profile, tmp_path: Path) -> None:
    other, here = (tmp_path / name for name in ("orders.py", "back.py"))
    async with ModelServer(send("pass")) as model, editing(profile, environment(model), folder=tmp_path) as editor:
        editor.open(other.as_uri(), ORDERS)
        at = ORDERS.index("print_label")
        editor.edit(other.as_uri(), (at, at + len("print_label"), "write_label"))
        editor.open(here.as_uri(), HERE)
        text = await prompt(editor, model, here.as_uri())
        assert "orders.py, line 3:" in text
        assert "-    label = print_label(parcel, address)\n+    label = write_label(parcel, address)\n" in text
        assert "<similar>\n# orders.py\ndef ship(order, address):\n" in text


async def test_a_closed_file_counts_until_it_changes_on_disk(tmp_path: Path) -> None:
    other, here = (tmp_path / name for name in ("orders.py", "back.py"))
    async with ModelServer(send("pass")) as model, editing(VSCODE, environment(model), folder=tmp_path) as editor:
        editor.open(other.as_uri(), ORDERS)
        editor.edit(other.as_uri(), (0, 0, "import carrier\n\n"))
        save(editor, other.as_uri(), other)
        close(editor, other.as_uri())
        editor.open(here.as_uri(), HERE)
        text = await prompt(editor, model, here.as_uri())
        assert "+import carrier" in text
        assert "def ship(" in text
        other.unlink()
        for _ in range(100_000):  # The file is looked at once a second; every turn waits for an answer.
            if "def ship(" not in await prompt(editor, model, here.as_uri()):
                break
        assert "import carrier" not in user_message(model.requests[-1].body)


async def test_what_was_closed_without_saving_is_forgotten(tmp_path: Path) -> None:
    other, here = (tmp_path / name for name in ("orders.py", "back.py"))
    other.write_text(ORDERS, encoding="utf-8")
    async with ModelServer(send("pass")) as model, editing(VSCODE, environment(model), folder=tmp_path) as editor:
        editor.open(other.as_uri(), ORDERS)
        editor.edit(other.as_uri(), (0, 0, "import carrier\n"))
        close(editor, other.as_uri())
        editor.open(here.as_uri(), HERE)
        text = await prompt(editor, model, here.as_uri())
        assert "carrier" not in text
        assert "<edits>" not in text


async def test_problems_near_the_cursor_follow_the_text_and_end_with_their_place(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with ModelServer(send("pass")) as model, editing(VSCODE, environment(model), folder=tmp_path) as editor:
        editor.open(uri, "x = foo()\ny = bar()\n")
        told = {"uri": uri, "version": 1, "diagnostics": [diagnostic(0, "no foo"), diagnostic(1, "no bar")]}
        editor.raw("mai/didChangeDiagnostics", told)
        text = await prompt(editor, model, uri)
        assert (
            "<problems>\nline 1 (2 above the cursor): error: no foo\nline 2 (1 above the cursor): error: no bar\n"
            in text
        )
        editor.edit(uri, (0, 0, "\n"), (5, 8, "food"))
        text = await prompt(editor, model, uri)
        assert "no foo" not in text
        assert "line 3 (1 above the cursor): error: no bar" in text
        editor.raw("mai/didChangeDiagnostics", told)
        assert "no foo" not in await prompt(editor, model, uri), "it is about an older version"
        bad: list[Any] = [None, [], {"uri": uri}, {"uri": 1}, {"uri": uri, "diagnostics": [1, {}, {"range": {}}]}]
        for junk in bad:
            editor.raw("mai/didChangeDiagnostics", junk)
        assert "<problems>" not in await prompt(editor, model, uri)


COPIED = f"total = {MARKER}(1)\n"


async def test_the_clipboard_is_shown_only_to_who_asked_for_it(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with ModelServer(send("pass")) as model, editing(VSCODE, environment(model), folder=tmp_path) as editor:
        editor.open(uri, "x = ")
        editor.raw("mai/didChangeClipboard", {"text": COPIED})
        assert MARKER not in await prompt(editor, model, uri)
        editor.client.set_configuration({"mai": {"context.sources": ["clipboard"]}})
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
        while "context.sources" not in str((await editor.report())["settings"]):
            pass  # Every turn waits for an answer.
        assert MARKER not in await prompt(editor, model, uri), "it was dropped when it came"
        editor.raw("mai/didChangeClipboard", {"text": COPIED})
        assert f"<clipboard>\n{COPIED}</clipboard>" in await prompt(editor, model, uri)
        for junk in (None, {}, {"text": 1}):
            editor.raw("mai/didChangeClipboard", junk)
        assert "<clipboard>" not in await prompt(editor, model, uri)


async def test_each_source_can_be_switched_off_and_small_prompts_have_none(tmp_path: Path) -> None:
    uri, other = ((tmp_path / name).as_uri() for name in ("back.py", "orders.py"))
    for more in ({"MAI_LSP_CONTEXT_SOURCES": "[]"}, {"MAI_LSP_CONTEXT_TOKENS": "799"}):
        async with ModelServer(send("pass")) as model:
            async with editing(VSCODE, environment(model, **more), folder=tmp_path) as editor:
                editor.open(other, ORDERS)
                editor.edit(other, (0, 0, "import carrier\n"))
                editor.open(uri, HERE)
                editor.raw("mai/didChangeDiagnostics", {"uri": uri, "diagnostics": [diagnostic(0, "no such thing")]})
                text = await prompt(editor, model, uri)
            for words in ("<edits>", "<similar>", "<problems>", "carrier", "no such thing"):
                assert words not in text


async def test_show_prompt_gives_a_reason_for_each_piece(tmp_path: Path) -> None:
    uri, other = ((tmp_path / name).as_uri() for name in ("back.py", "orders.py"))
    more = {"MAI_LSP_CONTEXT_SOURCES": "edits,similar,diagnostics,clipboard"}
    async with (
        ModelServer(send("pass")) as model,
        editing(VSCODE, environment(model, **more), folder=tmp_path) as editor,
    ):
        editor.open(other, ORDERS)
        editor.edit(other, (0, 0, "import carrier\n"))
        editor.open(uri, HERE)
        editor.raw("mai/didChangeDiagnostics", {"uri": uri, "diagnostics": [diagnostic(0, "no such thing")]})
        editor.raw("mai/didChangeClipboard", {"text": COPIED})
        shown = plain(await editor.run("mai.showPrompt", uri, {"line": 3, "character": 4}))
        pieces = {piece["piece"].partition(" ")[0]: piece for piece in shown["pieces"]}
        assert {"similar", "edit", "diagnostic", "clipboard"} <= pieces.keys()
        assert all(piece["why"] for piece in shown["pieces"])
        assert (pieces["edit"]["piece"], pieces["edit"]["path"]) == ("edit line 1", "orders.py")


async def test_no_byte_of_an_ignored_file_is_sent_whatever_was_done_in_it(tmp_path: Path) -> None:
    """Open, edited, saved, closed, copied from; and one that becomes ignored while it is open."""
    rules = tmp_path / ".maiignore"
    rules.write_text("hidden/\n", encoding="utf-8")
    (tmp_path / "hidden").mkdir()
    hidden, later, here = (tmp_path / name for name in ("hidden/orders.py", "later.py", "back.py"))
    text = ORDERS.replace("carrier", MARKER)
    more = {"MAI_LSP_CONTEXT_SOURCES": "edits,similar,diagnostics,clipboard"}
    async with (
        ModelServer(send("pass")) as model,
        editing(VSCODE, environment(model, **more), folder=tmp_path) as editor,
    ):
        for path in (hidden, later):
            editor.open(path.as_uri(), text)
            editor.edit(path.as_uri(), (0, 0, f"import {MARKER}\n"))
            rules.write_text(f"hidden/\n{path.name}\n", encoding="utf-8")
            changed = types.FileEvent(rules.as_uri(), types.FileChangeType.Changed)
            editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
            editor.raw("mai/didChangeDiagnostics", {"uri": path.as_uri(), "diagnostics": [diagnostic(0, MARKER)]})
            editor.raw("mai/didChangeClipboard", {"text": f"    return {MARKER}.send(parcel, label)\n"})
            editor.open(here.as_uri(), HERE)
            await editor.inline(here.as_uri())
            save(editor, path.as_uri(), path)
            blank(editor, here.as_uri())
            await editor.inline(here.as_uri())
            close(editor, path.as_uri())
            blank(editor, here.as_uri())
            await editor.inline(here.as_uri())
            close(editor, here.as_uri())
        assert len(model.requests) == 6
        assert "send_back" in sent(model)
        assert MARKER not in sent(model)


async def test_no_planted_secret_is_sent_by_any_source(tmp_path: Path) -> None:
    uri, other = ((tmp_path / name).as_uri() for name in ("back.py", "orders.py"))
    token = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w2"
    more = {"MAI_LSP_CONTEXT_SOURCES": "edits,similar,diagnostics,clipboard"}
    async with (
        ModelServer(send("pass")) as model,
        editing(VSCODE, environment(model, **more), folder=tmp_path) as editor,
    ):
        editor.open(other, ORDERS.replace("address)", f'address, "{token}")', 1))
        editor.edit(other, (0, 0, f"client = {token!r}\nclient = connect()\n"))
        editor.open(uri, f"PASSWORD = 'h0rse-b4ttery'\n{HERE}")
        told = [diagnostic(0, f"bad literal {token}"), diagnostic(1, "bad literal h0rse-b4ttery")]
        editor.raw("mai/didChangeDiagnostics", {"uri": uri, "diagnostics": told})
        editor.raw("mai/didChangeClipboard", {"text": f"client = connect({token!r})\n"})
        text = await prompt(editor, model, uri)
        assert "+client = connect()" in text
        assert text.count("bad literal <secret>") == 2
        assert "<clipboard>" not in text
        assert "ghp_" not in sent(model)
        assert "h0rse" not in sent(model)
