"""The index in a running server: built in the background with progress, followed on save, used in prompts, ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import monotonic

import attrs
import psutil
from lsprotocol import types

from tests.e2e.editor import PATIENCE, Editor, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.indexed import write
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

PROFILE = replace(
    VSCODE,
    capabilities=attrs.evolve(VSCODE.capabilities, window=types.WindowClientCapabilities(work_done_progress=True)),
)

APP = "from lib import Shape\n\nshape = Shape("


def environment(model: ModelServer, cache: Path) -> dict[str, str]:
    return {
        **for_model(model.url),
        "MAI_LSP_INDEX_ENABLE": "true",
        "MAI_LSP_CACHE_DIR": str(cache),
        "MAI_LSP_COMPLETION_REQUESTS_PER_MINUTE": "0",  # `sent_with` asks again and again.
    }


async def sent_with(editor: Editor, model: ModelServer, uri: str, wanted: str) -> bool:
    """Ask until a prompt holds the words: what is late for one request is there for one of the next."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        # By hand, since what was answered before is not asked for again while somebody types.
        await editor.inline(uri, invoked=True)
        if model.requests and wanted in str(model.requests[-1].body):
            return True
    return False


async def test_definitions_from_other_files_are_in_the_prompt(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(
        root,
        {
            "lib.py": "class Shape:\n    sides: int\n",
            "app.py": APP,
            "secret.py": "PLANTED = 1\n",
            ".maiignore": "secret.py\n",
        },
    )
    uri = (root / "app.py").as_uri()
    async with (
        ModelServer(send("4)\n")) as model,
        editing(PROFILE, environment(model, tmp_path / "cache"), folder=root) as editor,
    ):
        await editor.until(lambda: editor.progress and editor.progress[-1]["kind"] == "end")
        assert [value["kind"] for value in editor.progress if value["kind"] != "report"] == ["begin", "end"]
        assert editor.progress[-1]["message"] == "2 files"
        editor.open(uri, APP)
        assert await sent_with(editor, model, uri, "sides: int")
        assert "# lib.py" in str(model.requests[-1].body)
        write(root, {"lib.py": "class Shape:\n    corners: int\n"})
        editor.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier((root / "lib.py").as_uri()))
        )
        assert await sent_with(editor, model, uri, "corners: int")
        assert all("PLANTED" not in str(request.body) for request in model.requests)
        assert editor.client._server is not None
        started = psutil.Process(editor.client._server.pid).children(recursive=True)
        assert started
    _, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []
    assert editor.messages == []


async def test_a_switched_off_index_is_neither_made_nor_used(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, {"lib.py": "class Shape:\n    sides: int\n", "app.py": APP})
    uri = (root / "app.py").as_uri()
    async with (
        ModelServer(send("4)\n")) as model,
        editing(PROFILE, environment(model, tmp_path / "cache"), folder=root) as editor,
    ):
        await editor.until(lambda: editor.progress and editor.progress[-1]["kind"] == "end")
        editor.open(uri, APP)
        assert await sent_with(editor, model, uri, "sides: int")
        editor.client.set_configuration({"mai": {"index.enable": False}})
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
        assert editor.client._server is not None
        started = psutil.Process(editor.client._server.pid).children(recursive=True)
        report = await editor.report()
        while "index.enable" not in str(report["settings"]):
            report = await editor.report()
        await editor.inline(uri)
        assert "sides: int" not in str(model.requests[-1].body)
        _, alive = psutil.wait_procs(started, timeout=30)
        assert alive == []


async def test_a_builder_that_dies_is_started_again(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, {"lib.py": "class Shape:\n    sides: int\n", "app.py": APP})
    uri = (root / "app.py").as_uri()
    async with (
        ModelServer(send("4)\n")) as model,
        editing(PROFILE, environment(model, tmp_path / "cache"), folder=root, clean=False) as editor,
    ):
        await editor.until(lambda: editor.progress and editor.progress[-1]["kind"] == "end")
        assert editor.client._server is not None
        (builder,) = psutil.Process(editor.client._server.pid).children()
        write(root, {"lib.py": "class Shape:\n    corners: int\n"})
        builder.kill()
        await editor.until(lambda: len([value for value in editor.progress if value["kind"] == "end"]) == 2)
        editor.open(uri, APP)
        assert await sent_with(editor, model, uri, "corners: int")
    assert "builder has ended" in editor.log
    assert editor.messages == []


async def test_folders_come_and_go_twice_and_inside_one_another(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one, {"main.py": "x = 1\n"})
    write(two, {"lib.py": "class Shape:\n    sides: int\n", "app.py": APP, "inner/deep.py": "def deep(): ...\n"})
    uri = (two / "app.py").as_uri()

    def folder(path: Path) -> types.WorkspaceFolder:
        return types.WorkspaceFolder(path.as_uri(), path.name)

    async with (
        ModelServer(send("4)\n")) as model,
        editing(PROFILE, environment(model, tmp_path / "cache"), folder=one) as editor,
    ):

        async def change(*, added: list[Path], removed: list[Path]) -> None:
            editor.client.workspace_did_change_workspace_folders(
                types.DidChangeWorkspaceFoldersParams(
                    types.WorkspaceFoldersChangeEvent([*map(folder, added)], [*map(folder, removed)])
                )
            )

        def ended(times: int) -> bool:
            return len([value for value in editor.progress if value["kind"] == "end"]) == times

        await editor.until(lambda: ended(1))
        await change(added=[two, two / "inner", two, one], removed=[])
        await editor.until(lambda: ended(2))
        assert editor.progress[-1]["message"] == "5 files"
        editor.open(uri, APP)
        assert await sent_with(editor, model, uri, "sides: int")
        assert editor.client._server is not None
        server = psutil.Process(editor.client._server.pid)
        (builder,) = server.children()
        roots = builder.cmdline()[builder.cmdline().index("--") + 1 :]
        assert roots == [str(one), str(two), str(two / "inner")]
        await change(added=[], removed=[two, two / "inner"])
        psutil.wait_procs([builder], timeout=30)
        await editor.inline(uri)
        assert "sides: int" not in str(model.requests[-1].body)
    assert editor.messages == []
