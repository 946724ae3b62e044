"""Where all requests for suggestions arrive: answered from memory, joined to one under way, or asked, in this order.

One request per document at a time, kept alive while the typing agrees with it. This is the one module of the flow that
waits; what it decides by is pure and elsewhere (`when`, `pace`, `agree`, `remember`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from mai_lsp.core.text import Document, Edit, with_line_ends
from mai_lsp.engine import ahead, when
from mai_lsp.engine.completion import describe, gate, go_on, settle
from mai_lsp.engine.flight import Flight, Limit, Ready, typed_since
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.pace import Budget, Clock, Pace
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.engine.remember import Memory, place_of
from mai_lsp.engine.table import Shown, Table, cursor_after

log = logging.getLogger(__name__)

DOCUMENTS = 100
"""Documents of which the state is kept; more are not edited in turns."""

TURNED_DOWN = 4
"""Characters typed against a suggestion until it counts as turned down: fewer are a slip that is about to be mended."""

Start = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
"""Starts a background task (`Tasks.start`)."""


class Desk:
    """All requests of a session."""

    def __init__(
        self,
        start: Start,
        latest: Callable[[str], Document | None],
        ready: Ready,
        clock: Clock,
        locked: Callable[[str], str] = lambda _: "",
    ) -> None:
        self.memory = Memory()
        self.pace = Pace()
        self.budget = Budget()
        """Of requests that nobody made by hand."""
        self.by_hand = Budget()
        """Of the others, which are never refused: when it is used up they wait as if made while typing."""
        self._warned = False
        self._start = start
        self._latest = latest
        self._ready = ready
        self._clock = clock
        self._locked = locked
        self._tables: dict[str, Table] = {}

    @property
    def flights(self) -> int:
        """Requests under way."""
        tables = self._tables.values()
        return sum(
            flight is not None and not flight.done.done() for table in tables for flight in (table.flight, table.ahead)
        )

    async def suggest(self, ask: Ask, deps: Deps) -> Outcome:
        """Answer one request of the editor; raises nothing but CancelledError. A newer one for the document ends it."""
        began = self._clock()
        table = self._table(ask.document.uri)
        turn = table.take_turn()
        try:
            outcome = await self._serve(ask, deps, table, turn)
        finally:
            if table.turn is turn:
                table.turn = None
            table.linger()
        if isinstance(outcome, Suggestion):
            self._show(table, ask, outcome, deps)
        outcome = replace(outcome, trace=replace(outcome.trace, total_ms=(self._clock() - began) * 1000))
        log.info("completion: %s", describe(outcome))
        return outcome

    def informed(self, ask: Ask) -> Ask:
        """Return a request that knows what was turned down at its place."""
        return replace(ask, rejected=tuple({*ask.rejected, *self.memory.rejected(ask.document, ask.offset)}))

    def another(self, deps: Deps) -> bool:
        """Count a further request by hand, for an alternative; False if there have been as many as the cap."""
        if self._many_by_hand(deps):
            return False
        self.by_hand.sent(self._clock())
        return True

    def changed(self, uri: str, edits: Sequence[Edit]) -> None:
        """Take the edits that led to a document's latest text, each in the coordinates its predecessor left."""
        document = self._latest(uri)
        if document is None or not edits:
            return
        table, now, cursor = self._table(uri), self._clock(), cursor_after(edits)
        table.edited(edits, now)
        if len(edits) == 1 and len(edits[0].text) == 1:
            self.pace.typed(now)
        table.follow(document, cursor)
        if table.shown is not None:
            self._judge(table, table.shown, document, cursor)

    def closed(self, uri: str) -> None:
        """Forget a document."""
        if (table := self._tables.pop(uri, None)) is not None:
            table.clear()
        self.memory.forget(uri)

    def stop(self) -> None:
        """End all requests."""
        for table in self._tables.values():
            table.clear()
        self._tables.clear()

    def clear(self) -> None:
        """Forget what was answered: the settings have changed, and with them perhaps who answers."""
        self.stop()
        self.memory = Memory()

    def reject(self, uri: str) -> None:
        """Take note that the user does not want what is shown in a document."""
        table = self._tables.get(uri)
        if table is not None and table.shown is not None:
            shown, table.shown = table.shown, None
            self.memory.reject(place_of(shown.document, shown.offset), shown.text)

    async def _serve(self, ask: Ask, deps: Deps, table: Table, turn: asyncio.Future[None]) -> Outcome:
        if skipped := gate(ask, deps):
            return skipped
        ask = self.informed(ask)
        if (known := self._recall(ask, deps)) is not None:
            return known
        habits = when.Habits(table.deletions, self._locked(ask.document.file))
        path = deps.documents.display_path(ask.document.file)
        while True:
            flight = table.joinable(ask)
            if flight is None:
                if ask.automatic and (skipped := when.objection(ask, deps.settings, habits, path)):
                    return skipped
                if ask.automatic or self._many_by_hand(deps):
                    if skipped := await self._hold(ask, deps, table, turn):
                        return skipped
                    flight = table.joinable(ask)
                flight = flight or self._fly(table, ask, deps)
            flight.waiting += 1
            try:
                await asyncio.wait({turn, flight.done}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                flight.waiting -= 1
            if turn.done():
                return _superseded()
            if not flight.contradicted:
                return self._landed(flight, ask, deps)
            table.done(flight)
            if self._latest(ask.document.uri) is not None and not self._current(ask):
                return Skipped(Reason.STALE, "The text changed while the model was answering.")

    def _recall(self, ask: Ask, deps: Deps) -> Outcome | None:
        """Answer from memory; None if there is nothing for this place."""
        found = self.memory.recall(ask.document, ask.offset)
        if found is None or (found.answer.nothing is not None and not ask.automatic):
            return None
        if found.answer.max_lines < deps.settings.completion_max_lines and not ask.automatic:
            return None  # It was cut shorter than is wanted now.
        answer = found.answer
        trace = replace(answer.trace, remembered=True, context_ms=0.0)
        if answer.nothing is not None:
            return replace(answer.nothing, trace=trace)
        # It may have been asked for by hand, with more lines than are wanted now.
        rest = "\n".join(found.rest.split("\n")[: deps.settings.completion_max_lines])
        outcome = go_on(rest, ask, deps, trace, chat=answer.chat, masked=answer.masked)
        return outcome if isinstance(outcome, Suggestion) else None

    async def _hold(self, ask: Ask, deps: Deps, table: Table, turn: asyncio.Future[None]) -> Skipped | None:
        """Wait for a pause in the typing; returns why nothing is to be asked after all."""
        document = ask.document
        misses = table.misses(document.line_at(ask.offset))
        since = self._clock() - table.changed_at
        delay = self.pace.delay(when.promise(document, ask.offset), misses, since)
        if delay > 0:
            await asyncio.wait({turn}, timeout=delay)
        if turn.done():
            return _superseded()
        if not self._current(ask):
            return Skipped(Reason.STALE, "The text changed before the model was asked.")
        if ask.automatic and self.budget.left(deps.settings.completion_requests_per_minute, self._clock()) <= 0:
            return Skipped(
                Reason.CAPPED, "The cap on requests per minute is reached (mai.completion.requestsPerMinute)."
            )
        return None

    def _fly(self, table: Table, ask: Ask, deps: Deps) -> Flight:
        table.drop()
        flight = table.flight = Flight(ask, self._clock)
        flight.task = self._start(self._run(flight, deps, table), "completion")
        (self.budget if ask.automatic else self.by_hand).sent(self._clock())
        return flight

    def _many_by_hand(self, deps: Deps) -> bool:
        """Whether more was asked by hand within a minute than people do: an editor that does so at every key."""
        many = self.by_hand.left(deps.settings.completion_requests_per_minute, self._clock()) <= 0
        if many and not self._warned:
            self._warned = True
            log.warning("the editor asks by hand all the time: from now on it waits for a pause in the typing, too")
        return many

    async def _run(self, flight: Flight, deps: Deps, table: Table) -> None:
        place = place_of(flight.ask.document, flight.ask.offset)
        try:
            await flight.run(deps, self._ready, limit_of(flight.ask, deps))
        finally:
            table.done(flight)  # What it brought is in memory.
        if flight.answer is not None:
            self.pace.answered(flight.took)
            self.memory.keep(place, flight.answer)
        if flight.contradicted or (flight.answer is not None and flight.answer.nothing is not None):
            table.missed(flight.ask.document, flight.ask.offset)

    async def _run_ahead(self, flight: Flight, deps: Deps, table: Table, step: ahead.Step) -> None:
        try:
            await flight.run(deps, self._ready, limit_of(flight.ask, deps))
        finally:
            table.done(flight)
        if (answer := flight.answer) is not None and answer.nothing is None:
            self.memory.keep(place_of(step.accepted, step.offset), replace(answer, text=step.lead + answer.text))

    def _landed(self, flight: Flight, ask: Ask, deps: Deps) -> Outcome:
        if flight.skipped is not None:
            return flight.skipped
        answer, plan = flight.answer, flight.plan
        if answer is None or plan is None:
            return Skipped(Reason.STALE, "The request was given up.")
        if answer.nothing is not None:
            return answer.nothing
        if ask.document.text == flight.ask.document.text and ask.offset == flight.ask.offset:
            return settle(answer.text, ask, plan.place, deps, answer.trace, masked=answer.masked)
        rest = flight.follow(ask.document, ask.offset).rest
        if not rest.strip():
            return Skipped(Reason.EMPTY, "All of the suggestion was typed meanwhile.", trace=answer.trace)
        return go_on(rest, ask, deps, answer.trace, chat=answer.chat, masked=answer.masked)

    def _show(self, table: Table, ask: Ask, suggestion: Suggestion, deps: Deps) -> None:
        """Take note of what the editor is given, and think ahead if it is time."""
        text = with_line_ends(suggestion.text[ask.offset - suggestion.span.start :], "\n")
        table.shown = Shown(ask, suggestion, text, deps)
        found = self.memory.recall(ask.document, ask.offset)
        typed = found.typed if found is not None else 0
        due = ahead.due(_prefetch(suggestion, deps), typed, len(text) * self.pace.gap, self.pace.latency)
        if due:
            self._think_ahead(table, table.shown)

    def _think_ahead(self, table: Table, shown: Shown) -> None:
        """Ask for what comes behind a suggestion, if there is no answer yet and the cap allows for more than that."""
        step = ahead.step(shown.ask.document, shown.suggestion)
        if step is None or table.ahead is not None or self.memory.recall(step.accepted, step.offset) is not None:
            return
        cap = shown.deps.settings.completion_requests_per_minute
        if self.budget.left(cap, self._clock()) <= cap // 4:
            return
        ask = replace(ahead.ask(shown.ask, step), automatic=True)
        if gate(ask, shown.deps) is not None:
            return
        flight = table.ahead = Flight(ask, self._clock)
        self.budget.sent(self._clock())
        flight.task = self._start(self._run_ahead(flight, shown.deps, table, step), "completion ahead")

    def _judge(self, table: Table, shown: Shown, document: Document, cursor: int) -> None:
        """See whether what is typed takes the shown suggestion, or turns it down."""
        typed = typed_since(shown.document, shown.offset, document, cursor)
        if typed is None:
            if document.text[:cursor] != shown.document.text[:cursor]:
                table.shown = None  # Not a word about it: the text was changed elsewhere.
            return
        if typed == shown.text:
            if _prefetch(shown.suggestion, shown.deps) != "never":
                self._think_ahead(table, shown)
            table.shown = None
            return
        same = next((at for at, (a, b) in enumerate(zip(typed, shown.text, strict=False)) if a != b), len(typed))
        if len(typed) - same >= TURNED_DOWN:
            table.shown = None
            table.missed(document, cursor)
            self.memory.reject(place_of(shown.document, shown.offset), shown.text)

    def _current(self, ask: Ask) -> bool:
        latest = self._latest(ask.document.uri)
        return latest is not None and (latest.text is ask.document.text or latest.text == ask.document.text)

    def _table(self, uri: str) -> Table:
        table = self._tables.pop(uri, None) or Table()
        self._tables[uri] = table
        if len(self._tables) > DOCUMENTS:
            self._tables.pop(next(iter(self._tables))).clear()
        return table


def limit_of(ask: Ask, deps: Deps) -> Limit:
    """Return how long a request may take."""
    name = "automatic" if ask.automatic else "explicit"
    settings = deps.settings
    seconds = settings.completion_timeout_automatic if ask.automatic else settings.completion_timeout_explicit
    return Limit(seconds or None, f"mai.completion.timeout.{name}")


def _prefetch(suggestion: Suggestion, deps: Deps) -> str:
    """Return when to ask ahead; `auto` spares the processor that the embedded model shares with the user."""
    wanted = deps.settings.completion_prefetch
    if wanted != "auto":
        return wanted
    return "accepted" if suggestion.trace.provider == "local" else "typed"


def _superseded() -> Skipped:
    return Skipped(Reason.SUPERSEDED, "A newer request for the same document took over.")
