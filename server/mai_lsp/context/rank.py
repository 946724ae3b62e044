"""Chooses among candidates from other files what fits into a token budget, and writes it: one snippet per file.

Every candidate is first written as briefly as it can be, the likeliest first; what is left of the budget makes the
likeliest fuller. What is given stands in the order of paths, so that a prompt's beginning stays the same while typing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mai_lsp.context.candidate import Candidate
from mai_lsp.context.page import MORE, Group, Page, brief, owner_of, snippet, whole
from mai_lsp.context.resolve import Files, Found
from mai_lsp.core import tokens
from mai_lsp.core.snippet import Snippet
from mai_lsp.core.symbols import Symbol
from mai_lsp.core.tokens import size

LEAST_BUDGET = 800
"""Below this a prompt has no room for other files: the cursor's own says more."""

SHARE = 0.5
"""Part of the whole budget for other files, Copilot's for all that is not the window."""

LARGE, LARGE_SHARE = 4000, 0.65
"""A budget beyond this holds more than the window needs."""

CONSIDERED = 2000
"""Candidates written at most; the budget holds fewer."""

WIDE, NARROW = 90, 50
"""Characters after which a brief signature is cut: of the likelier definitions, and of the others."""

NEXT = 12
"""So many definitions are the likelier ones."""

BRIEF_SHARE = 0.8
"""Part of the budget for brief forms, before any is made fuller."""

LEAST_KEPT = 0.8
"""Part of the room that what was shown before must have had, to be shown again as it is."""

STEADY = 0.9
"""How good what was shown before must be, against the best there is now, to be shown again as it is."""

FIRST = 2
"""So many definitions are written whole in any case."""

SURE, FULL = 0.1, 6
"""So many are from this chance on."""

TELLING = 20
"""Characters of a signature that nothing but itself looks like."""

SHORTEST = 24
"""Bytes below which no room is worth looking for something that fits."""

MORE_SHARE = 0.85
"""Part for such names of what the brief forms leave."""

GRID = 16
"""The room moves in sixteenths of the budget, so that it stays the same while the user types."""


def room(budget: int, own: int) -> int:
    """Return how many tokens of a prompt's budget other files may take, when the file itself has `own` tokens."""
    if budget < LEAST_BUDGET:
        return 0
    left = budget - own
    grid = budget // GRID
    return max(int(budget * (LARGE_SHARE if budget >= LARGE else SHARE)), left - left % grid - grid)


class Filled(NamedTuple):
    """What was chosen for one place."""

    snippets: tuple[Snippet, ...] = ()
    definitions: frozenset[Found] = frozenset()
    budget: int = 0
    calls: tuple[Snippet, ...] = ()
    """Calls of the function being written (`callers`)."""
    wanted: int = 0
    """Tokens that were asked for."""

    def all(self) -> tuple[Snippet, ...]:
        """Return everything that is to be shown."""
        return (*self.snippets, *self.calls)


class Own(NamedTuple):
    """The cursor's own file, whose signatures need not be shown again."""

    text: str = ""
    names: frozenset[str] = frozenset()
    """Of all that it defines: what has another name has no signature in it, and the text need not be searched."""

    def shows(self, symbol: Symbol) -> bool:
        """Whether a signature stands in the file as it is, and does not look like anything."""
        return symbol.name in self.names and len(symbol.header) > TELLING and symbol.header.strip() in self.text


NO_OWN = Own()


def fill(
    found: Sequence[Candidate], files: Files, budget: int, own: Own = NO_OWN, before: Filled | None = None
) -> Filled:
    """Write the candidates, the most needed first, within `budget` tokens; none whose signature the `own` file shows.

    What was chosen `before` is kept as it is while it is nearly as good, so that a provider's prompt cache holds.
    """
    sheet = _Sheet(files, budget)
    for candidate in found[:CONSIDERED]:
        if sheet.full:
            break
        if not own.shows(candidate.found.symbol):
            sheet.take(candidate)
    chosen = frozenset(taken.candidate.found for taken in sheet.taken)
    kept = before is not None and LEAST_KEPT * budget <= before.budget <= budget
    if before is not None and kept and _good(before.definitions, chosen, found, files):
        return before
    sheet.name_more(found)
    sheet.write_fuller()
    return Filled(tuple(snippet(sheet.pages[path]) for path in sorted(sheet.pages)), chosen, budget)


