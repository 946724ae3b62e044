"""The open documents, kept by us and not by pygls, whose store splits lines where LSP does not.

Changes are applied in the coordinates and encoding of the client and never raise: after bad input the text is what
a clamping editor would have. Syntax trees follow along; those of large files never hold the event loop up for long.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mai_lsp.core import grammars, language
from mai_lsp.core.difference import difference
from mai_lsp.core.encoding import Encoding, units
from mai_lsp.core.recent import Problem, Recent
from mai_lsp.core.syntax import MAX_CHARACTERS, Parsing, parse, parsing
from mai_lsp.core.text import Document, Edit, Part, Span, open_document
from mai_lsp.lsp.convert import Change, Place, offset_at
from mai_lsp.lsp.notebooks import Notebooks, WithCell
from mai_lsp.lsp.visits import Visits
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.uris import name_of, path_of

log = logging.getLogger(__name__)

PARSE_AT_ONCE = 200_000
"""Characters up to which a text is parsed in one go: some 20 ms at worst, less than a file takes to open."""

SLICE = 0.002
"""Seconds for which the parser of a longer text has the event loop at a time. Most keystrokes need 1 ms even in 20,000
lines, but an opening quote gives everything below it another meaning: that was 70 ms."""

REST = 0.001
"""Seconds between two slices, for messages: answering one takes several turns of the loop, and its bytes come from a
thread that needs the GIL."""

CATCH_UP = 64
"""Edits made during a parse that are applied to its tree one by one; with more, parsing again is cheaper."""

Start = Callable[[Coroutine[Any, Any, None], str], object]
"""Starts a background task (`Tasks.start`)."""


@dataclass(slots=True)
class _Parse:
    """A parse under way, and what happened to the text since it began."""

    parsing: Parsing
    done: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it has ended, with a tree or without."""
    edits: list[Edit] = field(default_factory=list)
    lost: bool = False
    """The text was replaced, or changed too much: the tree is of no use and parsing begins again."""


