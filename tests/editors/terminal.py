"""A program on a terminal of its own: what it draws is kept as a screen of text, keys are the bytes a terminal sends.

It waits by reading what the program draws next, and fails with the screen.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyte

from tests.e2e.editor import PATIENCE

_ROWS, _COLUMNS = 30, 120
_AGAIN = 0.05
"""Seconds without anything drawn after which a condition is looked at again: files change without a picture."""


class _Screen(pyte.Screen):
    def select_graphic_rendition(self, *attributes: int, private: bool = False) -> None:
        """Leave out what has nothing to do with looks, though it ends alike: how Vim asks for more keys to be told."""
        if not private:
            super().select_graphic_rendition(*attributes)

    def report_device_status(self, mode: int, **_: bool) -> None:
        """Leave out what pyte does not know in this call: a question for the terminal's colours."""


class Terminal:
    """The screen of a running program."""

    def __init__(self, master: int) -> None:
        self._master = master
        self._screen = _Screen(_COLUMNS, _ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def lines(self) -> list[str]:
        """The screen's lines without the blanks at their ends."""
        return [line.rstrip() for line in self._screen.display]

    def keys(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def shows(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def until(self, look: Callable[[], object], what: str) -> None:
        """Look again whenever something was drawn, until it holds."""
        end = time.monotonic() + PATIENCE
        while not look():
            if time.monotonic() > end:
                raise TimeoutError("\n".join((f"waited for {what}; on the screen:", *filter(None, self.lines))))
            self.read(_AGAIN)

    def see(self, text: str) -> None:
        """Wait until a text is on the screen."""
        self.until(lambda: self.shows(text), text)

    def read(self, seconds: float) -> bool:
        """Take in what is drawn within a time; False when the program has left."""
        if not select.select([self._master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # how Linux says that nobody has the other end any more
            return False
        self._stream.feed(data)
        return bool(data)


@contextlib.contextmanager
def terminal(argv: Sequence[str], folder: Path, env: Mapping[str, str]) -> Iterator[Terminal]:
    """Run a program on a terminal; it must have left with 0 by the end of the block, or does so within the patience."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    process = subprocess.Popen(
        list(argv),
        cwd=folder,
        env={**env, "TERM": "xterm-256color"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    shown = Terminal(master)
    try:
        yield shown
        end = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < end:
            shown.read(_AGAIN)
        assert process.poll() == 0, shown.lines
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        os.close(master)
