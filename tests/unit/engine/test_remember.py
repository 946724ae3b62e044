"""Answers are found again while they agree with the text, and never when they do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.text import Document, open_document
from mai_lsp.engine.outcome import Reason, Skipped, Trace
from mai_lsp.engine.remember import ANSWERS, TYPED, Answered, Memory, place_of

URI = "file:///a.py"


def document(text: str, uri: str = URI, language: str = "python") -> Document:
    return open_document(uri, language, 1, text)


def remembering(before: str, text: str, after: str = "") -> Memory:
    memory = Memory()
    memory.keep(place_of(document(before + after), len(before)), Answered(text, Trace(provider="p", model="m")))
    return memory


def rest(memory: Memory, before: str, after: str = "") -> str | None:
    found = memory.recall(document(before + after), len(before))
    return None if found is None else found.rest


def test_the_same_place_has_the_same_answer() -> None:
    memory = remembering("x = ", "foo(bar)", "\nend\n")
    found = memory.recall(document("x = \nend\n"), 4)
    assert found is not None
    assert (found.rest, found.typed, found.answer.trace.model) == ("foo(bar)", 0, "m")


def test_typing_along_leaves_the_rest() -> None:
    memory = remembering("x = ", "foo(bar)")
    assert rest(memory, "x = foo(") == "bar)"


@pytest.mark.parametrize("typed", ["foo(bar)", "fa", "foo(bar)x", "foo (", "\n"])
def test_no_rest_or_another_text_is_nothing(typed: str) -> None:
    assert rest(remembering("x = ", "foo(bar)"), f"x = {typed}") is None


def test_going_back_finds_it_again() -> None:
    memory = remembering("x = ", "foo(bar)")
    assert rest(memory, "x = fox") is None
    assert rest(memory, "x = fo") == "o(bar)"


def test_the_text_before_must_be_the_same_but_may_have_moved() -> None:
    before = "".join(f"line {n}\n" for n in range(400))
    memory = remembering(f"{before}x = ", "foo")
    assert rest(memory, f"import this\n{before}x = f") == "oo"
    assert rest(memory, f"{before}y\nx = f") is None
    assert rest(memory, f"{before.replace('line 399', 'line !')}x = f") is None


def test_another_suffix_is_another_place() -> None:
    after = "".join(f"\nrest {n}" for n in range(100))
    memory = remembering("x = ", "foo(bar)", after)
    assert rest(memory, "x = foo(", ")" + after) == "bar)"
    assert rest(memory, "x = ", after.replace("rest 7\n", "rest seven\n")) == "foo(bar)"
    assert rest(memory, "x = ", " + 1" + after) is None
    assert rest(memory, "x = ", "") is None


def test_line_ends_are_the_documents_own() -> None:
    memory = remembering("x:\r\n", "    a()\n    b()", "\r\n")
    assert rest(memory, "x:\r\n    a()\r\n", "\r\n") == "    b()"


def test_the_nearest_answer_counts() -> None:
    memory = remembering("x = ", "foo(bar)")
    memory.keep(place_of(document("x = foo("), 8), Answered("baz)", Trace()))
    assert rest(memory, "x = foo(") == "baz)"
    assert rest(memory, "x = foo(bar") == ")"


def test_that_there_was_nothing_to_say_is_remembered_for_the_place_alone() -> None:
    memory = Memory()
    nothing = Answered("", Trace(), nothing=Skipped(Reason.EMPTY, "x"))
    memory.keep(place_of(document("x = "), 4), nothing)
    found = memory.recall(document("x = "), 4)
    assert found is not None
    assert found.answer.nothing is not None
    assert memory.recall(document("x = f"), 5) is None


def test_rejections_hold_where_they_were_made_and_for_what_is_left_of_them() -> None:
    memory = Memory()
    memory.reject(place_of(document("x = "), 4), "foo(bar)")
    assert memory.rejected(document("x = "), 4) == ("foo(bar)",)
    assert memory.rejected(document("x = foo("), 8) == ("bar)",)
    assert memory.rejected(document("y = "), 4) == ()


def test_documents_are_kept_apart_and_forgotten() -> None:
    memory = remembering("x = ", "foo")
    assert memory.recall(document("x = ", "file:///b.py"), 4) is None
    memory.forget(URI)
    assert len(memory) == 0
    assert rest(memory, "x = ") is None


def test_only_so_many_are_kept_the_last_used() -> None:
    memory = remembering("x = ", "foo")
    for number in range(ANSWERS + 20):
        memory.keep(place_of(document(f"{number} = "), len(f"{number} = ")), Answered("bar", Trace()))
        assert rest(memory, "x = ") == "foo"
    assert len(memory) == ANSWERS
    assert rest(memory, "0 = ") is None


WORDS = st.text(alphabet="ab(\n ", max_size=20)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=5), WORDS, WORDS)
def test_what_is_recalled_never_contradicts_the_text(kept: list[tuple[str, str, str]], before: str, after: str) -> None:
    memory = Memory()
    for left, text, right in kept:
        memory.keep(place_of(document(left + right), len(left)), Answered(text, Trace()))
    found = memory.recall(document(before + after), len(before))
    if found is None:
        return
    assert found.rest.strip()
    assert found.typed <= TYPED
    typed = before[len(before) - found.typed :]
    assert (typed + found.rest).split() == found.answer.text.split()
    assert any(before == left + typed and text == found.answer.text for left, text, _ in kept)
