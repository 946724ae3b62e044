"""Runs the user's own check command on a copy of the folder with the changes made, and says what it found.

The user's folder is not touched. Whether the command may run at all is the user's own setting, never the project's;
no shell reads it. What it runs has the user's rights: the copy keeps mistakes apart, not programs that mean harm.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mai_lsp.core.change import Change
from mai_lsp.engine.change.files import Files
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.settings import Settings
from mai_lsp.system.child import environment

MAX_FILES = 20_000
MAX_COPIED = 500_000_000
"""Bytes. A larger folder takes longer to copy than most checks do."""

MAX_OUTPUT = 50_000_000
"""Bytes that it may write to its output; more is a program that has lost its way."""

LOOK_EVERY = 0.5
"""Seconds between two looks at how much it has written."""

TAIL = 64_000
"""Bytes of the output's end that are read."""

TOLD_LINES, TOLD_CHARACTERS = 40, 4_000
"""The end of the output that is told."""

LINKED = (".venv", "venv", "env", "node_modules", "vendor", "target", ".tox", ".nox", "bower_components", "Pods")
"""Ignored folders at the top that a check may need, linked and not copied; never one of git or another tool's own."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
else:
    _FLAGS = 0


def may_run(root: Path, settings: Settings) -> bool:
    """Whether the user has set a command and named this very folder as one to run it in."""
    if not settings.check_command:
        return False
    here = os.path.realpath(root)
    return any(os.path.isabs(one) and os.path.realpath(one) == here for one in settings.check_folders)  # noqa: PTH117


async def try_out(changes: Sequence[Change], files: Files, command: Sequence[str], seconds: float) -> Problem | None:
    """Run `command` in a copy of the folder with `changes` made, for so many seconds at most; None if all is well.

    CHECK_FAILED has the last lines of its output in `detail`. When it is cancelled, nothing of it stays behind:
    neither a process of its group nor the copy.
    """
    stop = threading.Event()
    top = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="mai-check-"))
    folder = top / (files.root.name or "folder")
    try:
        folder.mkdir()
        copying = asyncio.ensure_future(asyncio.to_thread(_copy, files, changes, folder, stop))
        try:
            if why := await asyncio.shield(copying):
                return Problem(Refusal.CHECK_FAILED, "", why)
        finally:
            # A thread can not be killed: it ends with the file it is at, and the folder goes after that.
            stop.set()
            await _ended(copying)
        return await _run(folder, top / "output", list(command), seconds)
    finally:
        await _ended(asyncio.ensure_future(asyncio.to_thread(shutil.rmtree, top, ignore_errors=True)))


async def _ended(task: asyncio.Future[Any]) -> None:
    """Wait for a thread's or process' end, also while being cancelled; the cancellation goes on afterwards."""
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        await _ended(task)
        raise


def _copy(files: Files, changes: Sequence[Change], folder: Path, stop: threading.Event) -> str:
    """Fill the folder; return why that can not be done, or ""."""
    changed = {change.path for change in changes}
    copied = 0
    try:
        for number, path in enumerate(files.listed(max_bytes=MAX_COPIED)):
            if stop.is_set():
                return "It was stopped."
            if number == MAX_FILES:
                return f"The folder has more than {MAX_FILES:,} files, so it can not be copied for the check."
            if path in changed:
                continue
            source, target = files.root / path, folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            # What the editor shows, saved or not, is what the changes were made for.
            held = files.opened_text(path)
            if held is None:
                shutil.copyfile(source, target, follow_symlinks=False)
            else:
                target.write_bytes(files.encoded(path, held))
            _same_mode(source, target)
            copied += target.stat().st_size
            if copied > MAX_COPIED:
                return (
                    f"The folder holds more than {MAX_COPIED // 1_000_000:,} MB, so it can not be copied for the check."
                )
        for name in LINKED:
            _link(files.root / name, folder / name)
        for change in changes:
            _make(files, change, folder)
    except OSError as error:
        return f"The folder can not be copied for the check ({error.strerror or type(error).__name__})."
    return ""


def _link(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink() and not target.exists():
        # Windows lets few users make links; then the check does without.
        with contextlib.suppress(OSError):
            target.symlink_to(source, target_is_directory=True)


def _make(files: Files, change: Change, folder: Path) -> None:
    if change.after is None:
        return
    target = folder / (change.moved_to or change.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(files.encoded(change.path, change.after))
    if change.before is not None:
        _same_mode(files.root / change.path, target)


def _same_mode(source: Path, target: Path) -> None:
    """Let a copy be run if its file can be; it can always be written and deleted."""
    with contextlib.suppress(OSError):  # Not saved yet.
        target.chmod(stat.S_IMODE(source.stat().st_mode) | stat.S_IWUSR | stat.S_IRUSR)


async def _run(folder: Path, output: Path, command: list[str], seconds: float) -> Problem | None:
    # Into a file: a pipe is held open by whatever the command leaves running.
    with output.open("wb") as file:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                creationflags=_FLAGS,
                start_new_session=sys.platform != "win32",
            )
        except (OSError, ValueError) as error:
            word = getattr(error, "strerror", None) or type(error).__name__
            return Problem(Refusal.CHECK_FAILED, "", f"The check command {command[0]!r} can not be started ({word}).")
    ending = asyncio.ensure_future(process.wait())
    try:
        code = await _ending(ending, output, seconds)
    finally:
        _kill(process)
        await _ended(ending)
    if code == 0:
        return None
    what = code if isinstance(code, str) else f"The check command found something (exit code {code})."
    return Problem(Refusal.CHECK_FAILED, "", _told(what, output, folder))


async def _ending(ending: asyncio.Future[int], output: Path, seconds: float) -> int | str:
    """Wait for the end; return the exit code, or why nobody waits any longer."""
    until = time.monotonic() + seconds
    while not ending.done():
        left = until - time.monotonic()
        if left <= 0:
            return f"The check took longer than {seconds:g} s."
        await asyncio.wait({ending}, timeout=min(left, LOOK_EVERY))
        if os.stat(output).st_size > MAX_OUTPUT:  # noqa: PTH116 (a look that waits for nothing)
            return f"The check wrote more than {MAX_OUTPUT // 1_000_000} MB."
    return ending.result()


def _environment(folder: Path) -> dict[str, str]:
    """Return the user's environment without keys; Python finds the copy before what is installed from the folder."""
    kept = {name: value for name, value in environment(os.environ).items() if not name.upper().startswith("MAI_")}
    sources = [str(one) for one in (folder / "src", folder) if one.is_dir()]
    users = os.environ.get("PYTHONPATH")
    return {**kept, "PYTHONPATH": os.pathsep.join([*sources, *([users] if users else [])])}


def _kill(process: asyncio.subprocess.Process) -> None:
    """End the process and all that it has started."""
    if sys.platform == "win32":
        if process.returncode is None:
            subprocess.run(  # noqa: S603 (fixed words and a number)
                ["taskkill", "/F", "/T", "/PID", str(process.pid)],  # noqa: S607 (Windows' own)
                capture_output=True,
                check=False,
            )
        return
    # Its group outlives it where it has left something running.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _told(what: str, output: Path, folder: Path) -> str:
    """Return a sentence and the end of the output, without colours and without the copy's path."""
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - TAIL))
        data = file.read(TAIL)
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", _ESCAPES.sub("", text)).rstrip()
    for place in {str(folder), os.path.realpath(folder)}:
        text = text.replace(place + os.sep, "").replace(place, ".")
    lines = text.split("\n")[-TOLD_LINES:]
    end = "\n".join(lines)[-TOLD_CHARACTERS:]
    return f"{what}\n{end}" if end else what
