"""A job's watcher in an editor: its progress as `$/progress`, its questions as message boxes with buttons, its end.

It decides nothing about the job. A client that shows no progress still gets questions and an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from mai_lsp.engine.change.job import Step
from mai_lsp.engine.change.told import step_line

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server

log = logging.getLogger(__name__)

ALLOWED_WITHIN = 2.0
"""Seconds a client has to allow a progress bar; without an answer there is none."""

NO = "No"

T = TypeVar("T")

Token = int | str

_COUNT = itertools.count(1)


class EditorWatcher:
    """Shows the steps of one job (`engine.change.job.Watcher`)."""

    def __init__(self, server: Server, token: Token | None) -> None:
        self._server = server
        self._own = token
        self._token: Token | None = None
        self._percent = 0
        self._settled = False

    async def begin(self, title: str) -> None:
        """Show progress under the client's own token, or ask for one where the client has progress at all."""
        token, progress = self._own, self._server.work_done_progress
        if token is None:
            if not self._server.session.client.progress:
                return
            number = next(_COUNT)
            token = f"mai-change-{number}"
            try:
                async with asyncio.timeout(ALLOWED_WITHIN):
                    await progress.create_async(token)
            except Exception as error:  # noqa: BLE001 (whatever a client may say, it shows nothing then)
                log.info("the client shows no progress: %s", type(error).__name__)
                return
        self._token = token
        progress.begin(token, types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0))

    def on_cancel(self, call: Callable[[], object]) -> None:
        """Have something called when the user cancels at the progress bar."""
        loop = asyncio.get_running_loop()

        def ended(future: Future[Any]) -> None:
            if future.cancelled() and not self._settled:
                loop.call_soon(call)

        if self._token is not None and (future := self._server.work_done_progress.tokens.get(self._token)) is not None:
            future.add_done_callback(ended)

    def tell(self, step: Step) -> None:
        """Move the bar and say what is being done."""
        if self._token is None:
            return
        if step.total:
            self._percent = max(self._percent, min(100, step.done * 100 // step.total))
        self._server.work_done_progress.report(
            self._token,
            types.WorkDoneProgressReport(message=step_line(step), percentage=self._percent, cancellable=True),
        )

    def settle(self) -> None:
        """Take cancelling away: from now on it is the editor that makes the change, and it would come too late."""
        self._settled = True
        if self._token is not None:
            self._server.work_done_progress.report(
                self._token, types.WorkDoneProgressReport(message="The editor makes the change", cancellable=False)
            )

    async def confirm(self, question: str, yes: str) -> bool:
        """Ask in a message box with buttons; False where it is closed, or the client can not ask."""
        params = types.ShowMessageRequestParams(
            types.MessageType.Warning,
            f"MAI: {question}",
            [types.MessageActionItem(yes), types.MessageActionItem(NO)],
        )
        try:
            answer = await self._server.window_show_message_request_async(params)
        except Exception as error:  # noqa: BLE001 (whatever a client may say)
            log.info("the client can not ask: %s", type(error).__name__)
            return False
        return answer is not None and answer.title == yes

    def end(self, message: str) -> None:
        """Take the bar away."""
        if self._token is not None:
            progress, token = self._server.work_done_progress, self._token
            self._token = None
            progress.end(token, types.WorkDoneProgressEnd(message=message or None))
            progress.tokens.pop(token, None)  # pygls keeps them for ever.


async def watched(
    server: Server, title: str, token: Token | None, work: Callable[[EditorWatcher], Coroutine[Any, Any, T]]
) -> T | None:
    """Run a job with its progress shown; None if the user cancelled it there.

    `$/cancelRequest` ends the job, too, and raises CancelledError as ever.
    """
    watcher = EditorWatcher(server, token)
    await watcher.begin(title)
    task = server.session.tasks.start(work(watcher), "a job")
    watcher.on_cancel(task.cancel)
    try:
        # Unlike awaiting the task itself, this tells our own cancellation from the job's.
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        with contextlib.suppress(Exception):  # It is logged where it happens.
            await asyncio.wait({task})
        raise
    finally:
        watcher.end("")
    return None if task.cancelled() else task.result()
