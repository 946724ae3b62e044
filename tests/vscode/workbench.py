"""A served workbench and one window of it in the browser: what a user does with the keys, and what there is to be seen.

Nothing here sleeps or tries anything twice: whatever is waited for is a state of the page, or of the disk.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from playwright.sync_api import Locator, Page, expect

PATIENCE = 60.0
"""Seconds after which a wait is a failure; CI machines are slow and shared."""

SETTINGS: Mapping[str, Any] = {
    # What is not ours is quiet, and what is typed stands as it was typed.
    "chat.disableAIFeatures": True,
    "editor.acceptSuggestionOnEnter": "off",
    "editor.autoClosingBrackets": "never",
    "editor.autoIndent": "none",
    "editor.minimap.enabled": False,
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "editor.scrollBeyondLastLine": False,
    "editor.wordBasedSuggestions": "off",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": "off",
    "remote.autoForwardPorts": False,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "window.autoDetectColorScheme": False,
    "workbench.colorTheme": "Light Modern",
    "workbench.enableExperiments": False,
    "workbench.reduceMotion": "on",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}

_LISTENING = re.compile(r"HTTP server listening on (http://[\d.:]+)")
_GHOST = """wanted => {
  const parts = [...document.querySelectorAll(".ghost-text-decoration")].map((part) => part.textContent);
  const text = parts.join("").replaceAll("\\u00a0", " ");
  return wanted.includes(text) ? text : undefined;
}"""

_OURS = "mai."

_SERVER = "launch.py"
"""The extension's script that runs the language server."""


