"""Which documents were used last, what was edited in them, and what the client reports about them.

It is fed with every message and must cost nothing there: no text is compared and no file is read. Of closed documents
it keeps a few, as long as their files are as they were.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mai_lsp.core.history import Regions, record
from mai_lsp.core.recent import Problem, Recent, Visited, moved
from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.workspace.uris import path_of

MAX_VISITED = 20
"""Documents that count as visited (Copilot)."""

MAX_CLOSED = 8
MAX_CLOSED_CHARACTERS = 50_000
"""Closed documents that are kept, and their length: with its tree a text takes some twenty times its size."""

FRESH = 1.0
"""Seconds for which the file of a closed document is believed to be as it was."""

MAX_SINGLE_EDITS = 16
"""Edits of one change that are recorded one by one; more are a replacement of all that lies between them."""

MAX_PROBLEMS = 100
"""Kept per document; they move with every key, and five are shown."""


class _Closed(NamedTuple):
    document: Document
    stamp: tuple[int, int]


class Visits:
    """What was done in the documents of a session."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._order: dict[str, None] = {}
        """URIs, the last used at the end."""
        self._regions: dict[str, Regions] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._unsaved: set[str] = set()
        self._closed: dict[str, _Closed] = {}
        self._looked = clock()

    def opened(self, uri: str, text: str, before: Document | None) -> None:
        """Take note of a document that is open from now on; `before` is what was open in its place."""
        closed = self._closed.pop(uri, None)
        known = before if closed is None else closed.document
        if known is None or known.text != text:
            self._forget(uri)
        self.used(uri)

    def used(self, uri: str) -> None:
        """Take note that the user is in a document."""
        self._order.pop(uri, None)
        self._order[uri] = None

    def saved(self, uri: str) -> None:
        """Take note that a document's file is now as its text."""
        self._unsaved.discard(uri)

    def edited(self, before: Document, after: str, edits: Sequence[Edit]) -> None:
        """Record the edits of one change, each in the coordinates that its predecessor left, the last one first."""
        uri, text = before.uri, before.text
        self.used(uri)
        self._unsaved.add(uri)
        if len(edits) > MAX_SINGLE_EDITS:
            start, end = min(edit.span.start for edit in edits), max(edit.span.end for edit in edits)
            edits = [Edit(Span(start, end), after[start : end + len(after) - len(text)])]
        regions, problems = self._regions.get(uri, ()), self._problems.get(uri, ())
        now = self._clock()
        for number, edit in enumerate(edits):
            regions = record(regions, text, edit, now)
            problems = moved(problems, edit) if problems else ()
            if number + 1 < len(edits):
                text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        self._regions[uri], self._problems[uri] = regions, problems

    def reported(self, uri: str, problems: Sequence[Problem]) -> None:
        """Replace what is reported about an open document."""
        self._problems[uri] = tuple(problems[:MAX_PROBLEMS])

    def closed(self, document: Document, *, keep: bool) -> None:
        """Keep a document that was closed if it may be shown and is as its file."""
        uri = document.uri
        self._problems.pop(uri, None)
        stamp = _stamp(uri)
        if not keep or stamp is None or uri in self._unsaved or len(document.text) > MAX_CLOSED_CHARACTERS:
            self._forget(uri)
            return
        self._closed[uri] = _Closed(document, stamp)
        if len(self._closed) > MAX_CLOSED:
            self._forget(next(iter(self._closed)))

    def last(self, opened: Mapping[str, Document]) -> Iterator[Visited]:
        """Yield the documents used last, the latest first, with an empty path."""
        now = self._clock()
        if not 0 <= now - self._looked < FRESH:
            self._looked = now
            for uri in [uri for uri, closed in self._closed.items() if closed.stamp != _stamp(uri)]:
                self._forget(uri)
        for uri in list(reversed(self._order))[:MAX_VISITED]:
            document = opened.get(uri) or (self._closed[uri].document if uri in self._closed else None)
            if document is not None:
                yield Visited(document, "", self._regions.get(uri, ()))

    def recent(self, uri: str, others: Sequence[Visited], clipboard: str) -> Recent:
        """Put together what is known for a request in one document."""
        return Recent(self._regions.get(uri, ()), others, self._problems.get(uri, ()), clipboard)

    def _forget(self, uri: str) -> None:
        for known in (self._order, self._regions, self._problems, self._closed):
            known.pop(uri, None)
        self._unsaved.discard(uri)


def _stamp(uri: str) -> tuple[int, int] | None:
    """Return what changes when a document's file does; None when it has none."""
    path = path_of(uri)
    if path is None:
        return None
    try:
        seen = os.stat(path)  # noqa: PTH116 (its result is all there is to take)
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size
