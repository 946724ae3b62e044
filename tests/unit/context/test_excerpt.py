"""The parts of a long file: whole lines around places, within a budget."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.context.excerpt import parts
from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Span, open_document
from mai_lsp.core.tokens import estimate

CODE = (
    "import os\nfrom a import b\n\n\n"
    "class Shop:\n    name = 'x'\n\n"
    + "".join(
        f"    # About {n}.\n    def method{n}(self, x):\n        y = x + {n}\n        z = y * {n}\n        return z\n\n"
        for n in range(80)
    )
    + "\n".join(f"VALUE_{n} = {n}" for n in range(100))
    + "\n"
)


def document(text: str) -> Document:
    row = find("python")
    return replace(open_document("file:///a.py", "python", None, text), syntax=parse(row, text))


def shown(text: str, *needles: str, budget: int = 400) -> list[str]:
    one = document(text)
    places = [Span(text.index(needle), text.index(needle) + len(needle)) for needle in needles]
    return [one.slice(span) for span in parts(one, places, budget)]


def test_a_file_that_fits_is_one_part() -> None:
    assert shown(CODE, "method3", budget=100_000) == [CODE]


def test_a_place_brings_its_function_the_heads_around_it_and_the_imports() -> None:
    found = shown(CODE, "y = x + 40\n")
    assert found[0].startswith("import os\nfrom a import b\n")
    assert "class Shop:\n" in "".join(found)
    (function,) = [part for part in found if "method40" in part]
    assert function.startswith("    # About 40.\n    def method40")
    assert "        return z\n" in function
    assert "method42" not in function


def test_a_place_outside_of_functions_brings_lines_around_it() -> None:
    found = shown(CODE, "VALUE_50 =")
    assert "VALUE_45 = 45\nVALUE_46" in found[-1]
    assert "VALUE_55" in found[-1]
    assert "VALUE_60" not in found[-1]


def test_the_first_place_is_shown_whatever_it_takes_and_others_as_they_fit() -> None:
    found = "".join(shown(CODE, *(f"y = x + {n}\n" for n in (5, 20, 35, 50, 65)), budget=150))
    assert "method5" in found
    assert "method65" not in found


def test_lines_around_a_place_in_a_very_long_function() -> None:
    long = "def f(x):\n" + "".join(f"    x += {n}\n" for n in range(400)) + "    return x\n"
    found = shown(long, "x += 200\n")
    assert found[0] == "def f(x):\n"
    assert "x += 195\n" in found[1]
    assert "x += 300\n" not in found[1]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, len(CODE) - 1), min_size=1, max_size=8),
    st.integers(50, 2_000),
    st.sampled_from(["\n", "\r\n"]),
)
def test_parts_are_whole_lines_in_order_and_apart_and_hold_the_first_place(
    places: list[int], budget: int, line_end: str
) -> None:
    one = document(CODE.replace("\n", line_end))
    found = parts(one, [Span(at, at) for at in places], budget)
    ends = [span.end for span in found]
    starts = [span.start for span in found]
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False))
    assert all(start in one.starts for start in starts)
    assert all(end == len(one.text) or end in one.starts for end in ends)
    assert any(span.start <= places[0] <= span.end for span in found)
    alone = sum(estimate(one.slice(span)) for span in parts(one, [Span(places[0], places[0])], 1))
    assert sum(estimate(one.slice(span)) for span in found) <= max(budget, alone)
