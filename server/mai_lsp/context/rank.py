"""Chooses among candidates from other files what fits into a token budget, and writes it: one snippet per file.

Every candidate is first written as briefly as it can be, the likeliest first; what is left of the budget makes the
likeliest fuller. What is given stands in the order of paths, so that a prompt's beginning stays the same while typing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from mai_lsp.context.resolve import Files, Found
from mai_lsp.context.workspace import Candidate
from mai_lsp.core import tokens
from mai_lsp.core.facts import File, Symbol
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.language import find
from mai_lsp.core.snippet import Kind, Snippet

LEAST_BUDGET = 800
"""Below this a prompt has no room for other files: the cursor's own says more."""

SHARE = 0.5
"""Part of the whole budget for other files, Copilot's for all that is not the window."""

LARGE, LARGE_SHARE = 4000, 0.65
"""A budget beyond this holds more than the window needs."""

CONSIDERED = 600
"""Candidates written at most; the budget holds fewer."""

BRIEF_CHARACTERS = 80
"""A brief signature is cut after so much: the name and the first parameters."""

BRIEF_SHARE = 0.9
"""Part of the budget for brief forms, before any is made fuller."""

STEADY = 0.9
"""How good what was shown before must be, against the best there is now, to be shown again as it is."""

SHORTEST = 24
"""Bytes below which no room is worth looking for something that fits."""

MORE = "also:"
"""What stands before the names of what a file defines beside what is shown of it."""

MORE_SHARE = 0.7
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


@dataclass(slots=True)
class _Group:
    """A type with the chosen of its members, or a definition by itself."""

    top: Symbol | None
    name: str
    start: int
    lines: dict[int, tuple[str, Symbol]] = field(default_factory=dict)
    """Members as they are written, by their place."""
    text: str = ""
    """The top's own."""


@dataclass(slots=True)
class _Page:
    """What is written of one file."""

    file: File
    groups: dict[str, _Group] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)
    """Names of what else the file defines and may be needed."""


class Filled(NamedTuple):
    """What was chosen for one place."""

    snippets: tuple[Snippet, ...] = ()
    definitions: frozenset[Found] = frozenset()
    budget: int = 0


def fill(
    found: Sequence[Candidate], files: Files, budget: int, shown: str = "", before: Filled | None = None
) -> Filled:
    """Write the candidates, the most needed first, within `budget` tokens; none whose signature `shown` holds.

    What was chosen `before` is kept as it is while it is nearly as good, so that a provider's prompt cache holds.
    """
    pages: dict[str, _Page] = {}
    left = budget * tokens.BYTES_PER_TOKEN - 1
    least = left * (1 - BRIEF_SHARE)
    taken: list[tuple[Candidate, _Group, str]] = []
    for candidate in found[:CONSIDERED]:
        file, symbol = candidate.found
        if left - least < SHORTEST:
            break
        if len(symbol.header) > 20 and symbol.header.strip() in shown:
            continue
        page = pages.get(file.path)
        group = page.groups.get(symbol.owner or symbol.name) if page is not None else None
        text = brief(symbol)
        cost = size(text) + 1
        if page is None:
            cost += size(file.path) + 10
        top = None
        if symbol.owner and group is None:
            top = _owner(files, file, symbol.owner)
            cost += size(brief(top)) + 3 if top is not None else 0
        if cost > left - least:
            continue
        left -= cost
        page = pages.setdefault(file.path, _Page(file))
        if group is None:
            start = top.start if top is not None else symbol.start
            group = page.groups[symbol.owner or symbol.name] = _Group(top, symbol.owner or symbol.name, start)
            group.text = brief(top) if top is not None else ""
        if symbol.owner:
            group.lines[symbol.start] = (text, symbol)
        else:
            group.top, group.text, group.start = symbol, text, symbol.start
        taken.append((candidate, group, text))
    chosen = frozenset(candidate.found for candidate, _, _ in taken)
    if before is not None and before.budget == budget and _good(before.definitions, chosen, found, files):
        return before
    left = _more(found[len(taken) :], taken, pages, left)
    _fuller(taken, left)
    return Filled(tuple(_snippet(pages[path]) for path in sorted(pages)), chosen, budget)


