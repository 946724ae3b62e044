"""Several suggestions on request: the command `mai.alternatives` and the panel of Copilot's clients.

Clients with a progress token get each one as soon as it is there; the answer is then empty, as LSP has it for partial
results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from mai_lsp.core.text import Document
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.lsp.convert import inline_items, place_of
from mai_lsp.lsp.progress import waiting
from mai_lsp.lsp.protocol import ALTERNATIVES_COMMAND, PANEL
from mai_lsp.lsp.session import Several

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server

Token = int | str


def register(server: Server) -> None:
    """Register the command and Copilot's request."""

    @server.command(ALTERNATIVES_COMMAND)
    async def alternatives(*arguments: Any) -> types.InlineCompletionList:
        uri, position, token = (*arguments, None, None, None)[:3]
        return await _answer(server, str(uri), position, token)

    @server.feature(PANEL)
    async def panel(params: Any) -> types.InlineCompletionList:
        # pygls makes an object of what it does not know.
        uri = str(getattr(getattr(params, "textDocument", None), "uri", ""))
        token = getattr(params, "partialResultToken", None)
        return await _answer(server, uri, getattr(params, "position", None), token)


async def _answer(server: Server, uri: str, position: Any, token: Any) -> types.InlineCompletionList:
    session = server.session
    told: set[str] = set()

    def found(document: Document, suggestion: Suggestion) -> None:
        told.add(suggestion.id)
        items = inline_items(document, [suggestion], session.documents.encoding)
        server.protocol.notify(types.PROGRESS, types.ProgressParams(token, items))

    bit_by_bit = isinstance(token, Token)
    several = Several(hurry=False, found=found) if bit_by_bit else Several(hurry=False)
    async with waiting(server, None):
        answer = await session.suggest(uri, place_of(position), automatic=False, several=several)
    rest = [one for one in answer.all if one.id not in told] if answer is not None else []
    if answer is None or (bit_by_bit and not rest):
        return types.InlineCompletionList(items=[])
    items = inline_items(answer.document, rest, session.documents.encoding)
    if not bit_by_bit:
        return items
    # Known from before, so that nothing was told yet.
    server.protocol.notify(types.PROGRESS, types.ProgressParams(token, items))
    return types.InlineCompletionList(items=[])
