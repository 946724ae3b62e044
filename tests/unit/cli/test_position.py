"""FILE:LINE:COL as people and compilers write it, and the offset it means."""

from __future__ import annotations

import pytest

from mai_lsp.cli.position import BadPosition, Position, offset_of, parse
from mai_lsp.core.text import open_document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.py:3:5", Position("a.py", 3, 5)),
        ("a.py:3", Position("a.py", 3, 0)),
        ("a.py:3:", Position("a.py", 3, 0)),
        ("a.py:3:0", Position("a.py", 3, 0)),
        ("a.py:3:5:", Position("a.py", 3, 5)),
        (r"C:\x.py:3:5", Position(r"C:\x.py", 3, 5)),
        (r"C:\x.py:3", Position(r"C:\x.py", 3, 0)),
        ("C:/a b/x.py:12:1", Position("C:/a b/x.py", 12, 1)),
        ("a:1:2:3", Position("a:1", 2, 3)),
        ("-:4:2", Position("-", 4, 2)),
        ("-:4", Position("-", 4, 0)),
        ("ä 字.py:1:1", Position("ä 字.py", 1, 1)),
        ("new\nline.py:1:1", Position("new\nline.py", 1, 1)),
    ],
)
def test_reads_a_position(text: str, expected: Position) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", "a.py", "-", r"C:\x.py", ":3:5", "a.py:0:1", "a.py:3:x"])
def test_refuses_what_names_no_line(text: str) -> None:
    with pytest.raises(BadPosition):
        parse(text)


@pytest.mark.parametrize(
    ("line", "column", "offset"),
    [
        (1, 1, 0),
        (1, 3, 2),
        (1, 0, 3),  # no column: the line's end, before its line end
        (1, 4, 3),
        (2, 1, 5),
        (2, 3, 7),  # an astral character is one column
        (3, 1, 8),
        (3, 0, 8),  # the empty line behind the last line end
    ],
)
def test_counts_columns_in_code_points(line: int, column: int, offset: int) -> None:
    document = open_document("file:///a", "python", None, "abc\r\n\U0001f600b\r")
    assert offset_of(Position("a", line, column), document) == (offset, "")


def test_a_column_behind_the_line_is_its_end_and_noted() -> None:
    document = open_document("file:///a", "python", None, "abc\ndef")
    offset, note = offset_of(Position("a", 1, 40), document)
    assert offset == 3
    assert "3 columns" in note
    assert "column 40" in note


def test_a_line_that_is_not_there_is_an_error_that_says_how_many_there_are() -> None:
    document = open_document("file:///a", "python", None, "abc\ndef")
    with pytest.raises(BadPosition, match=r"no line 3: a\.py has 2 lines"):
        offset_of(Position("a.py", 3, 1), document)


def test_a_form_feed_is_no_line_end() -> None:
    document = open_document("file:///a", "python", None, "a\x0cb\u2028c\nd")
    assert offset_of(Position("a", 2, 1), document) == (6, "")
