"""What goes on in one document: the requests under way, whose turn it is, what is shown, and what was typed last.

It closes requests and ends their grace; it starts none and decides nothing about them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from mai_lsp.core.text import Document, Edit
from mai_lsp.engine.agree import CLOSERS
from mai_lsp.engine.flight import Flight, on_the_way
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.engine.ports import Ask, Deps

GRACE = 1.0
"""Seconds for which a request lives that nobody waits for: editors ask again 50 to 500 ms after a key."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The suggestion that the editor may be showing."""

    ask: Ask
    suggestion: Suggestion
    text: str
    """From the cursor on, with ``\\n`` as line end."""
    deps: Deps

    @property
    def document(self) -> Document:
        """The text it was made for."""
        return self.ask.document

    @property
    def offset(self) -> int:
        """The cursor it was made for."""
        return self.ask.offset


@dataclass(slots=True)
class Table:
    """The state of one document."""

    flight: Flight | None = None
    ahead: Flight | None = None
    """A request for the place where the shown suggestion ends."""
    turn: asyncio.Future[None] | None = None
    """Of the request that is being served; a newer one ends it."""
    shown: Shown | None = None
    deletions: int = 0
    """Changes in a row, up to the last one, that took text away and put none in its place."""
    changed_at: float = -1e9
    _line: int = -1
    _misses: int = 0
    """Suggestions for `_line` that were wrong or empty."""
    _grace: asyncio.TimerHandle | None = field(default=None, repr=False)

    def take_turn(self) -> asyncio.Future[None]:
        """End the turn of whoever is served, and begin another."""
        self.end_turn()
        self.turn = asyncio.get_running_loop().create_future()
        return self.turn

    def end_turn(self) -> None:
        """Tell who is served that it is over."""
        if self.turn is not None and not self.turn.done():
            self.turn.set_result(None)

    def joinable(self, ask: Ask) -> Flight | None:
        """Return a request under way that may answer this one; what can not is closed: one per document."""
        for flight in (self.flight, self.ahead):
            if flight is None or flight.done.done() or (flight.ask.automatic and not ask.automatic):
                continue
            if not flight.contradicted and flight.typed(ask.document, ask.offset):
                if flight is self.ahead:
                    self.drop()
                    self.flight, self.ahead = flight, None
                return flight
        self.drop()
        return None

    def edited(self, edits: Sequence[Edit], now: float) -> None:
        """Take note of a change."""
        self.changed_at = now
        if any(edit.text for edit in edits):
            self.deletions = 0
        elif any(len(edit.span) for edit in edits):
            self.deletions += 1

    def follow(self, document: Document, cursor: int) -> None:
        """Close the requests that the text contradicts as it is now."""
        if self.flight is not None:
            if self.flight.typed(document, cursor):
                self.linger()
            else:
                self.missed(document, cursor)
                self.drop()
        if (ahead := self.ahead) is not None:
            goal = ahead.ask
            if not on_the_way(goal.document, goal.offset, document, cursor) and not ahead.typed(document, cursor):
                ahead.close()
                self.ahead = None

    def missed(self, document: Document, offset: int) -> None:
        """Count a suggestion that was wrong, or none, against its line."""
        line = document.line_at(min(offset, len(document.text)))
        self._misses = self._misses + 1 if line == self._line else 1
        self._line = line

    def misses(self, line: int) -> int:
        """Return how many of the last suggestions for a line were wrong or empty."""
        return self._misses if line == self._line else 0

    def linger(self) -> None:
        """Let a request live for a while that nobody waits for."""
        self._end_grace()
        if self.flight is not None and not self.flight.waiting:
            self._grace = asyncio.get_running_loop().call_later(GRACE, self._expire)

    def done(self, flight: Flight) -> None:
        """Forget a request that is over."""
        if self.flight is flight:
            self.flight = None
        if self.ahead is flight:
            self.ahead = None

    def drop(self) -> None:
        """Close the request for the cursor's place."""
        if self.flight is not None:
            self.flight.close()
            self.flight = None

    def clear(self) -> None:
        """Close everything."""
        self._end_grace()
        self.end_turn()
        self.drop()
        if self.ahead is not None:
            self.ahead.close()
            self.ahead = None
        self.shown = None

    def _expire(self) -> None:
        self._grace = None
        if self.flight is not None and not self.flight.waiting:
            self.drop()

    def _end_grace(self) -> None:
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None


def cursor_after(edits: Sequence[Edit]) -> int:
    """Return where the cursor is after edits, the last of which was made there: between two halves of a pair."""
    last = edits[-1]
    pair = len(last.text) == 2 and last.text[1] in CLOSERS and not last.text[0].isalnum()
    return last.span.start + (1 if pair else len(last.text))
