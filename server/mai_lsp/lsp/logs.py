"""The server's log, to stderr or to the editor: never with source code, keys or message bodies.

Libraries may log payloads (pygls logs whole messages, asyncio the repr of exceptions), so of their records only the
fixed words are kept; of exceptions the type and the places, and the text only where it is ours and promised clean.
"""

from __future__ import annotations

import copy
import logging
import re
import sys
import traceback
from collections.abc import Callable
from types import TracebackType

from mai_lsp.errors import MaiError

OURS = "mai_lsp"

_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")

LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
"""`logging`'s numbers for the words of the setting `log.level`."""


class DiscreetFormatter(logging.Formatter):
    """Formats records without anything that could be the user's text."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record; of a library's record keep the fixed part of its first line."""
        if record.name.partition(".")[0] != OURS:
            record = copy.copy(record)
            first = str(record.msg).partition("\n")[0]
            record.msg = _PLACEHOLDER.sub("…", first) if record.args else first
            record.args = ()
        return super().format(record)

    def formatException(  # noqa: N802 (logging's own name)
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Return an exception's type and places; its text only if it is one of our own errors."""
        kind, error, trace = ei
        if kind is None or error is None:
            return ""
        places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in _frames(trace)]
        said = f": {error}" if isinstance(error, MaiError) else ""
        parts = ["\n".join([f"{kind.__module__}.{kind.__qualname__}{said}", *places])]
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is not None:
            parts.append("caused by " + self.formatException((type(cause), cause, cause.__traceback__)))
        return "\n".join(parts)


class ToEditor(logging.Handler):
    """Hands records to a function, in the thread they come in; to stderr once it raises, as when the editor has gone.

    The editor adds time and level.
    """

    def __init__(self, send: Callable[[int, str], object]) -> None:
        super().__init__()
        self.setFormatter(DiscreetFormatter("%(name)s: %(message)s"))
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one over, with its level (`logging`'s number)."""
        try:
            self._send(record.levelno, self.format(record))
        except RuntimeError:
            to_stderr()
            logging.getLogger().handle(record)


def install(level: str) -> None:
    """Send all logging of this process to stderr, formatted discreetly; also what nobody caught."""
    to_stderr()
    logging.raiseExceptions = False  # It would print the arguments of a failed log call.
    sys.excepthook = _uncaught
    set_level(level)


def to_stderr() -> None:
    """Send all logging of this process to stderr from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().handlers[:] = [handler]


def to_editor(send: Callable[[int, str], object]) -> None:
    """Hand all records to `send` from now on; it is called in any thread, and raises RuntimeError when it is over."""
    logging.getLogger().handlers[:] = [ToEditor(send)]


def set_level(level: str) -> None:
    """Follow the setting `log.level`; libraries are quieter, since pygls warns of every late cancellation."""
    chosen = LEVELS[level]
    logging.getLogger(OURS).setLevel(chosen)
    logging.getLogger().setLevel(logging.ERROR if chosen >= logging.WARNING else logging.WARNING)


def _frames(trace: TracebackType | None) -> traceback.StackSummary:
    return traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(OURS).critical("the server failed", exc_info=(kind, error, trace))
