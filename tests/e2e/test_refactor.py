"""Refactors over stdio: one edit that is made whole or not at all, from the model's reply to the way back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.e2e.applying import Applier, able
from tests.e2e.cli import CommandLine, cli  # noqa: F401 (a fixture)
from tests.e2e.editor import PATIENCE, Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, OLD_EMACS, VSCODE, Profile
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, stall

FILES = {
    "shop/cart.py": 'class Cart:\n    """A 😀 cart."""\n\n    def total(self) -> float:\n        return 0.0\n',
    "shop/use.py": "from shop.cart import Cart\n\n\ndef pay(cart: Cart) -> float:\n    return cart.total()\n",
    "shop/old.py": "NAME = 1\n",
    "shop/gone.py": "UNUSED = 1\n",
}

RENAMED = {
    "shop/cart.py": FILES["shop/cart.py"].replace("total", "sum"),
    "shop/use.py": FILES["shop/use.py"].replace("total", "sum"),
}


def block(path: str, search: str, replace: str) -> str:
    return f"{path}\n```python\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n```\n\n"


REPLY = block("shop/cart.py", "    def total(self) -> float:\n", "    def sum(self) -> float:\n") + block(
    "shop/use.py", "    return cart.total()\n", "    return cart.sum()\n"
)

INSTRUCTION = "Rename Cart.total to sum"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return tmp_path / "project"


def on_disk(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in root.rglob("*") if path.is_file()}


class Bench:
    """An editor with two of the files open, and the model behind the server."""

    def __init__(self, editor: Editor, model: ModelServer, root: Path) -> None:
        self.editor, self.model, self.root = editor, model, root
        self.applier = Applier(editor)
        self.cart = (root / "shop/cart.py").as_uri()

    def open(self, *names: str) -> None:
        for name in names:
            self.editor.open((self.root / name).as_uri(), FILES[name])

    async def refactor(self, *arguments: Any) -> Any:
        found = await self.editor.run("mai.refactor", *(arguments or (INSTRUCTION,)))
        return plain(found)

    def shown(self) -> dict[str, str | None]:
        """What the user sees of all files."""
        known = {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}
        return {name: self.applier.text(self.root / name) for name in known}


def plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: plain(one) for name, one in value._asdict().items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


@asynccontextmanager
async def bench(
    root: Path, profile: Profile = VSCODE, *, applies: bool = True, options: Any = None, clean: bool = True, **env: str
) -> AsyncIterator[Bench]:
    async with ModelServer() as model:
        settings = for_model(model.url) | {
            "MAI_LSP_WIRE": "chat",
            "MAI_LSP_EDIT_MODEL": "scripted",
            "MAI_LSP_PLAN_MODEL": "scripted",
            "MAI_LSP_DATA_DIR": str(root.parent / "data"),
        }
        profile = able(profile, applies=applies)
        async with editing(profile, settings | env, folder=root, options=options, clean=clean) as editor:
            yield Bench(editor, model, root)


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS, OLD_EMACS], ids=lambda profile: profile.name)
async def test_a_refactor_is_made_by_the_editor_whole_and_undone_whole(profile: Profile, root: Path) -> None:
    async with bench(root, profile) as at:
        at.open("shop/cart.py")
        at.model.enqueue(send(REPLY))
        result = await at.refactor()
        assert (result["state"], result["message"]) == ("applied", "")
        assert [(one["path"], one["kind"]) for one in result["files"]] == [
            ("shop/cart.py", "changed"),
            ("shop/use.py", "changed"),
        ]
        assert all(one["why"] for one in result["files"])
        assert result["decisions"][0]["model"] == "scripted"
        assert result["decisions"][0]["reason"]
        assert at.shown() == FILES | RENAMED
        assert on_disk(root) == FILES, "nothing is written behind the editor's back"
        (asked,) = at.applier.edits
        assert asked.label == f"Refactor: {INSTRUCTION}"
        assert len(at.applier.questions) == 1
        await at.editor.check_texts()
        at.applier.undo()
        assert at.shown() == FILES
        await at.editor.check_texts()


async def test_no_former_text_is_kept_where_the_user_wants_none(root: Path) -> None:
    async with bench(root, VSCODE, MAI_LSP_UNDO_ENABLE="false") as at:
        at.model.enqueue(send(REPLY))
        assert (await at.refactor())["state"] == "applied"
        assert plain(await at.editor.run("mai.undo"))["state"] == "refused"
    kept = [path.read_bytes() for path in (root.parent / "data").rglob("*") if path.is_file()]
    assert not any(b"cart.total" in data for data in kept)


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)
async def test_the_command_for_undoing_brings_every_byte_back_once(profile: Profile, root: Path) -> None:
    async with bench(root, profile) as at:
        at.open("shop/cart.py")
        at.model.enqueue(send(REPLY))
        await at.refactor()
        result = plain(await at.editor.run("mai.undo"))
        assert result["state"] == "applied"
        assert at.shown() == FILES
        assert len(at.applier.questions) == 1, "undoing needs no consent"
        result = plain(await at.editor.run("mai.undo", at.cart))
        assert result["state"] == "refused"
        assert "no change to undo" in result["message"]


async def test_undoing_is_refused_where_a_file_was_changed_since_and_names_it(root: Path) -> None:
    async with bench(root) as at:
        at.open("shop/cart.py")
        at.model.enqueue(send(REPLY))
        await at.refactor()
        at.editor.edit(at.cart, (0, 0, "import os\n"))
        before = at.shown()
        result = plain(await at.editor.run("mai.undo"))
        assert result["state"] == "refused"
        assert "shop/cart.py" in result["message"]
        assert at.shown() == before


async def test_the_command_line_undoes_what_the_editor_has_saved(
    root: Path,
    cli: CommandLine,  # noqa: F811 (the fixture)
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cli.env(MAI_LSP_DATA_DIR=str(root.parent / "data"))
    monkeypatch.chdir(root / "shop")
    async with bench(root) as at:
        at.open("shop/cart.py")
        at.model.enqueue(send(REPLY))
        await at.refactor()
        ran = cli("undo")
        assert ran.code == 1
        assert "not saved" in ran.err
        at.applier.save()
        assert on_disk(root) == FILES | RENAMED
    assert cli("undo", "--list").code == 0
    ran = cli("undo")
    assert (ran.code, ran.err) == (0, "")
    assert on_disk(root) == FILES
    assert cli("undo").code == 1


WHOLE = (
    block("shop/new.py", "", "NEW = 1\n")
    + "DELETE shop/gone.py\n\nMOVE shop/old.py TO shop/deep/moved.py\n\n"
    + block("shop/deep/moved.py", "NAME = 1\n", "NAME = 2\n")
)


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM], ids=lambda profile: profile.name)
async def test_files_are_made_moved_and_deleted_by_the_editor_and_come_back(profile: Profile, root: Path) -> None:
    async with bench(root, profile) as at:
        at.open("shop/old.py")
        at.model.enqueue(send(WHOLE))
        result = await at.refactor("Tidy the shop up", {"paths": ["shop"]})
        assert (result["state"], result["message"]) == ("applied", "")
        assert {one["path"]: one["kind"] for one in result["files"]} == {
            "shop/new.py": "new",
            "shop/gone.py": "deleted",
            "shop/old.py": "moved",
        }
        tidied = {name: FILES[name] for name in ("shop/cart.py", "shop/use.py")}
        assert at.shown() == tidied | {"shop/new.py": "NEW = 1\n", "shop/deep/moved.py": "NAME = 2\n"}
        await at.editor.check_texts()
        result = plain(await at.editor.run("mai.undo"))
        assert (result["state"], result["message"]) == ("applied", "")
        assert at.shown() == FILES
        await at.editor.check_texts()


async def test_an_editor_that_can_not_make_files_is_told_what_it_lacks_and_nothing_changes(root: Path) -> None:
    async with bench(root, EMACS) as at:
        at.model.enqueue(send(WHOLE))
        result = await at.refactor("Tidy the shop up", {"paths": ["shop"]})
        assert result["state"] == "refused"
        assert "resourceOperations" in result["message"]
        assert at.applier.questions == [], "nobody is asked for consent to what can not be"
        assert on_disk(root) == FILES


@pytest.mark.parametrize("before", [False, True], ids=["while the model answers", "while the user is asked"])
async def test_what_is_typed_elsewhere_meanwhile_stays(root: Path, *, before: bool) -> None:
    async with bench(root) as at:
        at.open("shop/cart.py")
        gate = Gate()

        def type_something(*_: Any) -> str:
            at.editor.edit(at.cart, (0, 0, "import os\n\n\n"))
            return "Apply"

        if before:
            at.applier.answer = type_something
            gate.open()
        at.model.enqueue(stall(gate), send(REPLY))
        asking = asyncio.ensure_future(at.refactor())
        await at.model.next_request()
        if not before:
            type_something()
            gate.open()
        assert (await asking)["state"] == "applied"
        assert at.applier.text(root / "shop/cart.py") == "import os\n\n\n" + RENAMED["shop/cart.py"]
        assert at.applier.text(root / "shop/use.py") == RENAMED["shop/use.py"]


async def test_what_is_typed_just_when_the_edit_comes_stays_as_well(root: Path) -> None:
    async with bench(root) as at:
        at.open("shop/cart.py")

        def type_something() -> None:
            at.applier.before = lambda: None
            at.editor.edit(at.cart, (0, 0, "import os\n\n\n"))

        at.applier.before = type_something
        at.model.enqueue(send(REPLY))
        assert (await at.refactor())["state"] == "applied"
        assert len(at.applier.edits) == 2, "the first one was for another version"
        assert at.applier.text(root / "shop/cart.py") == "import os\n\n\n" + RENAMED["shop/cart.py"]


@pytest.mark.parametrize("opened", [True, False], ids=["open", "not open"])
async def test_a_file_that_was_changed_at_the_same_place_refuses_all(root: Path, *, opened: bool) -> None:
    async with bench(root) as at:
        if opened:
            at.open("shop/cart.py")
        gate = Gate()
        at.model.enqueue(stall(gate), send(REPLY))
        asking = asyncio.ensure_future(at.refactor())
        await at.model.next_request()
        where = FILES["shop/cart.py"].index("total")
        mine = FILES["shop/cart.py"].replace("total", "grand_total")
        if opened:
            at.editor.edit(at.cart, (where, where, "grand_"))
        else:
            (root / "shop/cart.py").write_bytes(mine.encode())
        gate.open()
        result = await asking
        assert result["state"] == "refused"
        assert "shop/cart.py" in result["message"]
        assert at.shown() == FILES | {"shop/cart.py": mine}
        assert at.applier.edits == []
        await at.editor.until(lambda: len(at.editor.messages) == 1)
        assert at.editor.messages == [f"MAI: {result['message']}"]


@pytest.mark.parametrize("how", ["the request", "the progress bar"])
@pytest.mark.parametrize("when", ["before an answer", "within the answer", "at the question"])
async def test_cancelling_leaves_everything_as_it_is(root: Path, how: str, when: str) -> None:
    async with bench(root, clean=False) as at:
        at.open("shop/cart.py")
        gate, reached = Gate(), Gate()

        async def wait(_: Any) -> str:
            reached.open()
            await gate.wait()
            return "Apply"

        at.applier.answer = wait
        if when == "at the question":
            at.model.enqueue(send(REPLY))
        elif when == "within the answer":
            at.model.enqueue(send(REPLY[:150]), stall(gate))
        else:
            at.model.enqueue(stall(gate), send(REPLY))
        params = types.ExecuteCommandParams("mai.refactor", [INSTRUCTION])
        asking = at.editor.client.protocol.send_request_async("workspace/executeCommand", params, "asked")  # type: ignore[no-untyped-call]
        running = asyncio.ensure_future(asking)
        asked = await at.model.next_request()
        if when == "at the question":
            await reached.wait()
        if how == "the request":
            at.editor.client.cancel_request(types.CancelParams(id="asked"))
            with pytest.raises(Exception, match="cancel"):
                await running
        else:
            (token,) = at.editor.tokens
            at.editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
            async with asyncio.timeout(PATIENCE):
                assert plain(await running)["state"] == "cancelled"
        if when != "at the question":
            await asked.hung_up.wait()
        gate.open()
        await at.editor.until(lambda: any(one.get("kind") == "end" for one in map(as_dict, at.editor.progress)))
        assert at.shown() == FILES
        assert at.applier.edits == []
        assert at.editor.messages == []
        at.applier.answer = lambda _: "Apply"
        at.model.enqueue(send(REPLY))
        assert (await at.refactor())["state"] == "applied", "the next one is not kept from being made"


async def test_cancelling_once_the_editor_has_the_edit_comes_too_late_and_says_so(root: Path) -> None:
    async with bench(root) as at:
        at.open("shop/cart.py")

        def cancel() -> None:
            (token,) = at.editor.tokens
            at.editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))

        at.applier.before = cancel
        at.model.enqueue(send(REPLY))
        assert (await at.refactor())["state"] == "applied"
        assert at.shown() == FILES | RENAMED
        at.applier.before = lambda: None
        assert plain(await at.editor.run("mai.undo"))["state"] == "applied"
        assert at.shown() == FILES


def as_dict(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    return value._asdict() if hasattr(value, "_asdict") else {"kind": getattr(value, "kind", None)}


async def test_an_edit_that_the_editor_does_not_make_is_told_once_with_its_reason(root: Path) -> None:
    async with bench(root) as at:
        at.open("shop/cart.py")
        at.applier.refuse = "the files are locked"
        at.model.enqueue(send(REPLY))
        result = await at.refactor()
        assert result["state"] == "refused"
        assert "the files are locked" in result["message"]
        await at.editor.until(lambda: at.editor.messages)
        assert len(at.editor.messages) == 1
        assert at.shown() == FILES
        assert plain(await at.editor.run("mai.undo"))["state"] == "refused", (
            "nothing was made, so nothing can be undone"
        )


async def test_an_editor_that_takes_no_edits_is_told_so(root: Path) -> None:
    async with bench(root, OLD_EMACS, applies=False) as at:
        at.model.enqueue(send(REPLY))
        result = await at.refactor()
        assert result["state"] == "refused"
        assert "workspace/applyEdit" in result["message"]


async def test_consent_that_is_not_given_changes_nothing(root: Path) -> None:
    async with bench(root) as at:
        at.open("shop/cart.py")
        at.applier.answer = lambda _: "Discard"
        at.model.enqueue(send(REPLY))
        result = await at.refactor()
        assert result["state"] == "cancelled"
        assert at.applier.edits == []
        (question,) = at.applier.questions
        assert "2 files changed" in question.message
        assert [one.title for one in question.actions or ()] == ["Apply", "Preview", "Discard"]


async def test_the_preview_is_for_those_who_choose_it(root: Path) -> None:
    async with bench(root) as at:
        at.open("shop/cart.py")
        at.applier.answer = lambda _: "Preview"
        at.model.enqueue(send(REPLY))
        await at.refactor()
        at.model.enqueue(send(REPLY))
        notes = at.applier.edits[0].edit.change_annotations or {}
        assert notes
        assert all(one.needs_confirmation for one in notes.values())


async def test_words_are_asked_for_where_the_editor_can_and_else_it_is_told_how_to_pass_them(root: Path) -> None:
    async with bench(root, options={"mai": {"input": True}}) as at:
        at.applier.input = INSTRUCTION
        at.model.enqueue(send(REPLY))
        assert (await at.refactor(None))["state"] == "applied"
        assert len(at.applier.inputs) == 1
        at.applier.input = None
        result = await at.refactor(None)
        assert result["state"] == "cancelled"
    async with bench(root) as at:
        result = await at.refactor(None)
        assert result["state"] == "refused"
        assert "instruction" in result["message"]
        assert at.applier.inputs == []


async def test_one_change_at_a_time_is_made_in_a_folder(root: Path) -> None:
    async with bench(root) as at:
        gate = Gate()
        at.model.enqueue(stall(gate), send(REPLY))
        asking = asyncio.ensure_future(at.refactor())
        await at.model.next_request()
        result = await at.refactor()
        assert result["state"] == "refused"
        assert "already" in result["message"]
        gate.open()
        assert (await asking)["state"] == "applied"


async def test_a_part_of_a_file_is_modified_without_a_question(root: Path) -> None:
    async with bench(root, VSCODE) as at:
        at.open("shop/cart.py")
        text = FILES["shop/cart.py"]
        at.model.enqueue(send(block("shop/cart.py", "        return 0.0\n", "        return 1.0\n")))
        start = at.editor.position(text, text.index("    def total"))
        end = at.editor.position(text, len(text))
        where = {
            "start": {"line": start.line, "character": start.character},
            "end": {"line": end.line, "character": end.character},
        }
        result = plain(await at.editor.run("mai.edit", at.cart, where, "Return one"))
        assert (result["state"], result["message"]) == ("applied", "")
        assert at.applier.questions == []
        assert at.applier.text(root / "shop/cart.py") == text.replace("0.0", "1.0")


async def test_progress_says_what_is_done_under_the_clients_own_token(root: Path) -> None:
    async with bench(root) as at:
        at.model.enqueue(send(REPLY))
        params = types.ExecuteCommandParams("mai.refactor", [INSTRUCTION], work_done_token="mine")
        async with asyncio.timeout(PATIENCE):
            await at.editor.client.workspace_execute_command_async(params)
        await at.editor.until(lambda: any(as_dict(one).get("kind") == "end" for one in at.editor.progress))
        assert at.editor.tokens == []
        assert as_dict(at.editor.progress[0]).get("kind") == "begin"


async def test_what_fails_at_the_model_is_told_once_and_changes_nothing(root: Path) -> None:
    async with bench(root) as at:
        at.open("shop/cart.py")
        at.model.default = (send("I would rather not."),)
        result = await at.refactor()
        assert result["state"] == "refused"
        assert result["message"]
        await at.editor.until(lambda: at.editor.messages)
        assert at.editor.messages == [f"MAI: {result['message']}"]
        assert at.shown() == FILES
