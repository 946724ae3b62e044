"""Offers as LSP's code actions, in the form that a client takes, and what becomes of the one that is chosen.

A menu is answered at once from the tree and the problems; models are asked by `codeAction/resolve`, or by a command
where the client can not resolve, or the answer is no single file's edit. What is carried out is worked out anew from
the data that an action carries, for exactly the version that it was offered on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from mai_lsp.core.recent import Problem
from mai_lsp.core.text import Document, Span
from mai_lsp.lsp.actiondata import Wanted, data_of, read_data
from mai_lsp.lsp.backend import TREE_WITHIN
from mai_lsp.lsp.convert import to_range
from mai_lsp.lsp.protocol import EDIT_COMMAND, REFACTOR_COMMAND, RUN_ACTION_COMMAND, TAKEN_COMMAND
from mai_lsp.workspace.uris import path_of

if TYPE_CHECKING:
    from mai_lsp.actions.offered import Offer
    from mai_lsp.engine.change.job import Ended, Job, Watcher
    from mai_lsp.lsp.actions import Asked
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session

log = logging.getLogger(__name__)

KINDS = ("quickfix", "refactor", "refactor.extract", "refactor.move", "refactor.rewrite", "source", "mai.explain")
"""Every kind that is offered; a test compares them with the table's."""

MAX_LISTED = 50_000
"""Paths of a project that are looked at to find where tests are."""

STALE = "The file was changed since this action was offered. Open the menu again."

GONE = "This action is not possible here any more. Open the menu again."

CLOSED = "The document is not open."

NOTEBOOK = "In a notebook code is changed cell by cell; what goes beyond that begins in a file."

NO_FILE = "The document is no file in a folder, so it can not be changed by an action."


@dataclass(frozen=True, slots=True)
class Task:
    """A job, and the folder that its paths begin in."""

    job: Job
    root: Path
    document: Document


def offered(session: Session, asked: Asked) -> Iterator[types.CodeAction | types.Command]:
    """Yield what can be done at a place."""
    from mai_lsp.actions.offer import offer  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.actions.offered import Abilities  # noqa: PLC0415 (same)

    document, client, settings = asked.document, session.client, session.settings
    if not settings.actions_enable or session.documents.ignored(document.uri):
        return
    abilities = Abilities(
        input=client.gives_input,
        creates="create" in client.resource_operations,
        by_hand=asked.by_hand,
        only=asked.only,
        disabled=settings.actions_disabled,
    )
    known = _all_problems(session, asked)
    for one in offer(document, asked.span, known, session.own_actions, abilities):
        if document.part is None or _in_cell(one):
            yield _action(session, asked, one)


def register(server: Server) -> None:
    """Register what carries actions out."""
    session = server.session

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        wanted = read_data(action.data)
        if wanted is None:
            return action  # Somebody else's, or the next edit's, which has all it needs.
        return await resolved(server, action, wanted)

    @server.command(RUN_ACTION_COMMAND)
    async def run_action(*arguments: Any) -> Any:
        wanted = read_data(arguments[0] if arguments else None)
        if wanted is None:
            server.show("warning", GONE)
            return None
        if wanted.wait:
            return await run(server, wanted)
        session.tasks.start(run(server, wanted), "an action")
        return None

    @server.command(TAKEN_COMMAND)
    async def taken(*arguments: Any) -> None:
        wanted = read_data(arguments[0] if arguments else None)
        if wanted is not None:
            await session.taken.take(wanted.key, keep=session.settings.undo_enable)


async def resolved(server: Server, action: types.CodeAction, wanted: Wanted) -> types.CodeAction:
    """Return an action with its edit; without one where there is none, and the user is told why, once."""
    from mai_lsp.engine.change.job import Explained, Proposal  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.lsp import changing  # noqa: PLC0415 (same)

    session = server.session
    task = await task_of(session, wanted)
    if isinstance(task, str):
        return _failed(server, action, task)
    ended = await carry_out(server, task)
    if ended is None:
        return action
    if not isinstance(ended, Proposal):
        return _failed(server, action, ended.text if isinstance(ended, Explained) else ended.message)
    edit = changing.workspace_edit(ended, session)
    if not isinstance(edit, types.WorkspaceEdit):
        return _failed(server, action, edit.message)
    action.edit = edit
    now = changing.followed(ended, changing.files_of(ended, session))
    if session.client.resolves_commands and isinstance(now, Proposal) and task.document.part is None:
        session.taken.give(wanted.key, task.root, now)
        action.command = types.Command(title=action.title, command=TAKEN_COMMAND, arguments=[action.data])
    return action


async def run(server: Server, wanted: Wanted) -> Any:
    """Carry an action out and have the editor make what comes of it; return what `mai.edit` would."""
    from mai_lsp.engine.change.job import Explained, Proposal  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.lsp import changing, explaining, refactoring  # noqa: PLC0415 (same)

    task = await task_of(server.session, wanted)
    if isinstance(task, str):
        server.show("warning", task)
        return None
    ended = await carry_out(server, task)
    if ended is None:
        return None
    if isinstance(ended, Explained):
        await explaining.show(server, task.job.title, ended.text)
        return refactoring.refactored(ended)
    if not isinstance(ended, Proposal):
        server.show("warning", ended.message)
        return refactoring.refactored(ended)
    outcome = await changing.apply(ended, server)
    if outcome.message and outcome.state != "cancelled":
        server.show("warning", outcome.message)
    return refactoring.applied(outcome)


