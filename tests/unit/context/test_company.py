"""What similar code uses: the names that keep company with those near the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context.company import ALIKE, company, own_parts, parts_of
from mai_lsp.context.neighbours import Neighbour
from mai_lsp.core.facts import File
from mai_lsp.core.text import open_document
from mai_lsp.core.uses import PART_LINES, Part, Uses


@dataclass(frozen=True)
class Written:
    """The parts of files by their paths."""

    parts: Mapping[str, Sequence[str]]

    def uses(self, file: File) -> Uses:
        return Uses.of(part(number, names) for number, names in enumerate(self.parts[file.path]))

    def near(self, *affinities: float) -> list[Neighbour]:
        weights = affinities or (1.0,) * len(self.parts)
        return [Neighbour(File(path, "python", ""), one) for path, one in zip(self.parts, weights, strict=True)]


def part(start: int, names: str) -> Part:
    return Part(start, start + 1, frozenset(names.split()))


FILES = Written({"a.py": ["load parse Session", "draw Canvas colour"], "b.py": ["load parse Session Retry", "sleep"]})


def test_names_of_similar_parts_are_likelier_the_more_parts_agree() -> None:
    found = company(parts_of(FILES, FILES.near()), {"load": 1.0, "parse": 1.0}, [])
    assert found.names["Session"] == pytest.approx(1.0)
    assert 0 < found.names["Retry"] < 1
    assert not {"Canvas", "colour", "sleep", "draw"} & found.names.keys()
    assert [(one.file.path, one.part.start) for one in found.alike] == [("a.py", 0), ("b.py", 0)]


def test_nothing_shared_gives_nothing() -> None:
    found = company(parts_of(FILES, FILES.near()), {"unheard": 1.0}, [part(0, "other")])
    assert (found.names, found.alike) == ({}, [])
    assert company(parts_of(FILES, FILES.near()), {}, []).names == {}
    assert company(parts_of(FILES, []), {"load": 1.0}, []).names == {}


def test_a_rare_name_tells_more_than_one_that_all_parts_use() -> None:
    files = Written({"a.py": ["log rare Wanted", "log x", "log y", "log z Common"]})
    found = company(parts_of(files, files.near()), {"log": 1.0, "rare": 1.0}, [])
    assert found.alike[0].part.start == 0
    assert found.names["Wanted"] > found.names["Common"]


def test_the_nearer_file_decides_between_equal_parts() -> None:
    files = Written({"a.py": ["load Left"], "b.py": ["load Right"]})
    found = company(parts_of(files, files.near(0.1, 2.0)), {"load": 1.0}, [])
    assert found.names["Right"] > found.names["Left"]
    assert [one.file.path for one in found.alike] == ["b.py", "a.py"]


def test_the_own_file_counts_but_is_not_among_the_files_that_are_alike() -> None:
    found = company(parts_of(FILES, FILES.near()), {"load": 1.0}, [part(7, "load Mine")])
    assert found.names["Mine"] > 0
    assert {one.file.path for one in found.alike} == {"a.py", "b.py"}


def test_only_the_most_alike_are_believed() -> None:
    files = Written({"a.py": [f"load n{number} " + " ".join(f"w{at}" for at in range(number)) for number in range(60)]})
    found = company(parts_of(files, files.near()), {"load": 1.0}, [])
    assert [one.part.start for one in found.alike] == [*range(ALIKE)]
    assert f"n{ALIKE - 1}" in found.names
    assert f"n{ALIKE}" not in found.names


NAMES = st.sampled_from([f"name{number}" for number in range(12)])
PARTS = st.lists(st.lists(NAMES, max_size=6).map(" ".join), max_size=8)


@given(PARTS, PARTS, st.dictionaries(NAMES, st.floats(0.01, 3.0)))
def test_shares_are_shares(theirs: list[str], mine: list[str], query: dict[str, float]) -> None:
    files = Written({"a.py": theirs})
    found = company(parts_of(files, files.near()), query, [part(at, names) for at, names in enumerate(mine)])
    assert all(0 < share <= 1 + 1e-9 for share in found.names.values())
    # What is believed shares something with the place, so that of the asked names there is one, wholly known.
    assert not found.names or found.names.keys() & query.keys()


def test_parts_of_the_own_file_leave_out_the_lines_next_to_the_cursor() -> None:
    lines = [f"use_{number}(x)" for number in range(5 * PART_LINES)]
    document = open_document("file:///a.py", "python", 1, "\n".join(lines))
    here = 2 * PART_LINES + 7
    names = frozenset().union(*(one.names for one in own_parts(document, document.starts[here])))
    assert {"use_0", f"use_{2 * PART_LINES - 1}", f"use_{5 * PART_LINES - 1}"} <= names
    assert not {f"use_{number}" for number in range(here - 5, here + 5)} & names


@pytest.mark.parametrize("typed", ["x", "first()\nsecond()\n"])
def test_typing_moves_no_part_of_the_own_file(typed: str) -> None:
    lines = [f"use_{number}(x)" for number in range(6 * PART_LINES)]
    above, below = "\n".join(lines[: 3 * PART_LINES + 9]) + "\n", "\n" + "\n".join(lines[3 * PART_LINES + 9 :])

    def texts(text: str) -> list[str]:
        document = open_document("file:///a.py", "python", 1, above + text + below)
        return [document.text[one.start : one.end] for one in own_parts(document, len(above + text))]

    assert texts(typed) == texts("")
    assert texts("")
