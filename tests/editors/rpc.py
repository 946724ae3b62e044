"""Neovim's msgpack-RPC over its standard streams: one call at a time, each answered in time or a failure in words.

What Neovim draws is read and dropped; nothing of what is called is known here.
"""

from __future__ import annotations

import contextlib
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgpack

from tests.e2e.editor import PATIENCE

_RESPONSE = 1

_HELD_UP = 1.0
"""Seconds without a word after which to look whether Neovim waits for the user to have read something."""


class Rpc:
    """A Neovim process with `--embed`."""

    def __init__(self, argv: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            list(argv), cwd=folder, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._unpacker = msgpack.Unpacker(strict_map_key=False, unicode_errors="surrogateescape")
        self._number = 0

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a function of Neovim's; raises RuntimeError with Neovim's own words, TimeoutError, EOFError.

        Messages that fill the screen hold Neovim up until the user presses Enter, and whether they do depends on when
        they come. So Enter is pressed then.
        """
        number, mode = self._send(method, arguments), 0
        end = time.monotonic() + PATIENCE
        while True:
            for kind, answered, *rest in self._unpacker:
                if kind == _RESPONSE and answered == number:
                    error, value = rest
                    if error is not None:
                        raise RuntimeError(f"{method}: {error}")
                    return value
                if kind == _RESPONSE and answered == mode and rest[1]["blocking"]:
                    self._send("nvim_input", ["<CR>"])
            if not self._read(method, min(end, time.monotonic() + _HELD_UP)):
                if time.monotonic() >= end:
                    raise TimeoutError(f"Neovim did not answer {method}")
                mode = self._send("nvim_get_mode", [])  # which it answers at any time

    def last(self, method: str, *arguments: Any) -> None:
        """Call what ends Neovim, and wait for its end."""
        self._send(method, arguments)
        end = time.monotonic() + PATIENCE
        with contextlib.suppress(EOFError):
            while self._read(method, end):
                pass
        self._process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait(PATIENCE)

    def _send(self, method: str, arguments: Sequence[Any]) -> int:
        """Call, and return the number that the answer will have."""
        assert self._process.stdin is not None
        self._number += 1
        self._process.stdin.write(msgpack.packb([0, self._number, method, list(arguments)]))
        return self._number

    def _read(self, method: str, end: float) -> bool:
        """Read what is there, or comes until then; return whether there was something."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return False
        data = self._process.stdout.read(65_536)
        if not data:
            raise EOFError(f"Neovim ended in {method}")
        self._unpacker.feed(data)
        return True
