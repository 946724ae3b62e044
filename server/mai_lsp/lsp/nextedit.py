"""Registers how editors get the next edit: as a code action, by Copilot's request, and by a command that goes there.

It converts and calls `nextedits`; the version that a client names must be the one that an edit fits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from mai_lsp.core.text import Document, Edit
from mai_lsp.engine.edit import EditSuggestion, NoEdit
from mai_lsp.lsp import actions
from mai_lsp.lsp.convert import Place, field, offset_at, place_of, to_range
from mai_lsp.lsp.editing import accept_command, copilot_edit, inline_item, workspace_edit
from mai_lsp.lsp.protocol import APPLY_EDIT_COMMAND, DID_SHOW_EDIT, INLINE_EDIT, NEXT_EDIT_COMMAND, NextEdit

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session


def register(server: Server) -> None:
    """Register the requests and commands."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, actions.options())
    def code_action(params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
        return actions.answer(session, params)

    @server.feature(INLINE_EDIT)
    async def inline_edit(params: Any) -> dict[str, Any]:
        # A client that asks after a change asks again after the next one only, also where we have just been started.
        await asyncio.wait({session.load()})
        named = field(params, "textDocument")
        version, document = field(named, "version"), session.documents.latest(str(field(named, "uri")))
        if document is None or version not in {None, document.version}:
            return {"edits": []}
        offset = offset_at(document, place_of(field(params, "position")), session.client.encoding)
        began = time.perf_counter()
        found = await session.next_edits.find(document, offset, automatic=True)
        if isinstance(found, NoEdit):
            _troubled(session, found, automatic=True)
            return {"edits": []}
        # Clients drop what is for another version than the one they have asked with.
        if found.document.version != document.version:
            return {"edits": []}
        return {"edits": _wire(session, found, found.edits[:1], began)}

    @server.feature(DID_SHOW_EDIT)
    def did_show(params: Any) -> None:
        session.acceptance.shown(params)

    @server.command(NEXT_EDIT_COMMAND)
    async def next_edit(*arguments: Any) -> NextEdit:
        uri, position = (*arguments, None, None)[:2]
        await asyncio.wait({session.load()})
        document = session.documents.latest(str(uri))
        if document is None:
            return NextEdit(edits=[], certain=False, reason="closed")
        offset = offset_at(document, place_of(position), session.client.encoding)
        began = time.perf_counter()
        found = await session.next_edits.find(document, offset, automatic=False)
        if isinstance(found, NoEdit):
            _troubled(session, found, automatic=False)
            return NextEdit(edits=[], certain=False, reason=found.reason.value)
        if session.client.shows_documents:
            session.tasks.start(_go_to(server, found), "showing the next edit")
        return NextEdit(edits=_wire(session, found, found.edits, began), certain=found.certain, reason="")

    @server.command(APPLY_EDIT_COMMAND)
    async def apply_edit(*arguments: Any) -> None:
        identity, uri, version, count = (*arguments, None, None, None, None)[:4]
        document = session.documents.latest(str(uri))
        if document is None or document.version != version or not isinstance(count, int):
            return  # What was offered was for another text.
        found = session.next_edits.known(document, 0, automatic=False)
        if isinstance(found, NoEdit) or not isinstance(identity, str):
            return
        change = workspace_edit(document, found.edits[:count], session.client)
        # Some clients apply nothing before the command is answered.
        session.tasks.start(_apply(server, change, identity), "applying the next edit")


def inline(session: Session, document: Document, place: Place, *, automatic: bool) -> list[types.InlineCompletionItem]:
    """Return what is certain to be the next edit of the cursor's line, for an editor that has no completion there."""
    offset = offset_at(document, place, session.client.encoding)
    found = session.next_edits.known(document, offset, automatic=automatic)
    line = document.line_at(offset)
    if isinstance(found, NoEdit):
        return []
    for edit in found.edits:
        if document.line_at(edit.span.start) == line and (
            item := inline_item(document, edit, offset, found.id, session.client)
        ):
            item.command = accept_command(session.next_edits.show(found, edit))
            return [item]
    return []


def _troubled(session: Session, found: NoEdit, *, automatic: bool) -> None:
    if found.error is not None:
        session.status.trouble(found.error, automatic=automatic)
        session.status.send()


def _wire(session: Session, found: EditSuggestion, edits: Sequence[Edit], began: float) -> list[dict[str, Any]]:
    wait_ms = (time.perf_counter() - began) * 1000
    identity = session.next_edits.show(found, found.edits[0], wait_ms=wait_ms)
    return [copilot_edit(found.document, edit, identity, session.client.encoding) for edit in edits]


async def _apply(server: Server, change: types.WorkspaceEdit, identity: str) -> None:
    """Have the editor make a change, and count it if it did."""
    told = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit=change, label="Next edit"))
    if told.applied:
        server.session.accept(identity)


async def _go_to(server: Server, found: EditSuggestion) -> None:
    """Have the editor show the place."""
    where = to_range(found.document, found.edits[0].span, server.session.client.encoding)
    await server.window_show_document_async(
        types.ShowDocumentParams(uri=found.document.uri, take_focus=True, selection=where)
    )
