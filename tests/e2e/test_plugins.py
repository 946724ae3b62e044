"""What plugins made for Copilot's server send, message by message, recorded from real runs against this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsprotocol import types

from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import NEOVIM
from tests.e2e.test_nextedit import plain, with_edits
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

AREA = "def area(width, height):\n    print('😀', width)\n    return width * height\n"


def change(uri: str, version: int, *edits: tuple[int, int, int, str]) -> dict[str, Any]:
    """A didChange as Neovim writes it: line, first and last character, text."""
    return {
        "textDocument": {"uri": uri, "version": version},
        "contentChanges": [
            {
                "range": {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}},
                "rangeLength": end - start,
                "text": text,
            }
            for line, start, end, text in edits
        ],
    }


async def next_edit(editor: Editor, uri: str, version: int, line: int, character: int) -> list[dict[str, Any]]:
    """Ask as sidekick does."""
    asked = {
        "context": {"triggerKind": 2},
        "textDocument": {"uri": uri, "version": version},
        "position": {"line": line, "character": character},
    }
    found: list[dict[str, Any]] = plain(await editor.request("textDocument/copilotInlineEdit", asked))["edits"]
    return found


async def test_sidekick_gets_each_next_edit_of_a_renaming(tmp_path: Path) -> None:
    """sidekick.nvim (folke, `nes/init.lua` and `nes/edit.lua` as of 2026), run in Neovim 0.12.4 but for its drawing.

    Neovim opens with version 0, and a change of one word comes key by key in one message. sidekick asks a tenth of a
    second after it, though the server was started just before, and asks again only when it has applied an edit or the
    text has changed.
    """
    uri = (tmp_path / "area.py").as_uri()
    async with editing(with_edits(NEOVIM), folder=tmp_path, named="Neovim") as editor:
        document = types.TextDocumentItem(uri, "python", 0, AREA)
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        editor.raw("textDocument/didFocus", {"textDocument": {"uri": uri}})
        keys = [(0, 9 + at, 9 + at, char) for at, char in enumerate("breadth")]
        editor.raw("textDocument/didChange", change(uri, 12, (0, 9, 14, ""), *keys))
        answers = []
        for version, line, character in ((12, 0, 15), (13, 1, 27), (14, 2, 26)):
            edits = await next_edit(editor, uri, version, line, character)
            answers.append(len(edits))
            for edit in edits:
                assert (edit["text"], edit["textDocument"]) == ("breadth", {"uri": uri, "version": version})
                start, end = edit["range"]["start"], edit["range"]["end"]
                assert end == {"line": start["line"], "character": start["character"] + len("width")}
                at = start["line"], start["character"]
                # Neovim tells of the least that has changed: `wi` has become `brea`.
                editor.raw("textDocument/didChange", change(uri, version + 1, (*at, at[1] + 2, "brea")))
                await editor.run(edit["command"]["command"], *edit["command"]["arguments"])
        assert answers == [1, 1, 0]
        editor.texts[uri], editor.versions[uri] = AREA.replace("width", "breadth"), 14
        await editor.check_texts()
        await editor.until(lambda: editor.statuses[-1]["accepted"] == 2)


async def test_copilot_lua_shows_takes_a_word_and_takes_the_rest() -> None:
    """copilot.lua (zbirenbaum, `api/init.lua`, `suggestion/init.lua` 2026), run in Neovim 0.12.4 but for the rest.

    It marks every object by a field `_`, drops what does not begin at the line's beginning, and applies in UTF-8.
    """
    code = "s = '😀'\ndef add(a, b):\n    ret"
    uri = "file:///work/a.py"
    legacy = {"editorInfo": {"name": "Neovim", "version": "0.11"}, "editorPluginInfo": {"name": "copilot.lua"}}
    async with (
        ModelServer() as model,
        editing(NEOVIM, for_model(model.url), options=legacy) as editor,
    ):

        async def ask(method: str, **params: Any) -> Any:
            return plain(await editor.request(method, {**params, "_": True}))

        assert (await ask("checkStatus"))["status"] == "OK"
        assert (await ask("getVersion"))["version"]
        editor.open(uri, code)
        model.default = (send("return a + b"),)
        doc: dict[str, Any] = {
            "uri": uri,
            "version": 1,
            "relativePath": "a.py",
            "insertSpaces": True,
            "tabSize": 4,
            "indentSize": 4,
            "position": {"line": 2, "character": 7},
        }
        (one,) = (await ask("getCompletions", doc=doc, textDocument=doc, position=doc["position"]))["completions"]
        assert (one["text"], one["displayText"]) == ("    return a + b", "urn a + b")
        assert one["range"] == {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 7}}
        assert await ask("notifyShown", uuid=one["uuid"]) == "OK"
        assert await ask("notifyAccepted", uuid=one["uuid"], acceptedLength=len("    return ")) == "OK"
        editor.edit(uri, (len(code), len(code), "urn "))
        assert (await ask("getCompletions", doc=doc))["completions"] == [], "of another version"
        doc |= {"version": 2, "position": {"line": 2, "character": 11}}
        one, *_ = (await ask("getCompletionsCycling", doc=doc))["completions"]
        assert one["text"] == "    return a + b"
        assert await ask("notifyAccepted", uuid=one["uuid"], acceptedLength=len(one["text"])) == "OK"
        assert await ask("notifyRejected", uuids=[one["uuid"]]) == "OK"
        await editor.until(lambda: editor.statuses[-1]["accepted"])
        assert editor.messages == []