class Workbench:
    """A running code-server with a data folder of its own."""

    def __init__(self, command: list[str], folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.url = ""
        self._command = [
            *command,
            *("--config", str(folder / "config.yaml"), "--auth", "none"),
            *("--user-data-dir", str(folder / "data"), "--extensions-dir", str(folder / "extensions")),
            *("--disable-telemetry", "--disable-update-check"),
        ]
        self._env = {**env, "EXTENSIONS_GALLERY": "{}"}
        self._process: subprocess.Popen[str] | None = None

    def install(self, vsix: Path) -> None:
        """Install an extension from its file; windows that are opened later have it."""
        self._run("--install-extension", str(vsix))

    def uninstall(self, identity: str) -> None:
        """Remove an extension."""
        self._run("--uninstall-extension", identity)

    def _run(self, *arguments: str) -> None:
        ran = subprocess.run(
            [*self._command, *arguments],
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def settings(self, settings: Mapping[str, Any]) -> None:
        """Set the user's settings: ours in the file of this machine, the editor's own in the user's file.

        A served workbench is a remote window, and in one of those a setting of the scope `machine` counts only in the
        machine's file. In the user's file it is there until the editor has read what our extension declares, and
        sometimes even after: it comes back if an idle moment came before that (`reloadLocalUserConfiguration` of
        VS Code 1.139, which reads the file's tasks then and keeps the settings that it had when it began).
        """
        ours = {name: value for name, value in settings.items() if name.startswith(_OURS)}
        self._write("Machine", ours)
        self._write("User", {**SETTINGS, **{name: value for name, value in settings.items() if name not in ours}})

    def chosen(self) -> dict[str, Any]:
        """Our settings as they are in the file now."""
        found: dict[str, Any] = json.loads((self.folder / "data/Machine/settings.json").read_text(encoding="utf-8"))
        return found

    def _write(self, kind: str, settings: Mapping[str, Any]) -> None:
        path = self.folder / "data" / kind / "settings.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(settings), encoding="utf-8")
        new.replace(path)  # at once: the editor may be reading

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve it on a port of its own."""
        log = self.folder / "log.txt"
        with log.open("w", encoding="utf-8") as output:
            command = [*self._command, "--bind-addr", "127.0.0.1:0", "--reconnection-grace-time", "5"]
            self._process = subprocess.Popen(
                command, env=self._env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, text=True
            )
            try:
                eventually(lambda: _LISTENING.search(log.read_text(encoding="utf-8")), "the workbench listens")
                found = _LISTENING.search(log.read_text(encoding="utf-8"))
                assert found
                self.url = found[1]
                yield
            finally:
                _end(self._process)

    def log(self) -> str:
        """What our server and our extension have logged in the window that was opened last."""
        hosts = sorted((self.folder / "data" / "logs").glob("*/exthost*"), key=lambda path: path.stat().st_mtime)
        logs = sorted(hosts[-1].glob("mai-lsp.mai-lsp/*.log")) if hosts else []
        return "\n".join(f"{path.name}:\n{path.read_text(encoding='utf-8')}" for path in logs)

    def begun(self) -> int:
        """How many servers have begun their work in the window that was opened last."""
        return self.log().count("mai_lsp.lsp.indexing: index: ")

    def servers(self) -> list[psutil.Process]:
        """Our language servers that run now."""
        assert self._process
        return [one for one in psutil.Process(self._process.pid).children(recursive=True) if _is_ours(one)]


class Window:
    """One window with a folder open in it."""

    def __init__(self, page: Page, folder: Path, pictures: Path) -> None:
        self.page = page
        self.folder = folder
        self._pictures = pictures

    def open(self, url: str, file: str, state: str = "ready") -> None:
        """Open the folder with a file of it, and wait until the server is in this state; the cursor is at the end."""
        host = url.removeprefix("http://")
        # The second lets the test extension, and no other that asks for it, have its model need consent.
        payload = json.dumps([["openFile", f"vscode-remote://{host}{self.folder / file}"], ["enableProposedApi", ""]])
        self.page.goto(f"{url}/?folder={quote(str(self.folder))}&payload={quote(payload)}")
        self.status(state)
        self.focus()

    def focus(self) -> None:
        """Go to the end of the open file."""
        self.page.locator(".editor-instance .monaco-editor .view-lines").first.click()
        self.press("Control+End")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Write into what has the focus, as fast as a good typist."""
        self.page.keyboard.type(text, delay=60)

    def command(self, title: str) -> None:
        """Run a command from the palette; it has to be enabled."""
        self.press("F1")
        field = self.page.locator(".quick-input-widget input[type=text]")
        expect(field).to_be_visible()
        field.fill(f">{title}")
        self.entry(title).click()

    def entry(self, title: str) -> Locator:
        """The entry of the open list that has these words in it."""
        return self.page.locator(".quick-input-list .monaco-list-row", has_text=title).first

    def answer(self, question: str, text: str) -> None:
        """Wait for an input box that asks for this, and answer it."""
        box = self.page.locator(".quick-input-widget", has_text=re.compile(question, re.IGNORECASE))
        expect(box).to_be_visible()
        box.locator("input:not([type=checkbox])").fill(text)
        self.press("Enter")

    def choose_model(self, provider: str, address: str, key: str, model: str, picture: str = "") -> None:
        """Choose who answers, and by which of its models, in the dialogues for that."""
        self.command("MAI: Choose Provider and Model")
        self.entry(provider).click()
        self.answer("its address", address)
        self.answer("the API key", key)
        expect(self.entry(model)).to_be_visible()
        if picture:
            self.picture(picture)
        self.entry(model).click()
        self.page.locator(".quick-input-widget", has_text=f"What {model} is used for").wait_for()
        self.press("Enter")
        self.status("ready")

    def menu(self, title: str, picture: str = "") -> None:
        """Open our status item's menu, and choose what has these words in it."""
        self._item().click()
        expect(self.entry(title)).to_be_visible()
        if picture:
            self.picture(picture)
        self.entry(title).click()

    def status(self, state: str) -> None:
        """Wait until our status item says this; it also says why."""
        expect(self._item()).to_have_attribute("aria-label", re.compile(rf"MAI: {state}"))

    def _item(self) -> Locator:
        return self.page.locator('[id="mai-lsp.mai-lsp.mai.status"]')

    def ghost(self) -> Locator:
        """What is shown as a suggestion."""
        return self.page.locator(".ghost-text-decoration")

    def shows_ghost(self, *texts: str) -> str:
        """Wait until one of these is suggested at the cursor, and nothing else; return which."""
        found = self.page.wait_for_function(_GHOST, arg=list(texts)).json_value()
        assert isinstance(found, str)
        return found

    def lines(self, text: str) -> Locator:
        """The lines of what is open that have this in them."""
        return self.page.locator(".editor-instance .view-line", has_text=text)

    def messages(self) -> Locator:
        """The message boxes that are to be seen."""
        return self.page.locator(".notification-toast .notification-list-item-message")

    def picture(self, name: str) -> None:
        """Keep what is to be seen."""
        self._pictures.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self._pictures / f"{name}.png", animations="disabled")

    def save(self, file: str, text: str) -> None:
        """Save what is open, and wait until the file on disk is this."""
        self.press("Control+s")
        self.on_disk({file: text})

    def on_disk(self, files: Mapping[str, str]) -> None:
        """Wait until the files on disk are these."""
        eventually(lambda: self.read(files) == dict(files), lambda: f"{self.read(files)} becomes {dict(files)}")

    def read(self, files: Mapping[str, Any]) -> dict[str, str]:
        """Read files of the folder."""
        return {name: (self.folder / name).read_bytes().decode() for name in files}


def eventually(condition: Callable[[], object], what: str | Callable[[], str]) -> None:
    """Look again and again until something outside of the page is so; raises AssertionError when it never is."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what if isinstance(what, str) else what()
        time.sleep(0.05)


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """An environment without a user: nothing in it chooses a provider, and no folder is anybody's own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "TMPDIR") if name in os.environ}
    home = folder / "home"
    home.mkdir(parents=True)
    return {**kept, "HOME": str(home), **settings}


def _is_ours(process: psutil.Process) -> bool:
    try:
        return any(part.endswith(_SERVER) for part in process.cmdline())
    except psutil.Error:
        return False  # ended meanwhile


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and all that it started."""
    started = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    _, left = psutil.wait_procs(started, timeout=10)
    for one in left:
        one.kill()
    process.wait(10)
