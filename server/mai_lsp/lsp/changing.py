"""From a proposal to the editor: one `WorkspaceEdit` that holds all of it, checked once more and sent as one request.

No file is written here; those that are not open are changed by the editor as well. What a client can not do is refused
by name, never done by halves.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lsprotocol import types

from mai_lsp.engine.change.job import Proposal, Refused
from mai_lsp.engine.change.told import summary
from mai_lsp.lsp.converting import Lacking, Wording, convert
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.workspace.uris import path_of

if TYPE_CHECKING:
    from mai_lsp.engine.change.files import Files
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session

log = logging.getLogger(__name__)

ANSWER_WITHIN = 30.0
"""Seconds for which an answer to `workspace/applyEdit` is waited for where the user is not asked for consent: some
clients apply nothing before the command is answered that is running meanwhile."""

TRIES = 2
"""The second one is for what was typed while the first was on its way."""

UNTOUCHED = "Nothing was changed."

APPLY, PREVIEW, DISCARD = "Apply", "Preview", "Discard"
"""Buttons. VS Code's preview, which is what an annotation that needs confirmation opens, comes with nothing ticked
(microsoft/vscode#77728, closed as designed in #200991) and cannot be opened any other way (#207578): whoever confirms
it applies nothing, or a part. So there is one question first, which applies everything, and the preview is for those
who want to choose; Spring Tools asks alike (spring-projects/spring-tools#1155). Our own extension ticks everything, and
says so (`Client.previews`): there the preview is the question."""

NO_REASON = "it gave no reason"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a proposal."""

    state: Literal["applied", "refused", "cancelled", "sent", "offered"]
    """``sent``: the editor has it, and has not answered yet. ``offered``: it takes no changes from a server, and has it
    in the code action menu instead (`ready`)."""
    message: str
    """A sentence for the user; empty where everything went well."""
    proposal: Proposal
    """As it was sent: moved along with what was typed meanwhile."""
    problems: tuple[Problem, ...] = ()


def folder_of(proposal: Proposal, session: Session) -> Path:
    """Return the folder that the paths of a proposal begin in."""
    known = [(change.before.file, change.path) for change in proposal.changes if change.before is not None]
    if proposal.job.place is not None:
        known.append((proposal.job.place.document.file, proposal.job.place.path))
    for uri, path in known:
        place = path_of(uri)
        if place is not None and place.as_posix().endswith(f"/{path}"):
            return place.parents[path.count("/")]
    return session.client.folders[0] if session.client.folders else Path.cwd()


def files_of(proposal: Proposal, session: Session) -> Files:
    """Return the files that a proposal is about, as the editor has them now."""
    from mai_lsp.engine.change.files import Files  # noqa: PLC0415 (loaded late, with the engine)

    place = proposal.job.place
    documents = session.documents.around(place.document if place is not None else None)
    return Files(folder_of(proposal, session), documents, session.documents.rules)


def wants_consent(proposal: Proposal, session: Session) -> bool:
    """Whether the user is asked before anything is changed, by `refactor.preview`."""
    preview = session.settings.refactor_preview
    if preview != "auto":
        return preview == "always"
    return len(proposal.changes) > 1 or any(
        change.before is None or change.after is None or change.moved_to for change in proposal.changes
    )


def followed(proposal: Proposal, files: Files) -> Proposal | Refused:
    """Compare every file with what the proposal was made for, and move it along where it still fits."""
    from mai_lsp.engine.change.current import follow_all  # noqa: PLC0415 (loaded late, with the engine)

    changes = follow_all(proposal.changes, files.current)
    if isinstance(changes, Problem):
        return _refused(proposal, f"{changes.detail} {UNTOUCHED}", changes)
    return replace(proposal, changes=changes)


def workspace_edit(
    proposal: Proposal, session: Session, *, files: Files | None = None, preview: bool | None = None
) -> types.WorkspaceEdit | Refused:
    """Return the one edit that makes all changes, for the files as they are at this moment.

    `files` are those of the folder, by default those of the documents' folder. `preview`: the client is to ask for
    consent where it can, by default according to `refactor.preview`; it is for edits that leave here without `apply`.
    """
    files = files or files_of(proposal, session)
    now = followed(proposal, files)
    if isinstance(now, Refused):
        return now
    wording = Wording(
        title=now.job.title,
        notes={one.path: one.why for one in now.chosen} | dict(now.kept or {}),
        preview=wants_consent(now, session) if preview is None else preview,
    )
    try:
        return convert(now.changes, session.client, files.uri_of, wording)
    except Lacking as lacking:
        return _refused(proposal, f"{lacking} {UNTOUCHED}", Problem(Refusal.NOT_ALLOWED, lacking.path, str(lacking)))


async def apply(
    proposal: Proposal,
    server: Server,
    *,
    files: Files | None = None,
    consent: bool | None = None,
    way_back: bool = True,
    sent: Callable[[], None] = lambda: None,
) -> Outcome:
    """Have the editor make all changes or none; ask the user first where `refactor.preview` says so (or `consent`).

    A cancellation before the edit is sent leaves everything as it is; after that it comes too late, and the way back is
    `mai.undo` (kept unless not `way_back`) or the editor's own undo. `sent` is called between the two.
    """
    session = server.session
    files = files or files_of(proposal, session)
    edit = workspace_edit(proposal, session, files=files, preview=False)
    if isinstance(edit, Refused):  # Before anybody is asked for consent to it.
        return Outcome("refused", edit.message, proposal, edit.problems)
    if not session.client.applies_edits:
        if session.client.literal_actions:
            return Outcome("offered", session.ready.put(proposal), proposal)
        message = f"This editor does not take changes from a language server (workspace/applyEdit). {UNTOUCHED}"
        return Outcome("refused", message, proposal)
    preview = False
    if wants_consent(proposal, session) if consent is None else consent:
        answer = await _ask(server, proposal)
        if answer not in {APPLY, PREVIEW}:
            return Outcome("cancelled", UNTOUCHED, proposal)
        preview = answer == PREVIEW
    sent()
    sending = session.tasks.start(
        _send(server, proposal, files, preview=preview, way_back=way_back), "applying a change"
    )
    done, _ = await asyncio.wait({sending}, timeout=None if preview else ANSWER_WITHIN)
    if not done:
        return Outcome("sent", "The editor has the change, but has not said yet whether it was made.", proposal)
    return sending.result()


async def _ask(server: Server, proposal: Proposal) -> str:
    """Ask for consent; a client that can not be asked leaves it at the user having asked for the change."""
    client = server.session.client
    if client.previews:
        return PREVIEW
    titles = [APPLY, *([PREVIEW] if client.annotations else []), DISCARD]
    params = types.ShowMessageRequestParams(
        types.MessageType.Info,
        f"MAI: {proposal.job.title}: {summary(proposal.changes)}.",
        [types.MessageActionItem(title) for title in titles],
    )
    try:
        answer = await server.window_show_message_request_async(params)
    except Exception as error:  # noqa: BLE001 (whatever a client may say)
        log.info("the client can not ask: %s", type(error).__name__)
        return APPLY if server.session.settings.refactor_preview == "auto" else DISCARD
    return answer.title if answer is not None else DISCARD


async def _send(server: Server, proposal: Proposal, files: Files, *, preview: bool, way_back: bool) -> Outcome:
    """Send the edit, once more if somebody typed just then, and keep the way back if it was made."""
    from mai_lsp.engine.change import undo  # noqa: PLC0415 (loaded late, with the engine)

    session = server.session
    for left in reversed(range(TRIES)):
        now = followed(proposal, files)
        if isinstance(now, Refused):
            return Outcome("refused", now.message, proposal, now.problems)
        edit = workspace_edit(now, session, files=files, preview=preview)
        if isinstance(edit, Refused):
            return Outcome("refused", edit.message, proposal, edit.problems)
        marked = undo.marked(files.root, now.changes)
        why, stopped = await _request(server, edit, now.job.title)
        if why is None:
            way_back = way_back and server.session.settings.undo_enable and not _in_cell(now)
            return await _applied(now, files.root, marked) if way_back else Outcome("applied", "", now)
        partly = _partly(now, session)
        if preview and why == NO_REASON and not (partly or stopped or _typed(now, session)):
            return Outcome("cancelled", UNTOUCHED, now)
        if partly or stopped or not left or not _typed(now, session):
            return Outcome("refused", _failure(why, partly, stopped=stopped), now)
    raise AssertionError  # The last turn returns.


async def _request(server: Server, edit: types.WorkspaceEdit, title: str) -> tuple[str | None, bool]:
    """Send the edit; return None, or why it was not made, and whether the client had begun."""
    metadata = types.WorkspaceEditMetadata(is_refactoring=True) if server.session.client.edit_metadata else None
    try:
        told = await server.workspace_apply_edit_async(
            types.ApplyWorkspaceEditParams(edit=edit, label=title, metadata=metadata)
        )
    except Exception as error:  # noqa: BLE001 (whatever a client may say)
        log.warning("the client failed at an edit: %s", type(error).__name__)
        return "it answered with an error", False
    if told is not None and told.applied:
        return None, False
    reason = (told.failure_reason if told is not None else "") or NO_REASON
    undoes = server.session.client.failure_handling in {"undo", "transactional"}
    return reason, bool(told is not None and told.failed_change) and not undoes


async def _applied(proposal: Proposal, root: Path, marked: frozenset[str]) -> Outcome:
    from mai_lsp.engine.change import undo  # noqa: PLC0415 (loaded late, with the engine)

    try:
        await asyncio.to_thread(undo.record, root, proposal.job.title, proposal.changes, by="editor", marked=marked)
    except OSError as error:
        log.warning("the way back from a change can not be kept: %s", type(error).__name__)
        return Outcome("applied", "The way back could not be kept: only the editor's own undo leads there.", proposal)
    return Outcome("applied", "", proposal)


def _typed(proposal: Proposal, session: Session) -> bool:
    """Whether an open document has another version than the edit was for."""
    for change in proposal.changes:
        current = session.documents.editable(change.before.uri) if change.before is not None else None
        if current is not None and change.before is not None and current.version != change.before.version:
            return True
    return False


def _in_cell(proposal: Proposal) -> bool:
    """Whether it changes a notebook's cell: the way back is the editor's own, since no file has that text."""
    return any(change.before is not None and change.before.part is not None for change in proposal.changes)


def _partly(proposal: Proposal, session: Session) -> Sequence[str]:
    """Return the files of an edit that failed which have their new text nevertheless, as far as they are open."""
    changed = []
    for change in proposal.changes:
        current = session.documents.editable(change.before.uri) if change.before is not None else None
        if current is not None and change.after is not None and current.text == change.after != change.old:
            changed.append(change.path)
    return changed


def _failure(why: str, partly: Sequence[str], *, stopped: bool) -> str:
    told = f"The editor did not make the change: {why.rstrip('.')}."
    if partly:
        return f"{told} It had changed {', '.join(partly)} before; its own undo takes that back."
    if stopped:
        return f"{told} It had begun; its own undo takes back what it did."
    return told


def _refused(proposal: Proposal, message: str, *problems: Problem) -> Refused:
    return Refused(
        proposal.job,
        message,
        problems,
        chosen=proposal.chosen,
        decisions=proposal.decisions,
        usage=proposal.usage,
    )
