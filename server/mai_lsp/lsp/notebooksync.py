"""Registers what clients tell about notebooks; like `handlers`, each of these only converts and calls the session.

Cells come in these messages alone, never in `textDocument/didOpen`. Their outputs do not come at all.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from mai_lsp.lsp import cells

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session

log = logging.getLogger(__name__)

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[types.NotebookDocumentFilterWithNotebook(notebook="*")], save=True
)
"""All cells of all notebooks: prose says what the code next to it is for."""


def register(server: Server) -> None:
    """Register the notifications."""
    session = server.session

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def did_open(params: Any) -> None:
        try:
            uri, listed, texts = cells.opened(params)
        except ValueError as error:
            _lost(session, params, error)
            return
        _close(session, uri)
        session.documents.notebooks.open(uri, listed, texts)
        code = [cell.uri for cell in session.documents.notebooks.cells_of(uri) if cell.code]
        for last in code[-1:]:
            session.warm(last)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def did_change(params: Any) -> None:
        try:
            uri, changed = cells.changed(params)
        except ValueError as error:
            _lost(session, params, error)
            return
        effects = session.documents.notebooks.change(uri, changed)
        for cell, edits in effects.edited:
            session.changed(cell, edits)
        for cell, edit in effects.pushed:
            session.acceptance.changed(cell, [edit])
        for cell in effects.gone:
            _forget(session, cell)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def did_save(_: Any) -> None:
        """Take note of nothing: the index reads no notebooks, and what is open counts as it is."""

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def did_close(params: Any) -> None:
        try:
            _close(session, cells.uri_of(params))
        except ValueError as error:
            _lost(session, params, error)


def _close(session: Session, uri: str) -> None:
    for cell in session.documents.notebooks.close(uri):
        _forget(session, cell)


def _forget(session: Session, cell: str) -> None:
    session.closed(cell)
    session.next_edits.closed(cell)


def _lost(session: Session, params: Any, error: ValueError) -> None:
    """Close a notebook whose texts are unknown from here on: completing in a wrong text is worse than not at all."""
    log.error("a notebook's change could not be read: %s", error)
    try:
        _close(session, cells.uri_of(params))
    except ValueError:
        log.debug("nor which notebook it was")
