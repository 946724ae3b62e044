"""Which names follow lines like those around the cursor, by what was written before."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context.sequel import ABOVE, BELOW, LINE_CHARACTERS, around, lines_of, sequel
from mai_lsp.core.text import open_document
from tests.support.fixture import cursor

HABIT = """
def one():
    session = open_session()
    begin_work(quietly)
    try_hard()
"""


def following(marked: str, *texts: str) -> Mapping[str, float]:
    """Ask for the place of `$0`, with texts written before."""
    text, offset = cursor(marked)
    document = open_document("file:///a.py", "python", 1, text)
    return sequel([lines_of(one) for one in texts], *around(document, offset))


def test_the_names_of_the_next_line_are_likely() -> None:
    found = following("session = open_session()\n$0\n", HABIT)
    assert found["begin_work"] == found["quietly"] > 0.5
    assert "try_hard" not in found


def test_the_more_lines_agree_the_likelier() -> None:
    other = "load_page()\nsession = open_session()\nsession.end_work()\nclose_page()\n"
    found = following("load_page()\nsession = open_session()\n$0\nclose_page()\n", HABIT, other)
    assert found["end_work"] > found["begin_work"] > 0
    assert found["end_work"] == pytest.approx(1.0)


def test_what_is_typed_of_the_line_counts_as_the_line_above() -> None:
    found = following("session = open_session()\nbegin_work($0\n", HABIT)
    assert found["try_hard"] > 0


def test_what_stands_behind_the_cursor_in_its_line_does_not_count() -> None:
    text = "first(\nhere(behind\nlast"
    above, below = around(open_document("file:///a.py", "python", 1, text), len("first(\nhere("))
    assert [*map(set, above)] == [{"here"}, {"first"}]
    assert [*map(set, below)] == [{"last"}]


def test_the_word_at_the_cursor_says_nothing_yet() -> None:
    text = "first(\nhere.beh"
    assert around(open_document("file:///a.py", "python", 1, text + "ind\n"), len(text)) == around(
        open_document("file:///a.py", "python", 1, "first(\nhere.\n"), len("first(\nhere.")
    )


def test_nothing_alike_gives_nothing() -> None:
    assert following("unheard_of()\n$0\n", HABIT) == {}
    assert following("$0", HABIT) == {}
    assert following("session = open_session()\n$0\n") == {}
    assert following("try_hard()\n$0\n", HABIT) == {}


def test_lines_without_names_are_passed_over() -> None:
    found = following("session = open_session()\n\n    # --\n$0\n", "session = open_session()\n\n{\n}\nsend(it_all)\n")
    assert found["it_all"] > 0.5


def test_no_more_lines_are_compared_than_say_something() -> None:
    text = "\n".join(f"name_{number}()" for number in range(20))
    document = open_document("file:///a.py", "python", 1, text)
    above, below = around(document, document.starts[10])
    assert [*map(set, above)] == [{"name_9"}, {"name_8"}, {"name_7"}]
    assert [*map(set, below)] == [{"name_11"}, {"name_12"}]
    assert (len(above), len(below)) == (ABOVE, BELOW)


def test_the_end_of_a_long_line_is_data() -> None:
    (names,) = lines_of("first " + "x1 " * LINE_CHARACTERS + "last")
    assert "first" in names
    assert "last" not in names


LINE = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), max_size=3).map(" ".join)
TEXT = st.lists(LINE, max_size=8).map("\n".join)


@given(TEXT, TEXT, st.lists(TEXT, max_size=3))
def test_what_speaks_for_a_name_is_between_none_and_all(before: str, after: str, texts: list[str]) -> None:
    text = f"{before}\n{after}"
    document = open_document("file:///a.py", "python", 1, text)
    found = sequel(map(lines_of, texts), *around(document, len(before)))
    assert all(0 < value <= 1 + 1e-9 for value in found.values())
    assert found.keys() <= {name for one in texts for name in one.split()}
