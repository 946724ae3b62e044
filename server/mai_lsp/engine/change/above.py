"""For a change in a notebook's cell: the code above it, which is not to be changed, before what other files define."""

from __future__ import annotations

from dataclasses import replace

from mai_lsp.context.window import prefix_window
from mai_lsp.core.secrets import MAX_KEY
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.ports import Ask, Elsewhere

PATH = "the cells above"
"""What stands in the place of a path."""

SHARE = 0.5
"""Of the room for reference, at most."""


class Above:
    """Both together (`ports.Elsewhere`); `view` is the cell below all code above it."""

    def __init__(self, view: Document, others: Elsewhere | None) -> None:
        self._view = view
        self._others = others

    async def snippets(self, ask: Ask, budget: int) -> tuple[Snippet, ...]:
        """Return the end of what stands above, then what else a place in the cell needs."""
        start = self._view.own.start
        span = prefix_window(self._view, start, int(budget * SHARE)) if start else self._view.own
        text = self._view.text[span.start : start].strip()
        found: tuple[Snippet, ...] = ()
        if text:
            before = self._view.text[max(0, span.start - MAX_KEY) : span.start]
            found = (Snippet(Kind.WORKSPACE, PATH, text, span.start, estimate(text), before=before),)
        if self._others is None:
            return found
        there = replace(ask, document=self._view, offset=start + ask.offset)
        return (*found, *await self._others.snippets(there, budget - sum(one.tokens for one in found)))
