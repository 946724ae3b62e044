"""Shows work in the background as the editor's own progress (`$/progress`), where the client has one.

It never fails and nobody waits for it: a client that refuses the token just shows nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server

TITLE = "MAI: reading the workspace"

ASKING = "MAI: asking the model"

WAITING_AFTER = 1.0
"""Seconds after which somebody who asked by hand is shown that the model is working."""

ANSWER_WITHIN = 2.0
"""Seconds a client has to allow a progress bar."""


class IndexMeter:
    """The progress of an index (`indexing.Meter`)."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._token = ""
        self._count = 0
        self._shown = -1

    async def begin(self) -> None:
        """Ask for a progress bar and show it."""
        if not self._server.session.client.progress:
            return
        self._count += 1
        token = f"mai-index-{self._count}"
        with contextlib.suppress(Exception):  # whatever a client may say
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._server.work_done_progress.create_async(token)
            self._server.work_done_progress.begin(
                token, types.WorkDoneProgressBegin(title=TITLE, cancellable=False, percentage=0)
            )
            self._token, self._shown = token, 0

    def report(self, done: int, total: int) -> None:
        """Move the bar, by whole percents."""
        percent = done * 100 // max(1, total)
        if self._token and percent > self._shown:
            self._shown = percent
            self._server.work_done_progress.report(
                self._token, types.WorkDoneProgressReport(message=f"{done} of {total} files", percentage=percent)
            )

    def end(self, text: str) -> None:
        """Take the bar away."""
        if self._token:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd(message=text or None))
            self._token = ""


@contextlib.asynccontextmanager
async def waiting(server: Server, token: int | str | None) -> AsyncIterator[None]:
    """Show that something is being worked on if it takes a while, under the client's own token if it gave one."""
    if token is None and not server.session.client.progress:
        yield
        return
    showing = server.session.tasks.start(_show(server, token), "progress")
    try:
        yield
    finally:
        showing.cancel()


async def _show(server: Server, token: int | str | None) -> None:
    await asyncio.sleep(WAITING_AFTER)
    progress = server.work_done_progress
    if token is None:
        token = "-".join(("mai", "wait", str(id(asyncio.current_task()))))
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await progress.create_async(token)
        except Exception:  # noqa: BLE001 (whatever a client may say, it shows nothing then)
            return
    progress.begin(token, types.WorkDoneProgressBegin(title=ASKING, cancellable=False))
    try:
        await asyncio.Event().wait()  # until it is cancelled
    finally:
        progress.end(token, types.WorkDoneProgressEnd())
