"""Editors that take no changes from a server: what is worked out waits in their code action menu."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.e2e.profiles import ALE, KATE, Profile
from tests.e2e.test_code_actions import AT, CODE, EXPECTED, WRITTEN, Window, after, window
from tests.e2e.test_nextedit import RENAMED, rename
from tests.e2e.test_nextedit import applied as applied_to
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

TITLE = "Apply: Write the body of `total`"

BOTH = pytest.mark.parametrize("profile", [KATE, ALE], ids=lambda profile: profile.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shop"
    made.mkdir()
    return made


async def work_out(shown: Window, uri: str) -> types.CodeAction:
    """Choose an action, wait to be told, and open the menu again."""
    action = await shown.choose(uri, AT, "Write the body of `total`")
    assert action.edit is None
    await shown.editor.run(action.command.command, *action.command.arguments)
    await shown.editor.until(lambda: any("is ready" in one for one in shown.editor.messages))
    first = (await shown.menu(uri, AT))[0]
    assert isinstance(first, types.CodeAction)
    return first


@BOTH
async def test_the_menu_has_what_was_worked_out_until_it_is_taken(profile: Profile, folder: Path) -> None:
    async with ModelServer(send(WRITTEN)) as server, window(profile, folder, server) as (shown, uri):
        first = await work_out(shown, uri)
        assert (first.title, first.kind, first.command) == (TITLE, "quickfix", None)
        assert first.edit is not None
        assert after(shown.editor, uri, first.edit) == EXPECTED
        assert shown.edits == []
        assert len(server.requests) == 1
        shown.editor.edit(uri, (0, len(CODE), EXPECTED))
        assert TITLE not in [one.title for one in await shown.menu(uri, AT)]


@BOTH
async def test_what_is_typed_elsewhere_moves_it_along_and_at_its_place_ends_it(profile: Profile, folder: Path) -> None:
    async with ModelServer(send(WRITTEN)) as server, window(profile, folder, server) as (shown, uri):
        await work_out(shown, uri)
        shown.editor.edit(uri, (0, 0, "# new\n"))
        first = (await shown.menu(uri, AT + len("# new\n")))[0]
        assert first.title == TITLE
        assert after(shown.editor, uri, first.edit) == f"# new\n{EXPECTED}"
        body = shown.editor.texts[uri].index("...")
        shown.editor.edit(uri, (body, body + 3, "return 0"))
        assert TITLE not in [one.title for one in await shown.menu(uri, body)]


@BOTH
async def test_another_document_is_not_offered_it(profile: Profile, folder: Path) -> None:
    async with ModelServer(send(WRITTEN)) as server, window(profile, folder, server) as (shown, uri):
        await work_out(shown, uri)
        other = (folder / "other.py").as_uri()
        shown.editor.open(other, CODE)
        assert TITLE not in [one.title for one in await shown.menu(other, AT)]


@BOTH
async def test_a_next_edit_is_made_by_the_editor_and_runs_no_command(profile: Profile, folder: Path) -> None:
    async with ModelServer() as server, window(profile, folder, server) as (shown, _):
        uri = (folder / "area.py").as_uri()
        rename(shown.editor, uri)
        found = [one for one in await shown.menu(uri, 0) if "next edit" in one.title]
        assert [one.command for one in found] == [None, None]
        assert found[1].edit.changes is not None
        assert applied_to(shown.editor, uri, list(found[1].edit.changes[uri])) == RENAMED
