"""`scripts/bench newcomer`: from nothing to the first suggestion in VS Code, step by step with the seconds of each.

A clone of what is committed builds the extension, as the README tells it; a workbench that was never started gets it,
and its dialogues are answered as by a user who does not have to think. The model is a scripted server on this machine:
what a real one takes comes on top. The editor itself, and what pip and npm keep of former downloads, is there before.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from _lib import build_vsix, env, vscode
from tests.e2e.editor import KEY
from tests.support.model_server import threaded
from tests.vscode.conftest import BROWSER, VIEW
from tests.vscode.model import COMPLETION, Model, code
from tests.vscode.workbench import PATIENCE, Window, Workbench, environment


def main() -> int:
    """Measure and print."""
    command, browser = vscode.ready()
    expect.set_options(timeout=PATIENCE * 1000)
    with tempfile.TemporaryDirectory(prefix="mai-newcomer-") as folder, sync_playwright() as playwright:
        clone, home = Path(folder) / "clone", Path(folder) / "workbench"
        with _step("git clone"):
            env.run(["git", "clone", "-q", f"file://{env.ROOT}", str(clone)], quiet=True)
        with _step("1. scripts/build_vsix, with its environment, the tools of npm and the wheels inside"):
            env.run([sys.executable, str(clone / "scripts" / "build_vsix")], cwd=clone, quiet=True)
        (vsix,) = (clone / "dist").glob(f"mai-lsp-*-{build_vsix.this_machine()}.vsix")
        workbench = Workbench(command, home, environment(home, {"MAI_LSP_WIRE": "chat"}))
        with _step("2. Install from VSIX"):
            workbench.install(vsix)
        chromium = playwright.chromium.launch(executable_path=browser, args=list(BROWSER))
        with workbench.serving():
            _first_suggestion(workbench, chromium, home)
        chromium.close()
    return 0


def _first_suggestion(workbench: Workbench, browser: Browser, home: Path) -> None:
    page = browser.new_context(viewport=VIEW).new_page()
    window = Window(page, home / "project", home)
    window.folder.mkdir()
    (window.folder / "add.py").write_text("def add(first, second):\n", encoding="utf-8")
    workbench.settings({})
    with threaded() as server:
        model = Model(server)
        model.says(COMPLETION, code("    return first + second"))
        with _step("the editor opens, until the server runs"):
            window.open(workbench.url, "add.py")
        with _step("3. MAI: Choose Provider and Model, its address, key and model"):
            window.choose_model("OpenAI-compatible", f"{server.url}/v1", KEY, "scripted")
        with _step("from the first of seven keys to the suggestion"):
            window.focus()
            window.type("    ret")
            window.shows_ghost("urn first + second")
    page.context.close()


@contextmanager
def _step(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)
