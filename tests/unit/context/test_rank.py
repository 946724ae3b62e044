"""What is written of candidates: within the budget, the likeliest most fully, and kept while it is nearly as good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context.candidate import Candidate
from mai_lsp.context.page import MORE, brief
from mai_lsp.context.rank import FIRST, FULL, LEAST_KEPT, SURE, Filled, Own, fill
from mai_lsp.context.resolve import Files, Found
from mai_lsp.core import tokens
from mai_lsp.core.facts import Facts, File
from mai_lsp.core.symbols import Symbol, Symbols


@dataclass(frozen=True)
class Shelf:
    """An index of what the candidates stand for."""

    symbols: dict[File, tuple[Symbol, ...]]

    def facts(self, file: File) -> Facts:
        return Facts("", Symbols.of(self.symbols.get(file, ())))

    def named(self, file: File, name: str) -> Sequence[Symbol]:
        return [symbol for symbol in self.symbols.get(file, ()) if symbol.name == name]


def shelf(found: Sequence[Candidate], more: Sequence[Found] = ()) -> Files:
    symbols: dict[File, tuple[Symbol, ...]] = {}
    for file, symbol in (*(one.found for one in found), *more):
        symbols[file] = (*symbols.get(file, ()), symbol)
    return cast("Files", Shelf(symbols))


def function(number: int, *, chance: float = 0.01, path: str = "a.py", doc: str = "") -> Candidate:
    name = f"function_{number}"
    found = Found(File(path, "python", ""), Symbol(name, "function", "", f"def {name}(value):", doc, number * 100))
    return Candidate(found, chance=chance)


def lines(filled: Filled) -> list[str]:
    return [line for snippet in filled.snippets for line in snippet.text.split("\n")]


WORDS = ("x", "run", "ValueOfTheThing", "größe", "字" * 9, "a" * 70)
PATHS = (
    ("a.py", "python"),
    ("src/a.rs", "rust"),
    ("a.go", "go"),
    ("A.java", "java"),
    ("p/q/" + "d/" * 40 + "b.css", "css"),
)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    """Candidates as an index gives them: types with members, and what belongs to none."""
    found: dict[tuple[str, int], Candidate] = {}
    for at in range(draw(st.integers(0, 20))):
        path, language = draw(st.sampled_from(PATHS))
        word = draw(st.sampled_from(WORDS))
        name = f"{word}{at}"
        owner = draw(st.sampled_from(["", "", "Owner", "Other" * 9, f"Type{at}"]))
        kind = "function" if owner else draw(st.sampled_from(["function", "type", "value"]))
        pad = " " * 4 + ", ".join(["parameter: list[int]"] * draw(st.integers(0, 8)))
        header = (
            draw(st.sampled_from(["", f"{name}(", f"@marked\n@{name}\ndef {name}(", f"fn {name}(\n"]))
            and f"{name}({pad})"
        )
        header += draw(st.sampled_from(["", " {", ":"]))
        doc = draw(st.sampled_from(["", "/// Says what it does.", '    """Says so at length, and at more."""']))
        symbol = Symbol(name, kind, owner, header, doc, at)  # type: ignore[arg-type]
        found[path, at] = Candidate(Found(File(path, language, ""), symbol), chance=draw(st.floats(0, 1)))
    return sorted(found.values(), key=lambda one: -one.chance)


def owners(found: Sequence[Candidate]) -> list[Found]:
    return [
        Found(
            one.found.file, Symbol(one.found.symbol.owner, "type", "", f"class {one.found.symbol.owner} {{", "", 5000)
        )
        for one in found
        if one.found.symbol.owner
    ]


@given(candidates(), st.integers(1, 600))
def test_what_is_shown_is_never_over_the_budget(found: list[Candidate], budget: int) -> None:
    snippets = fill(found, shelf(found, owners(found)), budget).snippets
    assert sum(tokens.estimate(f"{one.path}\n{one.text}\n") for one in snippets) <= budget


@given(candidates(), st.integers(1, 600))
def test_what_is_chosen_stands_in_the_order_of_paths_and_is_there_in_some_form(
    found: list[Candidate], budget: int
) -> None:
    filled = fill(found, shelf(found, owners(found)), budget)
    assert [one.path for one in filled.snippets] == sorted({one.file.path for one in filled.definitions})
    text = {one.path: one.text for one in filled.snippets}
    assert all(symbol.name in text[file.path] for file, symbol in filled.definitions if symbol.header.strip(" {:"))
    assert filled.definitions <= {one.found for one in found}
    assert fill(found, shelf(found, owners(found)), budget) == filled


def test_the_likeliest_are_whole_and_the_others_brief() -> None:
    doc = '    """Do it."""'
    found = [function(number, chance=SURE, doc=doc) for number in range(FULL)]
    found += [function(number, chance=SURE / 2, doc=doc) for number in range(FULL, 60)]
    # The path, brief forms of all with some reserve, and whole forms of those that are sure.
    filled = fill(found, shelf(found), 700)
    shown = lines(filled)
    for one in found[:FULL]:
        at = shown.index(one.found.symbol.header)
        assert shown[at + 1] == doc
    assert shown.count(doc) < len(filled.definitions)


@pytest.mark.parametrize("chance", [0.0, 0.5])
def test_the_first_are_whole_however_unlikely(chance: float) -> None:
    doc = '    """' + "Said at length. " * 8 + '"""'
    found = [function(number, chance=chance, doc=doc) for number in range(12)]
    shown = lines(fill(found, shelf(found), 170))
    assert shown[: 2 * FIRST] == [line for one in found[:FIRST] for line in (one.found.symbol.header, doc)]


def test_a_signature_that_is_shown_already_is_left_out() -> None:
    found = [function(0), function(1)]
    own = Own(f"x\n{found[0].found.symbol.header}\ny", frozenset({found[0].found.symbol.name}))
    shown = lines(fill(found, shelf(found), 200, own))
    assert "def function_1(value):" in shown
    assert "def function_0(value):" not in shown


def test_what_does_not_fit_is_named_where_its_file_is_shown_anyway() -> None:
    found = [function(number) for number in range(40)] + [function(99, path="z.py")]
    filled = fill(found, shelf(found), 150)
    (snippet,) = filled.snippets
    *defined, more = snippet.text.split("\n")
    assert more.startswith(f"# {MORE} ")
    names = more.removeprefix(f"# {MORE} ").split(", ")
    assert names == [f"function_{number}" for number in range(len(defined), len(defined) + len(names))]
    assert not set(names) & {symbol.name for _, symbol in filled.definitions}
    assert "function_99" not in snippet.text


def test_what_was_shown_is_kept_while_it_is_nearly_as_good() -> None:
    found = [function(number, chance=0.5 - number / 100) for number in range(30)]
    files = shelf(found)
    before = fill(found, files, 150)
    swapped = [*found[1:], found[0]]
    assert fill(swapped, files, 150, before=before) is before
    other = [function(number, chance=0.9, path="b.py") for number in range(30)]
    better = fill([*other, *found], shelf([*other, *found]), 150, before=before)
    assert better is not before
    assert [one.path for one in better.snippets] == ["b.py"]


def test_what_was_shown_is_kept_while_the_room_stays_about_the_same() -> None:
    found = [function(number) for number in range(3)]
    before = fill(found, shelf(found), 150)
    assert fill(found, shelf(found), int(150 / LEAST_KEPT), before=before) is before
    assert fill(found, shelf(found), int(150 / LEAST_KEPT) + 1, before=before) is not before
    assert fill(found, shelf(found), 149, before=before) is not before


def test_a_definition_that_is_gone_is_not_kept() -> None:
    found = [function(number, chance=0.5) for number in range(4)] + [function(4, chance=0.0001)]
    before = fill(found, shelf(found), 300)
    assert found[4].found in before.definitions
    left = found[:4]
    assert fill(left, shelf(found), 300, before=before) is before
    after = fill(left, shelf(left), 300, before=before)
    assert "function_4" not in "\n".join(lines(after))


def test_a_definition_that_changed_is_not_kept() -> None:
    one = function(0)
    before = fill([one], shelf([one]), 300)
    file, symbol = one.found
    new = Candidate(Found(file, symbol._replace(header="def function_0(other):")), chance=0.0)
    assert lines(fill([new], shelf([new]), 300, before=before)) == ["def function_0(other):"]


def test_nothing_fits_into_nothing() -> None:
    found = [function(0)]
    assert fill(found, shelf(found), 0).snippets == ()
    assert fill([], shelf([]), 500).snippets == ()


@pytest.mark.parametrize(
    ("header", "name", "width", "expected"),
    [
        ("def run(a, b):", "run", 50, "def run(a, b):"),
        ("    @cached(\n        size=3,\n    )\n    def run(\n        a,\n    ):", "run", 50, "    def run( a, ):"),
        ("#[derive(Run)]\nstruct Run {", "Run", 50, "struct Run {"),
        ("def run(aaaaaaaaaa, bbbbbbbbbb):", "run", 12, "def run(aaaa …"),
        ("def " + "n" * 30 + "(a):", "n" * 30, 12, "def " + "n" * 30 + "( …"),
    ],
)
def test_a_brief_signature_is_one_line_with_its_name(header: str, name: str, width: int, expected: str) -> None:
    assert brief(Symbol(name, "function", "", header, "", 0), width) == expected
