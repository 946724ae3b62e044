"""Which documents count as visited, and what is kept of them while they are edited, closed and opened again."""

from __future__ import annotations

import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.history import undone
from mai_lsp.core.recent import Problem, Recent, Severity
from mai_lsp.core.text import Document, Edit, Span, open_document
from mai_lsp.lsp.convert import Change, Place
from mai_lsp.lsp.documents import Documents
from mai_lsp.lsp.visits import FRESH, MAX_CLOSED, MAX_CLOSED_CHARACTERS, MAX_SINGLE_EDITS, Visits
from mai_lsp.workspace.ignore import Rules


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def refuse(work: Coroutine[Any, Any, None], name: str) -> object:
    work.close()
    raise AssertionError("no background work is expected here")


class Folder:
    """A store with one workspace folder, and files in it."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock = root, Clock()
        self.documents = Documents(refuse, self.clock)
        self.documents.folders = (root,)
        self.documents.rules = Rules([root])

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, text: str = "x\n", *, saved: bool = True) -> None:
        if saved:
            (self.root / name).write_text(text, encoding="utf-8", newline="\n")
        self.documents.open(self.uri(name), "plaintext", 1, text)

    def type(self, name: str, text: str) -> None:
        self.documents.change(self.uri(name), 2, [Change(text, Place(0, 0), Place(0, 0))])

    def close(self, name: str) -> None:
        self.documents.close(self.uri(name))

    def recent(self, name: str = "here") -> Recent:
        document = self.documents.latest(self.uri(name))
        assert document is not None
        return self.documents.recent(document)

    def visited(self) -> list[str]:
        return [one.path for one in self.recent().visited]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    made.open("here")
    return made


def test_the_last_used_come_first_and_the_own_document_is_apart(folder: Folder) -> None:
    folder.open("a")
    folder.open("b")
    assert folder.visited() == ["b", "a"]
    folder.type("a", "y")
    assert folder.visited() == ["a", "b"]
    folder.documents.visits.used(folder.uri("b"))
    assert folder.visited() == ["b", "a"]
    folder.type("here", "y")
    assert [region.old for region in folder.recent().edited] == [""]


def test_only_documents_of_the_same_folder_are_visited(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    folder.documents.open((other / "c").as_uri(), "plaintext", 1, "z")
    folder.documents.open("untitled:1", "plaintext", 1, "z")
    assert folder.visited() == []
    folder.documents.folders = (folder.root, other)
    assert folder.visited() == []
    folder.documents.folders = ()
    assert folder.visited() == []


def test_a_saved_document_counts_after_it_was_closed_and_keeps_its_edits(folder: Folder) -> None:
    folder.open("a")
    folder.type("a", "y")
    (folder.root / "a").write_text("yx\n", encoding="utf-8", newline="\n")
    folder.documents.visits.saved(folder.uri("a"))
    folder.close("a")
    assert [(one.path, one.document.text, len(one.regions)) for one in folder.recent().visited] == [("a", "yx\n", 1)]
    folder.open("a", "yx\n", saved=False)
    assert len(folder.recent().visited[0].regions) == 1
    folder.open("a", "other text\n", saved=False)
    assert folder.recent().visited[0].regions == (), "it is another text"


def test_what_was_not_saved_or_has_no_file_is_forgotten_with_closing(folder: Folder) -> None:
    folder.open("unsaved")
    folder.type("unsaved", "y")
    folder.close("unsaved")
    folder.open("new", saved=False)
    folder.close("new")
    folder.open("long", "x" * (MAX_CLOSED_CHARACTERS + 1))
    folder.close("long")
    assert folder.visited() == []


def test_a_closed_document_whose_file_has_changed_is_forgotten(folder: Folder) -> None:
    for name in ("gone", "changed", "same"):
        folder.open(name)
        folder.close(name)
    (folder.root / "gone").unlink()
    os.utime(folder.root / "changed", ns=(1, 1))
    folder.clock.now += FRESH
    assert folder.visited() == ["same"]


def test_an_ignored_document_is_not_kept_when_it_is_closed(folder: Folder) -> None:
    (folder.root / ".maiignore").write_text("hidden\n", encoding="utf-8")
    folder.documents.rules.forget()
    folder.open("hidden")
    assert folder.visited() == ["hidden"], "whether it may be shown is asked with each request"
    folder.close("hidden")
    assert folder.visited() == []


def test_few_closed_documents_are_kept(folder: Folder) -> None:
    for number in range(MAX_CLOSED + 3):
        folder.open(f"f{number}")
        folder.close(f"f{number}")
    assert folder.visited() == [f"f{number}" for number in range(MAX_CLOSED + 2, 2, -1)]


def test_problems_are_of_open_documents(folder: Folder) -> None:
    problem = Problem(Span(0, 1), Severity.ERROR, "wrong")
    folder.documents.visits.reported(folder.uri("here"), [problem])
    assert folder.recent().problems == (problem,)
    folder.close("here")
    folder.open("here")
    assert folder.recent().problems == ()


def test_a_whole_new_text_is_recorded_as_what_differs(folder: Folder) -> None:
    folder.open("a", "one\ntwo\nthree\n")
    folder.documents.change(folder.uri("a"), 2, [Change("one\n2\nthree\n")])
    (region,) = folder.recent().visited[0].regions
    assert (region.old, region.span) == ("two", Span(4, 5))


EDITS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 5), st.text("cd\n", max_size=3)), max_size=MAX_SINGLE_EDITS + 4
)


@given(st.text("ab\n", min_size=1, max_size=40), EDITS)
def test_changes_of_many_edits_can_be_undone(text: str, wanted: list[tuple[int, int, str]]) -> None:
    """Whatever one change holds, last in the text first."""
    edits: list[Edit] = []
    limit = len(text)
    for start, size, new in sorted(wanted, key=lambda one: -one[0]):
        if start + size <= limit and start < len(text):
            edits.append(Edit(Span(start, start + size), new))
            limit = start
    before: Document = open_document("file:///a", "plaintext", 1, text)
    after = before.edited_descending(edits, 2) if edits else before
    visits = Visits(Clock())
    visits.opened("file:///a", text, None)
    visits.edited(before, after.text, edits)
    regions = visits.recent("file:///a", (), "").edited
    assert undone(after.text, Span(0, len(after.text)), regions) == text
