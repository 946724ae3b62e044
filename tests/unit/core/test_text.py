"""A document after edits is the same as a document opened with the edited text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.text import (
    Document,
    Edit,
    Span,
    apply,
    line_end_of,
    line_starts,
    open_document,
    split_lines,
    with_line_ends,
)
from tests.support.texts import texts


def document(text: str) -> Document:
    return open_document("file:///a.txt", "plaintext", 1, text)


@st.composite
def edits_in_turn(draw: st.DrawFn) -> tuple[str, list[Edit], str]:
    """A text, edits each in its predecessor's coordinates, and what splicing a plain string gives."""
    before = text = draw(texts())
    edits = []
    for _ in range(draw(st.integers(0, 6))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        edit = Edit(Span(start, end), draw(texts(4)))
        edits.append(edit)
        text = text[:start] + edit.text + text[end:]
    return before, edits, text


@st.composite
def edits_apart(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A text and non-overlapping edits, all in its own coordinates, last first."""
    text = draw(texts())
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [Span(*places[at : at + 2]) for at in range(0, len(places) - 1, 2)]
    return text, [Edit(span, draw(texts(4))) for span in reversed(spans)]


@given(edits_in_turn())
def test_edits_in_turn_equal_splicing_a_string(case: tuple[str, list[Edit], str]) -> None:
    before, edits, after = case
    edited = document(before).edited(edits, 2)
    assert edited.text == after
    assert list(edited.starts) == list(line_starts(after))
    assert edited.version == 2


@given(edits_apart())
def test_descending_edits_equal_one_after_the_other(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    edited = document(text).edited_descending(edits, 2)
    assert edited.text == document(text).edited(edits, 2).text
    assert list(edited.starts) == list(line_starts(edited.text))


@given(edits_apart())
def test_apply_equals_splicing_last_first(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    expected = text
    for edit in edits:
        expected = expected[: edit.span.start] + edit.text + expected[edit.span.end :]
    assert apply(text, edits[::-1]) == expected


@pytest.mark.parametrize("order", [1, -1])
def test_two_edits_of_which_one_inserts_where_the_other_begins_do_not_depend_on_the_order(order: int) -> None:
    edits = [Edit(Span(1, 1), "X"), Edit(Span(1, 2), "Y")][::order]
    assert apply("abc", edits) == "aXYc"


def test_insertions_at_one_place_keep_their_order() -> None:
    assert apply("ab", [Edit(Span(1, 1), "X"), Edit(Span(1, 1), "Y")]) == "aXYb"


@given(texts())
def test_lines_end_only_where_lsp_says(text: str) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    doc = document(text)
    assert split_lines(text) == expected
    assert [doc.line_text(number) for number in range(doc.line_count)] == expected


@given(texts(), st.data())
def test_every_offset_is_on_the_line_that_line_at_says(text: str, data: st.DataObject) -> None:
    doc = document(text)
    offset = data.draw(st.integers(0, len(text)))
    line = doc.line_at(offset)
    assert doc.starts[line] <= offset
    assert line + 1 == doc.line_count or offset < doc.starts[line + 1]


@given(texts(), st.sampled_from(["\n", "\r\n", "\r"]))
def test_with_line_ends_leaves_only_that_end(text: str, end: str) -> None:
    changed = with_line_ends(text, end)
    assert split_lines(changed) == split_lines(text)
    assert len(split_lines(text)) == 1 or line_end_of(changed) == end


def test_an_empty_text_has_one_line() -> None:
    assert document("").line_count == 1
    assert document("").line_span(0) == Span(0, 0)


@pytest.mark.parametrize(
    ("before", "edit", "starts"),
    [
        ("a\rb", Edit(Span(2, 2), "\n"), [0, 3]),
        ("a\r\nb", Edit(Span(2, 3), ""), [0, 2]),
        ("a\r\nb", Edit(Span(2, 2), "x"), [0, 2, 4]),
        ("a\nb", Edit(Span(1, 1), "\r"), [0, 3]),
        ("a\r", Edit(Span(2, 2), "\n"), [0, 3]),
    ],
)
def test_a_carriage_return_joins_and_leaves_its_newline(before: str, edit: Edit, starts: list[int]) -> None:
    assert list(document(before).edited([edit], 2).starts) == starts


def test_a_snapshot_does_not_change_when_the_document_does() -> None:
    first = document("a\nb")
    first.edited([Edit(Span(0, 3), "zzz\n\n\n")], 2)
    assert first.text == "a\nb"
    assert list(first.starts) == [0, 2]
