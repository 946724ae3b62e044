"""The user's own check command in a copy of the folder: real commands, and nothing left of them."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from mai_lsp.core.change import Change
from mai_lsp.engine.change import trial
from mai_lsp.engine.change.files import BOM, Files
from mai_lsp.engine.change.trial import may_run, try_out
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.settings import Settings
from tests.support.indexed import document_of, write

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and links")


@pytest.fixture(autouse=True)
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where copies are made; empty at the end of every test."""
    place = tmp_path / "copies"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write(root, {"a.py": "A = 1\n", "sub/b.py": "B = 1\n", ".gitignore": "out/\n.venv/\n", "out/x.txt": "x"})
    return root


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def change(files: Files, path: str, after: str | None, moved_to: str = "") -> Change:
    before = files.read(path)
    return Change(path, None if isinstance(before, Problem) else before, after, moved_to)


async def run(files: Files, changes: list[Change], code: str, seconds: float = 30.0) -> str:
    """What a check says; empty if all is well."""
    found = await try_out(changes, files, python(code), seconds)
    if found is None:
        return ""
    assert found.refusal is Refusal.CHECK_FAILED
    return found.detail


async def test_a_command_sees_the_changes_and_the_folder_does_not(root: Path) -> None:
    files = Files(root)
    changes = [
        change(files, "a.py", "A = 2\n"),
        change(files, "new/c.py", "C = 1\n"),
        change(files, "sub/b.py", "B = 2\n", "sub/moved.py"),
    ]
    code = (
        "import os;assert open('a.py').read() == 'A = 2\\n';assert open('new/c.py').read() == 'C = 1\\n';"
        "assert open('sub/moved.py').read() == 'B = 2\\n';assert os.listdir('sub') == ['moved.py'];"
        "assert not os.path.exists('out') and not os.path.exists('.git');open('a.py', 'w').write('gone')"
    )
    (root / ".git").mkdir()
    assert await run(files, changes, code) == ""
    assert (root / "a.py").read_text() == "A = 1\n"
    assert not (root / "new").exists()


async def test_a_deleted_file_is_not_there(root: Path) -> None:
    files = Files(root)
    assert (
        await run(
            files,
            [change(files, "a.py", None)],
            "import os; assert sorted(os.listdir()) == ['.gitignore', 'sub']",
        )
        == ""
    )


async def test_a_failing_command_is_told_with_the_end_of_its_output(root: Path, copies: Path) -> None:
    code = (
        "import os, sys;[print('line', n) for n in range(500)];"
        "print('\\x1b[31mred\\x1b[0m \\x07\\u202eend in', os.getcwd());"
        "sys.stderr.write('wrong\\r\\n');sys.exit(3)"
    )
    told = await run(Files(root), [], code)
    assert told.startswith("The check command found something (exit code 3).\n")
    assert "line 0\n" not in told
    assert "line 499\n" in told
    assert "red end in ." in told
    assert "wrong" in told
    assert not any(mark in told for mark in ("\x1b", "\x07", "\u202e", "\r", str(copies)))
    assert len(told) < 5_000


async def test_no_shell_reads_the_command(root: Path) -> None:
    found = await try_out(
        [], Files(root), [sys.executable, "-c", "import sys; print(sys.argv); sys.exit(1)", "; ls", "$HOME"], 30
    )
    assert found is not None
    assert "['-c', '; ls', '$HOME']" in found.detail


async def test_a_command_that_is_not_there_is_told(root: Path) -> None:
    found = await try_out([], Files(root), ["no-such-command-anywhere"], 30)
    assert found is not None
    assert "can not be started" in found.detail