def _more(
    found: Sequence[Candidate], taken: Sequence[tuple[Candidate, _Group, str]], pages: dict[str, _Page], left: float
) -> float:
    """Name what did not fit, where its file is shown anyway; return the bytes that are left."""
    room = left * MORE_SHARE
    shown = {candidate.found for candidate, _, _ in taken}
    for candidate in found[:CONSIDERED]:
        file, symbol = candidate.found
        page = pages.get(file.path)
        if page is None or candidate.found in shown or symbol.name in page.more:
            continue
        cost = size(symbol.name) + (2 if page.more else len(MORE) + 4)
        if cost > room:
            break
        page.more.append(symbol.name)
        room -= cost
        left -= cost
    return left


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


def _fuller(taken: Sequence[tuple[Candidate, _Group, str]], left: float) -> None:
    """Give the likeliest their whole signature and the first line of what they say of themselves."""
    for candidate, group, text in taken:
        file, symbol = candidate.found
        for full in (whole(symbol, file.language), symbol.header):
            cost = size(full) - size(text)
            if 0 < cost <= left:
                left -= cost
                if symbol.owner:
                    group.lines[symbol.start] = (full, symbol)
                else:
                    group.text = full
                break


def size(text: str) -> int:
    """Return the bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def brief(symbol: Symbol) -> str:
    """Return a signature on one line, cut where it gets long."""
    return _brief(symbol.header)


@lru_cache(maxsize=4096)
def _brief(header: str) -> str:
    lines = header.split("\n")
    if len(lines) == 1 and len(lines[0]) <= BRIEF_CHARACTERS:
        return lines[0]
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    while len(lines) > 1 and lines[0].lstrip().startswith(("@", "#[")):
        lines = lines[1:]
    text = re.sub(r"\s+", " ", " ".join(lines)).strip()
    if len(text) > BRIEF_CHARACTERS:
        text = text[:BRIEF_CHARACTERS].rstrip() + " …"
    return indent + text


def whole(symbol: Symbol, language: str) -> str:
    """Return a signature with the first line of its docstring or comment, as the language writes them."""
    inside = kinds_of(language).doc_inside
    return "\n".join(filter(None, [symbol.header, symbol.doc] if inside else [symbol.doc, symbol.header]))


def _owner(files: Files, file: File, name: str) -> Symbol | None:
    return next((one for one in files.facts(file).symbols if one.name == name and one.kind == "type"), None)


def _snippet(page: _Page) -> Snippet:
    groups = sorted(page.groups.values(), key=lambda group: group.start)
    lines = [line for group in groups for line in _lines(group, page.file.language)]
    if page.more:
        row = find(page.file.language)
        lines.append(f"{row.comment} {MORE} {', '.join(page.more)} {row.comment_end}".rstrip())
    text = "\n".join(lines)
    names = [name for group in groups for name in _names(group)]
    path = page.file.path
    size = tokens.estimate(f"{path}\n{text}\n") + 2
    return Snippet(Kind.WORKSPACE, path, text, groups[0].start, size, ", ".join(names))


def _names(group: _Group) -> Iterator[str]:
    if group.text:
        yield group.name
    yield from (symbol.name for _, (_, symbol) in sorted(group.lines.items()))


def _lines(group: _Group, language: str) -> Iterator[str]:
    """Write a type with the chosen members where the language writes them, or a definition by itself."""
    members = [member for _, member in sorted(group.lines.items())]
    apart = language in _APART
    # A member without a header is in its owner's.
    members = [(text, symbol) for text, symbol in members if text]
    inside = [text for text, symbol in members if not apart or symbol.kind != "function"]
    outside = [text for text, symbol in members if apart and symbol.kind == "function"]
    if group.text and (inside or not outside or not group.text.endswith("{")):
        yield group.text
        yield from inside
        if group.text.endswith("{"):
            yield "}"
    else:
        yield from inside
    if outside:
        rust = language == "rust"
        yield from [f"impl {group.name} {{", *outside, "}"] if rust else outside


_APART = frozenset({"go", "rust"})
"""Languages that write methods outside of their type."""
