"""The builder's process as its starter sees it: started, told of changes, listened to, ended.

It decides nothing about when; and it reads no word of the builder's but JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

from mai_lsp.system import child

COMMAND = (sys.executable, "-P", "-m", "mai_lsp.workspace.index")
"""``-P`` keeps the working directory, which may be somebody's repository, off the import path."""

LEAVE_SECONDS = 2.0

if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
else:
    _CREATION_FLAGS = 0


class Builder:
    """One running builder."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def words(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what it says until it ends."""
        assert self._process.stdout is not None  # noqa: S101 (we made the pipe)
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                word = json.loads(line)
                if isinstance(word, dict):
                    yield word

    def changed(self, paths: Iterable[Path]) -> None:
        """Tell it of files that were saved, made or deleted."""
        self._tell({"changed": [os.fspath(path) for path in paths]})

    async def stop(self) -> None:
        """Ask it to end by closing its stdin, and make sure."""
        assert self._process.stdin is not None  # noqa: S101 (we made the pipe)
        self._process.stdin.close()
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _tell(self, word: dict[str, Any]) -> None:
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(json.dumps(word).encode() + b"\n")


async def start(roots: Sequence[Path], *, gitignore: bool = True) -> Builder:
    """Start a builder for these roots; `gitignore` as in `ignore.Rules`. Raises OSError."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *([] if gitignore else ["--no-gitignore"]),
        "--",
        *map(os.fspath, roots),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child.environment(os.environ),
        creationflags=_CREATION_FLAGS,
    )
    return Builder(process)
