"""One suggestion, or several alternatives, on offer: what of it has been credited so far, whoever says so first.

Pure. The editor's word and what is seen in the text speak of the same characters; `reach` is how far they have been
accounted for, so that none counts twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mai_lsp.core.text import Edit
from mai_lsp.usage.counts import Counts, Key, Timing
from mai_lsp.usage.trail import How, Move, Trail, step

SHOWN_AFTER: Final = 0.75
"""Seconds on offer after which a suggestion counts as shown where the editor does not say so (Cody's rule)."""


@dataclass(slots=True)
class Candidate:
    """One of the alternatives."""

    text: str
    trail: Trail | None
    """None once the text contradicts it."""
    reach: int
    """How much of `text` is accounted for."""
    covers: int
    """Characters at its end that it replaces by the same, and so does not add."""
    instead: bool = False
    """It is a next edit: what it replaces by something else counts."""
    last_key: int = 0
    """Characters that a key has completed it with; an acceptance may have looked the same."""

    def finished(self) -> bool:
        """Whether nothing more can come of it."""
        return self.trail is None or self.trail.done


@dataclass(slots=True)
class Offer:
    """What one answer to the editor holds."""

    key: Key
    since: float
    """When it was offered, in seconds of any clock."""
    wait_ms: float | None
    """None where nobody waited for it."""
    candidates: list[Candidate]
    """Alternatives, or edits that are given together."""
    size: int
    """Characters that taking it brings: the first alternative, or all edits."""
    in_menu: bool = False
    """It stands in a menu that nobody need have opened: having stood there does not make it shown."""
    shown: bool = False
    accepted: bool = False
    whole: bool = False
    _counts: Counts = field(default_factory=Counts)

    def take_counts(self) -> Counts:
        """Return what has been credited since the last call."""
        found, self._counts = self._counts, Counts()
        return found

    def alive(self) -> bool:
        """Whether anything can still come of it by typing."""
        return any(not candidate.finished() for candidate in self.candidates)

    def add(self, candidate: Candidate) -> None:
        """Take in another alternative, or an edit, which adds to what can be taken."""
        self.candidates.append(candidate)
        if candidate.instead:
            more = len(candidate.text) - candidate.reach - candidate.covers
            self.size += more
            self._counts.numbers["shown_chars"] += more if self.shown else 0

    def show(self) -> None:
        """Count it as shown, once."""
        if not self.shown:
            self.shown = True
            self._counts.numbers.update({"shown": 1, "shown_chars": self.size})
            if self.wait_ms is not None:
                self._counts.time(Timing.WAIT, self.wait_ms)

    def end(self, now: float, *, told: bool) -> None:
        """Settle it: it was shown if it stood for a while, unless the editor is one that says so itself (`told`)."""
        if not told and not self.in_menu and now - self.since >= SHOWN_AFTER:
            self.show()

    def follow(self, edit: Edit, *, credited: bool = False) -> tuple[Candidate, Move] | None:
        """Take an edit; return what came into the text by acceptance, and of which alternative.

        `credited` says that what came has been counted for another offer.
        """
        taken: list[tuple[Candidate, Move]] = []
        credit = typed = 0
        for candidate in self.candidates:
            if candidate.trail is None:
                continue
            behind = len(candidate.trail.tail)
            candidate.trail, move = step(candidate.trail, edit)
            if move is None or candidate.trail is None:
                continue
            end = len(candidate.text) - candidate.covers if candidate.instead else move.end
            fresh = max(0, min(move.end, end) - max(move.start, candidate.reach))
            candidate.reach = max(candidate.reach, move.end)
            if move.how is How.TYPED:
                candidate.last_key = fresh if candidate.trail.done else 0
                typed = max(typed, fresh)
            else:
                taken.append((candidate, move))
                covered = 0 if candidate.instead else max(0, behind - len(candidate.trail.tail))
                credit = max(credit, fresh - covered)
        if credited:
            return None
        if typed and not taken:
            self._counts.numbers["typed_chars"] += typed
        if taken:
            self._credit(credit, whole=any(move.how is How.WHOLE for _, move in taken))
        return taken[0] if taken else None

    def settle(self) -> None:
        """Give up the alternatives that a whole change has left contradicted."""
        for candidate in self.candidates:
            if candidate.trail is not None and candidate.trail.loose:
                candidate.trail = None

    def accept(self, candidate: Candidate) -> None:
        """Credit all of a candidate: the editor says that it was taken."""
        if candidate.last_key:
            rest = candidate.last_key
            self._counts.numbers["typed_chars"] -= rest
        else:
            rest = len(candidate.text) - candidate.reach - candidate.covers
        candidate.reach, candidate.last_key = len(candidate.text), 0
        self._credit(max(0, rest), whole=True)

    def accept_part(self, candidate: Candidate, length: int) -> None:
        """Credit a candidate up to `length` characters of its text."""
        length = min(length, len(candidate.text))
        fresh = length - candidate.reach
        if fresh > 0:
            candidate.reach = length
            self._credit(fresh, whole=False)

    def _credit(self, chars: int, *, whole: bool) -> None:
        self.show()
        if not self.accepted:
            self.accepted = True
            self._counts.numbers["accepted"] += 1
        if whole and not self.whole:
            self.whole = True
            self._counts.numbers["accepted_whole"] += 1
        self._counts.numbers["accepted_chars"] += chars
