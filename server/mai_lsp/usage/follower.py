"""Follows all suggestions of one connection, and all accepted text until its fate is known.

Pure but for its own state: times come in as numbers, documents as text. What it finds goes into a `Book`; nothing here
reads a clock, writes a file or knows LSP.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from mai_lsp.core.difference import difference
from mai_lsp.core.encoding import Encoding, index_at
from mai_lsp.core.text import Edit, Span
from mai_lsp.usage.counts import Book, Counted, Key, Kind
from mai_lsp.usage.kept import Mark, moved, share
from mai_lsp.usage.offer import Candidate, Offer
from mai_lsp.usage.trail import begin

CHECKS: Final[tuple[tuple[float, Counted, Counted], ...]] = (
    (30.0, "after_30s_chars", "kept_30s_chars"),
    (300.0, "after_5min_chars", "kept_5min_chars"),
)
"""Seconds after which accepted text is looked at (Copilot's second and fourth of five), and where that is counted."""

REMEMBERED: Final = 100
"""Suggestions that may still be accepted; nearly all are refused by typing on, so keeping them all would add up."""

MARKS: Final = 32
"""Accepted pieces of one document that are followed at a time; of more the oldest go uncounted."""


EDITS: Final = 50
"""Edits of one next edit that are followed; each costs a little with every key."""


class Offered(NamedTuple):
    """A suggestion as it was given to the editor: `span`, which holds a completion's cursor, is replaced by `text`."""

    id: str
    span: Span
    text: str


class Check(NamedTuple):
    """Accepted text and what stands in its place now; comparing them is left to whoever has the time."""

    key: Key
    looked: Counted
    kept: Counted
    accepted: str
    now: str


class _Known(NamedTuple):
    offer: Offer
    candidate: Candidate
    text: str
    """As it was offered under this id."""
    shift: int
    """To be added to a length within `text` for the length within the candidate's text."""


@dataclass(slots=True)
class _Watched:
    """Accepted text with the time and kind of its next check."""

    key: Key
    mark: Mark
    since: float
    stage: int = 0

    @property
    def due(self) -> float:
        return self.since + CHECKS[self.stage][0]


@dataclass(slots=True)
class _Followed:
    """What is followed in one document."""

    offers: dict[Kind, Offer] = field(default_factory=dict)
    watched: list[_Watched] = field(default_factory=list)


class Follower:
    """All offers and marks by document."""

    def __init__(self, accepted: Callable[[], None]) -> None:
        self.book = Book()
        """What has been found since `take_book`."""
        self._accepted = accepted
        """Called once for each suggestion of which anything is taken."""
        self._documents: dict[str, _Followed] = {}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._tells: set[Kind] = set()
        """What the editor says itself that it shows."""

    def follows(self, uri: str) -> bool:
        """Whether anything of a document is followed."""
        return uri in self._documents

    def take_book(self) -> Book:
        """Return what has been found since the last call."""
        found, self.book = self.book, Book()
        return found

    def offered(
        self, uri: str, text: str, cursor: int, items: Sequence[Offered], *, key: Key, wait_ms: float, now: float
    ) -> None:
        """Begin to follow what was given to the editor for `cursor` in `text`, best first."""
        first = _candidate(text, items[0], cursor).trail
        size = first.gain if first is not None else 0
        new = [(item, _candidate(text, item, cursor)) for item in items]
        self._offer(uri, new, Offer(key, now, wait_ms, [], size))

    def proposed(
        self,
        uri: str,
        text: str,
        edits: Sequence[Offered],
        *,
        key: Key,
        wait_ms: float | None,
        now: float,
        in_menu: bool = False,
    ) -> None:
        """Begin to follow edits in `text` that are given together, under one id.

        With `in_menu` it counts as shown when the editor says so (`shown`), or when it is taken.
        """
        new = [(edit, _replacing(text, edit)) for edit in edits[:EDITS]]
        self._offer(uri, new, Offer(key, now, wait_ms, [], 0, in_menu))

    def _offer(self, uri: str, new: Sequence[tuple[Offered, Candidate]], fresh: Offer) -> None:
        """Go on with the offer that is followed if something of it is offered again; else begin the `fresh` one."""
        followed, kind = self._documents.setdefault(uri, _Followed()), fresh.key.kind
        offer = followed.offers.get(kind)
        found = [_same(offer, candidate, item.text) for item, candidate in new]
        if offer is None or not any(found):
            self._end(followed, kind, fresh.since)
            offer = followed.offers[kind] = fresh
        elif offer.in_menu and not fresh.in_menu:
            offer.in_menu, offer.since = False, fresh.since
        offer.candidates = [candidate for candidate in offer.candidates if not candidate.finished()]
        known: dict[str, _Known] = {}
        for (item, candidate), same in zip(new, found, strict=True):
            if same is None:
                offer.add(candidate)
            known.setdefault(item.id, same or _Known(offer, candidate, item.text, 0))  # Of several edits the first.
        for identity, one in known.items():
            self._known[identity] = one
            self._known.move_to_end(identity)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def changed(self, uri: str, edits: Iterable[Edit], now: float) -> None:
        """Take the edits of one change, each in the coordinates that its predecessor left."""
        followed = self._documents.get(uri)
        if followed is None:
            return
        for edit in edits:
            for watched in followed.watched:
                watched.mark = moved(watched.mark, edit)
            credited = False
            for offer in followed.offers.values():
                taken = offer.follow(edit, credited=credited)
                if taken is not None and (trail := taken[0].trail) is not None:
                    credited = True
                    _, start, end = taken[1]
                    mark = Mark(Span(trail.start + start, trail.start + end), trail.text[start:end])
                    followed.watched = [*followed.watched, _Watched(offer.key, mark, now)][-MARKS:]
        for kind, offer in list(followed.offers.items()):
            offer.settle()
            self._collect(offer)
            if not offer.alive():
                self._end(followed, kind, now)
        self._drop_if_idle(uri, followed)

    def closed(self, uri: str, now: float) -> None:
        """Forget a document; what was accepted in it goes unchecked."""
        if (followed := self._documents.pop(uri, None)) is not None:
            for kind in list(followed.offers):
                self._end(followed, kind, now)

    def close_all(self, now: float) -> None:
        """Settle everything, at the end."""
        for uri in list(self._documents):
            self.closed(uri, now)

    def shown(self, identity: str) -> bool:
        """Take the editor's word that it shows a suggestion; False for one that is not known."""
        if (known := self._known.get(identity)) is None:
            return False
        if not known.offer.in_menu:
            self._tells.add(known.offer.key.kind)
        known.offer.show()
        self._collect(known.offer)
        return True

    def accepted(self, identity: str) -> bool:
        """Take the editor's word that a suggestion was taken whole; False if it is not known or was so before."""
        if (known := self._known.pop(identity, None)) is None:
            return False
        known.offer.accept(known.candidate)
        self._collect(known.offer)
        return True

    def accepted_part(self, identity: str, units: int) -> bool:
        """Take the editor's word that the first `units` UTF-16 units of a suggestion's text are in the document."""
        if (known := self._known.get(identity)) is None:
            return False
        length = index_at(known.text, units, Encoding.UTF16) + known.shift
        known.offer.accept_part(known.candidate, length)
        self._collect(known.offer)
        return True

    def next_due(self) -> float | None:
        """Return when `due` has something to look at next, on the clock of `now`."""
        return min((watched.due for followed in self._documents.values() for watched in followed.watched), default=None)

    def due(self, now: float, text_of: Callable[[str], str | None]) -> list[Check]:
        """Return what is to be compared by now; `text_of` gives a document's text."""
        checks = []
        for uri, followed in list(self._documents.items()):
            if not any(watched.due <= now for watched in followed.watched):
                continue
            text = text_of(uri)
            left = []
            for watched in followed.watched:
                if watched.due <= now and text is not None:
                    span = watched.mark.span
                    names = CHECKS[watched.stage][1:]
                    checks.append(Check(watched.key, *names, watched.mark.text, text[span.start : span.end]))
                    watched.stage += 1
                if watched.stage < len(CHECKS) and text is not None:
                    left.append(watched)
            followed.watched = left
            self._drop_if_idle(uri, followed)
        return checks

    def _end(self, followed: _Followed, kind: Kind, now: float) -> None:
        if (offer := followed.offers.pop(kind, None)) is not None:
            offer.end(now, told=kind in self._tells)
            self._collect(offer)

    def _collect(self, offer: Offer) -> None:
        counts = offer.take_counts()
        if counts.numbers["accepted"]:
            self._accepted()
        if counts.numbers or counts.timings:
            self.book.at(offer.key).add(counts)

    def _drop_if_idle(self, uri: str, followed: _Followed) -> None:
        if not followed.offers and not followed.watched:
            self._documents.pop(uri, None)


def compare(checks: Iterable[Check], book: Book) -> None:
    """Count what was kept; this is what may take a while."""
    for check in checks:
        numbers = book.at(check.key).numbers
        numbers[check.looked] += len(check.accepted)
        numbers[check.kept] += round(len(check.accepted) * share(check.accepted, check.now))


def _candidate(text: str, item: Offered, cursor: int) -> Candidate:
    trail = begin(text, item.span, item.text, cursor)
    return Candidate(item.text, trail, trail.at, len(trail.tail))


def _replacing(text: str, edit: Offered) -> Candidate:
    """Return what is followed of a next edit; what stays as it is at its borders is accounted for."""
    change = difference(text[edit.span.start : edit.span.end], edit.text)
    same = change.span.start
    trail = begin(text, edit.span, edit.text, edit.span.start + same)
    return Candidate(edit.text, trail, same, len(edit.text) - same - len(change.text), instead=True)


def _same(offer: Offer | None, new: Candidate, text: str) -> _Known | None:
    """Find the candidate that is the same suggestion, offered again after some of it was typed."""
    if offer is None or new.trail is None:
        return None
    for candidate in offer.candidates:
        trail = candidate.trail
        if trail is None or trail.done or trail.loose:
            continue
        here = trail.start + trail.at == new.trail.start + new.trail.at
        if here and (trail.left, trail.tail) == (new.trail.left, new.trail.tail):
            return _Known(offer, candidate, text, trail.at - new.trail.at)
    return None
