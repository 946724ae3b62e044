"""Everything one file tells about the place of the cursor, under one token budget.

A pure function of the document and the offset: no clock, no files, no settings but the budget. The pieces are given in
the order that changes least while the user types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mai_lsp.context import scopes as around
from mai_lsp.context.imports import imports
from mai_lsp.context.near import near
from mai_lsp.context.used import used
from mai_lsp.context.window import prefix_window, suffix_window
from mai_lsp.core import tokens
from mai_lsp.core.outline import Definition, outline
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document, Span


@dataclass(frozen=True, slots=True)
class Shares:
    """How a budget is split, in parts of one; what a part does not use goes to the prefix."""

    prefix: float = 0.45
    """At least. Copilot gives 35 %, Cody 60 %, Continue 30 %; other files get no share here."""
    suffix: float = 0.15
    """At most. Copilot 15 %, Cody 10 %, Continue 20 %."""
    imports: float = 0.10
    definitions: float = 0.20
    scopes: float = 0.10
    """Together with the two above Copilot's 35 % of stable context, and a little."""


SHARES = Shares()

PREFIX_GRID = 16
"""The prefix's budget moves in sixteenths of the whole, so that a snippet more or less seldom moves its start."""


@dataclass(frozen=True, slots=True)
class InFile:
    """The context of one place in one file."""

    prefix: str
    """Ends at the cursor."""
    suffix: str
    """Starts at the cursor."""
    prefix_span: Span
    suffix_span: Span
    snippets: tuple[Snippet, ...]
    """Imports, definitions in file order, then scopes, outermost first; nothing that prefix and suffix show."""
    tokens: int
    """Estimate of all of it."""


def gather(document: Document, offset: int, budget: int, *, path: str = "", shares: Shares = SHARES) -> InFile:
    """Collect context for `offset` within `budget` tokens; only the end of the cursor's line is kept over budget.

    `path` is what snippets say they come from; empty means the document's URI.
    """
    path = path or document.uri
    after = suffix_window(document, offset, int(budget * shares.suffix))
    taken = tokens.estimate(document.slice(after))
    before = prefix_window(document, offset, max(0, budget - taken))
    if before.start == 0 and after.end == len(document.text):
        return _result(document, before, after, ())
    # What is shown at the least decides what may be said in snippets; the rest of the budget shows more again.
    least = prefix_window(document, offset, int(budget * shares.prefix))
    snippets = _snippets(document, offset, budget, path=path, shares=shares, shown=(Span(least.start, after.end),))
    grid = max(1, budget // PREFIX_GRID)
    room = budget - taken - sum(snippet.tokens for snippet in snippets)
    before = prefix_window(document, offset, max(int(budget * shares.prefix), room - room % grid))
    return _result(document, before, after, tuple(s for s in snippets if s.start < before.start or s.start > after.end))


def _result(document: Document, before: Span, after: Span, snippets: tuple[Snippet, ...]) -> InFile:
    prefix, suffix = document.slice(before), document.slice(after)
    total = tokens.estimate(prefix) + tokens.estimate(suffix) + sum(snippet.tokens for snippet in snippets)
    return InFile(prefix, suffix, before, after, snippets, total)


def _snippets(
    document: Document, offset: int, budget: int, *, path: str, shares: Shares, shown: Sequence[Span]
) -> list[Snippet]:
    if document.syntax is None:
        enclosing = around.scopes(document, offset)
        return _scopes(document, enclosing, int(budget * shares.scopes), path, shown)
    enclosing, outlined = around.scopes(document, offset), outline(document)
    names = near(document, offset, enclosing)
    top = imports(document, outlined, names, budget=int(budget * shares.imports), path=path, shown=shown)
    room = int(budget * shares.definitions)
    found = used(document, outlined, names, enclosing, budget=room, path=path, shown=shown)
    ends = _scopes(document, enclosing, int(budget * shares.scopes), path, shown)
    return [*([top] if top else []), *found, *ends]


def _scopes(
    document: Document, enclosing: Sequence[Definition], budget: int, path: str, shown: Sequence[Span]
) -> list[Snippet]:
    """Write the scopes that start above the window; the innermost matter most, the outermost come first."""
    left = budget
    found: list[Snippet] = []
    for scope in reversed(enclosing):
        if any(part.start <= scope.header.start < part.end for part in shown):
            continue
        for text in (around.render(document, scope), around.header(document, scope)):
            size = tokens.estimate(text)
            if size <= left:
                found.append(Snippet(Kind.SCOPE, path, text, scope.header.start, size, scope.name))
                left -= size
                break
    return found[::-1]
