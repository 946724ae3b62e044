"""What an editor for tests does when the server wants something changed or asked: all or nothing, versions checked.

Files that are not open are opened for it, as VS Code does, and stay unsaved until `save`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import attrs
from lsprotocol import types

from mai_lsp.workspace.uris import path_of
from tests.e2e.editor import Editor
from tests.e2e.profiles import EMACS, NEOVIM, OLD_EMACS, VSCODE, Profile

_KINDS = types.ResourceOperationKind
_OPERATIONS = [_KINDS.Create, _KINDS.Rename, _KINDS.Delete]
_EDITS = types.WorkspaceEditClientCapabilities
_NOTES = types.ChangeAnnotationsSupportOptions(groups_on_label=True)

_ABLE = {
    VSCODE.name: _EDITS(
        document_changes=True,
        resource_operations=_OPERATIONS,
        failure_handling=types.FailureHandlingKind.TextOnlyTransactional,
        normalizes_line_endings=True,
        change_annotation_support=_NOTES,
    ),
    # 0.12 declares no documentChanges, but knows them, and what belongs to them.
    NEOVIM.name: _EDITS(
        resource_operations=_OPERATIONS, normalizes_line_endings=True, change_annotation_support=_NOTES
    ),
    # eglot of Emacs 30.
    EMACS.name: _EDITS(document_changes=True),
    OLD_EMACS.name: None,
}


def able(profile: Profile, *, applies: bool = True) -> Profile:
    """The profile with what its editor declares about edits that a server wants."""
    have = profile.capabilities
    assert have.workspace is not None
    workspace = attrs.evolve(have.workspace, apply_edit=applies, workspace_edit=_ABLE[profile.name])
    window = types.WindowClientCapabilities(work_done_progress=profile is not OLD_EMACS)
    return replace(profile, capabilities=attrs.evolve(have, workspace=workspace, window=window))


class Failed(Exception):
    """An edit can not be made."""


State = dict[str, str]
"""Texts by URI, of all files that an edit is about."""


class Applier:
    """Takes `workspace/applyEdit`, questions with buttons and `mai/input`; the test says what is answered."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.edits: list[types.ApplyWorkspaceEditParams] = []
        self.questions: list[types.ShowMessageRequestParams] = []
        self.inputs: list[Any] = []
        self.answer: Callable[[types.ShowMessageRequestParams], Any] = _first_button
        """Gives the title of a button, None, or something to wait for that does."""
        self.input: str | None = None
        self.refuse: str | None = None
        """Why nothing is applied, if so."""
        self.before: Callable[[], None] = lambda: None
        """Called when an edit has come, before it is looked at."""
        self._undone: list[State] = []
        client = editor.client
        client.feature(types.WORKSPACE_APPLY_EDIT)(partial(self._apply))
        client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)(self._question())
        client.feature("mai/input")(partial(self._on_input))

    def text(self, path: Path) -> str | None:
        """What the editor shows of a file, open or not."""
        uri = path.as_uri()
        if uri in self.editor.texts:
            return self.editor.texts[uri]
        return path.read_bytes().decode() if path.exists() else None

    def save(self) -> None:
        """Write all open texts, as "save all" does."""
        for uri, text in self.editor.texts.items():
            if (path := path_of(uri)) is not None:
                path.write_bytes(text.encode())
                self.editor.client.text_document_did_save(
                    types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri))
                )

    def undo(self) -> None:
        """The editor's own undo of the last edit, over all its files."""
        before = self._undone.pop()
        for uri in [uri for uri in self.editor.texts if uri not in before and self._touched(uri)]:
            self._remove(uri)
        for uri, text in before.items():
            self._put(uri, text)

    def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        self.edits.append(params)
        self.before()
        self.editor._stirred.set()
        if self.refuse is not None:
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason=self.refuse)
        changes: list[Any] = list(params.edit.document_changes or ())
        for uri, edits in (params.edit.changes or {}).items():
            changes.append(types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri), list(edits)))
        before: State = {}
        after: dict[str, str | None] = {}
        for number, change in enumerate(changes):
            try:
                self._one(change, before, after)
            except Failed as failed:
                return types.ApplyWorkspaceEditResult(applied=False, failure_reason=str(failed), failed_change=number)
        for uri, text in after.items():
            if text is None:
                self._remove(uri)
        for uri, text in after.items():
            if text is not None:
                self._put(uri, text)
        self._undone.append(before)
        self._last = set(after)
        return types.ApplyWorkspaceEditResult(applied=True)

    def _one(self, change: Any, before: State, after: dict[str, str | None]) -> None:
        def now(uri: str) -> str | None:
            if uri not in after:
                path = path_of(uri)
                assert path is not None
                text = self.editor.texts.get(uri)
                if text is None and path.exists():
                    text = path.read_bytes().decode("utf-8-sig")
                if text is not None:
                    before[uri] = text
                after[uri] = text
            return after[uri]

        match change:
            case types.CreateFile():
                if now(change.uri) is not None:
                    raise Failed(f"{change.uri} exists")
                after[change.uri] = ""
            case types.DeleteFile():
                if now(change.uri) is None:
                    raise Failed(f"{change.uri} does not exist")
                after[change.uri] = None
            case types.RenameFile():
                text = now(change.old_uri)
                if text is None or now(change.new_uri) is not None:
                    raise Failed(f"{change.old_uri} can not be renamed")
                after[change.old_uri], after[change.new_uri] = None, text
            case types.TextDocumentEdit():
                uri, version = change.text_document.uri, change.text_document.version
                text = now(uri)
                if text is None:
                    raise Failed(f"{uri} does not exist")
                if version is not None and version != self.editor.versions.get(uri):
                    raise Failed(f"{uri} has another version")
                after[uri] = self._edited(text, change.edits)
            case _:
                raise AssertionError(change)

    def _edited(self, text: str, edits: Any) -> str:
        spans = [
            (self.editor.offset(text, one.range.start), self.editor.offset(text, one.range.end), one.new_text)
            for one in edits
        ]
        for start, end, new in sorted(spans, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _touched(self, uri: str) -> bool:
        return uri in self._last

    def _put(self, uri: str, text: str) -> None:
        editor, path = self.editor, path_of(uri)
        assert path is not None
        if uri not in editor.texts:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"")  # What is made or moved is so on disk at once; its text is not saved.
            editor.open(uri, path.read_bytes().decode("utf-8-sig"))
        if editor.texts[uri] != text:
            editor.texts[uri] = text
            editor.versions[uri] += 1
            editor.client.text_document_did_change(
                types.DidChangeTextDocumentParams(
                    types.VersionedTextDocumentIdentifier(uri=uri, version=editor.versions[uri]),
                    [types.TextDocumentContentChangeWholeDocument(text)],
                )
            )

    def _remove(self, uri: str) -> None:
        editor, path = self.editor, path_of(uri)
        assert path is not None
        if editor.texts.pop(uri, None) is not None:
            del editor.versions[uri]
            editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
        path.unlink(missing_ok=True)

    def _question(self) -> Any:
        async def question(params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
            self.questions.append(params)
            self.editor._stirred.set()
            answer = self.answer(params)
            if asyncio.iscoroutine(answer):
                answer = await answer
            return types.MessageActionItem(answer) if answer is not None else None

        return question

    def _on_input(self, params: Any) -> dict[str, Any]:
        self.inputs.append(params)
        return {"text": self.input}


def _first_button(params: types.ShowMessageRequestParams) -> str:
    assert params.actions
    return params.actions[0].title
