"""A job's watcher on a terminal: a line that says how far it is, and yes/no questions where somebody can answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mai_lsp.engine.change.job import Step
from mai_lsp.engine.change.told import step_line

if TYPE_CHECKING:
    from rich.status import Status


class TerminalWatcher:
    """Shows the steps of one job (`engine.change.job.Watcher`) on standard error; quiet where that is no terminal."""

    def __init__(self, *, quiet: bool, yes: bool = False) -> None:
        self._yes = yes
        self._quiet = quiet or not sys.stderr.isatty()
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if not self._quiet:
            from mai_lsp.cli import terminal  # noqa: PLC0415 (loads rich)

            self._status = terminal.console(error=True).status("Looking at the project …")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def tell(self, step: Step) -> None:
        """Show a step."""
        if self._status is not None:
            from mai_lsp.cli.terminal import harmless  # noqa: PLC0415 (loads rich)

            self._status.update(harmless(f"{step_line(step)} …"))

    async def confirm(self, question: str, yes: str) -> bool:
        """Ask; False where nobody can answer: input or errors do not go to a terminal. ``--yes`` has answered."""
        if self._yes:
            return True
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        if self._status is not None:
            self._status.stop()
        try:
            answer = await _asked(f"mai-lsp: {question} {yes}? [y/N] ")
        finally:
            if self._status is not None:
                self._status.start()
        return answer.strip().lower() in {"y", "yes"}


async def _asked(question: str) -> str:
    """Ask, and wait for a line; an interrupt does not have to wait for it."""
    from mai_lsp.cli.terminal import harmless  # noqa: PLC0415 (loads rich)

    print(harmless(question), end="", file=sys.stderr, flush=True)
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()
    source = sys.stdin.fileno()

    def take(text: str) -> None:
        if not line.done():
            line.set_result(text)

    def read() -> None:
        # Not through `sys.stdin`, whose lock the interpreter wants when it ends.
        with contextlib.suppress(OSError, RuntimeError):  # The terminal or the loop is gone: nobody waits any more.
            loop.call_soon_threadsafe(take, os.read(source, 1024).decode(errors="replace"))

    # A daemon: the loop's own threads would be waited for at the end.
    threading.Thread(target=read, daemon=True).start()
    return await line
