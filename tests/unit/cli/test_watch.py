"""Questions on a terminal: asked where somebody can answer, and never in the way of an interrupt."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mai_lsp.cli.watch import TerminalWatcher
from mai_lsp.engine.change.job import Step

pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Standard input and error on a terminal; gives its other end."""
    ours, theirs = pty.openpty()
    settings = termios.tcgetattr(theirs)
    settings[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    with open(theirs, closefd=False) as stdin, open(theirs, "w", closefd=False) as stderr:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stderr", stderr)
        yield ours
    monkeypatch.undo()
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(("typed", "answer"), [("y\n", True), ("Yes\n", True), ("n\n", False), ("\n", False)])
async def test_only_a_yes_is_a_yes(typed: str, monkeypatch: pytest.MonkeyPatch, *, answer: bool) -> None:
    with terminal(monkeypatch) as keyboard:
        asking = asyncio.ensure_future(TerminalWatcher(quiet=True).confirm("This costs $2.", "Spend it"))
        os.write(keyboard, typed.encode())
        assert await asking is answer
        assert "This costs $2. Spend it? [y/N]" in os.read(keyboard, 1000).decode()


async def test_a_question_can_be_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as keyboard:
        asking = asyncio.ensure_future(TerminalWatcher(quiet=True).confirm("This costs $2.", "Spend it"))
        await asyncio.to_thread(os.read, keyboard, 10)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        os.write(keyboard, b"\n")  # Ends the thread.


async def test_nobody_is_asked_who_can_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "input").write_text("y\n")
    with (tmp_path / "input").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert not await TerminalWatcher(quiet=True).confirm("This costs $2.", "Spend it")
        assert await TerminalWatcher(quiet=True, yes=True).confirm("This costs $2.", "Spend it")


def test_steps_are_not_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalWatcher(quiet=False) as watcher:
        watcher.tell(Step("Reading"))
    assert capsys.readouterr() == ("", "")
