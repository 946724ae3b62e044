"""A definition that may be shown, and its chance reckoned in little time: a key typed weighs eight hundred of them.

The model and its weights are `context.chance`'s. What depends on the name alone is added up once per name, what depends
on the file once per file; `Candidate.hints` gives it all as the model itself takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, sqrt
from typing import NamedTuple

from mai_lsp.context.chance import BIAS, HINTS, WEIGHTS, Both, Hint
from mai_lsp.context.near import Near
from mai_lsp.context.neighbours import words_of
from mai_lsp.context.resolve import Found
from mai_lsp.core.symbols import Symbol

# Looking up a member of an enumeration takes as long as all else that is done for a candidate.
IMPORTED, UNUSED, REACHABLE, RIVALRY = int(Hint.IMPORTED), int(Hint.UNUSED), int(Hint.REACHABLE), int(Hint.RIVALS)
OWNER, RECEIVER, INHERITED = int(Hint.OWNER), int(Hint.RECEIVER), int(Hint.INHERITED)
_NEAR, _COMPANY, _NEXT, _ELSEWHERE, _ALIKE, _DOTTED = (
    WEIGHTS[hint] for hint in (Hint.NEAR, Hint.COMPANY, Hint.NEXT, Hint.ELSEWHERE, Hint.ALIKE, Hint.DOTTED)
)
_COMPANY_ROOT, _NEXT_ROOT, _POPULAR_ROOT = (
    WEIGHTS[both] for both in (Both.COMPANY_ROOT, Both.NEXT_ROOT, Both.POPULAR_ROOT)
)
_ALIKE_MEMBER, _ALIKE_OWNER, _ALIKE_RECEIVER, _ALIKE_NEXT, _ALIKE_COMPANY = (
    WEIGHTS[both]
    for both in (Both.ALIKE_MEMBER, Both.ALIKE_OWNER, Both.ALIKE_RECEIVER, Both.ALIKE_NEXT, Both.ALIKE_COMPANY)
)
_NEAR_DOTTED, _NEAR_TYPE, _NEAR_MEMBER, _NEAR_IMPORTED = (
    WEIGHTS[both] for both in (Both.NEAR_DOTTED, Both.NEAR_TYPE, Both.NEAR_MEMBER, Both.NEAR_IMPORTED)
)


Key = tuple[str, str, bool]
"""A name, the kind of what it names, and whether that is a member."""


class Said(NamedTuple):
    """What a name and the kind of what it names say, wherever that is defined."""

    near: float = 0.0
    company: float = 0.0
    following: float = 0.0
    popular: float = 0.0
    alike: float = 0.0
    elsewhere: bool = False
    dotted: bool = False
    private: bool = False
    weight: float = BIAS
    """What they and the kind come to, with the model's bias."""


class There(NamedTuple):
    """What a file says for all it defines."""

    package: float = 0.0
    neighbour: float = 0.0
    weight: float = 0.0


@dataclass(slots=True)
class Candidate:
    """A definition that may be shown."""

    found: Found
    said: Said = Said()
    there: There = There()
    led: dict[int, float] = field(default_factory=dict)
    """What led to it says, by `Hint`."""
    chance: float = 0.0
    """That its name is written next, 0 to 1; once it was reckoned."""

    def reckon(self) -> None:
        """Work out the chance; the same as `chance.chance` gives for the hints."""
        weight = self.said.weight + self.there.weight
        for hint, value in self.led.items():
            if hint == OWNER:
                weight += (WEIGHTS[OWNER] + _ALIKE_OWNER * self.said.alike) * value
            elif hint == RECEIVER:
                weight += (WEIGHTS[RECEIVER] + _ALIKE_RECEIVER * self.said.alike) * value
            elif hint == IMPORTED:
                weight += (WEIGHTS[IMPORTED] + _NEAR_IMPORTED * self.said.near) * value
            else:
                weight += WEIGHTS[hint] * value
        self.chance = 1 / (1 + exp(-weight))

    @property
    def hints(self) -> list[float]:
        """Return a value for each `Hint`."""
        hints = [0.0] * HINTS
        symbol, said = self.found.symbol, self.said
        hints[Hint.PACKAGE], hints[Hint.NEIGHBOUR] = self.there.package, self.there.neighbour
        hints[Hint.NEAR], hints[Hint.COMPANY], hints[Hint.NEXT] = said.near, said.company, said.following
        hints[Hint.POPULAR], hints[Hint.ALIKE], hints[Hint.ELSEWHERE] = said.popular, said.alike, said.elsewhere
        hints[Hint.DOTTED], hints[Hint.PRIVATE], hints[Hint.MEMBER] = said.dotted, said.private, bool(symbol.owner)
        hints[Hint.TYPE], hints[Hint.FUNCTION] = symbol.kind == "type", symbol.kind == "function"
        for hint, value in self.led.items():
            hints[hint] = value
        return hints


