"""Recent edits as snippets: what they show of the lines as they are and were, how much, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context.edits import CONTEXT_LINES, MAX_CHARACTERS, MAX_EDITS, MAX_LINES, edits
from mai_lsp.core.history import Regions, record
from mai_lsp.core.recent import Visited
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Edit, Span, open_document
from mai_lsp.prompt.diff import diff

PYTHON = "".join(f"def f{number}():\n    return {number}\n\n\n" for number in range(20))
GO = "package main\n\nfunc area(w, h int) int {\n\treturn w * h\n}\n"
RUST = "fn area(w: u32, h: u32) -> u32 {\r\n    w * h\r\n}\r\n"


def visited(
    text: str, *changes: tuple[str, str], path: str = "lib/a.py", at: float = 0.0, step: float = 9.0
) -> Visited:
    """A document after `changes`, each the first place of a text and what replaces it."""
    regions: Regions = ()
    for old, new in changes:
        start = text.index(old)
        regions = record(regions, text, Edit(Span(start, start + len(old)), new), at)
        text = text[:start] + new + text[start + len(old) :]
        at += step
    return Visited(open_document(f"file:///{path}", "x", 1, text), path, regions)


def shown(snippet: Snippet) -> str:
    assert snippet.kind is Kind.EDIT
    assert snippet.former is not None
    return diff(snippet.former.text, snippet.text)


def test_an_edit_is_shown_with_the_lines_around_it() -> None:
    (found,) = edits([visited(PYTHON, ("return 5", "return five"))], 500)
    assert (found.path, found.name) == ("lib/a.py", "line 22")
    assert shown(found) == " \n \n def f5():\n-    return 5\n+    return five\n \n \n def f6():"
    assert found.text in PYTHON.replace("return 5", "return five")


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (GO, "w * h", "w * h * 2", "-\treturn w * h\n+\treturn w * h * 2"),
        (RUST, "    w * h\r\n", "", "-    w * h\n }"),
        (RUST, "w * h", "let a = w * h;\r\n    a", "-    w * h\n+    let a = w * h;\n+    a\n }"),
        ("a = 1", "a", "b", "-a = 1\n+b = 1"),
        ("", "", "x = 1\n", "+x = 1"),
    ],
)
def test_it_is_so_in_every_language_and_with_every_line_end(text: str, old: str, new: str, expected: str) -> None:
    (found,) = edits([visited(text, (old, new))], 500)
    assert expected in shown(found)
    assert "\r" not in shown(found)


def test_the_latest_come_last_and_fill_the_budget() -> None:
    one = visited(PYTHON, ("return 1\n", "return one\n"), ("return 7", "return seven"), ("return 15", "return x"))
    two = visited(GO, ("w * h", "h * w"), path="b.go", at=1.0)
    everything = edits([one, two], 500)
    assert [(found.path, found.name) for found in everything] == [
        ("lib/a.py", "line 6"),
        ("b.go", "line 4"),
        ("lib/a.py", "line 30"),
        ("lib/a.py", "line 62"),
    ]
    size = sum(found.tokens for found in everything[-2:])
    assert edits([one, two], size) == everything[-2:]
    assert edits([one, two], 0) == ()


def test_edits_whose_lines_meet_are_shown_together() -> None:
    (found,) = edits([visited(PYTHON, ("return 5", "return five"), ("return 6", "return six"))], 500)
    assert shown(found).count("return five") == 1
    assert "+    return five\n \n \n def f6():\n-    return 6\n+    return six" in shown(found)
    apart = edits([visited(PYTHON, ("return 5", "return five"), ("return 8", "return 88"))], 500)
    assert len(apart) == 2


def test_a_long_edit_is_cut_behind_its_first_lines() -> None:
    new = "".join(f"added_{number}\n" for number in range(40))
    (found,) = edits([visited(PYTHON, ("def f5", f"{new}def f5"))], 500)
    lines = shown(found).split("\n")
    assert lines[:CONTEXT_LINES] == ["     return 4", " ", " "]
    assert len(lines) <= CONTEXT_LINES + MAX_LINES + 1
    assert "+added_0" in lines
    assert "+added_9" in lines
    assert found.text + found.after in PYTHON.replace("def f5", f"{new}def f5")
    (gone,) = edits([visited(new + PYTHON, (new, ""))], 500)
    assert "-added_0" in shown(gone)
    assert "added_10" not in shown(gone)


def test_data_and_blanks_are_not_shown() -> None:
    assert edits([visited("x\n", ("x", "y" * (MAX_CHARACTERS + 1)))], 10_000) == ()
    assert edits([visited(PYTHON, ("    return 5", "\treturn  5"))], 500) == ()


def test_no_more_than_the_latest_few_are_shown() -> None:
    one = visited(PYTHON, *((f"return {number}\n", f"return x{number}\n") for number in range(1, 20, 2)))
    found = edits([one], 10_000)
    assert len(found) == MAX_EDITS
    assert "x19" in found[-1].text


@given(st.text("ab\n", max_size=80), st.integers(0, 80), st.integers(0, 30), st.text("cd\n", max_size=60))
def test_the_lines_as_they_are_and_were_stand_in_the_texts(text: str, start: int, size: int, new: str) -> None:
    start = min(start, len(text))
    end = min(len(text), start + size)
    after = text[:start] + new + text[end:]
    regions = record((), text, Edit(Span(start, end), new), 0.0)
    for found in edits([Visited(open_document("file:///a", "x", 1, after), "a", regions)], 1_000):
        assert found.former is not None
        assert found.before + found.text + found.after == after
        assert found.former.before + found.former.text + found.former.after == text
        assert after[found.start :].startswith(found.text)
