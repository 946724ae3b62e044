"""The clipboard: what looks like code, and what rather does not."""

from __future__ import annotations

import pytest

from mai_lsp.context.clipboard import MAX_CHARACTERS, clipboard, copied_from, looks_like_code
from mai_lsp.core.snippet import CLIPBOARD_PATH, Kind
from mai_lsp.core.text import open_document

CODE = (
    "total = price(item) * 2",
    "for item in items:\n    print(item)",
    "items.map(item => item.price)",
    "if (x) {\n  y();\n}",
    "use std::fmt;\nuse std::io;",
    '<a href="/x">there</a>',
    "# a comment\nimport os",
    "SELECT x FROM t WHERE a = 1",
    "@property\ndef name(self)",
)

OTHER = (
    "",
    "x",
    "h0rse=b4ttery(staple);",
    "word",
    "https://example.test/a?b=c;d=e",
    "Dear all, please find the minutes attached.",
    "12 + 4 345",
    "name.surname@example.test, other@example.test",
    "a = 1\n" * (MAX_CHARACTERS // 4),
)


@pytest.mark.parametrize("text", CODE)
def test_code_is_taken(text: str) -> None:
    assert looks_like_code(text)


@pytest.mark.parametrize("text", OTHER, ids=range(len(OTHER)))
def test_anything_else_is_not(text: str) -> None:
    assert not looks_like_code(text)


def test_it_is_a_snippet_with_no_files_path() -> None:
    here = open_document("file:///a.py", "python", 1, "x = 1\n")
    (found,) = clipboard("\n    y = f(2)\n", here, 100)
    assert (found.kind, found.path, found.text) == (Kind.CLIPBOARD, CLIPBOARD_PATH, "    y = f(2)")
    assert clipboard("y = f(2)", here, found.tokens - 3) == ()


def test_what_the_document_holds_is_not_shown_again() -> None:
    here = open_document("file:///a.py", "python", 1, "def f():\n    x = 1\n    y = 2\n")
    assert clipboard("x = 1\ny = 2\n", here, 100) == ()


def test_a_copy_is_recognised_by_its_lines() -> None:
    text = "class A:\n    x = 1\n    y = 2\r\n"
    assert copied_from("x = 1\r\n    y = 2", text)
    assert copied_from("= 1\n\n  y =", text)
    assert not copied_from("x = 1\nz = 2", text)
    assert not copied_from(" \n", text)
