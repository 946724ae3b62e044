"""Registers what the server answers to; every handler only converts and calls the session.

Handlers of didOpen, didChange and didClose are plain functions, so that the text is right before the next message is
looked at. None of them shows or logs a parameter.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from mai_lsp.lsp import (
    alternatives,
    catalogue,
    client,
    codeactions,
    configuration,
    examining,
    legacy,
    nextedit,
    notebooksync,
    refactoring,
    registration,
    reported,
    switching,
)
from mai_lsp.lsp.convert import Place, changes, inline_items, place_of, to_offset
from mai_lsp.lsp.listing import completion_list
from mai_lsp.lsp.progress import IndexMeter, waiting
from mai_lsp.lsp.protocol import (
    ACCEPT_COMMAND,
    DID_ACCEPT_PART,
    DID_CHANGE_CLIPBOARD,
    DID_CHANGE_DIAGNOSTICS,
    DID_FOCUS,
    DID_SHOW,
    LM_PART,
    SHOW_PROMPT_COMMAND,
    STATUS_COMMAND,
    TOLERATED,
    ShownPrompt,
)
from mai_lsp.lsp.session import Several
from mai_lsp.workspace.ignore import FILE_NAMES as IGNORE_FILES
from mai_lsp.workspace.project import FILE_NAME
from mai_lsp.workspace.uris import name_of, path_of

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server

log = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Register everything; completion lists are added by `registration` for clients that need them."""
    _lifecycle(server)
    _documents(server)
    _configuration(server)
    _completions(server)
    _commands(server)
    notebooksync.register(server)
    alternatives.register(server)
    switching.register(server)
    nextedit.register(server)
    legacy.register(server)
    codeactions.register(server)
    refactoring.register(server)
    catalogue.register(server)
    examining.register(server)
    server.feature(LM_PART)(_part(server))


def _lifecycle(server: Server) -> None:
    session = server.session

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.connect(client.describe(params), params.initialization_options)
        if registration.wants_list(session):
            server.serve_list()
            server.offers_list = True

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        server.may_speak = True
        server.hand_over_log()
        session.load()
        server.watch_client()
        if session.client.registers_completion:
            server.serve_list()
        await registration.register(server)
        session.indexing.begin(IndexMeter(server))
        await registration.pull(server)

    @server.feature(types.EXIT)
    def leave(_: None) -> None:
        server.leave()


