"""Refactors of a real package over a dozen files and more, through three editors; then its own tests still pass."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.e2e.test_refactor import bench
from tests.support.model_server import Asked
from tests.support.model_steps import Step, send
from tests.support.package_changes import CHANGES, SOURCES, as_blocks, suite_passes, texts_of

TASKS = {
    "rename a parameter": (f"Call the parameter `m` of the parsers' rules `found` in {SOURCES}.", [SOURCES]),
    "move a class": ("Move the class `BlockState` to a module of its own, src/mistune/block_state.py.", []),
    "change a return type": ("Let every plugin return the Markdown it was given.", [f"{SOURCES}/plugins"]),
}
OPENED = f"{SOURCES}/core.py"


@pytest.mark.parametrize(
    ("profile", "name", "split"),
    [
        (VSCODE, "rename a parameter", "never"),
        (VSCODE, "move a class", "always"),
        (NEOVIM, "move a class", "never"),
        (NEOVIM, "change a return type", "always"),
        (EMACS, "rename a parameter", "always"),
        (EMACS, "change a return type", "never"),
    ],
    ids=lambda value: value.name if isinstance(value, Profile) else value,
)
async def test_its_own_tests_pass_afterwards(
    profile: Profile, name: str, split: str, package: Path, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    shutil.copytree(package, root)
    files = texts_of(root)
    wanted = CHANGES[name](files)
    assert len(wanted) >= 12
    blocks = {path: as_blocks(path, files.get(path, ""), text or "") for path, text in wanted.items()}
    plan = "Everywhere.\n\n" + "\n".join(f"## {path}{'' if path in files else ' (new)'}\nDo it.\n" for path in wanted)

    def answer(asked: Asked) -> tuple[Step, ...]:
        told = asked.body["messages"][-1]["content"]
        mine = next((path for path in wanted if f"Your part, {path}:" in told), "")
        if mine:
            return (send(blocks[mine]),)
        return (send(plan if split == "always" else "".join(blocks.values())),)

    settings: dict[str, Any] = {"MAI_LSP_ROUTE_SPLIT": split, "MAI_LSP_INDEX_ENABLE": "true"}
    async with bench(root, profile, **settings, MAI_LSP_CACHE_DIR=str(tmp_path / "cache")) as at:
        at.model.default = answer
        uri = (root / OPENED).as_uri()
        at.editor.open(uri, files[OPENED])
        instruction, paths = TASKS[name]
        result = await at.refactor(instruction, {"uri": uri, "paths": paths})
        assert (result["state"], result["message"]) == ("applied", ""), result["message"]
        assert {one["path"] for one in result["files"]} == set(wanted)
        assert texts_of(root) == files | {path: "" for path in wanted if path not in files}, "nothing but new files"
        await at.editor.check_texts()
        at.applier.save()
        assert texts_of(root) == files | wanted
        assert suite_passes(root) == ""
        at.applier.undo()
        at.applier.save()
        assert texts_of(root) == files
