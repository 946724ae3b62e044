"""Whether a document can be edited: its file, if it has one, must be writable.

It asks the file system seldom, since it is asked with every key, and never opens a file.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from mai_lsp.workspace.uris import path_of

BELIEVED = 5.0
"""Seconds for which an answer is taken to hold."""

REMEMBERED = 100
"""Documents of which it is remembered."""


class Access:
    """What is known of the documents' files."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, str]] = {}

    def locked(self, uri: str) -> str:
        """Return why a document can not be edited, or "" if it can or nothing is known of it."""
        now = self._clock()
        at, why = self._known.get(uri, (-BELIEVED, ""))
        if not 0 <= now - at < BELIEVED:
            path = path_of(uri)
            locked = path is not None and path.exists() and not os.access(path, os.W_OK)
            why = "its file is read-only" if locked else ""
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[uri] = (now, why)
        return why
