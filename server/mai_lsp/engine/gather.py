"""Context from other files: looked up in the index by a thread of its own, within a deadline.

A lookup that is late is left out of its request; the next finds what it has read in memory. Nothing here raises:
without an index, or with a broken one, a completion is made of the cursor's own file.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mai_lsp.context import rank
from mai_lsp.context.callers import SHARE as CALLER_SHARE
from mai_lsp.context.callers import callers
from mai_lsp.context.near import word_at
from mai_lsp.context.neighbours import MANY_NEIGHBOURS, NEIGHBOURS
from mai_lsp.context.place import place_of
from mai_lsp.context.workspace import candidates
from mai_lsp.core.facts import File, facts_of
from mai_lsp.core.outline import outline
from mai_lsp.core.snippet import Snippet
from mai_lsp.core.text import Document
from mai_lsp.core.tokens import estimate
from mai_lsp.core.uses import uses_of
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.workspace.index.reader import Opened, Reader, connect
from mai_lsp.workspace.index.store import database_of
from mai_lsp.workspace.uris import path_of

log = logging.getLogger(__name__)

WITHIN = 0.03
"""Seconds that a completion waits for context from other files."""

OPEN_CHARACTERS = 300_000
"""Longer open documents are as their saved files say: writing down what they define takes too long per change."""


AHEAD_LINES, AHEAD_PLACES = 40, 12
"""How far apart, at least, and how many the places are that are looked at when a document opens."""


class _Step(NamedTuple):
    """One place that is looked at ahead."""

    ask: Ask
    budget: int
    root: Path
    here: str


class _Asked(NamedTuple):
    """All of a document that a look depends on: the word at the cursor is half a name, and no step makes use of it."""

    text: str
    """Without that word."""
    offset: int
    budget: int
    epoch: object
    """Of the index (`Reader.epoch`)."""


class _Looked(NamedTuple):
    """What a look gave; it holds until a word is done, or anything in the index changes."""

    asked: _Asked
    filled: rank.Filled


@dataclass(slots=True)
class _Connected:
    """A reader, and which file it reads: after a crash another may lie at the same path."""

    reader: Reader
    file: tuple[int, int]


class Gatherer:
    """Looks into the indexes of the workspace folders (`ports.Elsewhere`)."""

    def __init__(
        self,
        folders: Callable[[], Sequence[Path]],
        opened: Callable[[], Iterable[Document]],
        *,
        within: float = WITHIN,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._folders, self._opened, self._within, self._busy = folders, opened, within, busy
        self._thread: ThreadPoolExecutor | None = None
        self._running: Future[rank.Filled] | None = None
        self._last: dict[str, _Looked] = {}
        """What was chosen last, by the URI of the document."""
        self._readers: dict[Path, _Connected] = {}
        self._facts: dict[str, Opened] = {}
        """What open documents define and use, by URI."""
        self._ahead: deque[_Step] = deque()

    async def snippets(self, ask: Ask, budget: int) -> tuple[Snippet, ...]:
        """Return what other files define and this place needs; if that takes too long, what it needed a moment ago."""
        running = self._begin(ask, budget)
        if running is not None:
            waiting = asyncio.wrap_future(running)
            done, _ = await asyncio.wait({waiting}, timeout=self._within)
            if done:
                return waiting.result().all()
            log.debug("context from other files came too late")
        last = self._last.get(ask.document.uri)
        return last.filled.all() if last is not None and last.filled.wanted <= budget else ()

    def warm_up(self, document: Document, budget: int) -> Future[None] | None:
        """Look already, all over a document, so that requests find in memory what has to be read and followed.

        A request that comes meanwhile waits for one place at most. What is given is done when the last place is.
        """
        if self._busy() or document.syntax is None or (at := self._at(document.file)) is None:
            return None
        last = document.line_count - 1
        apart = max(AHEAD_LINES, -(-last // AHEAD_PLACES))
        offsets = [document.starts[line] for line in range(0, last + 1, apart)]
        self._ahead.extend(_Step(Ask(document, offset), budget, *at) for offset in offsets)
        over: Future[None] = Future()
        self._worker().submit(self._go_on, over)
        return over

    def forget(self, uri: str) -> None:
        """Drop what was chosen for a document that is closed."""
        self._last.pop(uri, None)
        self._ahead = deque(step for step in self._ahead if step.ask.document.uri != uri)

    def _begin(self, ask: Ask, budget: int) -> Future[rank.Filled] | None:
        """Start to look; None while another look is under way, for a file outside of all folders, or without a tree."""
        at = self._at(ask.document.file)
        if at is None or ask.document.syntax is None or (self._running is not None and not self._running.done()):
            return None
        if self._busy():
            # Everything that was remembered goes with each file that the builder adds, and it needs the processor.
            return None
        self._running = self._worker().submit(self._look, ask, budget, *at, list(self._opened()))
        return self._running

    def _at(self, uri: str) -> tuple[Path, str] | None:
        """Return the folder that a document is in and its path there; None for one outside of all."""
        place = path_of(uri)
        root = next((folder for folder in self._folders() if place is not None and place.is_relative_to(folder)), None)
        return None if place is None or root is None else (root, place.relative_to(root).as_posix())

    def _worker(self) -> ThreadPoolExecutor:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "mai-lsp context")
        return self._thread

    def _go_on(self, over: Future[None]) -> None:
        """Look at the next place ahead, then let requests go first."""
        with contextlib.suppress(IndexError):
            step = self._ahead.popleft()
            self._look(*step, list(self._opened()), ahead=True)
        thread = self._thread
        if not self._ahead or thread is None:
            over.set_result(None)
            return
        try:
            thread.submit(self._go_on, over)
        except RuntimeError:  # It was closed meanwhile.
            over.set_result(None)

    def close(self) -> None:
        """Give the connections back; a lookup under way ends first, unwaited for."""
        self._ahead.clear()
        if self._thread is not None:
            self._thread.submit(self._disconnect)
            self._thread.shutdown(wait=False)
            self._thread = None

    def _look(
        self, ask: Ask, budget: int, root: Path, here: str, opened: Sequence[Document], *, ahead: bool = False
    ) -> rank.Filled:
        started = time.perf_counter()
        try:
            reader = self._reader(root)
            if reader is None:
                return rank.Filled()
            with _no_collection():
                reader.begin(self._overlay(ask.document.uri, root, opened))
                asked, last = _asked(ask, budget, reader), self._last.get(ask.document.uri)
                if last is not None and last.asked == asked:
                    return last.filled
                filled = self._filled(ask, budget, here, reader, last.filled if last is not None else None)
        except sqlite3.Error as error:
            log.warning("the index can not be read: %s", type(error).__name__)
            self._disconnect()
            return rank.Filled()
        except Exception:
            # Its traceback names our code only; a completion without this context is still one.
            log.exception("context from other files failed")
            return rank.Filled()
        finally:
            log.debug("context from other files: %.1f ms", (time.perf_counter() - started) * 1000)
        if not ahead or ask.document.uri not in self._last:
            self._last[ask.document.uri] = _Looked(asked, filled)
        return filled

    def _filled(self, ask: Ask, budget: int, here: str, reader: Reader, before: rank.Filled | None) -> rank.Filled:
        many = MANY_NEIGHBOURS if budget >= rank.LARGE // 2 else NEIGHBOURS
        place = place_of(ask.document, ask.offset, here, reader, many=many)
        calls = callers(place, reader, int(budget * CALLER_SHARE))
        left = budget - sum(snippet.tokens for snippet in calls)
        filled = rank.fill(candidates(place, reader), reader, left, rank.Own(place.text, place.defined), before)
        return filled._replace(calls=calls, wanted=budget)

    def _reader(self, root: Path) -> Reader | None:
        database = database_of(root)
        try:
            status = database.stat()
        except OSError:
            return None
        known = self._readers.get(root)
        if known is not None and known.file == (status.st_dev, status.st_ino):
            return known.reader
        if known is not None:
            known.reader.close()
            del self._readers[root]
        reader = connect(database, root)
        if reader is not None:
            self._readers[root] = _Connected(reader, (status.st_dev, status.st_ino))
        return reader

    def _overlay(self, uri: str, root: Path, opened: Sequence[Document]) -> dict[str, Opened]:
        """Return what the open documents below a root define by now, by their paths in it."""
        fresh: dict[str, Opened] = {}
        found = {}
        for document in opened:
            place = path_of(document.uri)
            if document.uri == uri or document.syntax is None or len(document.text) > OPEN_CHARACTERS:
                continue
            if place is None or not place.is_relative_to(root):
                continue
            path = place.relative_to(root).as_posix()
            known = self._facts.get(document.uri)
            if known is None or known.text is not document.text:
                outlined = outline(document)
                facts, uses = facts_of(document, outlined), uses_of(document, outlined)
                known = Opened(File(path, document.language, facts.package), document.text, facts, uses)
            fresh[document.uri] = found[path] = known
        self._facts = fresh
        return found

    def _disconnect(self) -> None:
        for known in self._readers.values():
            known.reader.close()
        self._readers.clear()


def _asked(ask: Ask, budget: int, reader: Reader) -> _Asked:
    text = ask.document.text
    word = word_at(text, ask.offset)
    return _Asked(text[: word.start] + text[word.end :], word.start, budget, reader.epoch)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector of garbage from looking, again and again, through what one look makes and drops.

    That holds no cycles, so that all of it goes without the collector; with it, one key in thirty took 0.1 s longer.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def elsewhere(ask: Ask, deps: Deps, budget: int) -> tuple[Snippet, ...]:
    """Return snippets from other files for a prompt of `budget` tokens."""
    if deps.elsewhere is None or not (room := rank.room(budget, estimate(ask.document.text))):
        return ()
    return await deps.elsewhere.snippets(ask, room)


def look_ahead(document: Document, elsewhere: Gatherer, budget: int) -> None:
    """Look into other files for a document that was just opened, for prompts of `budget` tokens."""
    if room := rank.room(budget, estimate(document.text)):
        elsewhere.warm_up(document, room)
