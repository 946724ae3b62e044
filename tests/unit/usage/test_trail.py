"""How far a text agrees with a suggestion, whatever the edits look like that made it so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.difference import difference
from mai_lsp.core.text import Edit, Span, apply
from mai_lsp.usage.trail import How, Move, Trail, begin, step
from tests.support.fixture import parse


def offer(marked: str, text: str, behind: int = 0) -> tuple[Trail, str, int]:
    """Offer `text` at `$0`, replacing what is before the cursor in it and `behind` characters behind the cursor."""
    fixture = parse(marked)
    document, cursor = fixture.text, fixture.cursor
    typed = max(size for size in range(len(text) + 1) if document[:cursor].endswith(text[:size]))
    return begin(document, Span(cursor - typed, cursor + behind), text, cursor), document, cursor


def insertion(at: int, text: str) -> Edit:
    return Edit(Span(at, at), text)


def moves(trail: Trail | None, *edits: Edit) -> list[How]:
    found = []
    for edit in edits:
        assert trail is not None
        trail, move = step(trail, edit)
        if move is not None:
            found.append(move.how)
    return found


def test_key_by_key_is_typed() -> None:
    trail, _, cursor = offer("x = $0\n", "foo(a)")
    keys = [insertion(cursor + index, char) for index, char in enumerate("foo(a)")]
    assert moves(trail, *keys) == [How.TYPED] * 6


@pytest.mark.parametrize(
    ("piece", "how"),
    [
        ("foo", How.PART),
        ("foo(a, bar)", How.WHOLE),
        ("foo(a, ", How.PART),
        ("fo", How.TYPED),  # Inside a word: quick typing that came in one message.
        ("f", How.TYPED),
    ],
)
def test_a_piece_in_one_go(piece: str, how: How) -> None:
    trail, _, cursor = offer("x = $0\n", "foo(a, bar)")
    assert moves(trail, insertion(cursor, piece)) == [how]


def test_enter_with_the_editors_indentation_and_brackets_closed_by_it_are_keys() -> None:
    trail, _, cursor = offer("if x:$0\n", "\n    call(y)")
    assert (
        moves(
            trail,
            insertion(cursor, "\n    "),
            *(insertion(cursor + 5 + index, char) for index, char in enumerate("call")),
            insertion(cursor + 9, "()"),
            insertion(cursor + 10, "y"),
        )
        == [How.TYPED] * 7
    )


def test_all_of_it_in_place_of_the_range() -> None:
    trail, document, cursor = offer("foo(re$0)\n", "result)", behind=1)
    assert (trail.at, trail.tail, trail.gain) == (2, ")", 4)
    after, move = step(trail, Edit(Span(cursor - 2, cursor + 1), "result)"))
    assert move == Move(How.WHOLE, 2, 6)  # The bracket was there before.
    assert after is not None
    assert after.done
    # The same as a client writes it that sends the smallest difference.
    small = difference(document, "foo(result)\n")
    assert moves(trail, small) == [How.WHOLE]


def test_a_difference_that_begins_behind_the_cursor() -> None:
    """Inserting `ab` before `ab` may be told as inserting it behind."""
    trail, document, cursor = offer("x$0ab cd ef", "ab cd ")
    edit = difference(document, apply(document, [insertion(cursor, "ab cd ")]))
    assert edit.span.start > cursor
    assert moves(trail, edit) == [How.WHOLE]


def test_several_edits_of_one_change_may_disagree_meanwhile() -> None:
    trail, _, cursor = offer("x = $0", "foo()")
    assert moves(trail, insertion(cursor, "()"), insertion(cursor, "foo")) == [How.WHOLE]


def test_backspace_keeps_it_alive() -> None:
    trail, _, cursor = offer("x = $0", "foo")
    assert moves(trail, insertion(cursor, "f"), Edit(Span(cursor, cursor + 1), ""), insertion(cursor, "foo")) == [
        How.TYPED,
        How.WHOLE,
    ]


@pytest.mark.parametrize("text", ["z", "foz", "\n", "(foo"])
def test_other_text_contradicts(text: str) -> None:
    trail, _, cursor = offer("x = $0\nrest", "foo(a)")
    after, move = step(trail, insertion(cursor, text))
    assert move is None
    assert after is None or after.loose


def test_edits_elsewhere_leave_it_where_it_is() -> None:
    trail, _, _ = offer("one\nx = $0\nthree\n", "foo(a)")
    for edit in (insertion(0, "zero\n"), Edit(Span(1, 2), ""), insertion(16, "!")):
        after, move = step(trail, edit)
        assert move is None
        assert after is not None
        trail = after
    assert trail.start == 12
    assert moves(trail, insertion(12, "foo(a)")) == [How.WHOLE]


def test_another_completion_of_the_same_word_is_not_ours() -> None:
    """An ordinary completion replaces the typed word, where taking a word of ours only adds."""
    trail, _, cursor = offer("pri$0", "print(value)")
    assert moves(trail, Edit(Span(cursor - 3, cursor), "print")) == [How.TYPED]


ALPHABET = "ab() \n"


@st.composite
def scripts(draw: st.DrawFn) -> tuple[str, int, int, str, list[list[Edit]]]:
    document = draw(st.text(ALPHABET, max_size=14))
    cursor = draw(st.integers(0, len(document)))
    start = draw(st.integers(max(0, cursor - 3), cursor))
    end = draw(st.integers(cursor, min(len(document), cursor + 2)))
    text = document[start:cursor] + draw(st.text(ALPHABET, min_size=1, max_size=6))
    now = document
    at = cursor
    changes: list[list[Edit]] = []
    for _ in range(draw(st.integers(1, 6))):
        change = []
        for _ in range(draw(st.integers(1, 2))):
            if draw(st.booleans()):  # Something likely to agree.
                size = draw(st.integers(0, 3))
                done = at - start
                edit = insertion(min(at, len(now)), text[max(0, done) :][:size])
                at += len(edit.text)
            else:
                low = draw(st.integers(0, len(now)))
                high = draw(st.integers(low, min(len(now), low + 4)))
                edit = Edit(Span(low, high), draw(st.text(ALPHABET, max_size=4)))
            now = apply(now, [edit])
            change.append(edit)
        changes.append(change)
    return document, start, end, text, changes


@given(scripts(), st.data())
def test_what_is_known_of_the_document_is_so(
    script: tuple[str, int, int, str, list[list[Edit]]], data: st.DataObject
) -> None:
    """Whatever is edited: while a trail lives, it is right about where it is and what stands there."""
    document, start, end, text, changes = script
    cursor = data.draw(st.integers(start, end))
    trail: Trail | None = begin(document, Span(start, end), text, cursor)
    now = document
    for change in changes:
        for edit in change:
            now = apply(now, [edit])
            if trail is None:
                return
            trail, move = step(trail, edit)
            if trail is None:
                return
            assert now[trail.start : trail.start + len(trail.window)] == trail.window
            if not trail.loose:
                assert trail.window == trail.text[: trail.at] + trail.tail + trail.ahead
            if move is not None:
                assert move.end == trail.at
                assert 0 <= move.start < move.end <= len(text)
        if trail is None or trail.loose:
            return


@given(st.text(ALPHABET, max_size=20), st.data())
def test_taking_it_whole_is_seen_however_it_is_told(document: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(document)))
    text = data.draw(st.text(ALPHABET, min_size=2, max_size=20))
    behind = data.draw(st.integers(0, min(2, len(document) - cursor)))
    trail = begin(document, Span(cursor, cursor + behind), text, cursor)
    after = document[:cursor] + text + document[cursor + behind :]
    if after == document:
        return
    for edit in (Edit(Span(cursor, cursor + behind), text), difference(document, after)):
        stepped, move = step(trail, edit)
        assert stepped is not None
        assert not stepped.loose
        assert stepped.text[: stepped.at] + stepped.tail == text
        assert move is not None
