"""The commands by which users have code changed in words, and the one that takes the last change back.

They read arguments, start a job and report; what a job does is `engine.change.flow`, what becomes of a proposal
`changing`. One change at a time is made in a folder.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mai_lsp.core.text import Span
from mai_lsp.engine.change.job import Chosen, Ended, Explained, Job, Place, Proposal, Refused
from mai_lsp.engine.change.told import kind
from mai_lsp.lsp import changing
from mai_lsp.lsp.codeactions import NOTEBOOK
from mai_lsp.lsp.convert import field, offset_at, place_of
from mai_lsp.lsp.protocol import (
    EDIT_COMMAND,
    INPUT,
    REFACTOR_COMMAND,
    UNDO_COMMAND,
    AskedModel,
    ChangedFile,
    InputParams,
    Refactored,
)
from mai_lsp.lsp.watching import EditorWatcher, watched
from mai_lsp.lsp.wire import work_done_token
from mai_lsp.model.types import Role, Usage
from mai_lsp.workspace.uris import path_of

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session

log = logging.getLogger(__name__)

NO_INSTRUCTION = "Say what is to be changed: pass the instruction as an argument of the command."

BUSY = "A change is being made in this folder already; wait for it, or cancel it."


@dataclass(frozen=True, slots=True)
class Asked:
    """A job, and the folder it is for."""

    job: Job
    root: Path


def register(server: Server) -> None:
    """Register the commands."""
    busy: set[Path] = set()

    @server.command(REFACTOR_COMMAND)
    async def refactor(*arguments: Any) -> Refactored:
        said, where = (*arguments, None, None)[:2]
        if isinstance(said, Mapping) and where is None:
            said, where = None, said
        where = where if isinstance(where, Mapping) else {}
        token = _token(where.get("token"))
        instruction = await _instruction(server, said, "Change the project: what is to be done?")
        if not isinstance(instruction, str):
            return _told(server, instruction)
        await asyncio.shield(server.session.load())
        return await carry_out(server, refactor_job(server.session, instruction, where), busy, token)

    @server.command(EDIT_COMMAND)
    async def edit(*arguments: Any) -> Refactored:
        uri, where, said = (*arguments, None, None, None)[:3]
        token = _token(None)
        instruction = await _instruction(server, said, "Change this code: what is to be done?")
        if not isinstance(instruction, str):
            return _told(server, instruction)
        await asyncio.shield(server.session.load())
        return await carry_out(server, edit_job(server.session, instruction, str(uri), where), busy, token)

    @server.command(UNDO_COMMAND)
    async def undo(*arguments: Any) -> Refactored:
        uri = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        return await _undo(server, uri, busy)


def refactor_job(session: Session, instruction: str, where: Mapping[str, Any]) -> Asked | str:
    """Return the job of `mai.refactor`, or a sentence that says why there is none."""
    from mai_lsp.engine.change import instructed  # noqa: PLC0415 (loaded late, with the engine)

    uri, role, paths = (where.get(name) for name in ("uri", "role", "paths"))
    if role not in {None, Role.EDIT.value, Role.PLAN.value}:
        return f"There is no role {role!r}; it is edit or plan."
    named = tuple(path for path in paths if isinstance(path, str)) if isinstance(paths, list | tuple) else ()
    root, place = session.client.folders[0] if session.client.folders else None, None
    if isinstance(uri, str):
        found = _place(session, uri, where.get("range") or where.get("position"))
        if isinstance(found, str):
            return found
        root, place = found
        if place.document.part is not None:
            return NOTEBOOK
    if root is None:
        return "No folder is open."
    job = instructed.refactor(instruction, place, paths=named, role=Role(role) if role else None)
    return job if isinstance(job, str) else Asked(job, root)


def edit_job(session: Session, instruction: str, uri: str, where: Any) -> Asked | str:
    """Return the job of `mai.edit`, or a sentence that says why there is none."""
    from mai_lsp.engine.change import instructed  # noqa: PLC0415 (loaded late, with the engine)

    found = _place(session, uri, where)
    if isinstance(found, str):
        return found
    root, place = found
    job = instructed.edit(instruction, place.document, place.path, place.span)
    return job if isinstance(job, str) else Asked(job, root)


async def carry_out(server: Server, asked: Asked | str, busy: set[Path], token: int | str | None) -> Refactored:
    """Run a job with its progress shown, have the editor make what comes of it, and say once what went wrong."""
    if isinstance(asked, str):
        return _told(server, _nothing("refused", asked))
    if asked.root in busy:
        return _told(server, _nothing("refused", BUSY))
    busy.add(asked.root)
    try:
        result = await watched(server, f"MAI: {asked.job.title}", token, lambda watcher: _job(server, asked, watcher))
    finally:
        busy.discard(asked.root)
    return _told(server, result or _nothing("cancelled", changing.UNTOUCHED))


async def _job(server: Server, asked: Asked, watcher: EditorWatcher) -> Refactored:
    from mai_lsp.lsp.working import run  # noqa: PLC0415 (loaded late, with the engine)

    ended = await run(server.session, asked.job, asked.root, watcher)
    if not isinstance(ended, Proposal):
        return refactored(ended)
    return applied(await changing.apply(ended, server, sent=watcher.settle))


def applied(outcome: changing.Outcome) -> Refactored:
    """Return what a command answers after a proposal was handed to the editor."""
    result = refactored(outcome.proposal)
    result["state"], result["message"] = outcome.state, outcome.message
    return result


def refactored(ended: Ended) -> Refactored:
    """Return what a command answers."""
    chosen: tuple[Chosen, ...] = () if isinstance(ended, Explained) else ended.chosen
    whys = {one.path: one.why for one in chosen}
    changes = ended.changes if isinstance(ended, Proposal) else ()
    return Refactored(
        state="explained" if isinstance(ended, Explained) else "refused" if isinstance(ended, Refused) else "applied",
        message=ended.text if isinstance(ended, Explained) else ended.message if isinstance(ended, Refused) else "",
        files=[
            ChangedFile(path=one.path, kind=kind(one), movedTo=one.moved_to, why=whys.get(one.path, ""))
            for one in changes
        ],
        decisions=[
            AskedModel(role=one.role.value, provider=one.provider, model=one.model, reason=one.reason)
            for one in ended.decisions
        ],
        tokens=ended.usage.input_tokens + ended.usage.output_tokens,
        cost=ended.usage.cost_usd,
    )


def _nothing(state: Any, message: str) -> Refactored:
    return Refactored(state=state, message=message, files=[], decisions=[], tokens=0, cost=Usage().cost_usd)


def _told(server: Server, result: Refactored) -> Refactored:
    """Say what went wrong, once; a cancelled change is what the user wanted."""
    if result["message"] and result["state"] != "cancelled":
        server.show("info" if result["state"] == "explained" else "warning", result["message"])
    return result


async def _undo(server: Server, uri: str, busy: set[Path]) -> Refactored:
    from mai_lsp.engine.change import undo  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.engine.change.files import Files  # noqa: PLC0415 (same)
    from mai_lsp.reply.edits.wanted import Problem  # noqa: PLC0415 (same)
    from mai_lsp.workspace.ignore import Rules  # noqa: PLC0415 (same)

    session = server.session
    await asyncio.shield(session.load())
    found = session.documents.place(uri) if uri else None
    folders = [found[0]] if found is not None else list(session.client.folders)
    known = [(folder, entry) for folder in folders for entry in await asyncio.to_thread(undo.entries, folder)]
    if not known:
        return _told(server, _nothing("refused", "There is no change to undo in this folder."))
    root, entry = max(known, key=lambda pair: pair[1].at)
    if root in busy:
        return _told(server, _nothing("refused", BUSY))
    # What is ignored by now was not when it was changed.
    files = Files(root, session.documents, Rules([root], gitignore=False))
    changes = undo.back(entry, files.current)
    if isinstance(changes, Problem):
        return _told(server, _nothing("refused", f"{changes.detail} {changing.UNTOUCHED}"))
    if not changes:
        undo.forget(entry)
        return _told(server, _nothing("refused", f"“{entry.title}” is undone already."))
    busy.add(root)
    try:
        proposal = Proposal(Job("undo", f"Undo: {entry.title}", "", many=True, resources=True), changes)
        outcome = await changing.apply(proposal, server, files=files, consent=False, way_back=False)
    finally:
        busy.discard(root)
    if outcome.state == "applied":
        undo.forget(entry)
    return _told(server, applied(outcome))


def _place(session: Session, uri: str, where: Any) -> tuple[Path, Place] | str:
    """Return the folder and the place of a position or range in an open document, or why there is none."""
    document = session.documents.editable(uri)
    if document is None:
        return "The document is not open."
    if document.part is not None and (why := session.documents.ignored(uri)):
        return f"This file is never sent ({why})."
    found = session.documents.place(document.file)
    if found is None:
        path = path_of(document.file)
        if path is None:
            return "The document is not a file yet; save it first."
        found = (path.parent, path.name)
    start, end = (field(where, name) or where for name in ("start", "end"))
    ends = [offset_at(document, place_of(place), session.client.encoding) for place in (start, end)]
    return found[0], Place(found[1], document, Span(min(ends), max(ends)))


async def _instruction(server: Server, said: Any, prompt: str) -> str | Refactored:
    """Return what is to be done: as it was passed, or by asking the user where the client can; else why not."""
    if isinstance(said, str) and said.strip():
        return said.strip()
    if not server.session.client.gives_input:
        return _nothing("refused", NO_INSTRUCTION)
    params = InputParams(prompt=prompt, placeholder="Make prices decimals everywhere", value="")
    try:
        answer = await server.protocol.send_request_async(INPUT, params)
    except Exception as error:  # noqa: BLE001 (whatever a client may say)
        log.info("the client gives no input: %s", type(error).__name__)
        return _nothing("refused", NO_INSTRUCTION)
    text = field(answer, "text")
    if isinstance(text, str) and text.strip():
        return text.strip()
    return _nothing("cancelled", changing.UNTOUCHED)


def _token(given: Any) -> int | str | None:
    """Return the client's own token for progress: of the request, or among the arguments."""
    return given if isinstance(given, int | str) else work_done_token.get()
