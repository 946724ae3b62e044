"""What differs between two lists of lines: right always, and fast for whole files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.differing import LARGE, Differing, differing

LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "", "  x"]), max_size=30)


@given(old=LINES, new=LINES)
def test_what_differs_makes_one_of_the_other(old: list[str], new: list[str]) -> None:
    made: list[str] = []
    at = new_at = 0
    for first, last, new_first, new_last in differing(old, new):
        assert old[at:first] == new[new_at:new_first]
        assert first < last or new_first < new_last
        made += old[at:first] + new[new_first:new_last]
        at, new_at = last, new_last
    assert made + old[at:] == new


def test_lines_that_stand_once_hold_moved_blocks_apart() -> None:
    old = ["def f():", "    return 1", "", "def g():", "    return 2"]
    new = ["def f():", "    return 1", "", "def h():", "    return 3", "", "def g():", "    return 2"]
    assert differing(old, new) == [Differing(3, 3, 3, 6)]


def test_two_places_far_apart_in_a_long_file_stay_two() -> None:
    old = [f"x = {number}" if number % 3 else "" for number in range(20 * LARGE)]
    new = [*old]
    new[1], new[-1] = "first", "last"
    assert [one[:2] for one in differing(old, new)] == [(1, 2), (len(old) - 1, len(old))]


def test_a_long_stretch_without_anything_in_common_is_one() -> None:
    old, new = [f"a{number}" for number in range(2 * LARGE)], [f"b{number}" for number in range(2 * LARGE)]
    assert differing(old, new) == [Differing(0, 2 * LARGE, 0, 2 * LARGE)]
