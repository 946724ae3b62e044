"""A rewritten region to edits of the document: what is compared, how small an edit is, and what is objected to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core import syntax
from mai_lsp.core.history import Region
from mai_lsp.core.language import find
from mai_lsp.core.text import Document, Span, apply, open_document
from mai_lsp.reply.rewrite import MOST_LINES, Memory, Objection, rewrite
from tests.support.texts import code

TEXT = "import os\n\n\ndef f(a):\n    b = a\n    return g(b)\n\n\nprint(f(1))\n"
"""The region in these tests is the function."""


def document_of(text: str, path: str = "a.py") -> Document:
    row = find("", path)
    return replace(open_document(f"file:///{path}", row.id, 1, text), syntax=syntax.parse(row, text))


def region_of(document: Document) -> Span:
    text = document.text
    return Span(text.index("def f"), text.index("return g(b)") + len("return g(b)"))


def after(reply: str, text: str = TEXT, memory: Memory = Memory()) -> str | Objection:  # noqa: B008 (a frozen value)
    """The document with all edits made, or the objection."""
    document = document_of(text)
    found = rewrite(reply, document, region_of(document), memory)
    return found.objection or apply(text, found.edits)


@pytest.mark.parametrize(
    "reply",
    [
        "```python\ndef f(a):\n    b = a\n    return g(b, 1)\n```",
        "Here is the region:\n\n```python\ndef f(a):\n    b = a\n    return g(b, 1)\n```\n\nI added an argument.",
        "def f(a):\n    b = a\n    return g(b, 1)",
        "```python\nimport os\n\n\ndef f(a):\n    b = a\n    return g(b, 1)\n\n\nprint(f(1))\n```",
        "```python\ndef f(a):\r\n    b = a\r\n    return g(b, 1)\r\n```",
    ],
    ids=["fence", "chatter", "bare", "with what is around", "other line ends"],
)
def test_replies_of_the_kind_models_give(reply: str) -> None:
    assert after(reply) == TEXT.replace("g(b)", "g(b, 1)")


def test_an_edit_is_as_small_as_whole_words_allow() -> None:
    document = document_of(TEXT)
    found = rewrite("def f(a):\n    bend = a\n    return g(b)", document, region_of(document))
    (edit,) = found.edits
    assert (document.slice(edit.span), edit.text) == ("b", "bend")


def test_lines_can_come_and_go() -> None:
    assert after("def f(a):\n    b = a\n    c = b\n    return g(b)") == TEXT.replace(
        "    b = a\n", "    b = a\n    c = b\n"
    )
    assert after("def f(a):\n    return g(b)") == TEXT.replace("    b = a\n", "")


def test_line_ends_are_the_documents() -> None:
    text = TEXT.replace("\n", "\r\n")
    found = after("def f(a):\n    b = a\n    c = b\n    return g(b)", text)
    assert found == text.replace("b = a\r\n", "b = a\r\n    c = b\r\n")


def test_indentation_that_was_taken_off_comes_back() -> None:
    text = "class A:\n    def f(self):\n        return g(b)\n"
    document = document_of(text)
    region = Span(text.index("    def"), text.index("g(b)") + 4)
    found = rewrite("```python\ndef f(self):\n    return g(b, 1)\n```", document, region)
    assert apply(text, found.edits) == text.replace("g(b)", "g(b, 1)")


def test_edits_that_only_parse_together_are_one() -> None:
    text = "f(\n    1,\n    2,\n    3,\n)\n"
    document = document_of(text)
    found = rewrite("f([\n    1,\n    2,\n    3,\n])", document, Span(0, len(text) - 1))
    assert len(found.edits) == 1
    assert apply(text, found.edits) == "f([\n    1,\n    2,\n    3,\n])\n"


SAME = "def f(a):\n    b = a\n    return g(b)"


@pytest.mark.parametrize(
    ("reply", "objection"),
    [
        ("", Objection.EMPTY),
        ("I can not help with that.", Objection.EMPTY),
        (SAME, Objection.UNCHANGED),
        ("def f(a):\n    b = a", Objection.CUT),
        ("def f(a):\n    b = a\n    # ... rest of the code", Objection.CUT),
        (SAME.replace("b = a", "b  =  a"), Objection.BLANKS),
        (SAME.replace("b = a", "b = (a"), Objection.BROKEN),
        (SAME.replace("    b", "\n".join(["    x = 1"] * (MOST_LINES + 1)) + "\n    b"), Objection.LARGE),
        (SAME.replace("    b", "    import json\n    b"), Objection.IMPORTS),
    ],
)
def test_objections(reply: str, objection: Objection) -> None:
    assert after(reply) is objection


def test_what_was_just_changed_is_not_taken_back() -> None:
    at = TEXT.index("b = a")
    memory = Memory((Region(at + 4, at + 5, "a or 1", 1.0),))
    assert after(SAME.replace("b = a", "b = a or 1"), memory=memory) is Objection.UNDOES
    assert after(SAME.replace("b = a", "b = a or 2"), memory=memory) != Objection.UNDOES


def test_what_was_turned_down_is_not_proposed_again() -> None:
    assert after(SAME.replace("g(b)", "h(b)"), memory=Memory(rejected=[("g", "h")])) is Objection.REJECTED


def test_the_line_that_is_being_typed_is_left_alone() -> None:
    line = TEXT[: TEXT.index("return g")].count("\n")
    assert after(SAME.replace("g(b)", "h(b)"), memory=Memory(typing=line)) is Objection.TYPING


def test_errors_that_were_there_before_do_not_count() -> None:
    text = TEXT.replace("print(f(1))", "print(f(1)")
    assert after(SAME.replace("g(b)", "h(b)"), text) == text.replace("g(b)", "h(b)")


LINES = ("x = 1", "y = f(x)", "if x:", "    pass", "", "    return y", "]", "# note")


@given(code(LINES), code(LINES), st.integers(0, 7), st.integers(0, 7), st.booleans())
def test_no_edit_leaves_the_region(text: str, reply: str, one: int, other: int, crlf: bool) -> None:
    ends = "\r\n" if crlf else "\n"
    document = document_of(text.replace("\n", ends))
    first, last = sorted(min(number, document.line_count - 1) for number in (one, other))
    region = Span(document.starts[first], document.line_span(last).end)
    edits = rewrite(reply, document, region).edits
    at = region.start
    for edit in edits:
        behind = region.end + (len(ends) if last + 1 < document.line_count else 0)
        assert at <= edit.span.start <= edit.span.end <= behind
        at = edit.span.end
    text = apply(document.text, edits)
    assert text.startswith(document.text[: region.start])
    assert text.endswith(document.text[region.end :])
