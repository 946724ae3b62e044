"""What is said when an editor makes an edit late, in part or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types

from mai_lsp.core.change import Change
from mai_lsp.engine.change import undo
from mai_lsp.lsp import changing
from mai_lsp.lsp.changing import Outcome
from mai_lsp.lsp.tasks import Tasks
from mai_lsp.settings import Settings
from tests.unit.lsp.test_changing import FULL, Opened, a_file, proposal

Answer = Callable[[types.ApplyWorkspaceEditParams], Awaitable[types.ApplyWorkspaceEditResult]]


class Editor:
    """As much of a server as sends an edit; `answer` is what the editor makes of it."""

    def __init__(self, root: Path, answer: Answer) -> None:
        self.root, self.answer = root, answer
        self.sent: list[types.ApplyWorkspaceEditParams] = []
        self.documents = Opened(root)
        self.session: Any = SimpleNamespace(
            client=replace(FULL, folders=(root,)),
            documents=self.documents,
            settings=Settings(refactor_preview="auto"),
            tasks=Tasks(),
        )

    async def workspace_apply_edit_async(
        self, params: types.ApplyWorkspaceEditParams
    ) -> types.ApplyWorkspaceEditResult:
        self.sent.append(params)
        return await self.answer(params)

    async def window_show_message_request_async(self, _: object) -> None:
        raise NotImplementedError

    async def make(self, *changes: Change) -> Outcome:
        return await changing.apply(proposal(*changes), self)  # type: ignore[arg-type]


def refused(why: str | None, failed: int | None = None) -> Answer:
    async def answer(_: object) -> types.ApplyWorkspaceEditResult:
        return types.ApplyWorkspaceEditResult(applied=False, failure_reason=why, failed_change=failed)

    return answer


@pytest.fixture
def changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Change, ...]:
    monkeypatch.setenv("MAI_LSP_DATA_DIR", str(tmp_path / "data"))
    return tuple(Change(f"{n}.py", a_file(tmp_path, f"{n}.py", "a = 1\n"), "a = 2\n") for n in range(2))


async def test_a_reason_is_passed_on_and_nothing_can_be_undone(tmp_path: Path, changes: tuple[Change, ...]) -> None:
    editor = Editor(tmp_path, refused("it is locked."))
    outcome = await editor.make(*changes)
    assert (outcome.state, outcome.message) == ("refused", "The editor did not make the change: it is locked.")
    assert undo.entries(tmp_path) == []
    editor.answer = refused(None)
    assert "no reason" in (await editor.make(*changes)).message


@pytest.mark.parametrize(("handling", "told"), [("abort", True), ("", True), ("undo", False), ("transactional", False)])
async def test_an_editor_that_stops_in_the_middle_is_told_of(
    tmp_path: Path, changes: tuple[Change, ...], handling: str, *, told: bool
) -> None:
    editor = Editor(tmp_path, refused("disk full", failed=1))
    editor.session.client = replace(editor.session.client, failure_handling=handling)
    outcome = await editor.make(*changes)
    assert ("its own undo" in outcome.message) is told


async def test_files_that_were_changed_nevertheless_are_named(tmp_path: Path, changes: tuple[Change, ...]) -> None:
    first = changes[0].before
    assert first is not None
    opened = replace(first, version=1)

    async def answer(_: object) -> types.ApplyWorkspaceEditResult:
        editor.documents[opened.uri] = replace(opened, version=2, text="a = 2\n")
        return types.ApplyWorkspaceEditResult(applied=False, failure_reason="disk full")

    editor = Editor(tmp_path, answer)
    editor.documents[opened.uri] = opened
    outcome = await editor.make(replace(changes[0], before=opened), changes[1])
    assert outcome.state == "refused"
    assert "0.py" in outcome.message
    assert "1.py" not in outcome.message
    assert len(editor.sent) == 1


async def test_an_editor_that_fails_is_no_exception(tmp_path: Path, changes: tuple[Change, ...]) -> None:
    async def answer(_: object) -> types.ApplyWorkspaceEditResult:
        raise ValueError

    outcome = await Editor(tmp_path, answer).make(*changes)
    assert outcome.state == "refused"
    assert "error" in outcome.message


async def test_an_answer_that_does_not_come_is_not_waited_for_but_still_counts(
    tmp_path: Path, changes: tuple[Change, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = asyncio.Event()

    async def answer(_: object) -> types.ApplyWorkspaceEditResult:
        await answered.wait()
        return types.ApplyWorkspaceEditResult(applied=True)

    monkeypatch.setattr(changing, "ANSWER_WITHIN", 0.01)
    editor = Editor(tmp_path, answer)
    outcome = await editor.make(*changes)
    assert outcome.state == "sent"
    answered.set()
    while running := list(editor.session.tasks._running):
        await asyncio.wait(running)
    assert [entry.title for entry in undo.entries(tmp_path)] == ["Rename count"]


async def test_a_way_back_that_can_not_be_kept_is_told(
    tmp_path: Path, changes: tuple[Change, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(_: object) -> types.ApplyWorkspaceEditResult:
        return types.ApplyWorkspaceEditResult(applied=True)

    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MAI_LSP_DATA_DIR", str(tmp_path / "file"))
    outcome = await Editor(tmp_path, answer).make(*changes)
    assert outcome.state == "applied"
    assert "editor's own undo" in outcome.message


@pytest.mark.parametrize(("preview", "state"), [("auto", "applied"), ("always", "cancelled"), ("never", "applied")])
async def test_a_client_that_can_not_ask_leaves_it_at_what_the_user_has_asked_for(
    tmp_path: Path, changes: tuple[Change, ...], preview: str, state: str
) -> None:
    async def answer(_: object) -> types.ApplyWorkspaceEditResult:
        return types.ApplyWorkspaceEditResult(applied=True)

    editor = Editor(tmp_path, answer)
    editor.session.settings = Settings(refactor_preview=preview)
    assert (await editor.make(*changes)).state == state
