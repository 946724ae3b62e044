"""Drives a real Kate on an X display of its own, by keys; what it shows is told from its windows, and kept as pictures.

Kate offers nothing to drive it with and writes no log of what its LSP client does. So the tests wait for windows (its
question, its menus) and for files.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from tests.e2e.editor import PATIENCE
from tests.editors.disk import holds

Value = TypeVar("Value")

PICTURES = Path(__file__).resolve().parents[2] / ".artefacts" / "kate"
"""Ignored by git."""

SCREEN = "1000x600"

_AGAIN = 0.05
"""Seconds between two looks."""

_KATERC = """\
[General]
Show welcome view for new window=false

[Kate Plugins]
lspclientplugin=true
"""
"""What a user has: the plugin is on by default once Kate was started, and its start page is not wanted here."""

_QUESTION = "LSP server start requested"

_POPUP = "Kate"
"""The whole name of a menu, of the list of completions and of what it shows beside it."""


class Kate:
    """One running Kate."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = dict(env)

    def allow_server(self) -> None:
        """Answer yes to Kate's question whether it may start the server, which it asks once per command line."""
        window = self.until(lambda: self._windows(_QUESTION), "Kate's question")[0]
        self._do("windowfocus", "--sync", window)
        self.keys("Return")
        self.until(lambda: not self._windows(_QUESTION), "its end")

    def front(self, name: str) -> None:
        """Make the window of a file as large as the screen, and type there from now on."""
        window = self.until(lambda: self._windows(name), f"the window of {name}")[0]
        self._do("windowmove", window, "0", "0", "windowsize", "--sync", window, *SCREEN.split("x"))
        self._do("windowfocus", "--sync", window)

    def keys(self, *names: str) -> None:
        """Press keys, by their X names."""
        self._do("key", *names)

    def type(self, text: str) -> None:
        """Type a line's text."""
        self._do("type", "--delay", "20", text)

    @property
    def popups(self) -> int:
        """How many windows have popped up: one for a menu, two for a list of completions whose first is explained."""
        windows = self._do("search", "--onlyvisible", "--class", "kate").split()  # these have no name to search for
        return [self._do("getwindowname", one).strip() for one in windows].count(_POPUP)

    def open_popup(self, keys: str, what: str, windows: int = 1) -> None:
        """Press what opens a menu until it is there: the server may not have been ready the time before."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.keys(keys)
            with contextlib.suppress(TimeoutError):
                self.until(lambda: self.popups == windows, what, patience=2.0)
                return
        self.picture("failed")
        raise TimeoutError(f"waited for {what}")

    def take(self, *keys: str) -> None:
        """Press keys that choose in what has popped up, and wait until it is gone."""
        self.keys(*keys)
        self.until(lambda: not self.popups, "the list to be gone")

    def choose_first(self, opens: str, picture: str) -> None:
        """Open a menu and take its first entry; once more where the keys came before it listened to them."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.open_popup(opens, "the menu")
            self.picture(picture)
            self.keys("Down", "Return")
            with contextlib.suppress(TimeoutError):
                self.until(lambda: not self.popups, "the menu to be gone", patience=2.0)
                return
            self.keys("Escape")
            self.until(lambda: not self.popups, "the menu to be gone")
        raise TimeoutError("waited for the menu to take a choice")

    def saves(self, path: Path, text: str, patience: float = PATIENCE) -> None:
        """Save again and again until the file is as it is to be: an edit comes a moment after it was chosen."""

        def saved() -> bool:
            self.keys("ctrl+s")
            return holds(path, text)

        self.until(saved, f"{path.name} as wanted", patience)

    def picture(self, name: str) -> None:
        """Keep what is to be seen."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        subprocess.run(["scrot", "-o", str(PICTURES / f"{name}.png")], env=self._env, check=True)

    def until(self, look: Callable[[], Value | None], what: str, patience: float = PATIENCE) -> Value:
        """Look until there is something; return that."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(_AGAIN)
        if patience == PATIENCE:
            self.picture("failed")
        raise TimeoutError(f"waited for {what}")

    def _windows(self, name: str) -> list[str]:
        return self._do("search", "--onlyvisible", "--name", name).split()

    def _do(self, *arguments: str) -> str:
        ran = subprocess.run(
            ["xdotool", *arguments], env=self._env, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return ran.stdout


@contextlib.contextmanager
def kate(configuration: str, file: Path, folder: Path, env: Mapping[str, str]) -> Iterator[Kate]:
    """Run Kate with these settings of its LSP client, with one file of a folder open."""
    home = folder.parent / "kate"
    (home / "config" / "kate" / "lspclient").mkdir(parents=True)
    (home / "runtime").mkdir(mode=0o700)
    (home / "config" / "katerc").write_text(_KATERC, encoding="utf-8")
    json.loads(configuration)  # Kate says nothing of what it can not read.
    (home / "config" / "kate" / "lspclient" / "settings.json").write_text(configuration, encoding="utf-8")
    homes = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    with _display() as display:
        settings = {**env, **homes, "XDG_RUNTIME_DIR": str(home / "runtime"), "DISPLAY": display}
        argv = ["dbus-run-session", "kate", "--new", "--block", str(file)]
        with (home / "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(argv, cwd=folder, env=settings, stdout=log, stderr=log)
        running = Kate(settings)
        try:
            running.allow_server()
            running.front(file.name)
            yield running
            running.keys("ctrl+q")
            process.wait(PATIENCE)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE)


@contextlib.contextmanager
def _display() -> Iterator[str]:
    """An X server without a screen, on the first display that is free; keys do not repeat by themselves there."""
    tells, told = os.pipe()
    argv = ["Xvfb", "-displayfd", str(told), "-screen", "0", f"{SCREEN}x24", "-r", "-nolisten", "tcp"]
    process = subprocess.Popen(argv, pass_fds=[told], stderr=subprocess.DEVNULL)
    os.close(told)
    try:
        with os.fdopen(tells, encoding="ascii") as number:
            yield f":{number.readline().strip()}"
    finally:
        process.terminate()
        process.wait(PATIENCE)
