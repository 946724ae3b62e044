"""The record of recent edits: undoing what it says gives the text there was, however the edits came."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.history import MAX_CHARACTERS, MAX_REGIONS, NEAR_SECONDS, Region, Regions, record, undone
from mai_lsp.core.recent import Problem, Severity, moved
from mai_lsp.core.text import Edit, Span

LINES = "".join(f"line {number}\n" for number in range(60))


def at_line(number: int, text: str = LINES) -> int:
    return sum(len(line) + 1 for line in text.split("\n")[:number])


def edited(text: str, edits: Sequence[tuple[int, int, str]], step: float = 0.1) -> tuple[str, Regions]:
    """Make edits one after the other, `step` seconds apart."""
    regions: Regions = ()
    for number, (start, end, new) in enumerate(edits):
        regions = record(regions, text, Edit(Span(start, end), new), number * step)
        text = text[:start] + new + text[end:]
    return text, regions


def whole(text: str, regions: Regions) -> str:
    return undone(text, Span(0, len(text)), regions)


@st.composite
def made(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, str]], float]:
    text = draw(st.text("ab\n\r", max_size=60))
    size, edits = len(text), []
    for _ in range(draw(st.integers(0, MAX_REGIONS))):
        start = draw(st.integers(0, size))
        end = draw(st.integers(start, min(size, start + 6)))
        new = draw(st.text("cd\n", max_size=4))
        edits.append((start, end, new))
        size += len(new) - (end - start)
    return text, edits, draw(st.sampled_from([0.1, 2 * NEAR_SECONDS]))


@given(made())
def test_undoing_the_regions_gives_the_text_there_was(case: tuple[str, list[tuple[int, int, str]], float]) -> None:
    text, edits, step = case
    after, regions = edited(text, edits, step)
    assert whole(after, regions) == text
    for one, two in pairwise(regions):
        assert one.end < two.start
    assert all(0 <= region.start <= region.end <= len(after) for region in regions)
    assert all(after[region.start : region.end] != region.old for region in regions)


def test_typing_is_one_edit_and_undoing_it_is_none() -> None:
    typed = [(at, at, key) for at, key in enumerate("print", at_line(5))]
    after, regions = edited(LINES, typed, step=60.0)
    assert [after[region.start : region.end] for region in regions] == ["print"]
    assert regions[0].at == 240.0
    assert edited(LINES, [*typed, (at_line(5), at_line(5) + 5, "")])[1] == ()


def test_edits_near_in_place_and_time_are_one() -> None:
    near = [(at_line(5), at_line(5), "a"), (at_line(13) + 1, at_line(13) + 1, "b")]
    assert len(edited(LINES, near)[1]) == 1
    assert len(edited(LINES, near[::-1])[1]) == 1
    assert len(edited(LINES, near, step=NEAR_SECONDS + 0.1)[1]) == 2
    assert len(edited(LINES, [near[0], (at_line(15), at_line(15), "b")])[1]) == 2


def test_a_change_between_two_joins_what_lies_between() -> None:
    edits = [
        (at_line(10), at_line(10), "x"),
        (0, 0, "y"),
        (at_line(12), at_line(12), "z"),
        (at_line(4), at_line(4), "w"),
    ]
    regions: Regions = ()
    text = LINES
    for now, (start, end, new) in zip((0.0, 100.0, 200.0, 200.5), edits, strict=True):
        regions = record(regions, text, Edit(Span(start, end), new), now)
        text = text[:start] + new + text[end:]
    assert len(regions) == 2
    assert whole(text, regions) == LINES


def test_a_replaced_file_is_no_edit() -> None:
    assert edited(LINES, [(0, 0, "x" * (MAX_CHARACTERS + 1))])[1] == ()
    long = LINES * 200
    assert edited(long, [(0, len(long), "x")])[1] == ()
    typed = [(at, at, "x" * 1_000) for at in range(0, MAX_CHARACTERS + 1_000, 1_000)]
    assert edited("", typed)[1] == (), "nor is one that has grown too large"
    (kept,) = edited(long, [(9_000, 9_000, "x"), (0, 9_000 - 20, "")], step=9.0)[1]
    assert kept.start == 20


def test_only_the_latest_are_kept() -> None:
    after, regions = edited("\n" * 1_000, [(20 * number, 20 * number, "x") for number in range(40)], step=9.0)
    assert len(regions) == MAX_REGIONS
    assert min(region.at for region in regions) == (40 - MAX_REGIONS) * 9.0
    assert [after[region.start : region.end] for region in regions] == ["x"] * MAX_REGIONS


def test_problems_move_with_the_text_and_one_that_is_edited_is_dropped() -> None:
    def at(start: int, end: int) -> Problem:
        return Problem(Span(start, end), Severity.ERROR, "wrong")

    found = [at(0, 3), at(10, 13), at(20, 23)]
    assert moved(found, Edit(Span(12, 13), "long")) == (at(0, 3), at(23, 26))
    assert moved(found, Edit(Span(4, 9), "")) == (at(0, 3), at(5, 8), at(15, 18))
    assert moved(found, Edit(Span(3, 3), "x")) == (at(11, 14), at(21, 24)), "it touches the first"
    assert moved(found, Edit(Span(5, 6), "x")) == tuple(found)


def test_a_region_has_a_span() -> None:
    assert Region(3, 5, "", 0.0).span == Span(3, 5)
