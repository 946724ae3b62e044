"""What the server asks of the client: its settings, and to be told of changes; and which features it offers when.

A client that refuses or does not answer costs a feature, never the session.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from mai_lsp.lsp import configuration
from mai_lsp.workspace.ignore import FILE_NAMES as IGNORE_FILES
from mai_lsp.workspace.index.endings import BUILD_FILES
from mai_lsp.workspace.index.endings import endings as index_endings
from mai_lsp.workspace.project import FILE_NAME

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session

log = logging.getLogger(__name__)

ANSWER_WITHIN = 5.0
"""Seconds to wait for a client's answer; after that the other sources' settings hold until it comes."""

LIST_ID = "mai-completion-list"

LIST_OPTIONS = types.CompletionOptions(trigger_characters=[".", "("], resolve_provider=False)


def wants_list(session: Session) -> bool:
    """Whether suggestions belong into the completion list: never beside inline completion, unless asked for."""
    mode = session.settings.completion_list
    return mode == "always" or (mode == "auto" and not session.client.inline and not session.client.copilot)


async def register(server: Server) -> None:
    """Ask to be told about changed settings and project files."""
    wanted = []
    if server.session.client.registers_configuration:
        wanted.append(
            types.Registration(
                id="mai-configuration",
                method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                register_options=types.DidChangeConfigurationRegistrationOptions(section=configuration.SECTION),
            )
        )
    if server.session.client.registers_watchers:
        endings = ",".join(ending.removeprefix(".") for ending in sorted(index_endings()))
        names = ",".join((FILE_NAME, *IGNORE_FILES, *BUILD_FILES))
        watchers = [types.FileSystemWatcher(glob_pattern=glob) for glob in (f"**/{{{names}}}", f"**/*.{{{endings}}}")]
        wanted.append(
            types.Registration(
                id="mai-project-file",
                method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
            )
        )
    if wanted:
        await _answer(server.client_register_capability_async(types.RegistrationParams(wanted)))


async def pull(server: Server) -> None:
    """Ask the client for our settings, if it can be asked, and let them take effect."""
    session = server.session
    if session.client.pulls:
        number = server.pulls = server.pulls + 1
        item = types.ConfigurationItem(section=configuration.SECTION)
        asked = asyncio.ensure_future(server.workspace_configuration_async(types.ConfigurationParams([item])))
        answer = await _answer(asyncio.shield(asked))
        if not asked.done():
            session.tasks.start(_ask_again(server, asked), "late settings")
        if answer is not None and number > server.pulled:
            server.pulled = number
            session.configuration.put(configuration.CLIENT, *configuration.from_pull(answer))
    session.settle()
    follow(server)


def follow(server: Server) -> None:
    """Offer or withdraw the completion list after `completion.list` has changed, where the client lets us."""
    wanted = wants_list(server.session)
    if wanted == server.offers_list or not server.session.client.registers_completion:
        return
    server.offers_list = wanted
    if wanted:
        selector: list[types.DocumentFilter] = [
            types.TextDocumentFilterScheme(scheme=scheme) for scheme in ("file", "untitled")
        ]
        if server.session.client.notebooks:
            selector.append(types.NotebookCellTextDocumentFilter(notebook="*"))
        options = types.CompletionRegistrationOptions(
            document_selector=selector, trigger_characters=LIST_OPTIONS.trigger_characters
        )
        entry = types.Registration(id=LIST_ID, method=types.TEXT_DOCUMENT_COMPLETION, register_options=options)
        request = server.client_register_capability_async(types.RegistrationParams([entry]))
    else:
        gone = types.Unregistration(id=LIST_ID, method=types.TEXT_DOCUMENT_COMPLETION)
        request = server.client_unregister_capability_async(types.UnregistrationParams([gone]))
    server.session.tasks.start(_answer(request), "registering completion")


async def _ask_again(server: Server, asked: asyncio.Future[Any]) -> None:
    """Ask anew once a client that was busy has answered: an editor that starts may take longer than we wait."""
    await asyncio.wait([asked])
    if not asked.cancelled() and asked.exception() is None:
        await pull(server)


async def _answer(request: Awaitable[Any]) -> Any:
    """Wait for the client's answer; None when it has none to give."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await request
    except TimeoutError:
        log.warning("the client does not answer")
    except Exception as error:  # noqa: BLE001 (whatever a client may say)
        log.warning("the client refused: %s", type(error).__name__)
    return None
