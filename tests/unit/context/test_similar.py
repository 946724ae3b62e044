"""Similar code in other files: found in every language, cut where definitions begin, cheap, and never what is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context import similar as module
from mai_lsp.context.similar import (
    FILE_CHARACTERS,
    FRESH_FILES,
    LEAST_LINES,
    MAX_SNIPPETS,
    WINDOW_LINES,
    Memory,
    similar,
)
from mai_lsp.core.history import Region
from mai_lsp.core.language import find
from mai_lsp.core.recent import Visited
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document


def document(name: str, text: str) -> Document:
    language = find("", name)
    made = open_document(f"file:///work/{name}", language.id, 1, text)
    return replace(made, syntax=parse(language, text))


def visited(name: str, text: str, *regions: Region) -> Visited:
    return Visited(document(name, text), name, regions)


def look(here: str, *others: Visited, name: str = "here.py", budget: int = 1_000) -> tuple[Snippet, ...]:
    memory, own = Memory(), document(name, here)
    for _ in others:  # A few files are read with each request.
        similar(own, len(here), others, budget, memory=memory)
    return similar(own, len(here), others, budget, memory=memory)


FILLER = "".join(
    f"def unrelated_{number}(alpha, beta):\n    gamma = alpha\n    for delta in range(beta):\n"
    f"        gamma += delta * {number}\n    while gamma:\n        gamma -= beta\n"
    "    print(gamma)\n    return gamma\n\n\n"
    for number in range(12)
)

SHIP = """\
def ship(order, address):
    \"\"\"Send an order.\"\"\"
    parcel = pack(order.items)
    label = print_label(parcel, address)
    parcel.attach(label)
    carrier = choose_carrier(address)
    carrier.collect(parcel)
    return label
"""

HERE = """\
def send_back(order, address):
    parcel = pack(order.items)
    label = print_label(parcel, address)
    parcel.attach(label)
    carrier = """

SAMPLES = {
    "a.ts": (
        """\
export function ship(order: Order, address: Address): Label {
  const parcel = pack(order.items);
  const label = printLabel(parcel, address);
  parcel.attach(label);
  return label;
}
""",
        """\
function sendBack(order: Order, address: Address) {
  const parcel = pack(order.items);
  const label = """,
        "here.tsx",
    ),
    "a.go": (
        """\
func Ship(order Order, address Address) Label {
	parcel := Pack(order.Items)
	label := PrintLabel(parcel, address)
	parcel.Attach(label)
	return label
}
""",
        """\
func SendBack(order Order, address Address) {
	parcel := Pack(order.Items)
	label := """,
        "here.go",
    ),
    "A.java": (
        """\
class A {
  Label ship(Order order, Address address) {
    Parcel parcel = pack(order.items());
    Label label = printLabel(parcel, address);
    return label;
  }
}
""",
        """\
class B {
  void sendBack(Order order, Address address) {
    Parcel parcel = pack(order.items());
    Label """,
        "Here.java",
    ),
    "a.zig": (
        """\
fn ship(order: Order, address: Address) Label {
    const parcel = pack(order.items);
    const label = printLabel(parcel, address);
    return label;
}
""",
        """\
fn sendBack(order: Order, address: Address) {
    const parcel = pack(order.items);
    const label""",
        "here.zig",
    ),
}


def test_the_most_alike_definition_of_a_file_is_given_whole() -> None:
    (found,) = look(HERE, visited("orders.py", FILLER + SHIP + "\n\n" + FILLER))
    assert found.kind is Kind.SIMILAR
    assert found.text == SHIP.rstrip("\n")
    assert (found.path, found.name) == ("orders.py", "lines 121 to 128")
    assert (found.before + found.text + found.after)[: len(FILLER)] == FILLER


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_found_in_every_language_with_a_grammar_or_without(name: str) -> None:
    other, here, named = SAMPLES[name]
    (found,) = look(here, visited(name, other), name=named)
    assert found.text == other.rstrip("\n")


def test_other_languages_and_other_words_are_not_similar() -> None:
    assert look(HERE, visited("orders.go", SHIP), visited("filler.py", FILLER)) == ()
    assert look("", visited("orders.py", SHIP)) == ()
    assert look(HERE) == ()


def test_one_snippet_per_file_in_the_order_of_paths_within_the_budget() -> None:
    others = [visited(f"{letter}.py", SHIP.replace("Send", f"Send {letter}")) for letter in "fbdaec"]
    found = look(HERE, *others)
    assert len(found) == MAX_SNIPPETS
    assert [one.path for one in found] == sorted(one.path for one in found)
    size = found[0].tokens
    assert len(look(HERE, *others, budget=2 * size)) == 2
    assert look(HERE, *others, budget=size - 1) == ()


def test_what_the_file_itself_holds_is_not_shown_again() -> None:
    assert look(SHIP + HERE, visited("orders.py", SHIP)) == ()


def test_the_line_being_typed_does_not_count() -> None:
    other = visited("orders.py", FILLER + SHIP)
    for key in range(len("choose_carrier(address)")):
        assert look(HERE + "choose_carrier(address)"[:key], other) == look(HERE, other)


def test_of_a_long_file_the_part_around_the_latest_edit_is_looked_at() -> None:
    far = FILLER * 12
    assert len(far) > 2 * FILE_CHARACTERS
    text = far + SHIP + far
    assert look(HERE, visited("orders.py", text)) == ()
    (found,) = look(HERE, visited("orders.py", text, Region(10, 12, "", 1.0), Region(len(far), len(far) + 3, "", 2.0)))
    assert SHIP in found.text + "\n"


def test_few_files_are_read_anew_in_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = module._windows
    monkeypatch.setattr(module, "_windows", lambda one: (read.append(one.path), real(one))[1])  # type: ignore[func-returns-value]
    others = [visited(f"{number:02}.py", FILLER + SHIP) for number in range(3 * FRESH_FILES)]
    memory, here = Memory(), document("here.py", HERE)
    for turn in range(1, 4):
        similar(here, len(HERE), others, 1_000, memory=memory)
        assert len(read) == turn * FRESH_FILES
    similar(here, len(HERE), others, 1_000, memory=memory)
    assert len(read) == 3 * FRESH_FILES
    changed = [visited("00.py", SHIP), *others[1:]]
    similar(here, len(HERE), changed, 1_000, memory=memory)
    assert read[3 * FRESH_FILES :] == ["00.py"]


def test_the_memory_forgets() -> None:
    memory = Memory(limit=2)
    documents = [document(f"{number}.py", SHIP) for number in range(3)]
    for one in documents:
        memory.put(one, ())
    assert [memory.get(one) for one in documents] == [None, (), ()]


@given(
    st.lists(
        st.sampled_from(["", "def f():", "    x = 1", "class A:", "    def g(self):", "        pass"]), max_size=150
    )
)
def test_windows_are_a_files_lines_each_once(lines: list[str]) -> None:
    text = "\n".join(lines)
    one = visited("a.py", text)
    windows = list(module._windows(one))
    assert "".join(one.document.slice(window.span) for window in windows).replace("\n", "") == text.replace("\n", "")
    assert all(one.document.slice(window.span).count("\n") < WINDOW_LINES for window in windows)
    assert all(one.document.slice(window.span).count("\n") >= LEAST_LINES - 1 for window in windows[:-1])
