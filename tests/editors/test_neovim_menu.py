"""Neovim 0.11 for real, which has no inline completion: suggestions come in the completion menu."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors.conftest import FILES
from tests.editors.neovim import Neovim, neovim
from tests.editors.readme import configuration
from tests.editors.replies import RENAME, RENAMED, SUMMED, TOTALLED, renaming
from tests.support.model_server import ModelServer
from tests.support.model_steps import send


@pytest.fixture(params=["Neovim 0.11", "Neovim with everything"])
def editor(request: pytest.FixtureRequest, launchers: Path, project: Path, env: dict[str, str]) -> Iterator[Neovim]:
    with neovim(launchers / "nvim-0.11", configuration(request.param, "lua"), project, env) as running:
        yield running


def test_an_entry_of_the_menu_is_inserted_without_another_indentation(
    editor: Neovim, project: Path, model: ModelServer
) -> None:
    model.default = (send("    count = len(cart.prices)\n    return count"),)
    editor.open(project / "shop/pay.py")
    editor.keys("Go<CR>def count(cart: Cart) -> int:<CR>co<C-Space>")
    (entry,) = editor.until(editor.menu, "the menu")
    assert entry["word"].startswith("count = len(cart.prices)"), entry
    assert not editor.text.endswith("count\n"), "nothing is inserted unasked"
    editor.keys("<C-n><C-y>")
    editor.until(lambda: "count = len(cart.prices)\n" in editor.text, "the suggestion in the text")
    assert editor.text == FILES["shop/pay.py"] + "\ndef count(cart: Cart) -> int:\n    count = len(cart.prices)\n"


def test_a_code_action_is_resolved_and_applied(editor: Neovim, project: Path, model: ModelServer) -> None:
    model.default = (send(SUMMED),)
    editor.open(project / "shop/cart.py")
    editor.keys("/total<CR>")
    editor.act("Write the body of `total`")
    editor.until(lambda: editor.text == TOTALLED, "the body")


def test_several_files_are_refactored_and_brought_back(
    launchers: Path, project: Path, env: dict[str, str], model: ModelServer
) -> None:
    model.default = (send(renaming()),)
    with neovim(launchers / "nvim-0.11", configuration("Neovim with everything", "lua"), project, env) as editor:
        editor.open(project / "shop/cart.py")
        editor.keys(f":MaiRefactor {RENAME}<CR>")
        editor.answer("1<CR>")
        for files, command in ((RENAMED, "MaiUndo"), (FILES, "echo")):
            editor.until(
                lambda files=files: all(editor.text_of(project / path) == files[path] for path in RENAMED),  # type: ignore[misc]
                f"the texts before {command}",
            )
            editor.until(lambda: all(editor.known(project / path) for path in RENAMED), "the server to know")
            editor.keys(f":{command}<CR>")
