"""Next edits over stdio: as code actions, for Copilot's clients, as inline completions, and by command."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import attrs
import pytest
from lsprotocol import types
from pygls.protocol import default_converter

from mai_lsp.usage import store
from mai_lsp.usage.counts import total
from tests.e2e.editor import PATIENCE, Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, OLD_EMACS, VSCODE, Profile
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, stall

CODE = """\
def area(width, height):
    print("😀", width)
    return width * height
"""

RENAMED = CODE.replace("width", "breadth")

COPILOT = {"editorInfo": {"name": "Neovim", "version": "0.12"}, "editorPluginInfo": {"name": "x", "version": "1"}}

GRADE = """\
def grade(points):
    if points > 90:
        return "a"
    if points > 80:
        return "b"
    return "c"
"""

GRADED = GRADE.replace("> ", ">= ")


def with_edits(profile: Profile) -> Profile:
    """The profile of a client that takes versioned edits, code actions that are literals, and shows documents."""
    have = profile.capabilities
    assert have.text_document is not None
    kinds = types.ClientCodeActionKindOptions(value_set=[types.CodeActionKind.QuickFix])
    have = replace_with(
        have,
        text_document=replace_with(
            have.text_document,
            code_action=types.CodeActionClientCapabilities(
                code_action_literal_support=types.ClientCodeActionLiteralOptions(code_action_kind=kinds)
            ),
        ),
        workspace=replace_with(
            have.workspace,
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            apply_edit=True,
        ),
        window=types.WindowClientCapabilities(show_document=types.ShowDocumentClientCapabilities(support=True)),
    )
    return replace(profile, capabilities=have)


def replace_with(value: Any, **changes: Any) -> Any:
    """A changed copy of one of lsprotocol's values."""
    return attrs.evolve(value, **changes)


def rename(editor: Editor, uri: str) -> None:
    """Open `CODE` and rename its first parameter where it is declared."""
    editor.open(uri, CODE)
    at = CODE.index("width")
    editor.edit(uri, (at, at + len("width"), "breadth"))


async def ready(editor: Editor) -> None:
    """Wait until the engine is there, by asking for what needs it."""
    await editor.run("mai.status")


def as_sent(value: Any, _: Any) -> Any:
    """Tell a command from an action as editors do; lsprotocol takes an action that has a command for a command."""
    kind = types.Command if isinstance(value.get("command"), str) else types.CodeAction
    return default_converter().structure(value, kind)  # type: ignore[no-untyped-call]


async def actions(
    editor: Editor, uri: str, offset: int, *, only: list[Any] | None = None, automatic: bool = False
) -> list[Any]:
    editor.client.protocol._converter.register_structure_hook(types.Command | types.CodeAction, as_sent)
    place = editor.position(editor.texts[uri], offset)
    trigger = types.CodeActionTriggerKind.Automatic if automatic else types.CodeActionTriggerKind.Invoked
    async with asyncio.timeout(PATIENCE):
        found = (
            await editor.client.text_document_code_action_async(
                types.CodeActionParams(
                    text_document=types.TextDocumentIdentifier(uri),
                    range=types.Range(place, place),
                    context=types.CodeActionContext(diagnostics=[], only=only, trigger_kind=trigger),
                )
            )
            or []
        )
    return [one for one in found if "next edit" in one.title]


def applied(editor: Editor, uri: str, edits: list[Any]) -> str:
    """The text after LSP's edits, all in the present text's coordinates."""
    text = editor.texts[uri]
    for edit in sorted(edits, key=lambda one: (-one.range.start.line, -one.range.start.character)):
        start, end = (editor.offset(text, place) for place in (edit.range.start, edit.range.end))
        text = text[:start] + edit.new_text + text[end:]
    return text


async def inline_edit(editor: Editor, uri: str, offset: int, version: int | None) -> list[dict[str, Any]]:
    """Ask as Copilot's clients do."""
    place = editor.position(editor.texts[uri], offset)
    document = {"uri": uri} | ({"version": version} if version is not None else {})
    params = {"textDocument": document, "position": {"line": place.line, "character": place.character}}
    async with asyncio.timeout(PATIENCE):
        request = editor.client.protocol.send_request("textDocument/copilotInlineEdit", params)
        found = await asyncio.wrap_future(request) if not isinstance(request, asyncio.Future) else await request
    return list(plain(found)["edits"])


