"""The document store equals a naive reference that splices a plain string, whatever a client sends."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.core.encoding import Encoding
from mai_lsp.core.language import Language
from mai_lsp.core.syntax import Parsing, Syntax, parsing
from mai_lsp.core.text import Document, Edit, line_starts
from mai_lsp.lsp import documents as module
from mai_lsp.lsp.convert import Change, Place, offset_at, place_at
from mai_lsp.lsp.documents import Documents
from mai_lsp.lsp.tasks import Tasks
from tests.support.texts import texts

URI = "file:///work/a.py"
ENCODINGS = st.sampled_from(list(Encoding))
CODECS = {Encoding.UTF8: ("utf-8", 1), Encoding.UTF16: ("utf-16-le", 2), Encoding.UTF32: ("utf-32-le", 4)}


def refuse(work: Coroutine[Any, Any, None], name: str) -> object:
    work.close()
    raise AssertionError("no background work is expected here")


def store(text: str, encoding: Encoding = Encoding.UTF16, language: str = "plaintext") -> Documents:
    made = Documents(refuse)
    made.encoding = encoding
    made.open(URI, language, 1, text)
    return made


def text_of(made: Documents) -> str:
    document = made.latest(URI)
    assert document is not None
    assert list(document.starts) == list(line_starts(document.text))
    return document.text


class Naive:
    """What LSP says, done slowly on a plain string; shares no code with the store."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text = text
        self.codec, self.size = CODECS[encoding]

    def lines(self) -> list[tuple[int, int]]:
        """(start, end of content) of every line."""
        found, start, at = [], 0, 0
        while at < len(self.text):
            if self.text[at] in "\r\n":
                found.append((start, at))
                at += 2 if self.text.startswith("\r\n", at) else 1
                start = at
            else:
                at += 1
        return [*found, (start, len(self.text))]

    def offset(self, line: int, column: int) -> int:
        lines = self.lines()
        if line < 0:
            return 0
        if line >= len(lines):
            return len(self.text)
        start, end = lines[line]
        used = 0
        for at in range(start, end):
            used += len(self.text[at].encode(self.codec, "surrogatepass")) // self.size
            if used > column:
                return at
        return end

    def apply(self, change: Change) -> None:
        if change.start is None or change.end is None:
            self.text = change.text
            return
        start = self.offset(change.start.line, change.start.column)
        end = self.offset(change.end.line, change.end.column)
        start, end = min(start, end), max(start, end)
        self.text = self.text[:start] + change.text + self.text[end:]


PLACES = st.builds(Place, st.integers(-1, 8), st.integers(-1, 14))
WILD = st.one_of(
    st.builds(Change, texts(5), PLACES, PLACES),
    st.builds(Change, texts(5), PLACES, PLACES),
    st.builds(Change, texts()),
)


@settings(max_examples=400)
@given(texts(), st.lists(st.lists(WILD, max_size=4), max_size=4), ENCODINGS)
def test_any_changes_equal_splicing_a_string(text: str, rounds: list[list[Change]], encoding: Encoding) -> None:
    made, naive = store(text, encoding), Naive(text, encoding)
    for version, changes in enumerate(rounds, 2):
        made.change(URI, version, changes)
        for change in changes:
            naive.apply(change)
        assert text_of(made) == naive.text
        document = made.latest(URI)
        assert document is not None
        assert document.version == version


@st.composite
def replace_all(draw: st.DrawFn) -> tuple[str, Encoding, list[Change]]:
    """Changes as editors send them for "replace all": last first, often touching, all positions exact."""
    encoding = draw(ENCODINGS)
    naive = Naive(draw(texts(20)), encoding)
    before = naive.text
    changes: list[Change] = []
    places = sorted(draw(st.lists(st.integers(0, len(before)), max_size=10)), reverse=True)
    for high, low in itertools.pairwise(places):
        start, end = (place(naive, at) for at in (low, high))
        change = Change(draw(texts(3)), start, end)
        changes.append(change)
        naive.apply(change)
    return before, encoding, changes


def place(naive: Naive, offset: int) -> Place:
    line = max(number for number, (start, _) in enumerate(naive.lines()) if start <= offset)
    start = naive.lines()[line][0]
    column = sum(len(char.encode(naive.codec, "surrogatepass")) // naive.size for char in naive.text[start:offset])
    return Place(line, column)


@settings(max_examples=400)
@given(replace_all())
def test_a_batch_sent_last_first_equals_one_after_the_other(case: tuple[str, Encoding, list[Change]]) -> None:
    text, encoding, changes = case
    made, naive = store(text, encoding), Naive(text, encoding)
    made.change(URI, 2, changes)
    for change in changes:
        naive.apply(change)
    assert text_of(made) == naive.text


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        # The newline joins the carriage return before it, so line 1 begins behind it afterwards.
        ("a\rb", Change("\n", Place(1, 0), Place(1, 0)), Change("X", Place(1, 0), Place(1, 0))),
        # The line becomes longer, so a column beyond its end is clamped elsewhere.
        ("ab\nc", Change("def", Place(0, 2), Place(0, 2)), Change("X", Place(0, 9), Place(0, 9))),
        # There are more lines, so a line beyond the last is clamped elsewhere.
        ("ab", Change("\ncd", Place(0, 2), Place(0, 2)), Change("X", Place(5, 0), Place(5, 0))),
    ],
)
def test_a_position_that_the_change_before_it_moved(text: str, first: Change, second: Change) -> None:
    made, naive = store(text), Naive(text, Encoding.UTF16)
    made.change(URI, 2, [first, second])
    naive.apply(first)
    naive.apply(second)
    assert text_of(made) == naive.text


