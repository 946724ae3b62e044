"""Neovim's msgpack-RPC over its standard streams: one call at a time, each answered in time or a failure in words.

What Neovim draws is read and dropped; nothing of what is called is known here.
"""

from __future__ import annotations

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


class Rpc:
    """A Neovim process with `--embed`."""

    def __init__(self, argv: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            list(argv), cwd=folder, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._unpacker = msgpack.Unpacker(strict_map_key=False, unicode_errors="surrogateescape")
        self._number = 0

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a function of Neovim's; raises RuntimeError with Neovim's own words, TimeoutError, EOFError."""
        self._send(method, arguments)
        end = time.monotonic() + PATIENCE
        while True:
            for message in self._unpacker:
                if message[0] == _RESPONSE and message[1] == self._number:
                    if message[2] is not None:
                        raise RuntimeError(f"{method}: {message[2]}")
                    return message[3]
            self._read(method, end)

    def last(self, method: str, *arguments: Any) -> None:
        """Call what ends Neovim, and wait for its end."""
        self._send(method, arguments)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._read(method, end)
            except EOFError:
                break
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

    def _send(self, method: str, arguments: Sequence[Any]) -> None:
        assert self._process.stdin is not None
        self._number += 1
        self._process.stdin.write(msgpack.packb([0, self._number, method, list(arguments)]))

    def _read(self, method: str, end: float) -> None:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise TimeoutError(f"Neovim did not answer {method}")
        data = self._process.stdout.read(65_536)
        if not data:
            raise EOFError(f"Neovim ended in {method}")
        self._unpacker.feed(data)