class Documents:
    """All open documents by URI; those of notebooks are views of joined texts, which are kept here, too."""

    def __init__(self, start: Start, clock: Callable[[], float] = time.monotonic) -> None:
        self.encoding = Encoding.UTF16
        """The negotiated position encoding; set once, before the first document is opened."""
        self.folders: tuple[Path, ...] = ()
        """Workspace folders, for `display_path`."""
        self.rules = Rules(())
        """Which files may be shown; made anew when folders or settings change."""
        self.visits = Visits(clock)
        """Which of them were used and edited last."""
        self._start = start
        self._clock = clock
        self._open: dict[str, Document] = {}
        self._parses: dict[str, _Parse] = {}
        self.notebooks = Notebooks(self)

    def __iter__(self) -> Iterator[Document]:
        """Iterate over those that are files of their own."""
        return iter([document for document in self._open.values() if document.part is None])

    def texts(self) -> Iterator[Document]:
        """Yield every text that the client has told of: files, and cells without what stands above them."""
        yield from self
        yield from self.notebooks.cells()

    def latest(self, uri: str) -> Document | None:
        """Return the newest version, or None when it is not open; a cell is the end of all code down to it."""
        return self.notebooks.view(uri) or self._open.get(uri)

    def editable(self, uri: str) -> Document | None:
        """Return the newest version as what is changed by an action: a cell by itself, anything else as it is."""
        return self.notebooks.editable(uri) or self._open.get(uri)

    def around(self, document: Document | None) -> Iterable[Document]:
        """Return the files that a change at a place in `document` may look at; iterated over, they are the newest."""
        return self if document is None or document.part is None else WithCell(self, document.uri)

    def joined(self, key: str) -> Document | None:
        """Return the joined text of a notebook's cells."""
        return self._open.get(key)

    async def parsed(self, document: Document, patience: float) -> Document:
        """Return the same text with its tree, if a parse under way brings that within `patience` seconds."""
        running = self._parses.get(document.whole)
        if document.syntax is not None or running is None:
            return document
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await running.done.wait()
        current = self.latest(document.uri)
        return current if current is not None and current.text == document.text else document

    def display_path(self, uri: str) -> str:
        """Return the path a model is told: relative to the workspace where it is inside, else the file's name.

        A path from the root would tell the user's name.
        """
        place = self.place(uri)
        return place[1] if place is not None else name_of(self.notebooks.file_of(uri))

    def ignored(self, uri: str, path: str = "") -> str:
        """Return why a document, or another file by its path in the same folder, must not be shown, or ""."""
        return self.rules.ignored_document(self.notebooks.file_of(uri), path)

    def open(self, uri: str, language_id: str, version: int | None, text: str, part: Part | None = None) -> None:
        """Take a document; opening one that is open replaces it."""
        self._lose(uri)
        self.visits.opened(uri, text, self._open.get(uri))
        self._keep(replace(open_document(uri, language_id, version, text), part=part))

    def close(self, uri: str) -> None:
        """Forget a document, but for what was visited last."""
        self._lose(uri)
        if (document := self._open.pop(uri, None)) is not None:
            self.visits.closed(document, keep=document.part is None and not self.ignored(uri))

    def place(self, uri: str) -> tuple[Path, str] | None:
        """Return the workspace folder that a document is in, and its path there, with slashes."""
        path = path_of(self.notebooks.file_of(uri))
        for folder in self.folders if path is not None else ():
            if path is not None and path.is_relative_to(folder):
                return folder, path.relative_to(folder).as_posix()
        return None

    def recent(self, document: Document, clipboard: str = "") -> Recent:
        """Return what was used and edited last, for a request in `document`: other files of its folder alone."""
        here = self.place(document.file)
        others = []
        for one in self.visits.last(self._open) if here is not None else ():
            place = self.place(one.document.file)
            if place is not None and here is not None and place[0] == here[0] and place[1] != here[1]:
                others.append(replace(one, path=place[1]))
        found = self.visits.recent(document.whole, others, clipboard)
        if document.part is None:
            return found
        # What lies below the cell is not in its text.
        end = len(document.text)
        edited = [region for region in found.edited if region.end <= end]
        return replace(found, edited=edited, problems=[one for one in found.problems if one.span.end <= end])

    def reported(self, document: Document, problems: Sequence[Problem]) -> None:
        """Take what is reported about a document; about other cells of its notebook it says nothing."""
        key, own = document.whole, document.own
        if document.part is not None:
            known = self.visits.recent(key, (), "").problems
            others = [one for one in known if one.span.end < own.start or one.span.start > own.end]
            problems = [*problems, *others]
        self.visits.reported(key, problems)

    def change(self, uri: str, version: int | None, changes: Sequence[Change]) -> list[Edit]:
        """Apply changes one after the other, each in the coordinates that its predecessor left; return them as edits.

        A whole new text is returned as the one edit that makes it of the old one.
        """
        document = self._open.get(uri)
        if document is None:
            if not changes or changes[-1].start is not None:
                log.debug("a change to a document that is not open was ignored")
                return []
            document = open_document(uri, language.find("", name_of(uri)).id, version, "")
        version = document.version if version is None else version
        done: list[Edit] = []
        pending: list[Edit] = []
        for change in changes:
            if change.start is None or change.end is None:
                document = self._flush(document, pending, version)
                done += (*pending, difference(document.text, change.text))
                pending = []
                self._lose(uri)
                whole = open_document(uri, document.language, version, change.text)
                self.visits.edited(document, whole.text, done[-1:])
                document = whole
                continue
            if pending and not all(
                _undisturbed(document, place, pending[-1].span.start, self.encoding)
                for place in (change.start, change.end)
            ):
                document = self._flush(document, pending, version)
                done += pending
                pending = []
            low, high = sorted(offset_at(document, place, self.encoding) for place in (change.start, change.end))
            pending.append(Edit(Span(low, high), change.text))
        self._keep(self._flush(document, pending, version))
        return done + pending

    def edit(self, key: str, edit: Edit) -> None:
        """Edit the joined text of a notebook's cells."""
        if (document := self._open.get(key)) is not None:
            self._keep(self._flush(document, [edit], document.version))

    def _flush(self, document: Document, edits: Sequence[Edit], version: int | None) -> Document:
        if not edits:
            return replace(document, version=version)
        if running := self._parses.get(document.uri):
            running.edits.extend(edits)
            running.lost |= len(running.edits) > CATCH_UP
        if len(edits) > CATCH_UP and len(document.text) > PARSE_AT_ONCE:
            # Every edit of a tree copies the text once more: after "replace all" parsing afresh is cheaper.
            document = replace(document, syntax=None)
        if document.syntax is None or len(document.text) <= PARSE_AT_ONCE:
            after = document.edited_descending(edits, version)
            self.visits.edited(document, after.text, edits)
            return after
        after = replace(document, syntax=None).edited_descending(edits, version)
        self.visits.edited(document, after.text, edits)
        begun = document.syntax.reparsing(edits, after.text)
        syntax = begun.go_on(self._slice()) if begun is not None else None
        if begun is not None and syntax is None:
            self._begin(document.uri, begun)
        return replace(after, syntax=syntax)

    def _keep(self, document: Document) -> None:
        """Store a version, with its tree where that can be had at once; otherwise begin to parse."""
        if document.syntax is None and document.uri not in self._parses and _can_parse(document):
            if len(document.text) <= PARSE_AT_ONCE:
                document = replace(document, syntax=parse(_language(document), document.text))
            elif (begun := parsing(_language(document), document.text)) is not None:
                self._begin(document.uri, begun)
        self._open[document.uri] = document

    def _begin(self, uri: str, begun: Parsing) -> None:
        self._parses[uri] = running = _Parse(begun)
        self._start(self._parse(uri, running), "parse")

    async def _parse(self, uri: str, running: _Parse) -> None:
        """Parse slice by slice, and on until the tree is that of the text as it is by then."""
        try:
            await asyncio.sleep(REST)
            while self._parses.get(uri) is running:  # Otherwise the document was closed or replaced.
                if running.lost:
                    del self._parses[uri]
                    self._keep(self._open[uri])
                    return
                if (syntax := running.parsing.go_on(self._slice())) is not None:
                    current = self._open[uri]
                    begun = syntax.reparsing(running.edits, current.text) if running.edits else None
                    if begun is None:
                        del self._parses[uri]
                        self._open[uri] = replace(current, syntax=None if running.edits else syntax)
                        return
                    running.parsing, running.edits = begun, []
                await asyncio.sleep(REST)
        finally:
            if self._parses.get(uri) is running:
                del self._parses[uri]  # It failed; the next change tries again.
            running.done.set()

    def _slice(self) -> Callable[[], bool]:
        """Return what says that a slice is over."""
        end = self._clock() + SLICE
        return lambda: self._clock() >= end

    def _lose(self, uri: str) -> None:
        self._parses.pop(uri, None)


def _undisturbed(document: Document, place: Place, limit: int, encoding: Encoding) -> bool:
    """Whether `place` means the same offset in `document` and after a change that begins at `limit`.

    What comes before the change is the same in both, so a place strictly before it is. One exactly at it is only if
    it was reached by counting columns (a column that was clamped, or rounded, would be so elsewhere in the new text),
    and not behind a carriage return, which a newline at the change would join.
    """
    offset = offset_at(document, place, encoding)
    if offset != limit:
        return offset < limit
    if limit and document.text[limit - 1] == "\r":
        return False
    if not 0 <= place.line < document.line_count:
        return place.line < 0
    start = document.starts[place.line]
    return max(0, place.column) == units(document.text[start:offset], encoding)


def _language(document: Document) -> language.Language:
    return language.find(document.language, name_of(document.uri))


def _can_parse(document: Document) -> bool:
    return len(document.text) <= MAX_CHARACTERS and grammars.load(_language(document)) is not None