class Expected(NamedTuple):
    """Names that may come up at a place."""

    company: Mapping[str, float]
    """What similar code uses (`company.Company`)."""
    following: Mapping[str, float]
    """What stood in lines that followed such lines (`sequel`)."""
    popular: Mapping[str, float]
    """What the neighbours use, with the share of those that do."""
    elsewhere: frozenset[str]
    """What the file uses away from the cursor."""


class Sayings:
    """What names say at one place."""

    def __init__(self, near: Near, expected: Expected, fixed: dict[Key, Said]) -> None:
        self._near, self._fixed = near, fixed
        self._company, self._next, self._popular, self._elsewhere = expected
        self._expected = {*near.names, *expected.company, *expected.following, *expected.elsewhere}
        self._known: dict[Key, Said] = {}
        self.written: dict[str, float] = {}
        """Words that the names near the cursor are made of, with the weight of the nearest."""
        for name, weight in near.names.items():
            for word in subwords(name):
                self.written[word] = max(self.written.get(word, 0.0), min(1.0, weight))

    def sounds_alike(self, name: str) -> bool:
        """Whether a name shares a word with those near the cursor."""
        return not self.written.keys().isdisjoint(subwords(name))

    def of(self, symbol: Symbol, name: str) -> Said:
        """Return what speaks for a definition that goes by a name here."""
        key = (name, symbol.kind, symbol.owner != "")
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._said(key)
        return known

    def _said(self, key: Key) -> Said:
        name, kind, member = key
        always = self._fixed.get(key)
        if always is None:
            always = self._fixed[key] = _always(key, self._popular.get(name, 0.0))
        words = subwords(name)
        alike = 0.0 if self.written.keys().isdisjoint(words) else self._alike(words)
        if not alike and name not in self._expected:
            return always  # As most names.
        weight = always.weight + _ALIKE * alike
        near = min(1.0, self._near.names.get(name, 0.0))
        company = self._company.get(name, 0.0)
        following = self._next.get(name, 0.0)
        elsewhere = name in self._elsewhere
        if company:
            weight += _COMPANY * company + _COMPANY_ROOT * sqrt(company) + _ALIKE_COMPANY * alike * company
        if following:
            weight += _NEXT * following + _NEXT_ROOT * sqrt(following) + _ALIKE_NEXT * alike * following
        if elsewhere:
            weight += _ELSEWHERE
        if near:
            weight += _NEAR * near
            if kind == "type":
                weight += _NEAR_TYPE * near
        dotted = False
        if member:
            weight += _ALIKE_MEMBER * alike + _NEAR_MEMBER * near
            dotted = name in self._near.members
            if dotted:
                weight += _DOTTED + _NEAR_DOTTED * near
        return Said(near, company, following, always.popular, alike, elsewhere, dotted, always.private, weight)

    def _alike(self, words: tuple[str, ...]) -> float:
        return sum([self.written.get(word, 0.0) for word in words]) / len(words)


def _always(key: Key, popular: float) -> Said:
    """Return what a name says wherever in the file the cursor is."""
    name, kind, member = key
    private = name.startswith("_")
    weight = BIAS + WEIGHTS[Hint.POPULAR] * popular + _POPULAR_ROOT * sqrt(popular)
    weight += WEIGHTS[Hint.MEMBER] * member + WEIGHTS[Hint.PRIVATE] * private
    weight += WEIGHTS[Hint.TYPE] * (kind == "type") + WEIGHTS[Hint.FUNCTION] * (kind == "function")
    return Said(popular=popular, private=private, weight=weight)


def there(*, package: bool, affinity: float) -> There:
    """Return what a file says that stands in the cursor's folder, or is near its own (`affinity`, 0 to 1)."""
    return There(package, affinity, WEIGHTS[Hint.PACKAGE] * package + WEIGHTS[Hint.NEIGHBOUR] * affinity)


@lru_cache(maxsize=16384)
def subwords(name: str) -> tuple[str, ...]:
    """Return the different words that a name is made of; remembered, since names come up again and again."""
    return tuple(sorted(words_of(name)))
