"""Recent edits as snippets of a few lines each, the oldest first: pure, from what `core.history` has recorded.

It compares nothing and masks nothing: a snippet holds the lines as they are and as they were, and enough of what
stands around both for the gate to know a secret by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mai_lsp.core import tokens
from mai_lsp.core.history import Region, undone
from mai_lsp.core.recent import Visited
from mai_lsp.core.secrets import MAX_KEY
from mai_lsp.core.snippet import Former, Kind, Snippet
from mai_lsp.core.text import Document, Span, line_starts

MAX_EDITS = 8
MAX_FILES = 20
CONTEXT_LINES = 3
MAX_LINES = 10
MAX_CHARACTERS = 2_000
"""How much is shown; all five are Copilot's."""


class _Place(NamedTuple):
    """Edits that are shown together, since their lines are."""

    at: float
    document: Document
    path: str
    regions: tuple[Region, ...]


def edits(visited: Sequence[Visited], budget: int) -> tuple[Snippet, ...]:
    """Write the latest edits within `budget` tokens, the oldest first, so that a new one comes last in a prompt."""
    places = sorted((place for one in visited[:MAX_FILES] for place in _places(one)), key=lambda place: -place.at)
    found: list[Snippet] = []
    left = budget
    for place in places:
        snippet = _snippet(place)
        if snippet is not None and snippet.tokens <= left:
            left -= snippet.tokens
            found.append(snippet)
        if len(found) == MAX_EDITS:
            break
    return tuple(found[::-1])


def _places(one: Visited) -> Iterator[_Place]:
    """Join the regions whose shown lines would meet."""
    document = one.document
    held: list[Region] = []
    for region in one.regions:
        if held and document.line_at(region.start) - document.line_at(held[-1].end) > 2 * CONTEXT_LINES:
            yield _Place(max(one.at for one in held), document, one.path, tuple(held))
            held = []
        held.append(region)
    if held:
        yield _Place(max(one.at for one in held), document, one.path, tuple(held))


def _snippet(place: _Place) -> Snippet | None:
    """Write one edit with the lines around it; a long one is cut behind its first lines, which say what it is about."""
    document, text = place.document, place.document.text
    first, last = document.line_at(place.regions[0].start), document.line_at(place.regions[-1].end)
    top = document.starts[max(0, first - CONTEXT_LINES)]
    core = Span(document.starts[first], document.line_span(last).end)
    bottom = document.line_span(min(document.line_count - 1, last + CONTEXT_LINES)).end
    new, old = document.slice(core), undone(text, core, place.regions)
    if new.split() == old.split():
        return None
    shown_new, shown_old = _beginning(new), _beginning(old)
    if len(shown_new) == len(new) and len(shown_old) == len(old):
        shown_new, shown_old = (f"{part}{text[core.end : bottom]}" for part in (new, old))
    head = text[top : core.start]
    if len(head) + max(len(shown_new), len(shown_old)) > MAX_CHARACTERS:
        return None
    before = text[max(0, top - MAX_KEY) : top]
    below = text[core.end : bottom + MAX_KEY]
    former = Former(head + shown_old, before, (old + below)[len(shown_old) :])
    return Snippet(
        Kind.EDIT,
        place.path,
        head + shown_new,
        top,
        tokens.estimate(f"{place.path}\n{head}{shown_new}{shown_old}") + 8,
        f"line {first + 1}",
        before,
        (new + below)[len(shown_new) :],
        former,
    )


def _beginning(text: str) -> str:
    """Return the first lines of a text."""
    starts = line_starts(text)
    return text if len(starts) <= MAX_LINES else text[: starts[MAX_LINES]].rstrip("\r\n")
