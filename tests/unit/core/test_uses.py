"""Which names the parts of a file use: what counts as used, and how a file is cut."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from mai_lsp.core.text import Document
from mai_lsp.core.uses import MAX_NAMES, MAX_PARTS, NAME_CHARACTERS, PART_LINES, WHOLE_LINES, names_in, uses_of
from tests.support.indexed import document_of


def names(text: str) -> set[str]:
    return set(names_in(text, 0, len(text)))


def document(text: str, name: str = "a.py") -> Document:
    return document_of(Path("/w"), name, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("total = compute(value)", {"compute"}),
        ("item .total = call().value", {"total", "call", "value"}),
        ("the plain words of a comment", set()),
        ("words with snake_case and CamelCase and ABC", {"snake_case", "CamelCase", "ABC"}),
        ("node->next; Shape::area; list<item>; rows[at_1]", {"next", "Shape", "area", "list", "rows", "at_1"}),
        ("@cached\nfn run!(x) &other *more {", {"cached", "run", "other", "more"}),
        ("x: Path, key: value", {"Path", "key"}),
        ("ab(cd)", set()),
        ("größe(naïve_ß)", {"größe", "naïve_ß"}),
    ],
)
def test_a_name_is_used_that_is_marked_as_code_marks_names(text: str, expected: set[str]) -> None:
    assert names(text) == expected


def test_only_what_lies_between_the_offsets_counts() -> None:
    text = "one_a two_b three_c"
    assert names_in(text, 6, 11) == {"two_b"}


def test_a_part_keeps_its_first_names_and_no_long_ones() -> None:
    text = " ".join(f"name_{number}" for number in range(MAX_NAMES + 5))
    assert names(text) == {f"name_{number}" for number in range(MAX_NAMES)}
    assert names(f"a_{'b' * NAME_CHARACTERS} c_d") == {"c_d"}


FUNCTIONS = {
    "a.py": (
        "first_line()\n\ndef one():\n    use_one()\n\nbetween()\n\ndef two():\n    def inner():\n        use_two()\n"
    ),
    "a.ts": (
        "firstLine();\nfunction one() { useOne(); }\nbetween();\nfunction two() {\n  const inner = () => useTwo();\n}\n"
    ),
    "a.go": "package p\nvar X = firstLine()\nfunc one() { useOne() }\nvar Y = between()\nfunc two() { useTwo() }\n",
    "a.rs": (
        "use a::first_line;\nfn one() { use_one() }\nstatic Y: u8 = between();\nfn two() { fn inner() { use_two() } }\n"
    ),
}
MARKED = ("firstline", "useone", "between", "usetwo")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_parts_and_so_is_what_stands_between_them(name: str) -> None:
    found = uses_of(document(FUNCTIONS[name], name))
    plain = [{one.lower().replace("_", "") for one in part.names} for part in found]
    assert [[one for one in MARKED if one in part] for part in plain] == [[one] for one in MARKED]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_parts_stand_in_file_order_and_do_not_overlap(name: str) -> None:
    text = FUNCTIONS[name] * 3
    found = uses_of(document(text, name))
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert found[0].start >= 0
    assert found[-1].end <= len(text)
    assert all(part.names == names_in(text, part.start, part.end) for part in found)


@pytest.mark.parametrize(("lines", "parts"), [(WHOLE_LINES - 1, 1), (WHOLE_LINES + 1, 2), (2 * PART_LINES + 5, 3)])
def test_a_long_function_is_cut_into_windows(lines: int, parts: int) -> None:
    text = "def long():\n" + "".join(f"    use_{number}()\n" for number in range(lines - 1))
    found = uses_of(document(text))
    assert len(found) == parts
    assert found[0].start == 0
    assert {f"use_{number}" for number in range(lines - 1)} <= frozenset().union(*(part.names for part in found))


def test_a_file_without_a_tree_is_cut_by_lines() -> None:
    text = "".join(f"use_{number}()\n" for number in range(PART_LINES * 2))
    assert [part.start for part in uses_of(document(text, "a.unknown"))] == [0, text.index(f"use_{PART_LINES}(")]


def test_a_generated_file_keeps_its_first_parts() -> None:
    text = "".join(f"def f{number}(): use_{number}()\n" for number in range(MAX_PARTS + 50))
    found = uses_of(document(text))
    assert len(found) == MAX_PARTS
    assert found[0].start == 0


def test_what_uses_no_name_is_no_part() -> None:
    assert uses_of(document("")) == ()
    assert uses_of(document("1 + 1\n")) == ()
