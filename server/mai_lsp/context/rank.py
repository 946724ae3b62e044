"""Chooses among candidates from other files what fits into a token budget, and writes it: one snippet per file.

The most needed is written first and fullest; what is given stands in the order of paths, so that a prompt's beginning
stays the same while the user types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mai_lsp.context.resolve import Files
from mai_lsp.context.workspace import Candidate
from mai_lsp.core import tokens
from mai_lsp.core.facts import Symbol
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.snippet import Kind, Snippet

LEAST_BUDGET = 800
"""Below this a prompt has no room for other files: the cursor's own says more."""

SHARE = 0.35
"""Part of the whole budget for other files, Copilot's for all that is not the window."""

LARGE, LARGE_SHARE = 4000, 0.5
"""A budget beyond this holds more than the window needs."""

CONSIDERED = 80
"""Candidates written at most; the budget holds fewer."""

MEMBERS = (32, 12, 4, 0)
"""Members shown of a type, the more the better, until it fits."""


GRID = 16
"""The room moves in sixteenths of the budget, so that it stays the same while the user types."""


def room(budget: int, own: int) -> int:
    """Return how many tokens of a prompt's budget other files may take, when the file itself has `own` tokens."""
    if budget < LEAST_BUDGET:
        return 0
    left = budget - own
    grid = budget // GRID
    return max(int(budget * (LARGE_SHARE if budget >= LARGE else SHARE)), left - left % grid - grid)


def fill(
    found: Sequence[Candidate],
    files: Files,
    budget: int,
    shown: str = "",
) -> tuple[Snippet, ...]:
    """Write the candidates, the most needed first, within `budget` tokens; none whose signature `shown` holds."""
    written: dict[str, list[tuple[int, str, str]]] = {}
    left = budget
    for candidate in found[:CONSIDERED]:
        file, symbol = candidate.found
        if not candidate.weight or (len(symbol.header) > 20 and symbol.header.strip() in shown):
            continue
        head = 0 if file.path in written else tokens.estimate(file.path) + 3
        for text in forms(candidate, files):
            size = tokens.estimate(text + "\n") + head
            if size <= left:
                left -= size
                written.setdefault(file.path, []).append((symbol.start, symbol.name, text))
                break
    return tuple(_snippet(path, sorted(written[path])) for path in sorted(written))


def forms(candidate: Candidate, files: Files) -> Iterator[str]:
    """Yield what may be shown of a definition, the fullest first."""
    file, symbol = candidate.found
    members = [one for one in files.facts(file).symbols if one.owner == symbol.name] if symbol.kind == "type" else []
    inside = kinds_of(file.language).doc_inside
    if not members:
        whole = [symbol.header, symbol.doc] if inside else [symbol.doc, symbol.header]
        yield "\n".join(filter(None, whole))
        yield symbol.header
        return
    order = sorted(
        members, key=lambda one: (-candidate.members.get(one.name, 0.0), one.name.startswith("_"), one.start)
    )
    for count in MEMBERS:
        chosen = sorted(order[:count], key=lambda one: one.start)
        yield "\n".join(filter(None, _type(file.language, candidate, chosen)))


def _type(language: str, candidate: Candidate, members: Sequence[Symbol]) -> Iterator[str]:
    """Write a type with some of its members, where the language writes them."""
    symbol = candidate.found.symbol
    inside = kinds_of(language).doc_inside
    yield from (symbol.header, symbol.doc) if inside else (symbol.doc, symbol.header)
    end = "}" if symbol.header.endswith("{") else ""
    if language not in {"go", "rust"}:
        yield from (*_lines(members, candidate, inside=inside), end)
        return
    methods = [member for member in members if member.kind == "function"]
    yield from (*_lines([member for member in members if member.kind != "function"], candidate, inside=False), end)
    if methods:
        yield f"impl {symbol.name} {{" if language == "rust" else ""
        yield from _lines(methods, candidate, inside=False)
        yield "}" if language == "rust" else ""


def _lines(members: Sequence[Symbol], candidate: Candidate, *, inside: bool) -> Iterator[str]:
    for member in members:
        used = member.name in candidate.members
        if member.doc and used and not inside:
            yield member.doc
        yield member.header
        if member.doc and used and inside:
            yield member.doc


def _snippet(path: str, parts: list[tuple[int, str, str]]) -> Snippet:
    text = "\n".join(text for _, _, text in parts)
    names = ", ".join(name for _, name, _ in parts)
    return Snippet(Kind.WORKSPACE, path, text, parts[0][0], tokens.estimate(f"{path}\n{text}\n") + 2, names)
