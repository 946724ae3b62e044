"""Changes of files as LSP's `WorkspaceEdit`, in the form that a client declares; conversion only.

Nothing is looked up, asked or sent; positions are in the client's encoding, URIs in its spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lsprotocol import types

from mai_lsp.core.change import Change
from mai_lsp.core.text import Document
from mai_lsp.lsp.client import Client
from mai_lsp.lsp.convert import to_range

DocumentChange = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile

CREATE, RENAME, DELETE = "create", "rename", "delete"
"""LSP's `ResourceOperationKind`."""

_VERBS = {CREATE: "make new files", RENAME: "move files", DELETE: "delete files"}


class Lacking(Exception):
    """The client can not do what a change needs; the message names it."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Wording:
    """What an edit says of itself."""

    title: str
    """Of the whole."""
    notes: Mapping[str, str]
    """Why a file is changed, by its path."""
    preview: bool
    """The client is to ask for consent."""


@dataclass(slots=True)
class _Notes:
    """The annotations of an edit; files with the same reason share one."""

    wording: Wording
    used: dict[str, types.ChangeAnnotation] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)

    def of(self, path: str) -> str:
        """Return the id of a file's annotation."""
        why = self.wording.notes.get(path, "")
        label = why[:1].upper() + why[1:] or self.wording.title
        if label not in self._ids:
            identity = self._ids[label] = f"mai-{len(self._ids) + 1}"
            about = self.wording.title if label != self.wording.title else None
            self.used[identity] = types.ChangeAnnotation(label, self.wording.preview, about)
        return self._ids[label]


@dataclass(frozen=True, slots=True)
class _Operation:
    """What happens to one whole file."""

    change: Change
    frees: str
    """The path that is nobody's afterwards; empty for a new file."""
    takes: str
    """The path that it needs; empty for a deletion."""
    made: tuple[DocumentChange, ...]


def convert(
    changes: Sequence[Change], client: Client, uri_of: Callable[[str], str], wording: Wording
) -> types.WorkspaceEdit:
    """Return the edit; raises Lacking where the client can not do all of it."""
    whole = [change for change in changes if change.before is None or change.after is None or change.moved_to]
    for change in whole:
        _check(change, client)
    if not whole and not client.versioned_edits:
        edits = {one.before.uri: _plain(one.before, one, client) for one in changes if one.before is not None}
        return types.WorkspaceEdit(changes={uri: list(found) for uri, found in edits.items()})
    notes = _Notes(wording) if client.annotations else None
    texts = [
        _text(change.before, change, client, notes)
        for change in changes
        if change.before is not None and change.edits() and not (change.moved_to and _copies(client))
    ]
    operations = _ordered([_operation(change, client, uri_of, notes) for change in whole])
    taken = {operation.frees for operation in operations}
    # New files come first: if one can not be made, nothing else has been done by then. Other operations come last,
    # since texts are changed under the names that the client knows (as rust-analyzer does, `to_proto`).
    first = [one for one in operations if not one.frees and one.takes not in taken]
    last = [one for one in operations if one not in first]
    found = [*(made for one in first for made in one.made), *texts, *(made for one in last for made in one.made)]
    return types.WorkspaceEdit(document_changes=found, change_annotations=notes.used if notes is not None else None)


def _check(change: Change, client: Client) -> None:
    have = client.resource_operations
    needed = {CREATE} if change.before is None else {DELETE} if change.after is None else {RENAME}
    if needed == {RENAME} and _copies(client):
        needed = {CREATE, DELETE}
    for kind in sorted(needed - have):
        verb = _VERBS[RENAME if change.moved_to else kind]
        raise Lacking(
            f"This editor does not let a language server {verb} "
            f"(workspace.workspaceEdit.resourceOperations lacks {kind!r}), which {change.path} needs.",
            change.path,
        )


def _operation(change: Change, client: Client, uri_of: Callable[[str], str], notes: _Notes | None) -> _Operation:
    note = notes.of(change.path) if notes is not None else None
    uri = change.before.uri if change.before is not None else uri_of(change.path)
    gone = types.DeleteFile(uri, options=types.DeleteFileOptions(False, False), annotation_id=note)
    if change.after is None:
        return _Operation(change, change.path, "", (gone,))
    if change.before is None:
        return _Operation(change, "", change.path, _new(uri, change.after, note))
    target = uri_of(change.moved_to)
    if not _copies(client):
        moved = types.RenameFile(uri, target, options=types.RenameFileOptions(False, False), annotation_id=note)
        return _Operation(change, change.path, change.moved_to, (moved,))
    return _Operation(change, change.path, change.moved_to, (*_new(target, change.after, note), gone))


def _new(uri: str, text: str, note: str | None) -> tuple[DocumentChange, ...]:
    made = types.CreateFile(uri, options=types.CreateFileOptions(False, False), annotation_id=note)
    if not text:
        return (made,)
    start = types.Position(0, 0)
    where = types.Range(start, start)
    edit = types.AnnotatedTextEdit(note, where, text) if note is not None else types.TextEdit(where, text)
    named = types.OptionalVersionedTextDocumentIdentifier(uri, None)
    return (made, types.TextDocumentEdit(named, [edit]))


def _ordered(operations: Sequence[_Operation]) -> list[_Operation]:
    """Put whatever frees a path before what takes it; raises Lacking for files that change places."""
    waiting = list(operations)
    done: list[_Operation] = []
    while waiting:
        kept = {one.frees for one in waiting}
        ready = [one for one in waiting if not one.takes or one.takes == one.frees or one.takes not in kept]
        if not ready:
            path = waiting[0].change.path
            raise Lacking(f"Files would change places with each other, {path} among them; do that in two steps.", path)
        done += ready
        waiting = [one for one in waiting if one not in ready]
    return done


def _copies(client: Client) -> bool:
    """Whether moving a file has to be making another and deleting the first."""
    return RENAME not in client.resource_operations


def _text(document: Document, change: Change, client: Client, notes: _Notes | None) -> types.TextDocumentEdit:
    version = document.version if client.versioned_edits else None
    named = types.OptionalVersionedTextDocumentIdentifier(document.uri, version)
    plain = _plain(document, change, client)
    if notes is None:
        return types.TextDocumentEdit(named, plain)
    note = notes.of(change.path)
    return types.TextDocumentEdit(named, [types.AnnotatedTextEdit(note, one.range, one.new_text) for one in plain])


def _plain(document: Document, change: Change, client: Client) -> list[types.TextEdit]:
    return [types.TextEdit(to_range(document, edit.span, client.encoding), edit.text) for edit in change.edits()]
