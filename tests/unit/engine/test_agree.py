"""What is typed and a suggestion: agreement, contradiction, and what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.engine.agree import CONTRADICTED, Agreement, agree, same_behind

CODE = st.text(alphabet="ab( ){\n\t", max_size=40)


@pytest.mark.parametrize(
    ("text", "typed", "rest"),
    [
        ("foo(bar)", "", "foo(bar)"),
        ("foo(bar)", "foo(", "bar)"),
        ("foo(bar)", "foo(bar)", ""),
        ("\n    foo()", "\n    ", "foo()"),
        ("if x:\n    y()\n    z()", "if x:\n", "    y()\n    z()"),
    ],
)
def test_what_is_typed_along_is_taken_off(text: str, typed: str, rest: str) -> None:
    assert agree(text, typed, whole=True, by_columns=True) == Agreement(rest, False)


@pytest.mark.parametrize("typed", ["fx", "foo(bar) ", "foo(bar)\n", "Foo", "\n"])
def test_another_text_contradicts(typed: str) -> None:
    assert agree("foo(bar)", typed, whole=True, by_columns=False).contradicted


def test_a_stream_that_is_behind_the_typing_is_waited_for() -> None:
    assert agree("fo", "foo", whole=False, by_columns=False) == Agreement("", False)
    assert agree("fo", "foo", whole=True, by_columns=False) == CONTRADICTED


def test_an_indentation_that_is_still_being_made_is_no_contradiction() -> None:
    assert agree("\n        foo()", "\n    ", whole=True, by_columns=True) == Agreement("    foo()", False)


def test_a_line_indented_further_moves_along_where_columns_mean_nothing() -> None:
    text = "{\n  a();\n  b();\n}"
    assert agree(text, "{\n    ", whole=True, by_columns=False).rest == "a();\n    b();\n  }"
    assert agree(text, "{\n    ", whole=True, by_columns=True).contradicted


def test_blanks_an_editor_leaves_on_an_empty_line_are_no_contradiction() -> None:
    assert agree("\n\nfoo()", "\n    \n", whole=True, by_columns=True).rest == "foo()"


@given(CODE, st.integers(0, 40))
def test_every_beginning_agrees(text: str, length: int) -> None:
    typed = text[:length]
    assert agree(text, typed, whole=False, by_columns=True) == Agreement(text[len(typed) :], False)


@given(CODE, CODE, st.booleans())
def test_the_rest_behind_what_was_typed_is_the_suggestion_but_for_blanks(
    text: str, typed: str, by_columns: bool
) -> None:
    found = agree(text, typed, whole=True, by_columns=by_columns)
    if found.contradicted:
        assert found.rest == ""
        return
    assert (typed + found.rest).split() == text.split()
    if by_columns:
        assert (typed + found.rest).rpartition("\n")[2] == text.rpartition("\n")[2]


BEHIND = "\n".join(f"line number {n} of the rest" for n in range(40))


@pytest.mark.parametrize(
    "now",
    [
        BEHIND,
        ")" + BEHIND,
        '")' + BEHIND,
        BEHIND.replace("number 7", "number seven"),
        BEHIND.replace("line number 3 of the rest\n", ""),
        BEHIND[:20] + BEHIND[20:].replace("number 9", "number 9\nand a new one"),
    ],
)
def test_little_changes_behind_the_cursor_are_tolerated(now: str) -> None:
    assert same_behind(BEHIND, now)
    assert same_behind(now, BEHIND)


@pytest.mark.parametrize("now", ["", "x" + BEHIND, BEHIND.upper(), "))))" + BEHIND, BEHIND[400:], "\n" + BEHIND])
def test_another_text_behind_the_cursor_is_not(now: str) -> None:
    assert not same_behind(BEHIND, now)


def test_short_ends_of_files() -> None:
    assert same_behind("", "")
    assert same_behind("", ")")
    assert same_behind(")\n", "\n")
    assert not same_behind("", "x")
    assert not same_behind("", "\n\n\n")
