"""Context that the editor's session knows: recent edits, similar code in other open files, problems, the clipboard.

All of it is worked out from memory in a few milliseconds, at once. Files that must not be shown are not looked at; the
gate asks about each again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mai_lsp.context.clipboard import clipboard
from mai_lsp.context.edits import edits
from mai_lsp.context.problems import problems
from mai_lsp.context.similar import similar
from mai_lsp.core.recent import Visited
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Span
from mai_lsp.core.tokens import characters
from mai_lsp.engine.ports import Ask, Deps

LEAST_BUDGET = 800
"""Below this a prompt has room for the cursor's own file alone."""

LEAST_FOR_SIMILAR = 2_000
"""Similar code takes much room for what it says, so it comes last (Copilot weighs edits .99, similar code .8)."""

GRID = 16
"""Room is taken from the budget in sixteenths, so that what else it holds stays the same while the user types."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of the whole budget, at most."""

    edits: float = 0.10
    problems: float = 0.03
    similar: float = 0.15
    clipboard: float = 0.05


SHARES = Shares()

ABOVE, BELOW = 0.4, 0.12
"""Parts of the budget that the window shows of the cursor's file in any case: edits there are seen anyhow."""


def recent(ask: Ask, deps: Deps, budget: int, shares: Shares = SHARES) -> tuple[Snippet, ...]:
    """Return what the session knows that belongs into a prompt of `budget` tokens, in the order it is shown."""
    if budget < LEAST_BUDGET:
        return ()
    wanted = deps.settings.context_sources
    document, known = ask.document, ask.recent
    visited = [one for one in known.visited if not deps.documents.ignored(document.file, one.path)]
    path = deps.documents.display_path(document.file)
    found: list[Snippet] = []
    if "similar" in wanted and budget >= LEAST_FOR_SIMILAR:
        found += similar(document, ask.offset, visited, int(budget * shares.similar))
    if "edits" in wanted:
        near = _near(ask, budget)
        away = [region for region in known.edited if region.end < near.start or region.start > near.end]
        found += edits([Visited(document, path, away), *visited], int(budget * shares.edits))
    if "diagnostics" in wanted:
        found += problems(document, ask.offset, known.problems, int(budget * shares.problems), path=path)
    if "clipboard" in wanted:
        found += clipboard(known.clipboard, document, int(budget * shares.clipboard))
    return tuple(found)


def reserved(found: Sequence[Snippet], budget: int) -> int:
    """Return how many tokens to keep free for snippets, in steps."""
    grid = max(1, budget // GRID)
    return -(-sum(snippet.tokens for snippet in found) // grid) * grid


def outside(found: Sequence[Snippet], path: str, window: Span) -> tuple[Snippet, ...]:
    """Return the snippets without the edits that the window of the file `path` shows after all."""
    return tuple(
        snippet
        for snippet in found
        if snippet.kind is not Kind.EDIT or snippet.path != path or not window.start <= snippet.start <= window.end
    )


def _near(ask: Ask, budget: int) -> Span:
    above, below = characters(int(budget * ABOVE)), characters(int(budget * BELOW))
    return Span(max(0, ask.offset - above), ask.offset + below)