def plain(value: Any) -> Any:
    """JSON data of what pygls makes of JSON that it has no type for."""
    if hasattr(value, "_asdict"):
        return {name: plain(one) for name, one in value._asdict().items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def take(editor: Editor, uri: str, edit: dict[str, Any]) -> None:
    """Do as a client does that accepts one of those."""
    text = editor.texts[uri]
    start, end = (
        editor.offset(text, types.Position(place["line"], place["character"]))
        for place in (edit["range"]["start"], edit["range"]["end"])
    )
    editor.edit(uri, (start, end, edit["text"]))


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)
async def test_a_quick_fix_carries_a_renaming_on(profile: Profile, tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with editing(with_edits(profile)) as editor:
        assert isinstance(editor.capabilities.code_action_provider, types.CodeActionOptions)
        assert "quickfix" in (editor.capabilities.code_action_provider.code_action_kinds or ())
        rename(editor, uri)
        await ready(editor)
        first, whole = await actions(editor, uri, 0)
        assert [first.title, whole.title] == ["Apply next edit (line 2)", "Apply all 2 next edits"]
        change = whole.edit.document_changes[0]
        assert (change.text_document.uri, change.text_document.version) == (uri, editor.versions[uri])
        assert applied(editor, uri, change.edits) == RENAMED
        assert len(first.edit.document_changes[0].edits) == 1
        assert await actions(editor, uri, 0, only=[types.CodeActionKind.Refactor]) == []
        assert len(await actions(editor, uri, 0, only=[types.CodeActionKind.Empty])) == 2
        await editor.run(whole.command.command, *whole.command.arguments)
        await editor.until(lambda: editor.statuses[-1]["accepted"] == 1)


async def test_a_light_bulb_shows_on_the_lines_of_the_edit_alone(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with editing(with_edits(VSCODE)) as editor:
        rename(editor, uri)
        await ready(editor)
        assert await actions(editor, uri, 0, automatic=True) == []
        line = editor.texts[uri].index("print")
        assert len(await actions(editor, uri, line, automatic=True)) == 2


async def test_a_client_without_literals_and_versions_gets_commands_and_plain_edits(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with editing(OLD_EMACS) as editor:
        asked: list[types.ApplyWorkspaceEditParams] = []

        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            asked.append(params)
            return types.ApplyWorkspaceEditResult(applied=True)

        editor.client.feature(types.WORKSPACE_APPLY_EDIT)(apply)
        rename(editor, uri)
        await ready(editor)
        found = await actions(editor, uri, 0)
        assert all(isinstance(one, types.Command) for one in found)
        await editor.run(found[1].command, *found[1].arguments)
        assert asked[0].edit.document_changes is None
        assert asked[0].edit.changes is not None
        assert applied(editor, uri, list(asked[0].edit.changes[uri])) == RENAMED
        editor.edit(uri, (0, 0, "\n"))
        await editor.run(found[0].command, *found[0].arguments)
        assert len(asked) == 1, "it was offered for another text"


async def test_copilots_clients_get_one_edit_after_the_other(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with editing(NEOVIM, options=COPILOT) as editor:
        rename(editor, uri)
        await ready(editor)
        for _ in range(2):
            (edit,) = await inline_edit(editor, uri, 10, editor.versions[uri])
            assert edit["textDocument"] == {"uri": uri, "version": editor.versions[uri]}
            editor.client.protocol.notify("textDocument/didShowInlineEdit", {"item": edit})
            take(editor, uri, edit)
            await editor.run(edit["command"]["command"], *edit["command"]["arguments"])
        assert editor.texts[uri] == RENAMED
        assert await inline_edit(editor, uri, 10, editor.versions[uri]) == []
        await editor.until(lambda: editor.statuses[-1]["accepted"] == 2)


async def test_an_edit_is_given_for_the_version_that_is_asked_about_and_no_other(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with editing(NEOVIM, options=COPILOT) as editor:
        rename(editor, uri)
        await ready(editor)
        assert await inline_edit(editor, uri, 10, editor.versions[uri] - 1) == []
        (edit,) = await inline_edit(editor, uri, 10, None)
        assert edit["textDocument"]["version"] == editor.versions[uri]


async def test_a_model_is_asked_where_nothing_is_certain_and_its_edits_follow_the_text(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with (
        ModelServer(send(f"```python\n{GRADED}```")) as model,
        editing(NEOVIM, for_model(model.url), options=COPILOT) as editor,
    ):
        editor.open(uri, GRADE)
        at = GRADE.index("> 90")
        editor.edit(uri, (at, at + 1, ">="))
        await ready(editor)
        (edit,) = await inline_edit(editor, uri, at, editor.versions[uri])
        assert len(model.requests) == 1
        editor.edit(uri, (0, 0, "import os\n"))
        (moved,) = await inline_edit(editor, uri, 3, editor.versions[uri])
        assert moved["range"]["start"]["line"] == edit["range"]["start"]["line"] + 1
        assert len(model.requests) == 1, "what is known is not asked for again"
        take(editor, uri, moved)
        assert editor.texts[uri] == f"import os\n{GRADED}"
        assert await inline_edit(editor, uri, 3, editor.versions[uri]) == [], "it was accepted, and nothing is left"


async def test_what_is_changed_at_its_place_is_not_proposed(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    gate = Gate()
    async with (
        ModelServer(stall(gate), send(f"```python\n{GRADED}```")) as model,
        editing(NEOVIM, for_model(model.url), options=COPILOT) as editor,
    ):
        editor.open(uri, GRADE)
        at = GRADE.index("> 90")
        editor.edit(uri, (at, at + 1, ">="))
        await ready(editor)
        asked = asyncio.create_task(inline_edit(editor, uri, at, editor.versions[uri]))
        await model.next_request()
        at = editor.texts[uri].index("> 80")
        editor.edit(uri, (at, at + 4, "< 3"))
        await ready(editor)
        gate.open()
        assert await asked == []


async def test_a_newer_request_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    gate = Gate()
    async with (
        ModelServer(send(f"```python\n{GRADED}```")) as model,
        editing(NEOVIM, for_model(model.url), options=COPILOT) as editor,
    ):
        model.enqueue(stall(gate))
        editor.open(uri, GRADE)
        at = GRADE.index("> 90")
        editor.edit(uri, (at, at + 1, ">="))
        await ready(editor)
        older = asyncio.create_task(inline_edit(editor, uri, at, editor.versions[uri]))
        first = await model.next_request()
        assert len(await inline_edit(editor, uri, at, editor.versions[uri])) == 1
        assert await older == []
        async with asyncio.timeout(PATIENCE):
            await first.hung_up.wait()


async def test_on_the_cursors_line_it_is_an_inline_completion_where_it_adds_to_what_is_there(tmp_path: Path) -> None:
    uri = (tmp_path / "a.ts").as_uri()
    code = "interface User { nme: string }\nconst shout = (user: User) => user.nme;\n"
    async with ModelServer(send("```\n```")) as model, editing(VSCODE, for_model(model.url)) as editor:
        editor.open(uri, code, "typescript")
        at = code.index("me: string")
        editor.edit(uri, (at, at, "a"))
        await ready(editor)
        line = editor.texts[uri].rindex("nme")
        (item,) = await editor.inline(uri, line + 1)
        assert editor.accepted(uri, item) == code.replace("nme", "name")
        assert item.range is not None
        assert item.range.start.line == item.range.end.line == 1
        assert item.command is not None
        rename(editor, (tmp_path / "a.py").as_uri())
        at = RENAMED.rindex("breadth") + 1
        assert await editor.inline((tmp_path / "a.py").as_uri(), at) == [], "another word can not be shown there"


async def test_the_command_finds_the_edit_and_goes_there(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with editing(with_edits(VSCODE)) as editor:
        went: list[types.ShowDocumentParams] = []
        arrived = asyncio.Event()

        def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
            went.append(params)
            arrived.set()
            return types.ShowDocumentResult(success=True)

        editor.client.feature(types.WINDOW_SHOW_DOCUMENT)(show)
        rename(editor, uri)
        found = await editor.run("mai.nextEdit", uri, {"line": 0, "character": 0})
        found = plain(found)
        assert found["certain"]
        assert [edit["text"] for edit in found["edits"]] == ["breadth", "breadth"]
        async with asyncio.timeout(PATIENCE):
            await arrived.wait()
        assert went[0].uri == uri
        assert went[0].selection is not None
        assert went[0].selection.start.line == 1
        nothing = await editor.run("mai.nextEdit", "file:///nowhere.py", {"line": 0, "character": 0})
        assert plain(nothing)["reason"] == "closed"


async def test_a_renaming_in_another_open_file_is_carried_on_unless_that_is_ignored(tmp_path: Path) -> None:
    tools, here, hidden = (tmp_path / name for name in ("tools.py", "here.py", "secret_tools.py"))
    (tmp_path / ".maiignore").write_text("secret_*\n", encoding="utf-8")
    async with editing(with_edits(NEOVIM), options=COPILOT, folder=tmp_path) as editor:
        for path in (tools, hidden):
            editor.open(path.as_uri(), "def load(path):\n    return path\n")
            editor.edit(path.as_uri(), (4, 8, "read_file"))
        editor.open(here.as_uri(), "from tools import load\n\nload(1)\n")
        await ready(editor)
        _, whole = await actions(editor, here.as_uri(), 0)
        change = whole.edit.document_changes[0]
        assert change.text_document.uri == here.as_uri()
        assert applied(editor, here.as_uri(), change.edits) == "from tools import read_file\n\nread_file(1)\n"
        other = (tmp_path / "other.py").as_uri()
        editor.open(other, "from secret_tools import load\n")
        assert await actions(editor, other, 0) == []


async def test_switched_off_there_is_none_and_nothing_is_sent(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with (
        ModelServer(send("```\nx\n```")) as model,
        editing(
            with_edits(NEOVIM), {**for_model(model.url), "MAI_LSP_NEXT_EDIT_ENABLE": "false"}, options=COPILOT
        ) as editor,
    ):
        rename(editor, uri)
        await ready(editor)
        assert await actions(editor, uri, 0) == []
        assert await inline_edit(editor, uri, 10, editor.versions[uri]) == []
        assert not model.requests


async def test_each_way_is_counted_apart_from_completions(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    env = {"MAI_LSP_STATS_ENABLE": "true", "MAI_LSP_DATA_DIR": str(tmp_path / "data")}
    async with editing(with_edits(NEOVIM), env, options=COPILOT, named="Neovim") as editor:
        rename(editor, uri)
        await ready(editor)
        await actions(editor, uri, 0)
        (edit,) = await inline_edit(editor, uri, 10, editor.versions[uri])
        editor.raw("textDocument/didShowInlineEdit", {"item": edit})
        take(editor, uri, edit)
        await editor.run(edit["command"]["command"], *edit["command"]["arguments"])
        last = editor.texts[uri].rindex("width")
        (item,) = await editor.inline(uri, last)
        editor.edit(uri, (last, last + len("width"), "breadth"))
        assert item.command is not None
        await editor.run(item.command.command, *(item.command.arguments or ()))
        assert editor.texts[uri] == RENAMED
    book = store.read(tmp_path / "data" / f"usage-{store.SCHEMA}.db")
    assert {key.kind for key in book} == {"next edit"}
    numbers = total(book.values()).numbers
    # The menu, the request and the line's own suggestion are about the same two edits: width to breadth, less "dth".
    assert (numbers["shown"], numbers["shown_chars"]) == (1, 8)
    assert (numbers["accepted"], numbers["accepted_chars"]) == (1, 8)


async def test_a_command_that_the_editor_does_not_carry_out_is_not_accepted(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    async with editing(OLD_EMACS) as editor:
        answers = iter((False, True))
        asked: list[types.ApplyWorkspaceEditParams] = []
        stirred = asyncio.Event()

        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            asked.append(params)
            stirred.set()
            return types.ApplyWorkspaceEditResult(applied=next(answers))

        editor.client.feature(types.WORKSPACE_APPLY_EDIT)(apply)
        rename(editor, uri)
        await ready(editor)
        for _ in range(2):
            first, _ = await actions(editor, uri, 0)
            stirred.clear()
            await editor.run(first.command, *first.arguments)
            async with asyncio.timeout(PATIENCE):
                await stirred.wait()
        await editor.until(lambda: editor.statuses and editor.statuses[-1]["accepted"])
        assert len(asked) == 2
        assert editor.statuses[-1]["accepted"] == 1
