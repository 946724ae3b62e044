"""Changes of files: as edits of whole lines, and moved along with what was typed meanwhile."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.change import Change, follow
from mai_lsp.core.text import Document, apply, lines_with_ends, open_document, split_lines

TEXT = st.lists(st.sampled_from(["a = 1", "b = 2", "", "\tc", "\f", "x\u2028y"]), max_size=12).flatmap(
    lambda lines: st.lists(st.sampled_from(["\n", "\r\n", "\r", "\n"]), min_size=len(lines), max_size=len(lines)).map(
        lambda ends: "".join(line + end for line, end in zip(lines, ends, strict=True))
    )
)


def opened(text: str) -> Document:
    return open_document("file:///a.py", "python", 3, text)


@given(old=TEXT, new=TEXT)
def test_edits_make_the_text_afterwards(old: str, new: str) -> None:
    edits = Change("a.py", opened(old), new).edits()
    assert apply(old, edits) == new
    assert all(one.span.end <= other.span.start for one, other in pairwise(edits))


def test_edits_are_whole_lines() -> None:
    (edit,) = Change("a.py", opened("a = 1\r\nb = 2\r\n"), "a = 1\r\nb = 3\r\n").edits()
    assert (edit.span.start, edit.span.end, edit.text) == (7, 14, "b = 3\r\n")


@pytest.mark.parametrize("change", [Change("a.py", None, "x = 1\n"), Change("a.py", opened("x = 1\n"), None)])
def test_new_and_deleted_files_have_no_edits(change: Change) -> None:
    assert change.edits() == ()


def test_a_change_follows_what_was_typed_elsewhere() -> None:
    change = Change("a.py", opened("a = 1\nb = 2\nc = 3\n"), "a = 1\nb = 2\nc = 30\n")
    followed = follow(change, opened("a = 100\nb = 2\nc = 3\n"))
    assert followed is not None
    assert followed.after == "a = 100\nb = 2\nc = 30\n"


@pytest.mark.parametrize("typed", ["a = 1\nb = 2\nc = 33\n", "a = 1\nb = 2\n\nc = 3\n", "a = 1\nb = 2\n"])
def test_a_change_does_not_follow_what_was_typed_at_its_place(typed: str) -> None:
    assert follow(Change("a.py", opened("a = 1\nb = 2\nc = 3\n"), "a = 1\nb = 2\nc = 30\n"), opened(typed)) is None


def test_a_file_that_was_changed_is_not_deleted() -> None:
    assert follow(Change("a.py", opened("a = 1\n"), None), opened("a = 2\n")) is None


def test_a_file_that_is_only_moved_takes_along_what_was_typed() -> None:
    followed = follow(Change("a.py", opened("a = 1\n"), "a = 1\n", "b.py"), opened("a = 2\n"))
    assert followed is not None
    assert (followed.after, followed.moved_to) == ("a = 2\n", "b.py")


def test_the_same_text_in_another_version_is_followed() -> None:
    current = opened("a = 1\n").edited((), 9)
    followed = follow(Change("a.py", opened("a = 1\n"), "a = 2\n"), current)
    assert followed is not None
    assert followed.before is current


@given(TEXT)
def test_lines_with_their_ends_are_the_text(text: str) -> None:
    lines = lines_with_ends(text)
    assert "".join(lines) == text
    assert all(line for line in lines)
    assert [line.rstrip("\r\n") for line in lines] == split_lines(text)[: len(lines)]
