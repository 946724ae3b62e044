"""Notebooks in the document store: every cell's view is what joining anew would give, whatever happens."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.core.encoding import Encoding
from mai_lsp.core.language import find
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Edit, Span, line_starts
from mai_lsp.lsp import cells
from mai_lsp.lsp.cells import Changed, Item, Listed, Splice, Typed
from mai_lsp.lsp.convert import Change, Place, offset_at, place_at
from mai_lsp.lsp.documents import Documents
from mai_lsp.lsp.notebooks import Effects
from tests.support.texts import texts
from tests.unit.lsp.test_documents import ENCODINGS, refuse

NOTEBOOK = "file:///work/deep/n.ipynb"


def uri(name: str) -> str:
    return f"vscode-notebook-cell:/work/deep/n.ipynb#{name}"


def store(*given: tuple[str, str], encoding: Encoding = Encoding.UTF16) -> Documents:
    """Open a notebook of code cells by name and text; those whose name begins with `p` are prose."""
    made = Documents(refuse, count(step=10).__next__)  # edits that are apart in time are not one
    made.encoding = encoding
    made.folders = (Path("/work"),)
    made.notebooks.open(NOTEBOOK, [listed(name) for name, _ in given], [item(name, text) for name, text in given])
    return made


def listed(name: str) -> Listed:
    return Listed(uri(name), code=not name.startswith("p"))


def item(name: str, text: str, language: str = "") -> Item:
    return Item(uri(name), language or ("markdown" if name.startswith("p") else "python"), 1, text)


def changed(
    made: Documents,
    splice: Splice | None = None,
    *,
    opened: list[Item] | None = None,
    closed: list[str] | None = None,
    kinds: list[Listed] | None = None,
    typed: list[Typed] | None = None,
) -> Effects:
    gone = [uri(name) for name in closed or []]
    return made.notebooks.change(NOTEBOOK, Changed(splice, opened or [], gone, kinds or [], typed or []))


def typed(name: str, text: str, line: int, column: int, version: int = 2) -> Typed:
    return Typed(uri(name), version, [Change(text, Place(line, column), Place(line, column))])


def view(made: Documents, name: str) -> Document:
    found = made.latest(uri(name))
    assert found is not None
    return found


def test_a_cell_is_the_end_of_the_code_above_it() -> None:
    made = store(("a", "%pwd\nx = 1"), ("p", "# Title"), ("b", "y = x\n"), ("c", "z"))
    found = view(made, "b")
    assert found.text == "%pwd\nx = 1\n\n# # Title\n\ny = x\n"
    assert (found.uri, found.file, found.language, found.version) == (uri("b"), NOTEBOOK, "python", 1)
    assert found.slice(found.own) == "y = x\n"
    assert found.syntax is not None
    assert found.syntax.root.end == len(found.text)
    assert not found.syntax.root.has_error
    assert made.display_path(found.file) == "deep/n.ipynb"


def test_positions_are_those_of_the_cell() -> None:
    found = view(store(("a", "x = 1\n" * 10), ("b", "y\n\U0001f600z")), "b")
    assert offset_at(found, Place(0, 0), Encoding.UTF16) == found.own.start
    assert offset_at(found, Place(1, 2), Encoding.UTF16) == len(found.text) - 1
    assert offset_at(found, Place(99, 0), Encoding.UTF16) == len(found.text)
    assert offset_at(found, Place(-1, 0), Encoding.UTF16) == found.own.start
    assert place_at(found, len(found.text), Encoding.UTF16) == Place(1, 3)
    assert place_at(found, 3, Encoding.UTF16) == Place(0, 0), "nothing above the cell is anywhere in it"


def test_what_stands_below_is_not_behind_the_cursor() -> None:
    made = store(("a", "x = 1"), ("b", "x = 1"))
    assert view(made, "a").text == "x = 1"


def test_prose_is_below_other_prose_alone() -> None:
    made = store(("p1", "# One"), ("a", "x = 1"), ("p2", "two"))
    assert view(made, "p2").text == "# One\n\ntwo"


def test_a_cell_with_a_magic_for_another_language_is_that() -> None:
    made = store(("a", "x = 1"), ("b", "%%bash\nls"), ("c", "y = 2"))
    assert (view(made, "b").text, view(made, "b").language) == ("%%bash\nls", "shellscript")
    assert view(made, "c").text == "x = 1\n\ny = 2"
    effects = changed(made, typed=[Typed(uri("b"), 2, [Change("time", Place(0, 2), Place(0, 6))])])
    assert view(made, "c").text == "x = 1\n\n%%time\nls\n\ny = 2"
    assert view(made, "b").language == "python"
    assert uri("b") in effects.gone, "nothing that was known of it holds"


def test_a_change_tells_whom_it_edits_and_whom_it_moves() -> None:
    made = store(("a", "x = 1"), ("b", "y"), ("c", "z"))
    effects = changed(made, typed=[typed("b", "es", 0, 1)])
    edit = Edit(Span(8, 8), "es")
    assert effects.edited == [(uri("b"), [edit])]
    assert effects.pushed == [(uri("c"), edit)]
    assert effects.gone == []
    assert view(made, "b").version == 2
    assert view(made, "c").version == 1


def test_cells_are_put_in_moved_and_taken_out() -> None:
    made = store(("a", "a"), ("b", "b"), ("c", "c"))
    effects = changed(made, Splice(1, 0, [listed("d")]), opened=[item("d", "d")])
    assert view(made, "c").text == "a\n\nd\n\nb\n\nc"
    assert (effects.gone, [name for name, _ in effects.pushed]) == ([], [uri("b"), uri("c")])
    effects = changed(made, Splice(0, 4, [listed(name) for name in "acdb"]))
    assert view(made, "b").text == "a\n\nc\n\nd\n\nb"
    effects = changed(made, Splice(1, 1, []), closed=["c"])
    assert view(made, "b").text == "a\n\nd\n\nb"
    assert made.latest(uri("c")) is None
    assert effects.gone == [uri("c")]


def test_a_cell_that_was_taken_out_can_come_back_until_it_is_closed() -> None:
    made = store(("a", "a"), ("b", "b"))
    changed(made, Splice(0, 1, []))
    assert (made.latest(uri("a")), view(made, "b").text) == (None, "b")
    changed(made, Splice(1, 0, [listed("a")]))
    assert view(made, "a").text == "b\n\na"
    changed(made, Splice(1, 1, []), closed=["a"])
    changed(made, Splice(1, 0, [listed("a")]))
    assert made.latest(uri("a")) is None, "without a text it is no cell"


def test_a_kernel_of_another_language_changes_all_cells() -> None:
    """As VS Code tells it: each cell is taken out and put in again."""
    made = store(("a", "x = 1"), ("b", "y = 2"))
    for at, name in enumerate("ab"):
        changed(made, Splice(at, 1, []), closed=[name])
        changed(made, Splice(at, 0, [listed(name)]), opened=[item(name, f"{name} = 1", "julia")])
    assert (view(made, "b").language, view(made, "b").text) == ("julia", "a = 1\n\nb = 1")
    changed(made, Splice(0, 1, [listed("a")]), opened=[item("a", "a", "r")], closed=["a"])
    assert (view(made, "a").language, view(made, "b").text) == ("r", "b = 1")


def test_code_becomes_prose() -> None:
    made = store(("a", "x = 1"), ("b", "y"))
    changed(made, kinds=[Listed(uri("a"), code=False)], opened=[item("a", "x = 1", "markdown")])
    assert view(made, "b").text == "# x = 1\n\ny"


def test_what_is_not_there_changes_nothing() -> None:
    made = store(("a", "x"), ("b", "y"))
    assert changed(made, typed=[typed("z", "!", 0, 0)]) == Effects()
    changed(made, Splice(7, 9, [listed("unknown"), listed("a")]))
    assert view(made, "b").text == "x\n\ny"
    assert made.notebooks.change("file:///other.ipynb", Changed(None, [], [], [], [])) == Effects()
    assert made.notebooks.close("file:///other.ipynb") == []


def test_a_closed_notebook_leaves_nothing() -> None:
    made = store(("a", "x"), ("p", "y"))
    assert made.notebooks.close(NOTEBOOK) == [uri("a"), uri("p")]
    assert made.latest(uri("a")) is None
    assert list(made.texts()) == []
    assert not made._open


def test_the_same_file_as_a_text_is_another_document() -> None:
    made = store(("a", "x"))
    made.open(NOTEBOOK, "json", 1, '{"cells": []}')
    assert [document.uri for document in made] == [NOTEBOOK]
    assert [document.uri for document in made.texts()] == [NOTEBOOK, uri("a")]
    assert view(made, "a").text == "x"


def test_recent_edits_are_those_of_the_cells_that_a_view_shows() -> None:
    made = store(("a", "x = 1"), ("b", "y = 2"), ("c", "z = 3"))
    changed(made, typed=[typed("a", "0", 0, 5)])
    changed(made, typed=[typed("c", "0", 0, 5)])
    found = made.recent(view(made, "b"))
    assert [view(made, "b").slice(region.span) for region in found.edited] == ["0"]
    assert found.visited == [], "its own notebook is no other file"


def test_other_files_of_the_folder_see_what_was_edited_in_a_notebook() -> None:
    made = store(("a", "x = 1"))
    changed(made, typed=[typed("a", "0", 0, 5)])
    made.open("file:///work/b.py", "python", 1, "")
    document = made.latest("file:///work/b.py")
    assert document is not None
    [other] = made.recent(document).visited
    assert (other.path, [region.span for region in other.regions]) == ("deep/n.ipynb", [Span(5, 6)])


def test_problems_of_one_cell_say_nothing_of_another() -> None:
    made = store(("a", "x = 1"), ("b", "y = 2"))
    for name, message in (("a", "old"), ("b", "mine"), ("a", "other")):
        own = view(made, name).own
        made.reported(view(made, name), [Problem(Span(own.start, own.start + 1), Severity.ERROR, message)])
    assert {problem.message for problem in made.recent(view(made, "b")).problems} == {"mine", "other"}
    assert {problem.message for problem in made.recent(view(made, "a")).problems} == {"other"}


LINES = ["x = 1", "def f(a):\n    return a", "%time y = f(x)", "!ls", "if x:\n    y = 2", "ä = '\U0001f600'", ""]
CODE = st.lists(st.sampled_from(LINES), max_size=3).map("\n".join)
NAMES = ["a", "b", "c", "d", "p", "q"]


def fresh(order: dict[str, str], name: str) -> tuple[str, int]:
    """The text that a cell ends and where the cell begins in it, put together in another way than by the store."""
    parts: list[str] = []
    for other, text in order.items():
        if other.startswith("p"):
            lines = [line for line in text.split("\n") if line.strip()][:12]
            parts += [f"# {line}\n" if at < len(lines) - 1 else f"# {line}\n\n" for at, line in enumerate(lines)]
        elif other == name:
            return "".join(parts) + text, len("".join(parts))
        else:
            parts.append(f"{text}\n\n")
    raise AssertionError(name)


@settings(max_examples=150, deadline=None)
@given(st.data(), ENCODINGS)
def test_views_are_what_joining_anew_gives(data: st.DataObject, encoding: Encoding) -> None:
    order = {name: data.draw(CODE) for name in ("a", "p", "b")}
    made = store(*order.items(), encoding=encoding)
    for version in range(2, 2 + data.draw(st.integers(1, 6))):
        what = data.draw(st.sampled_from(["type", "type", "put", "take", "move"]))
        if what == "put" and (free := [name for name in NAMES if name not in order]):
            name, at, text = free[0], data.draw(st.integers(0, len(order))), data.draw(CODE)
            names = [*order]
            names.insert(at, name)
            changed(made, Splice(at, 0, [listed(name)]), opened=[item(name, text)])
            order = {one: order.get(one, text) for one in names}
        elif what == "take" and order:
            at = data.draw(st.integers(0, len(order) - 1))
            name = [*order][at]
            changed(made, Splice(at, 1, []), closed=[name])
            del order[name]
        elif what == "move" and order:
            names = data.draw(st.permutations([*order]))
            changed(made, Splice(0, len(names), [listed(name) for name in names]))
            order = {name: order[name] for name in names}
        elif order:
            name = data.draw(st.sampled_from([*order]))
            plain = next(one for one in made.texts() if one.uri == uri(name))
            low, high = sorted(data.draw(st.integers(0, len(plain.text))) for _ in range(2))
            new = data.draw(st.one_of(CODE, texts(3).filter(lambda text: "\r" not in text)))
            places = [place_at(plain, at, encoding) for at in (low, high)]
            changed(made, typed=[Typed(uri(name), version, [Change(new, *places)])])
            order[name] = plain.text[:low] + new + plain.text[high:]
        for name, text in order.items():
            if name.startswith("p") or text.lstrip().startswith("%%"):
                continue
            found = view(made, name)
            wanted, start = fresh(order, name)
            assert (found.text, found.own.start) == (wanted, start)
            assert list(found.starts) == list(line_starts(wanted))
            assert place_at(found, start + len(text) // 2, encoding) == place_at(
                Document("", "", 1, text, line_starts(text)), len(text) // 2, encoding
            )


@settings(max_examples=100, deadline=None)
@given(st.lists(CODE, min_size=1, max_size=4), st.lists(st.tuples(st.integers(0, 3), CODE), max_size=4))
def test_a_views_tree_is_that_of_its_text(given: list[str], edits: list[tuple[int, str]]) -> None:
    made = store(*zip("abcd", given, strict=False))
    for version, (at, text) in enumerate(edits, 2):
        if at < len(given):
            changed(made, typed=[Typed(uri("abcd"[at]), version, [Change(text)])])
    for name, _ in zip("abcd", given, strict=False):
        found = view(made, name)
        assert found.syntax is not None
        again = parse(find("python"), found.syntax.text_of(0, len(found.text.encode())))
        assert again is not None
        assert str(found.syntax.root._node) == str(again.root._node)
        assert found.syntax.root.end == again.root.end


def test_a_carriage_return_at_a_cells_end_ends_its_line() -> None:
    made = store(("a", "x\r"), ("b", "y"))
    assert list(view(made, "a").starts) == [0, 2]
    assert list(view(made, "b").starts) == list(line_starts("x\r\n\ny"))


WELL = {
    "notebookDocument": {"uri": NOTEBOOK, "version": 2},
    "change": {
        "metadata": {"any": "thing"},
        "cells": {
            "structure": {
                "array": {"start": 1, "deleteCount": 1, "cells": [{"kind": 2, "document": "b"}]},
                "didOpen": [{"uri": "b", "languageId": "python", "version": 1, "text": "x"}],
                "didClose": [{"uri": "a"}],
            },
            "data": [{"kind": 1, "document": "p", "executionSummary": {"executionOrder": 1}}],
            "textContent": [{"document": {"uri": "b", "version": 2}, "changes": [{"text": "y"}]}],
        },
    },
}


def test_a_change_is_read_whole() -> None:
    assert cells.changed(WELL) == (
        NOTEBOOK,
        Changed(
            Splice(1, 1, [Listed("b", code=True)]),
            [Item("b", "python", 1, "x")],
            ["a"],
            [Listed("p", code=False)],
            [Typed("b", 2, [Change("y")])],
        ),
    )
    assert cells.changed({"notebookDocument": {"uri": NOTEBOOK}, "change": {}}) == (
        NOTEBOOK,
        Changed(None, [], [], [], []),
    )


def broken(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """WELL with one value in it replaced."""

    def put(at: Any, rest: tuple[str | int, ...]) -> Any:
        if not rest:
            return value
        key, *more = rest
        if isinstance(at, list):
            return [put(one, tuple(more)) if number == key else one for number, one in enumerate(at)]
        return {**at, key: put(at[key], tuple(more))}

    found = put(WELL, path)
    assert isinstance(found, dict)
    return found


CELLS = ("change", "cells")
PUT_IN = (*CELLS, "structure", "array", "cells")


PATHS: list[tuple[str | int, ...]] = [
    ("notebookDocument",),
    ("notebookDocument", "uri"),
    ("change",),
    CELLS,
    (*CELLS, "structure"),
    (*CELLS, "structure", "array"),
    (*CELLS, "structure", "array", "start"),
    (*CELLS, "structure", "array", "deleteCount"),
    PUT_IN,
    (*PUT_IN, 0),
    (*PUT_IN, 0, "document"),
    (*CELLS, "structure", "didOpen"),
    (*CELLS, "structure", "didOpen", 0, "text"),
    (*CELLS, "structure", "didClose", 0),
    (*CELLS, "data", 0),
    (*CELLS, "textContent"),
    (*CELLS, "textContent", 0, "document"),
    (*CELLS, "textContent", 0, "changes"),
    (*CELLS, "textContent", 0, "changes", 0),
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", [5.5, "text", ["x"]])
def test_what_is_no_change_is_refused(path: tuple[str | int, ...], value: Any) -> None:
    words = {("notebookDocument", "uri"), (*PUT_IN, 0, "document"), (*CELLS, "structure", "didOpen", 0, "text")}
    if value == "text" and path in words:
        assert cells.changed(broken(path, value))
        return
    with pytest.raises(ValueError, match=r"^(no|cells at no|a change|a position|didChange)"):
        cells.changed(broken(path, value))


def _words(at: Any) -> set[str]:
    """All names of fields in a message."""
    inside = at.values() if isinstance(at, dict) else at if isinstance(at, list) else []
    return set(at if isinstance(at, dict) else []).union(*map(_words, inside))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from(["a", "b", uri("a"), "", "python"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(_words(WELL))), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), ANY)
def test_whatever_comes_a_store_stays_whole(path: tuple[str | int, ...], value: Any) -> None:
    made = store(("a", "x = 1"), ("b", "y = 2"))
    for read in (cells.opened, cells.changed, cells.uri_of):
        for params in (value, broken(path, value)):
            try:
                found = read(params)
            except ValueError:
                continue
            if isinstance(found, tuple) and isinstance(found[1], Changed):
                made.notebooks.change(NOTEBOOK, found[1])
    for document in made.texts():
        seen = view(made, document.uri.rpartition("#")[2]) if "#" in document.uri else made.latest(document.uri)
        assert seen is not None
        assert seen.slice(seen.own) == document.text