class _Taken(NamedTuple):
    candidate: Candidate
    group: Group
    text: str


class _Sheet:
    """What is being written for one place, and the bytes that are left for it."""

    def __init__(self, files: Files, budget: int) -> None:
        self.pages: dict[str, Page] = {}
        self.taken: list[_Taken] = []
        self._files = files
        self._left = budget * tokens.BYTES_PER_TOKEN - 1
        self._reserved = self._left * (1 - BRIEF_SHARE)

    @property
    def full(self) -> bool:
        """Whether no further brief form fits."""
        return self._left - self._reserved < SHORTEST

    def take(self, candidate: Candidate) -> None:
        """Write a definition in the form that its rank deserves, if it fits."""
        file, symbol = candidate.found
        page = self.pages.get(file.path)
        name = symbol.owner or symbol.name
        group = page.groups.get(name) if page is not None else None
        top = owner_of(self._files, file, symbol.owner) if symbol.owner and group is None else None
        if not symbol.header and top is None:
            return  # The header of its type, which is there, shows it.
        text = self._form(candidate) if symbol.header else ""
        head = brief(top, WIDE if not symbol.header else NARROW) if top is not None else ""
        cost = size(text) + size(head) + 1 + 3 * bool(head) + (size(file.path) + 10 if page is None else 0)
        cost += _frame(symbol, group, file.language)
        if cost > self._left - self._reserved:
            return
        self._left -= cost
        page = self.pages.setdefault(file.path, Page(file))
        if group is None:
            group = page.groups[name] = Group(top, name, top.start if top is not None else symbol.start, text=head)
        if text:
            group.put(symbol, text)
        self.taken.append(_Taken(candidate, group, text))

    def name_more(self, found: Sequence[Candidate]) -> None:
        """Name what did not fit, where its file is shown anyway."""
        room = self._left * MORE_SHARE
        shown = {taken.candidate.found for taken in self.taken}
        for candidate in found[:CONSIDERED]:
            file, symbol = candidate.found
            page = self.pages.get(file.path)
            if page is None or candidate.found in shown or symbol.name in page.more:
                continue
            cost = size(symbol.name) + (2 if page.more else len(MORE) + 4)
            if cost > room:
                break
            page.more.append(symbol.name)
            room -= cost
            self._left -= cost

    def write_fuller(self) -> None:
        """Give the likeliest their whole signature and the first line of what they say of themselves."""
        for candidate, group, text in self.taken:
            file, symbol = candidate.found
            for full in (whole(symbol, file.language), symbol.header) if text else ():
                cost = size(full) - size(text)
                if 0 < cost <= self._left:
                    self._left -= cost
                    group.put(symbol, full)
                    break

    def _form(self, candidate: Candidate) -> str:
        rank, (file, symbol) = len(self.taken), candidate.found
        if rank < FIRST or (candidate.chance >= SURE and rank < FULL):
            return whole(symbol, file.language)
        return brief(symbol, WIDE if rank < NEXT else NARROW)


def _frame(symbol: Symbol, group: Group | None, language: str) -> int:
    """Return the bytes of the lines that a definition needs around it: its own last brace, or the first of an impl."""
    if not symbol.owner:
        return 2 * symbol.header.endswith("{")
    methods = group is not None and any(member.kind == "function" for _, member in group.lines.values())
    return size(symbol.owner) + 10 if language == "rust" and symbol.kind == "function" and not methods else 0


def _good(old: frozenset[Found], new: frozenset[Found], found: Sequence[Candidate], files: Files) -> bool:
    """Whether what was chosen before is still there, and nearly as likely to help as what would be chosen now."""
    mine = theirs = 0.0
    left = set(old)
    for candidate in found:
        mine += candidate.chance * (candidate.found in new)
        if candidate.found in left:
            left.remove(candidate.found)
            theirs += candidate.chance
    return theirs >= STEADY * mine and all(symbol in files.named(file, symbol.name) for file, symbol in left)