def _documents(server: Server) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        session.closed(item.uri)
        session.next_edits.closed(item.uri)
        session.documents.open(item.uri, str(item.language_id), item.version, item.text)
        session.warm(item.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: Any) -> None:
        try:
            uri, version, found = changes(params)
        except ValueError as error:
            # From here on the text is unknown, and completing in a wrong text is worse than not completing.
            log.error("didChange could not be read: %s", error)  # noqa: TRY400 (our own words, nothing more to see)
            session.closed(_uri(params))
            session.documents.close(_uri(params))
        else:
            before = session.documents.latest(uri)
            edits = session.documents.change(uri, version, found)
            session.changed(uri, edits)
            session.next_edits.changed(uri, before, edits)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        session.closed(params.text_document.uri)
        session.next_edits.closed(params.text_document.uri)
        session.documents.close(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        session.indexing.changed([path_of(params.text_document.uri)])
        session.documents.visits.saved(params.text_document.uri)
        name = name_of(params.text_document.uri)
        if name in IGNORE_FILES:
            session.documents.rules.forget()
        if name == FILE_NAME and not session.client.registers_watchers:
            session.read_project()
            session.settle()

    @server.feature(DID_CHANGE_DIAGNOSTICS)
    def did_change_diagnostics(params: Any) -> None:
        session.report(params)

    @server.feature(DID_CHANGE_CLIPBOARD)
    def did_change_clipboard(params: Any) -> None:
        session.copied(reported.clipboard(params))

    understood = {DID_FOCUS: _warm(server), DID_SHOW: _shown(server), DID_ACCEPT_PART: _accepted_part(server)}
    for method in TOLERATED:
        server.feature(method)(understood.get(method, _ignore))


def _configuration(server: Server) -> None:
    session = server.session

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        if session.client.pulls:
            await registration.pull(server)
        else:
            session.configuration.put(configuration.CLIENT, configuration.from_push(params.settings))
            session.settle()
            registration.follow(server)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        session.indexing.changed(path_of(change.uri) for change in params.changes)
        names = {name_of(change.uri) for change in params.changes}
        if not names.isdisjoint(IGNORE_FILES):
            session.documents.rules.forget()
        if FILE_NAME in names:
            session.read_project()
            session.settle()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        removed = {path_of(folder.uri) for folder in params.event.removed}
        added = [path for folder in params.event.added if (path := path_of(folder.uri)) is not None]
        session.change_folders(added, removed)


def _completions(server: Server) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    async def inline_completion(params: types.InlineCompletionParams) -> types.InlineCompletionList:
        uri, place = params.text_document.uri, Place(params.position.line, params.position.character)
        asked = session.documents.latest(uri)
        if params.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked:
            async with waiting(server, params.work_done_token):
                found = await session.suggest(uri, place, automatic=False, several=Several(hurry=True))
        else:
            found = await session.suggest(uri, place, automatic=True)
        if found is None:
            by_hand = params.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked
            same = asked is not None and session.documents.latest(uri) is asked
            items = nextedit.inline(session, asked, place, automatic=not by_hand) if asked and same else []
            return types.InlineCompletionList(items=items)
        session.next_edits.completed(found.document)
        return inline_items(found.document, found.all, session.documents.encoding)


def completion(server: Server) -> Any:
    """Return the handler of textDocument/completion, which is registered only for clients that need it."""
    session = server.session

    async def complete(params: types.CompletionParams) -> types.CompletionList:
        found = await session.suggest(
            params.text_document.uri,
            Place(params.position.line, params.position.character),
            automatic=True,  # Clients ask with the same trigger kind for every typed word and for an explicit key.
            lines=None if session.client.keeps_lines else 1,
        )
        if found is None:
            return types.CompletionList(is_incomplete=True, items=[])
        return completion_list(
            found.document,
            to_offset(found.document, params.position, session.documents.encoding),
            found.suggestion,
            session.client,
        )

    return complete


def _commands(server: Server) -> None:
    session = server.session

    @server.command(ACCEPT_COMMAND)
    def accept(*arguments: Any) -> None:
        identity = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        if not session.accept(identity):
            log.info("a suggestion was accepted that is not known")

    @server.command(SHOW_PROMPT_COMMAND)
    async def show_prompt(*arguments: Any) -> ShownPrompt:
        uri, position = (*arguments, None, None)[:2]
        return await session.show_prompt(str(uri), place_of(position))

    @server.command(STATUS_COMMAND)
    async def status(*_: Any) -> dict[str, Any]:
        # The report needs modules that a worker thread may be importing just now; waiting for its import lock would
        # stop the event loop. A failure to load is logged where it happens.
        await asyncio.wait({session.load()})
        from mai_lsp.lsp import report  # noqa: PLC0415 (start-up time counts, and few ask)

        return report.build(session)


def _warm(server: Server) -> Any:
    def focus(params: Any) -> None:
        # Clients send the document or nothing; pygls makes an object of what it does not know.
        server.session.warm(str(getattr(getattr(params, "textDocument", None), "uri", "")))

    return focus


def _shown(server: Server) -> Any:
    def shown(params: Any) -> None:
        server.session.acceptance.shown(params)

    return shown


def _accepted_part(server: Server) -> Any:
    def accepted_part(params: Any) -> None:
        server.session.acceptance.accepted_part(params)

    return accepted_part


def _part(server: Server) -> Any:
    def part(params: Any) -> None:
        server.language_models.part(params)

    return part


def _ignore(_: Any) -> None:
    """Take a notification that needs no answer."""


def _uri(params: Any) -> str:
    try:
        return str(params["textDocument"]["uri"])
    except (KeyError, TypeError):
        return ""
