"""Proposals as one `WorkspaceEdit`, for clients that can do more and less; and what is compared right before."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types

from mai_lsp.core.change import Change
from mai_lsp.core.encoding import Encoding
from mai_lsp.core.text import Document, open_document
from mai_lsp.engine.change.job import Chosen, Job, Place, Proposal, Refused
from mai_lsp.lsp import changing
from mai_lsp.lsp.client import Client, describe
from mai_lsp.lsp.convert import offset_at, place_of
from mai_lsp.lsp.converting import Lacking, Wording, convert
from mai_lsp.reply.edits.wanted import Refusal
from mai_lsp.settings import Settings
from mai_lsp.workspace.ignore import Rules

OPEN = open_document("file:///w/%61.py", "python", 7, "a = '😀'; count = 1\nb = 2\nc = count\n")
CLOSED = open_document("file:///w/b.py", "python", None, "from a import count\r\n")
GONE = open_document("file:///w/gone.py", "python", None, "x = 1\n")
MOVED = open_document("file:///w/old.py", "python", 2, "y = 1\nz = 1\n")

TEXTS = (
    Change("a.py", OPEN, OPEN.text.replace("count", "total")),
    Change("b.py", CLOSED, CLOSED.text.replace("count", "total")),
)
WHOLE = (
    Change("new.py", None, "n = 1\n"),
    Change("empty.py", None, ""),
    Change("gone.py", GONE, None),
    Change("old.py", MOVED, "y = 1\nz = 2\n", "sub/moved.py"),
)
FULL = Client(
    versioned_edits=True,
    applies_edits=True,
    resource_operations=frozenset({"create", "rename", "delete"}),
    annotations=True,
    encoding=Encoding.UTF8,
)
WORDING = Wording("Rename count", {"b.py": "imports a", "new.py": "imports a"}, preview=True)


def uri_of(path: str) -> str:
    return f"file:///w/{path}"


def applied(edit: types.WorkspaceEdit, documents: list[Document], encoding: Encoding) -> dict[str, str]:
    """Carry an edit out as the specification says, on texts by URI."""
    texts = {document.uri: document.text for document in documents}
    for change in edit.document_changes or [
        types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri), list(found))
        for uri, found in (edit.changes or {}).items()
    ]:
        match change:
            case types.CreateFile():
                assert change.uri not in texts
                texts[change.uri] = ""
            case types.DeleteFile():
                del texts[change.uri]
            case types.RenameFile():
                assert change.new_uri not in texts
                texts[change.new_uri] = texts.pop(change.old_uri)
            case types.TextDocumentEdit():
                document = open_document("", "", None, texts[change.text_document.uri])
                spans = [
                    [offset_at(document, place_of(end), encoding) for end in (one.range.start, one.range.end)]
                    for one in change.edits
                ]
                assert spans == sorted(spans)
                text = document.text
                for (start, end), one in reversed(list(zip(spans, change.edits, strict=True))):
                    assert not isinstance(one, types.SnippetTextEdit)
                    text = text[:start] + one.new_text + text[end:]
                texts[change.text_document.uri] = text
    return texts


def wanted(changes: tuple[Change, ...]) -> dict[str, str]:
    return {
        one.before.uri if one.before is not None and not one.moved_to else uri_of(one.moved_to or one.path): one.after
        for one in changes
        if one.after is not None
    }


def documents_of(changes: tuple[Change, ...]) -> list[Document]:
    return [one.before for one in changes if one.before is not None]


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize(
    ("versions", "operations", "annotations"),
    list(itertools.product((True, False), ((), ("create", "delete"), ("create", "rename", "delete")), (True, False))),
)
def test_whatever_a_client_can_do_the_texts_come_out_or_it_is_told_what_it_lacks(
    *, encoding: Encoding, versions: bool, operations: tuple[str, ...], annotations: bool
) -> None:
    client = Client(
        encoding=encoding,
        versioned_edits=versions,
        resource_operations=frozenset(operations),
        annotations=annotations,
    )
    edit = convert(TEXTS, client, uri_of, WORDING)
    assert applied(edit, documents_of(TEXTS), encoding) == wanted(TEXTS)
    assert (edit.changes is None) is versions
    if not operations:
        with pytest.raises(Lacking, match="resourceOperations lacks 'create'"):
            convert(TEXTS + WHOLE, client, uri_of, WORDING)
        return
    edit = convert(TEXTS + WHOLE, client, uri_of, WORDING)
    assert edit.changes is None
    assert applied(edit, documents_of(TEXTS + WHOLE), encoding) == wanted(TEXTS + WHOLE)
    assert any(isinstance(one, types.RenameFile) for one in edit.document_changes or ()) == ("rename" in operations)
    assert (edit.change_annotations is not None) is annotations
    versioned = {
        one.text_document.uri: one.text_document.version
        for one in edit.document_changes or ()
        if isinstance(one, types.TextDocumentEdit)
    }
    assert versioned[OPEN.uri] == (7 if versions else None)
    assert versioned[CLOSED.uri] is None


@pytest.mark.parametrize("lacking", ["create", "delete"])
def test_a_change_that_needs_what_the_client_lacks_names_it(lacking: str) -> None:
    client = replace(FULL, resource_operations=FULL.resource_operations - {lacking})
    path = {"create": "new.py", "delete": "gone.py"}[lacking]
    with pytest.raises(Lacking, match=f"{lacking}.*{path}"):
        convert(WHOLE, client, uri_of, WORDING)


def test_only_changed_lines_are_replaced() -> None:
    edit = convert(TEXTS[:1], FULL, uri_of, WORDING)
    (change,) = edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert [(one.range.start.line, one.range.end.line) for one in change.edits] == [(0, 1), (2, 3)]


def test_files_are_grouped_by_why_they_are_changed() -> None:
    edit = convert(TEXTS + WHOLE[:1], FULL, uri_of, WORDING)
    assert edit.change_annotations is not None
    labels = {identity: one.label for identity, one in edit.change_annotations.items()}
    assert sorted(labels.values()) == ["Imports a", "Rename count"]
    assert all(one.needs_confirmation for one in edit.change_annotations.values())
    used = set()
    for change in edit.document_changes or ():
        if isinstance(change, types.TextDocumentEdit):
            assert all(isinstance(one, types.AnnotatedTextEdit) for one in change.edits)
            used |= {one.annotation_id for one in change.edits if isinstance(one, types.AnnotatedTextEdit)}
        else:
            used.add(change.annotation_id or "")
    assert used == set(labels)


def test_a_path_is_free_before_it_is_taken() -> None:
    one, two = (replace(MOVED, uri=uri_of(name)) for name in ("1.py", "2.py"))
    changes = (
        Change("1.py", one, one.text, "2.py"),
        Change("2.py", two, two.text, "3.py"),
        Change("1.py", None, "again\n"),
    )
    edit = convert(changes, FULL, uri_of, WORDING)
    assert applied(edit, [one, two], Encoding.UTF8) == {
        uri_of("2.py"): one.text,
        uri_of("3.py"): two.text,
        uri_of("1.py"): "again\n",
    }
    with pytest.raises(Lacking, match="places"):
        convert((changes[0], Change("2.py", two, two.text, "1.py")), FULL, uri_of, WORDING)


def test_what_the_client_declares_is_read() -> None:
    edits = types.WorkspaceEditClientCapabilities(
        document_changes=True,
        resource_operations=[types.ResourceOperationKind.Create, types.ResourceOperationKind.Delete],
        failure_handling=types.FailureHandlingKind.TextOnlyTransactional,
        change_annotation_support=types.ChangeAnnotationsSupportOptions(groups_on_label=True),
        metadata_support=True,
    )
    have = types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(workspace_edit=edits, apply_edit=True))
    options = {"mai": {"input": True, "provider": "openai"}}
    client = describe(types.InitializeParams(capabilities=have, initialization_options=options))
    assert client.resource_operations == {"create", "delete"}
    assert client.failure_handling == "textOnlyTransactional"
    assert client.annotations
    assert client.applies_edits
    assert client.edit_metadata
    assert client.gives_input
    nothing = describe(types.InitializeParams(capabilities=types.ClientCapabilities()))
    assert nothing.resource_operations == frozenset()
    assert nothing == Client()


class Opened(dict[str, Document]):
    """The open documents (`lsp.documents.Documents`), as far as they are looked at here."""

    def __init__(self, root: Path, *documents: Document) -> None:
        super().__init__({document.uri: document for document in documents})
        self.rules = Rules([root])

    def __iter__(self) -> Any:
        return iter(self.values())

    def around(self, _: Document | None) -> Opened:
        return self

    def editable(self, uri: str) -> Document | None:
        return self.get(uri)


@pytest.fixture
def session(tmp_path: Path) -> Callable[..., Any]:
    def make(*documents: Document, client: Client = FULL, preview: str = "auto") -> Any:
        return SimpleNamespace(
            client=replace(client, folders=(tmp_path,)),
            documents=Opened(tmp_path, *documents),
            settings=Settings(refactor_preview=preview),
        )

    return make


def a_file(root: Path, name: str, text: str) -> Document:
    (root / name).write_bytes(text.encode())
    return open_document((root / name).as_uri(), "python", None, text)


def proposal(*changes: Change, place: Place | None = None) -> Proposal:
    return Proposal(Job("a", "Rename count", "…", place), changes, chosen=(Chosen("b.py", "imports a"),))


def test_what_was_typed_elsewhere_meanwhile_moves_the_edit_along(tmp_path: Path, session: Callable[..., Any]) -> None:
    text = "a = 1\n\n\nb = 2\n"
    read = replace(a_file(tmp_path, "a.py", text), version=1)
    typed = replace(open_document(read.uri, "python", 2, "import x\n" + text))
    found = changing.workspace_edit(proposal(Change("a.py", read, text.replace("b = 2", "b = 3"))), session(typed))
    assert isinstance(found, types.WorkspaceEdit)
    (change,) = found.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 2
    assert change.edits[0].range.start.line == 4


def test_what_was_typed_at_the_same_place_refuses_all_and_names_the_file(
    tmp_path: Path, session: Callable[..., Any]
) -> None:
    read = replace(a_file(tmp_path, "a.py", "a = 1\n"), version=1)
    other = a_file(tmp_path, "b.py", "b = 1\n")
    typed = open_document(read.uri, "python", 2, "a = 12\n")
    found = changing.workspace_edit(
        proposal(Change("b.py", other, "b = 2\n"), Change("a.py", read, "a = 3\n")), session(typed)
    )
    assert isinstance(found, Refused)
    assert "a.py" in found.message
    assert [one.refusal for one in found.problems] == [Refusal.STALE]


def test_a_file_that_is_not_open_is_read_again(tmp_path: Path, session: Callable[..., Any]) -> None:
    read = a_file(tmp_path, "b.py", "b = 1\n")
    change = Change("b.py", read, "b = 2\n")
    assert isinstance(changing.workspace_edit(proposal(change), session()), types.WorkspaceEdit)
    (tmp_path / "b.py").write_text("b = 11\n")
    assert isinstance(changing.workspace_edit(proposal(change), session()), Refused)
    (tmp_path / "b.py").unlink()
    found = changing.workspace_edit(proposal(change), session())
    assert isinstance(found, Refused)
    assert "deleted" in found.message


def test_a_new_file_whose_path_is_taken_by_now_is_refused(tmp_path: Path, session: Callable[..., Any]) -> None:
    a_file(tmp_path, "new.py", "mine\n")
    found = changing.workspace_edit(proposal(Change("new.py", None, "n = 1\n")), session())
    assert isinstance(found, Refused)
    assert [one.refusal for one in found.problems] == [Refusal.EXISTS]


def test_an_open_document_keeps_the_clients_spelling_of_its_uri(tmp_path: Path, session: Callable[..., Any]) -> None:
    plain = a_file(tmp_path, "a.py", "a = 1\n")
    spelt = replace(plain, uri=plain.uri.replace("/a.py", "/%61.py"), version=3)
    found = changing.workspace_edit(proposal(Change("a.py", plain, "a = 2\n")), session(spelt))
    assert isinstance(found, types.WorkspaceEdit)
    (change,) = found.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (spelt.uri, 3)


@pytest.mark.parametrize(
    ("preview", "count", "whole", "asks"),
    [
        ("auto", 1, False, False),
        ("auto", 2, False, True),
        ("auto", 1, True, True),
        ("always", 1, False, True),
        ("never", 2, True, False),
    ],
)
def test_consent_is_asked_for_as_the_setting_says(
    tmp_path: Path, session: Callable[..., Any], *, preview: str, count: int, whole: bool, asks: bool
) -> None:
    changes = [Change(f"{n}.py", a_file(tmp_path, f"{n}.py", "a = 1\n"), "a = 2\n") for n in range(count)]
    if whole:
        changes[0] = Change("new.py", None, "n = 1\n")
    at = session(preview=preview)
    assert changing.wants_consent(proposal(*changes), at) is asks
    found = changing.workspace_edit(proposal(*changes), at)
    assert isinstance(found, types.WorkspaceEdit)
    assert [one.needs_confirmation for one in (found.change_annotations or {}).values()] == [asks]


def test_the_folder_is_that_of_the_documents(tmp_path: Path, session: Callable[..., Any]) -> None:
    (tmp_path / "sub").mkdir()
    document = a_file(tmp_path, "sub/a.py", "a = 1\n")
    new = Change("tests/test_a.py", None, "t = 1\n")
    at = proposal(new, place=Place("a.py", document, document_span(document)))
    assert changing.folder_of(at, session()) == tmp_path / "sub"
    at = proposal(new, place=Place("sub/a.py", document, document_span(document)))
    assert changing.folder_of(at, session()) == tmp_path
    assert changing.folder_of(proposal(new), session()) == tmp_path


def document_span(document: Document) -> Any:
    from mai_lsp.core.text import Span

    return Span(0, len(document.text))
