"""The lines that may be rewritten: whole lines around the cursor, grown to what belongs together, never too many."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context.region import ABOVE, BELOW, MOST_TOKENS, calls, editable
from mai_lsp.core import syntax
from mai_lsp.core.history import Region
from mai_lsp.core.language import find
from mai_lsp.core.text import Document, open_document
from mai_lsp.core.tokens import estimate


def document_of(text: str, path: str = "a.py", *, tree: bool = True) -> Document:
    row = find("", path)
    return replace(open_document(f"file:///{path}", row.id, 1, text), syntax=syntax.parse(row, text) if tree else None)


def chosen(document: Document, needle: str) -> str:
    region = editable(document, document.text.index(needle))
    assert region is not None
    return document.slice(region)


FUNCTIONS = "".join(
    f"def f{n}(a):\n" + "".join(f"    b{n}{m} = a + {m}\n" for m in range(9)) + "\n\n" for n in range(20)
)


def test_a_function_is_taken_whole() -> None:
    region = chosen(document_of(FUNCTIONS), "b75")
    assert region.startswith("def f7(a):\n")
    assert "b78 = a + 8" in region
    assert estimate(region) <= MOST_TOKENS


def test_without_a_tree_it_is_lines() -> None:
    text = "".join(f"line {number}\n" for number in range(50))
    region = chosen(document_of(text, "a.txt", tree=False), "line 20\n")
    assert region.split("\n") == [f"line {number}" for number in range(20 - ABOVE, 20 + BELOW + 1)]


def test_long_lines_leave_the_cursors_own_or_nothing() -> None:
    long = "x = '" + "a" * 2000 + "'\n"
    assert chosen(document_of(f"{long}y = 1\n{long}"), "y = 1") == "y = 1"
    assert editable(document_of(long), 3) is None


@given(st.integers(0, len(FUNCTIONS)))
def test_it_is_whole_lines_that_hold_the_place_and_never_too_large(offset: int) -> None:
    document = document_of(FUNCTIONS)
    region = editable(document, offset)
    assert region is not None
    assert region.start in document.starts
    assert document.line_span(document.line_at(region.end)).end == region.end
    assert region.start <= document.line_span(document.line_at(offset)).end
    assert document.starts[document.line_at(offset)] <= region.end + 1
    assert estimate(document.slice(region)) <= MOST_TOKENS


CALLS = """\
def save(user, db):
    db.add(user)


saved = "save(it)"  # save(it)
save(a)


def main():
    resave(b)
    save(b)
"""


def test_calls_of_what_has_other_parameters_now() -> None:
    document = document_of(CALLS)
    at = CALLS.index(", db")
    found = calls(document, (Region(at, at + 4, "", 1.0),))
    assert [document.text[offset : offset + 7] for offset in found] == ["save(a)", "save(b)"]
    body = CALLS.index("db.add")
    assert calls(document, (Region(body, body + 2, "x", 1.0),)) == ()