def test_a_batch_sent_last_first_is_applied_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []
    real = Document.edited_descending

    def count(self: Document, edits: Sequence[Edit], version: int | None) -> Document:
        passes.append(len(edits))
        return real(self, edits, version)

    monkeypatch.setattr(Document, "edited_descending", count)
    made = store("".join(f"name{number} = name\n" for number in range(500)))
    changes = [Change("other", Place(line, 0), Place(line, 4)) for line in reversed(range(500))]
    made.change(URI, 2, changes)
    assert passes == [500]
    assert text_of(made) == "".join(f"other{number} = name\n" for number in range(500))


@pytest.mark.parametrize("encoding", list(Encoding))
@given(text=texts(), data=st.data())
def test_offsets_and_places_are_inverse(encoding: Encoding, text: str, data: st.DataObject) -> None:
    made = store(text, encoding)
    document = made.latest(URI)
    assert document is not None
    offset = data.draw(st.integers(0, len(text)))
    inside_line_end = text[max(0, offset - 1) : offset + 1] == "\r\n"
    back = offset_at(document, place_at(document, offset, encoding), encoding)
    assert back == (offset - 1 if inside_line_end else offset)


def test_the_tree_follows_the_changes() -> None:
    made = store("def f():\n    pass\n", language="python")
    made.change(URI, 2, [Change("ä = 1\n", Place(0, 0), Place(0, 0)), Change("return", Place(2, 4), Place(2, 8))])
    document = made.latest(URI)
    assert document is not None
    assert document.syntax is not None
    assert document.syntax.root.text == document.text == "ä = 1\ndef f():\n    return\n"


def test_a_replaced_text_is_parsed_again() -> None:
    made = store("x = 1\n", language="python")
    made.change(URI, 2, [Change("y = 2\n"), Change("z", Place(0, 0), Place(0, 1))])
    document = made.latest(URI)
    assert document is not None
    assert document.syntax is not None
    assert document.syntax.root.text == "z = 2\n"


def test_a_change_without_a_version_keeps_the_old_one() -> None:
    made = store("a")
    made.change(URI, None, [Change("b")])
    document = made.latest(URI)
    assert document is not None
    assert (document.text, document.version) == ("b", 1)


def test_a_change_to_an_unknown_document_is_ignored_unless_it_says_the_whole_text() -> None:
    made = Documents(refuse)
    made.change(URI, 1, [Change("x", Place(0, 0), Place(0, 0))])
    made.change(URI, 1, [])
    assert made.latest(URI) is None
    made.change(URI, 3, [Change("x = 1\n")])
    document = made.latest(URI)
    assert document is not None
    assert (document.text, document.version, document.language) == ("x = 1\n", 3, "python")


def test_closing_forgets_and_may_be_repeated() -> None:
    made = store("a")
    made.close(URI)
    made.close(URI)
    assert made.latest(URI) is None
    assert list(made) == []