async def test_the_command_gets_none_of_our_keys(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAI_API_KEY", "MAI_MODEL", "OPENAI_API_KEY", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "planted-value")
    monkeypatch.setenv("HARMLESS", "kept")
    code = "import os;assert 'planted-value' not in os.environ.values();assert os.environ['HARMLESS'] == 'kept'"
    assert await run(Files(root), [], code) == ""


async def test_python_finds_the_copy_before_the_folder_itself(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, {"src/pack/__init__.py": "N = 1\n"})
    monkeypatch.setenv("PYTHONPATH", str(root / "src"))
    files = Files(root)
    code = "import pack; assert pack.N == 2, pack.__file__"
    assert await run(files, [change(files, "src/pack/__init__.py", "N = 2\n")], code) == ""


async def test_what_the_editor_shows_is_what_is_checked(root: Path) -> None:
    files = Files(root, [document_of(root, "a.py", "A = 'typed'\n")])
    assert await run(files, [], "assert open('a.py').read() == \"A = 'typed'\\n\"") == ""


async def test_bytes_are_kept(root: Path) -> None:
    (root / "marked.cs").write_bytes(BOM + b"class A {}\r\n")
    (root / "picture.bin").write_bytes(bytes(range(256)))
    files = Files(root)
    code = (
        "assert open('marked.cs', 'rb').read() == b'\\xef\\xbb\\xbfclass B {}\\r\\n';"
        "assert open('picture.bin', 'rb').read() == bytes(range(256))"
    )
    assert await run(files, [change(files, "marked.cs", "class B {}\r\n")], code) == ""


@POSIX
async def test_installed_packages_are_linked_and_the_rest_of_what_is_ignored_is_not_there(root: Path) -> None:
    write(root, {".venv/lib/x.py": "X = 1\n", ".env": "KEY=1\n", "run.sh": "#!/bin/sh\nexit 0\n"})
    (root / "run.sh").chmod(0o755)
    (root / "a.py").chmod(0o444)
    code = (
        "import os;assert os.path.islink('.venv') and os.path.exists('.venv/lib/x.py');"
        "assert not os.path.exists('.env');assert os.access('run.sh', os.X_OK)"
    )
    assert await run(Files(root), [], code) == ""
    assert (root / ".venv/lib/x.py").exists()


@POSIX
async def test_links_of_the_folder_lead_nowhere_from_the_copy(root: Path, tmp_path: Path) -> None:
    write(tmp_path / "other", {"secret.txt": "s"})
    (root / "link").symlink_to(tmp_path / "other", target_is_directory=True)
    (root / "file.txt").symlink_to(tmp_path / "other" / "secret.txt")
    assert (
        await run(Files(root), [], "import os; assert not os.path.lexists('link') and not os.path.lexists('file.txt')")
        == ""
    )


class Life:
    """A pipe that the processes of a command hold open as long as any of them lives."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "life"
        os.mkfifo(self._path)
        self.code = (
            "import os, subprocess, sys, time;"
            f"life = open({str(self._path)!r}, 'w');os.set_inheritable(life.fileno(), True);"
            "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], close_fds=False);"
            "print('so far', flush=True);print('begun', file=life, flush=True);"
        )
        """Starts a process, and tells that it has begun."""
        self._file: IO[str] | None = None

    async def begun(self) -> None:
        """Wait until the command has begun."""

        def opened() -> IO[str]:
            file = self._path.open()
            file.readline()
            return file

        self._file = await asyncio.to_thread(opened)

    async def ended(self) -> None:
        """Wait until all its processes have ended; fails where one does not."""
        assert self._file is not None
        try:
            await asyncio.wait_for(asyncio.to_thread(self._file.read), 20)
        finally:
            self._file.close()


@POSIX
async def test_a_slow_command_and_all_it_started_are_ended(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life(tmp_path)
    inner = trial._ending

    async def once_begun(ending: asyncio.Future[int], output: Path, seconds: float) -> int | str:
        await life.begun()
        return await inner(ending, output, seconds)

    monkeypatch.setattr(trial, "_ending", once_begun)
    told = await run(Files(root), [], life.code + "time.sleep(600)", 0.01)
    assert told == "The check took longer than 0.01 s.\nso far"
    await life.ended()


@POSIX
async def test_what_a_command_leaves_running_is_ended_and_not_waited_for(root: Path, tmp_path: Path) -> None:
    life = Life(tmp_path)
    begun = asyncio.create_task(life.begun())
    assert await run(Files(root), [], life.code) == ""
    await begun
    await life.ended()


@POSIX
async def test_cancelling_ends_the_command_and_removes_the_copy(root: Path, tmp_path: Path) -> None:
    life = Life(tmp_path)
    task = asyncio.create_task(run(Files(root), [], life.code + "time.sleep(600)"))
    await life.begun()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await life.ended()


async def test_cancelling_while_it_is_copied_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()
    inner = trial._same_mode

    def noted(source: Path, target: Path) -> None:
        loop.call_soon_threadsafe(reached.set)
        inner(source, target)

    monkeypatch.setattr(trial, "_same_mode", noted)
    task = asyncio.create_task(run(Files(root), [], "raise SystemExit(1)"))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_too_large_a_folder_is_not_copied(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MAX_FILES", 1)
    assert "more than 1 files" in await run(Files(root), [], "")
    monkeypatch.setattr(trial, "MAX_FILES", 1_000)
    monkeypatch.setattr(trial, "MAX_COPIED", 10)
    assert "MB" in await run(Files(root), [], "")


async def test_a_command_that_writes_without_end_is_ended(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MAX_OUTPUT", 1_000_000)
    told = await run(Files(root), [], "while True: print('y' * 1000)")
    assert told.startswith("The check wrote more than 1 MB.")


def test_only_a_folder_that_the_user_named_is_one_to_run_in(root: Path) -> None:
    settings = Settings(check_command=["make", "check"], check_folders=[str(root)])
    assert may_run(root, settings)
    assert not may_run(root / "sub", settings)
    assert not may_run(root.parent, settings)
    assert not may_run(root, replace(settings, check_command=[]))
    assert not may_run(root, replace(settings, check_folders=[]))
    assert not may_run(root, replace(settings, check_folders=["."]))
