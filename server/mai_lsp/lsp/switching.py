"""What the user switches in a session (`mai.snooze`, `mai.toggle`), and whether suggestions come in a document.

Nothing of it is kept on disk or outlives the connection.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mai_lsp.engine import mode
from mai_lsp.engine.outcome import Reason, Skipped
from mai_lsp.lsp.protocol import (
    SNOOZE_COMMAND,
    SNOOZE_MINUTES,
    STATUS,
    TOGGLE_COMMAND,
    UNSNOOZE_COMMAND,
    FileStatus,
    StatusResult,
)
from mai_lsp.workspace.access import Access

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session

LONGEST_SNOOZE = 7 * 24 * 60.0
"""Minutes; more is switching off, for which there is a setting."""


def register(server: Server) -> None:
    """Register the commands and the request."""
    session = server.session

    @server.command(SNOOZE_COMMAND)
    def snooze_all(*arguments: Any) -> StatusResult:
        snooze(session, arguments[0] if arguments else None)
        return result(session, "")

    @server.command(UNSNOOZE_COMMAND)
    def unsnooze(*_: Any) -> StatusResult:
        snooze(session, 0)
        return result(session, "")

    @server.command(TOGGLE_COMMAND)
    def toggle_file(*arguments: Any) -> StatusResult:
        uri, what = (*arguments, "", "")[:2]
        toggle(session, str(uri), whole_language=what == "language")
        return result(session, str(uri))

    @server.feature(STATUS)
    def status(params: Any) -> StatusResult:
        uri = params.get("uri") if isinstance(params, dict) else getattr(params, "uri", "")
        return result(session, str(uri or ""))


def snooze(session: Session, minutes: Any, clock: Callable[[], float] = time.monotonic) -> None:
    """Suggest nothing while typing for some minutes; none ends that."""
    number = isinstance(minutes, int | float) and not isinstance(minutes, bool) and math.isfinite(minutes)
    wanted = min(max(0.0, minutes if number else SNOOZE_MINUTES), LONGEST_SNOOZE)
    until = clock() + 60 * wanted if wanted else None
    session.status.switches = replace(session.status.switches, snoozed_until=until)
    session.status.send()


def toggle(session: Session, uri: str, *, whole_language: bool) -> None:
    """Switch an open document, or the language it is in, off or on again."""
    document = session.documents.latest(uri)
    if document is None:
        return
    switches, settings = session.status.switches, session.settings
    session.status.switches = (
        mode.toggle_language(document.language, settings, switches)
        if whole_language
        else mode.toggle_file(document.file, document.language, settings, switches)
    )


def result(session: Session, uri: str) -> StatusResult:
    """Return the status, and that of one document."""
    return StatusResult(**session.status.params(), file=file_status(session, uri))


def file_status(session: Session, uri: str, clock: Callable[[], float] = time.monotonic) -> FileStatus:
    """Say whether suggestions come while typing in a document, and if not, why."""
    skipped = _skipped(session, uri, clock())
    if skipped is None:
        return FileStatus(uri=uri, on=True, reason="", why="")
    return FileStatus(uri=uri, on=False, reason=skipped.reason.value, why=skipped.detail)


def _skipped(session: Session, uri: str, now: float) -> Skipped | None:
    document = session.documents.latest(uri)
    if document is None:
        return Skipped(Reason.DISABLED, "The document is not open.")
    if why := session.documents.ignored(document.file):
        return Skipped(Reason.IGNORED, f"This file is never sent ({why}).")
    if skipped := mode.gate(document, session.settings, session.status.in_force(), now):
        return skipped
    from mai_lsp.engine.when import about_file  # noqa: PLC0415 (loaded late, with the engine)

    locked = Access(time.monotonic).locked(document.file)
    return about_file(document, session.settings, locked, session.documents.display_path(document.file))
