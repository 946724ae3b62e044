"""The language server: pygls' server class with our protocol, transport and session.

It only joins the parts; what happens on which message is `handlers`, what it does is `session`.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from mai_lsp import __version__
from mai_lsp.lsp import handlers, logs, parent
from mai_lsp.lsp.lm import LanguageModels
from mai_lsp.lsp.notebooksync import NOTEBOOKS
from mai_lsp.lsp.protocol import COPILOT_STATUS, STATUS, CopilotStatusParams, StatusParams
from mai_lsp.lsp.registration import LIST_OPTIONS
from mai_lsp.lsp.session import Session
from mai_lsp.lsp.status import Severity
from mai_lsp.lsp.stdio import Transport
from mai_lsp.lsp.wire import Protocol

log = logging.getLogger(__name__)

_MESSAGE_TYPES = {
    "error": types.MessageType.Error,
    "warning": types.MessageType.Warning,
    "info": types.MessageType.Info,
}


SWITCH_SECONDS = 0.0005
"""After so long the event loop gets its turn from a thread that computes; Python's own 5 ms, at each of the dozen times
that a completion waits for the network, doubled its time while context from other files was looked up."""


class Server(LanguageServer):
    """One connection to one editor; also the session's voice."""

    protocol: Protocol

    def __init__(self, transport: Transport) -> None:
        super().__init__("mai-lsp", __version__, notebook_document_sync=NOTEBOOKS, protocol_cls=Protocol)
        self.transport = transport
        self.language_models = LanguageModels(self.protocol)
        self.session = Session(self, self.language_models)
        self.may_speak = False
        """Set by `initialized`; before that LSP allows only the reply."""
        self.pulls = self.pulled = 0
        """How often the client was asked for its settings, and which answer holds: they may overtake each other."""
        self.offers_list = False
        """Whether the client has been told of the completion list."""
        self._serves_list = False
        self.protocol.set_writer(transport)
        handlers.register(self)

    async def run(self) -> int:
        """Serve until the client leaves; return the exit code."""
        code = await self.transport.serve(self.protocol.receive)
        logs.to_stderr()
        await self.session.stop()
        return code

    def leave(self) -> None:
        """Follow the client's `exit`: an error code unless `shutdown` came first (LSP)."""
        self.transport.stop(0 if self.protocol.has_shut_down else 1)

    def watch_client(self) -> None:
        """Leave when the client's process is gone; one outside our container has an id that means nothing here."""
        if (pid := self.session.client.process_id) is not None and parent.alive(pid):
            self.session.tasks.start(self._watch(pid), "watching the client")

    def serve_list(self) -> None:
        """Answer textDocument/completion; what is registered while `initialize` is answered is also advertised."""
        if not self._serves_list:
            self._serves_list = True
            self.feature(types.TEXT_DOCUMENT_COMPLETION, LIST_OPTIONS)(handlers.completion(self))

    def status(self, params: StatusParams, copilot: CopilotStatusParams) -> None:
        """Send the status notifications (`Voice`)."""
        if self.may_speak:
            self.protocol.notify(STATUS, params)
            if self.session.client.copilot:
                self.protocol.notify(COPILOT_STATUS, copilot)

    def show(self, severity: Severity, text: str) -> None:
        """Show a message box (`Voice`)."""
        self.window_show_message(types.ShowMessageParams(_MESSAGE_TYPES[severity], f"MAI: {text}"))

    def note(self, severity: Severity, text: str, *, clean: bool = False) -> None:
        """Write to the editor's log of this server, and what is `clean` to our own where that is another (`Voice`)."""
        self.window_log_message(types.LogMessageParams(_MESSAGE_TYPES[severity], text))
        if clean and not self.session.client.keeps_log:
            log.log(logs.LEVELS[severity], "%s", text)

    def hand_over_log(self) -> None:
        """Send the log to the editor from now on, if it keeps one for us."""
        if self.session.client.keeps_log:
            loop = asyncio.get_running_loop()

            def send(level: int, text: str) -> None:
                loop.call_soon_threadsafe(self._logged, level, text)

            logs.to_editor(send)

    def _logged(self, level: int, text: str) -> None:
        """Send a record; what is for debugging as a plain line."""
        # VS Code shows debugging lines only to those who ask for them a second time, in its log view.
        kinds = (kind for severity, kind in _MESSAGE_TYPES.items() if logs.LEVELS[severity] <= level)
        self.window_log_message(types.LogMessageParams(next(kinds, types.MessageType.Log), text))

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002 (pygls' signature)
        """Log a failed handler; pygls would show a message box with the exception's text each time."""
        log.error("a handler failed", exc_info=error)

    async def _watch(self, pid: int) -> None:
        await parent.gone(pid)
        log.warning("the client's process is gone")
        self.transport.stop(1)


def run_stdio(stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> int:
    """Serve over the process' own pipes until the client leaves; return the exit code."""
    logs.install("warning")
    transport = Transport(_binary(stdin or sys.stdin.buffer), _binary(stdout or sys.stdout.buffer))
    # Whatever else prints would break the protocol.
    sys.stdout = sys.stderr
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return asyncio.run(_serve(transport))
    except KeyboardInterrupt:
        return 130


def _binary(stream: BinaryIO) -> BinaryIO:
    """Keep Windows from translating line ends below Python, where `Content-Length` would then be wrong."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 (exists there only)
        import os  # noqa: PLC0415 (needed there only)

        msvcrt.setmode(stream.fileno(), os.O_BINARY)
    return stream


async def _serve(transport: Transport) -> int:
    return await Server(transport).run()
