"""Real VS Code with our VSIX: suggestions, code actions, a refactor, wrong keys, a killed server, the editor's models."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.changing import block
from tests.vscode.conftest import Open
from tests.vscode.model import COMPLETION, Model, code
from tests.vscode.workbench import Window, Workbench, eventually

ADD = "def add(first, second):\n"


def test_the_vsix_is_installed_and_says_so(open_window: Open, workbench: Workbench) -> None:
    window = open_window({"add.py": ADD})
    window.command("Extensions: Show Installed Extensions")
    row = window.page.locator(".extensions-viewlet .monaco-list-row", has_text="MAI").first
    expect(row).to_be_visible()
    assert len(workbench.servers()) >= 1
    window.picture("1-installed")


def test_a_suggestion_appears_while_typing_and_tab_inserts_it(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code("    return first + second"))
    window = open_window({"add.py": ADD})
    window.type("    ret")
    window.shows_ghost("urn first + second")
    window.picture("2-suggestion")
    assert model.asked(ADD), "the model has seen the file"
    window.press("Tab")
    expect(window.ghost()).to_have_count(0)
    window.save("add.py", f"{ADD}    return first + second")
