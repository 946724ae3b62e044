"""A workspace that is not trusted: ours works, and the workspace chooses neither what runs nor where code goes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.support.changing import block
from tests.support.model_server import threaded
from tests.vscode.conftest import Open
from tests.vscode.model import COMPLETION, Model, code
from tests.vscode.workbench import Workbench, eventually

ADD = "def add(first, second):\n"


def test_a_workspace_chooses_nothing_until_it_is_trusted_and_then_only_the_python(
    open_window: Open, model: Model, workbench: Workbench, tmp_path: Path
) -> None:
    model.says(COMPLETION, code("    return first + second"))
    model.says("What is to be done", block("add.py", "    return first + second", "    return second + first"))
    python, ran, checked = (tmp_path / name for name in ("python", "ran", "checked"))
    python.write_text(f'#!/bin/sh\necho "$@" >> "{ran}"\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    with threaded() as elsewhere:
        chosen = {
            "mai.interpreter": str(python),
            "mai.provider": "openai-compatible",
            "mai.baseUrl": f"{elsewhere.url}/v1",
            "mai.auth": "key",
            "mai.http.headers": {"x-workspace": "was here"},
            "mai.completion.model": "elsewhere",
            "mai.edit.model": "elsewhere",
            "mai.check.command": ["touch", str(checked)],
            "mai.check.folders": [str(tmp_path / "project")],
        }
        trust = {"security.workspace.trust.enabled": True, "security.workspace.trust.startupPrompt": "never"}
        window = open_window({"add.py": ADD, ".vscode/settings.json": json.dumps(chosen)}, trust)
        expect(window.page.locator(".statusbar-item", has_text="Restricted Mode")).to_be_visible()
        window.type("    ret")
        window.shows_ghost("urn first + second")
        window.picture("10-restricted")
        window.press("Tab")
        window.save("add.py", f"{ADD}    return first + second")
        window.command("MAI: Refactor")
        window.answer("what is to be done", "Swap the two in add.py")
        window.lines("second + first").wait_for()
        assert not ran.exists(), "the workspace's program"
        assert not checked.exists(), "the workspace's command"

        window.command("Workspaces: Manage Workspace Trust")
        window.page.locator(".workspace-trust-editor .monaco-button", has_text="Trust").first.click()
        eventually(ran.exists, "once it is trusted, the workspace names the Python")
        eventually(lambda: running(workbench) == [sys.executable], "the server runs in it")
        started = [process.pid for process in workbench.servers()]
        window.status("ready")
        window.picture("10-trusted")
        before = len(model.server.requests)
        window.page.get_by_role("button", name="Close").last.click()
        window.focus()
        window.type("\n    ret")
        window.shows_ghost("urn first + second")
        assert len(model.server.requests) > before
        assert [process.pid for process in workbench.servers()] == started, "trust and its settings are one change"
        assert not elsewhere.requests
        assert not elsewhere.catalogue
        assert not any("x-workspace" in asked.headers for asked in model.server.requests)
        assert not checked.exists()


def running(workbench: Workbench) -> list[str]:
    """The Pythons that our servers run in."""
    return [process.cmdline()[0] for process in workbench.servers()]