def test_opening_again_replaces() -> None:
    made = store("a")
    made.open(URI, "python", 7, "b")
    document = made.latest(URI)
    assert document is not None
    assert (document.text, document.version, document.language) == ("b", 7, "python")


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///work/project/src/a%20b.py", "src/a b.py"),
        ("file:///elsewhere/c.py", "c.py"),
        ("untitled:Untitled-1", "untitled:Untitled-1"),
        ("vscode-vfs://github/x/y/z.ts", "z.ts"),
    ],
)
def test_the_path_a_model_is_told_is_inside_the_workspace(uri: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    made = Documents(refuse)
    made.folders = (Path("/work/project"),)
    assert made.display_path(uri) == path


class SlowParse:
    """Interrupts every parse as often as possible, and holds it back until the test lets it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        self.slices = 0
        self.held = True
        monkeypatch.setattr(module, "PARSE_AT_ONCE", 10)
        monkeypatch.setattr(module, "parsing", self.begin)
        monkeypatch.setattr(Parsing, "go_on", lambda begun, enough: self.go_on(begun, enough))  # noqa: PLW0108 (a method, which a bound one would not become)

    def begin(self, language: Language, text: str) -> Parsing | None:
        self.texts.append(text)
        return parsing(language, text)

    def go_on(self, begun: Parsing, enough: Callable[[], bool]) -> Syntax | None:
        assert not enough()
        self.slices += 1
        return None if self.held else go_on(begun, lambda: True)


go_on = Parsing.go_on


async def settle(tasks: Tasks) -> None:
    while running := list(tasks._running):
        await asyncio.gather(*running)


LARGE = "def f(a):\n    return a\n" * 20


async def test_a_large_file_gets_its_tree_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, tasks = SlowParse(monkeypatch), Tasks()
    made = Documents(tasks.start)
    made.open(URI, "python", 1, LARGE)
    document = made.latest(URI)
    assert document is not None
    assert document.syntax is None
    slow.held = False
    await settle(tasks)
    document = made.latest(URI)
    assert document is not None
    assert document.syntax is not None
    assert document.syntax.root.text == LARGE
    assert slow.slices > 1


async def test_a_key_that_takes_long_to_parse_gets_its_tree_later(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = Tasks()
    made = Documents(tasks.start)
    made.open(URI, "python", 1, LARGE)
    slow = SlowParse(monkeypatch)  # From here on the file counts as large.
    made.change(URI, 2, [Change('"', Place(0, 4), Place(0, 4))])
    made.change(URI, 3, [Change("ä", Place(0, 5), Place(0, 5)), Change('"', Place(0, 6), Place(0, 6))])
    document = made.latest(URI)
    assert document is not None
    assert document.syntax is None
    waiting = asyncio.create_task(made.parsed(document, 10))
    slow.held = False
    await settle(tasks)
    parsed = await waiting
    assert parsed is made.latest(URI)
    assert parsed.version == 3
    assert parsed.syntax is not None
    assert parsed.syntax.root.text == parsed.text == document.text
    assert not slow.texts  # Nothing was parsed from scratch.


async def test_a_request_does_not_wait_long_for_a_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    SlowParse(monkeypatch)
    tasks = Tasks()
    made = Documents(tasks.start)
    made.open(URI, "python", 1, LARGE)
    document = made.latest(URI)
    assert document is not None
    assert await made.parsed(document, 0.01) is document
    await tasks.stop()


async def test_a_tree_that_is_waited_for_may_be_that_of_another_text(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, tasks = SlowParse(monkeypatch), Tasks()
    made = Documents(tasks.start)
    made.open(URI, "python", 1, LARGE)
    document = made.latest(URI)
    assert document is not None
    waiting = asyncio.create_task(made.parsed(document, 10))
    await asyncio.sleep(0)
    made.change(URI, 2, [Change("x", Place(1, 4), Place(1, 5))])
    slow.held = False
    assert await waiting is document
    await settle(tasks)


async def test_changes_during_a_parse_are_caught_up_with(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, tasks = SlowParse(monkeypatch), Tasks()
    made = Documents(tasks.start)
    made.open(URI, "python", 1, LARGE)
    made.change(URI, 2, [Change("# ä\n", Place(0, 0), Place(0, 0)), Change("", Place(3, 0), Place(4, 0))])
    made.change(URI, 3, [Change("x", Place(1, 4), Place(1, 5))])
    slow.held = False
    await settle(tasks)
    document = made.latest(URI)
    assert document is not None
    assert document.version == 3
    assert document.syntax is not None
    assert document.syntax.root.text == document.text
    assert slow.texts == [LARGE]


@pytest.mark.parametrize("many", [True, False])
async def test_a_parse_that_was_overtaken_begins_again(many: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, tasks = SlowParse(monkeypatch), Tasks()
    made = Documents(tasks.start)
    made.open(URI, "python", 1, LARGE)
    if many:
        for _ in range(module.CATCH_UP + 1):
            made.change(URI, 2, [Change("# x\n", Place(0, 0), Place(0, 0))])
    else:
        made.change(URI, 2, [Change(LARGE * 2)])
    slow.held = False
    await settle(tasks)
    document = made.latest(URI)
    assert document is not None
    assert document.syntax is not None
    assert document.syntax.root.text == document.text
    assert slow.texts == [LARGE, document.text]


async def test_a_file_closed_during_its_parse_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, tasks = SlowParse(monkeypatch), Tasks()
    made = Documents(tasks.start)
    made.open(URI, "python", 1, LARGE)
    made.close(URI)
    slow.held = False
    await settle(tasks)
    assert made.latest(URI) is None


async def test_replacing_all_in_a_large_file_parses_it_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = Tasks()
    made = Documents(tasks.start)
    text = "value = 1\n" * (module.CATCH_UP + 1)
    made.open(URI, "python", 1, text)
    slow = SlowParse(monkeypatch)
    made.change(URI, 2, [Change("x", Place(line, 0), Place(line, 5)) for line in reversed(range(module.CATCH_UP + 1))])
    document = made.latest(URI)
    assert document is not None
    assert document.syntax is None
    slow.held = False
    await settle(tasks)
    document = made.latest(URI)
    assert document is not None
    assert document.syntax is not None
    assert document.syntax.root.text == document.text == text.replace("value", "x")