async def task_of(session: Session, wanted: Wanted) -> Task | str:
    """Work an action out anew; a sentence where it can not be carried out any more."""
    await asyncio.shield(session.load())
    from mai_lsp.actions.offer import find  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.engine.change.jobs import job_of  # noqa: PLC0415 (same)

    document = session.documents.editable(wanted.uri)
    if document is None:
        return CLOSED
    if wanted.version != document.version:
        return STALE
    document = await session.documents.parsed(document, TREE_WITHIN)
    offer = find(wanted.id, document, wanted.span, wanted.problems, session.own_actions)
    if offer is None or session.documents.ignored(document.uri):
        return GONE
    if document.part is not None and not _in_cell(offer):
        return NOTEBOOK
    place = session.documents.place(document.file)
    if place is None:
        path = path_of(document.file)
        if path is None:
            return NO_FILE
        place = path.parent, path.name
    root, path_there = place
    listed = await asyncio.to_thread(_listed, root, gitignore=session.settings.ignore_gitignore) if offer.need else ()
    masked = session.settings.secrets_mask
    job = job_of(offer, document, path_there, lambda: frozenset(listed), masked=masked)
    return job if isinstance(job, str) else Task(job, root, document)


async def carry_out(server: Server, task: Task) -> Ended | None:
    """Ask the models, with progress shown; None if the user cancelled it there."""
    from mai_lsp.lsp.watching import watched  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.lsp.working import run as work  # noqa: PLC0415 (same)

    def begun(watcher: Watcher) -> Any:
        return work(server.session, task.job, task.root, watcher)

    return await watched(server, f"MAI: {task.job.title}", None, begun)


def _action(session: Session, asked: Asked, one: Offer) -> types.CodeAction | types.Command:
    """Put an offer into the form that the client takes."""
    from mai_lsp.actions.catalogue import Need  # noqa: PLC0415 (loaded late, with the engine)

    client, document = session.client, asked.document
    data = data_of(document, asked.span, one)
    command = types.Command(title=one.title, command=RUN_ACTION_COMMAND, arguments=[data])
    if one.need is Need.INSTRUCTION:
        command = _asks(session, document, one)
    if not client.literal_actions:
        return command
    action = types.CodeAction(title=one.title, kind=one.kind)
    if one.problems:
        action.diagnostics = [given for problem, given in asked.problems if problem in one.problems] or None
    action.is_preferred = True if one.preferred else None
    # What goes beyond one file is asked about first, and what is only to be read changes nothing: both are commands.
    if client.resolves_edits and not (one.text or one.many or one.resources or one.need):
        # No command yet: Emacs 30 does not resolve what has one (eglot.el, `eglot-execute`).
        action.data = data
    else:
        action.command = command
    return action


def _in_cell(one: Offer) -> bool:
    """Whether an action stays in the cell of a notebook that it is offered in."""
    from mai_lsp.actions.catalogue import Need  # noqa: PLC0415 (loaded late, with the engine)

    return not (one.many or one.resources) and one.need in {Need.NONE, Need.INSTRUCTION}


def _asks(session: Session, document: Document, one: Offer) -> types.Command:
    """Return the command that asks the user what is to be done (`refactoring`)."""
    where = to_range(document, one.span, session.client.encoding)
    ends = {"start": _wire(where.start), "end": _wire(where.end)}
    if not one.many:
        return types.Command(title=one.title, command=EDIT_COMMAND, arguments=[document.uri, ends])
    name = document.text.find(one.names[0], one.span.start) if one.names else one.span.start
    at = to_range(document, Span(max(name, 0), max(name, 0)), session.client.encoding).start
    place = {"uri": document.uri, "position": _wire(at)}
    return types.Command(title=one.title, command=REFACTOR_COMMAND, arguments=[None, place])


def _wire(place: types.Position) -> dict[str, int]:
    return {"line": place.line, "character": place.character}


def _all_problems(session: Session, asked: Asked) -> list[Problem]:
    """Join the problems of the request with those of the rest of the file, where the client tells of them."""
    found = [problem for problem, _ in asked.problems]
    seen = {(one.span.start, one.span.end, one.message) for one in found}
    reported = session.documents.visits.recent(asked.document.uri, (), "").problems
    return found + [one for one in reported if (one.span.start, one.span.end, one.message) not in seen]


def _failed(server: Server, action: types.CodeAction, why: str) -> types.CodeAction:
    """Say why there is no edit. An error would be shown by some clients, twice by others, and by VS Code never."""
    server.show("warning", why)
    if server.session.client.shows_disabled:
        action.disabled = types.CodeActionDisabled(reason=why)
    return action


def _listed(root: Path, *, gitignore: bool) -> Sequence[str]:
    """Return the project's paths; in a thread, and with rules of its own."""
    from mai_lsp.engine.change.files import Files  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.workspace.ignore import Rules  # noqa: PLC0415 (same)

    return list(islice(Files(root, (), Rules([root], gitignore=gitignore)).listed(), MAX_LISTED))
