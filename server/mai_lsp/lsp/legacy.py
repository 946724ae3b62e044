"""The requests of Copilot's server before it spoke LSP's inline completion, for the plugin that still sends them.

copilot.lua (`lua/copilot/api/init.lua`, `lua/copilot/suggestion/init.lua`) asks by `getCompletions`, takes suggestions
that begin at the line's beginning alone, and says by id what it showed and took. It is signed in to nothing here, so
`checkStatus` is always well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mai_lsp import __version__
from mai_lsp.core.encoding import Encoding, units
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.lsp.convert import field, place_of, to_range
from mai_lsp.lsp.protocol import (
    LEGACY_ACCEPTED,
    LEGACY_CYCLING,
    LEGACY_GET,
    LEGACY_REJECTED,
    LEGACY_SHOWN,
    LEGACY_STATUS,
    LEGACY_VERSION,
    LegacyCompletion,
    LegacyCompletions,
)
from mai_lsp.lsp.session import Several

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server

KEEP = 50
"""Suggestions of which the plugin may still say something."""


def register(server: Server) -> None:
    """Register the requests."""
    session = server.session
    given: dict[str, tuple[int, int]] = {}
    # By id: how long the text is, and how much of it stood on the line before, in UTF-16 units.

    @server.feature(LEGACY_GET)
    async def get_completions(params: Any) -> LegacyCompletions:
        return await answer(params, automatic=True)

    @server.feature(LEGACY_CYCLING)
    async def get_more(params: Any) -> LegacyCompletions:
        return await answer(params, automatic=False)

    @server.feature(LEGACY_SHOWN)
    def shown(params: Any) -> str:
        session.acceptance.shown(_item(_id(params)))
        return "OK"

    @server.feature(LEGACY_ACCEPTED)
    def accepted(params: Any) -> str:
        identity, length = _id(params), field(params, "acceptedLength")
        whole, before = given.get(identity, (0, 0))
        if isinstance(length, int) and length < whole:
            session.acceptance.accepted_part(_item(identity) | {"acceptedLength": length - before})
        else:
            session.accept(identity)
        return "OK"

    @server.feature(LEGACY_REJECTED)
    def rejected(_: Any) -> str:
        return "OK"  # What becomes of a suggestion, the text tells.

    @server.feature(LEGACY_STATUS)
    def check_status(_: Any) -> dict[str, str]:
        return {"status": "OK", "user": "mai-lsp"}

    @server.feature(LEGACY_VERSION)
    def get_version(_: Any) -> dict[str, str]:
        return {"version": __version__}

    async def answer(params: Any, *, automatic: bool) -> LegacyCompletions:
        asked = field(params, "doc")
        uri, version, place = str(field(asked, "uri")), field(asked, "version"), place_of(field(asked, "position"))
        document = session.documents.latest(uri)
        if document is None or version not in {None, document.version}:
            return {"completions": []}
        several = None if automatic else Several(hurry=True)
        found = await session.suggest(uri, place, automatic=automatic, several=several)
        if found is None or found.document.version != document.version:
            return {"completions": []}
        completions = _completions(found.document, found.all, session.documents.encoding)
        for one, suggestion in zip(completions, found.all, strict=True):
            whole = units(one["text"], Encoding.UTF16)
            given[suggestion.id] = whole, whole - units(suggestion.text, Encoding.UTF16)
        while len(given) > KEEP:
            del given[next(iter(given))]
        return {"completions": completions}


def _completions(document: Document, suggestions: Sequence[Suggestion], encoding: Encoding) -> list[LegacyCompletion]:
    completions = []
    for suggestion in suggestions:
        start = document.line_span(document.line_at(suggestion.span.start)).start
        before = document.text[start : suggestion.span.start]
        where = to_range(document, Span(start, suggestion.span.end), encoding)
        start_at, end_at = ({"line": place.line, "character": place.character} for place in (where.start, where.end))
        completions.append(
            LegacyCompletion(
                uuid=suggestion.id,
                text=before + suggestion.text,
                displayText=suggestion.text,
                range={"start": start_at, "end": end_at},
                position=end_at,
            )
        )
    return completions


def _item(identity: str) -> dict[str, Any]:
    """Name a suggestion as newer clients do."""
    return {"item": {"command": {"arguments": [identity]}}}


def _id(params: Any) -> str:
    return str(field(params, "uuid"))
