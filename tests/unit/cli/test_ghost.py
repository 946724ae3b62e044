"""A suggestion laid out in its lines: kept, new and replaced text. Accepting it must give what is shown."""

from __future__ import annotations

import pytest

from mai_lsp.cli.ghost import Line, Mark, view
from mai_lsp.core.text import Document, Span, open_document, split_lines
from mai_lsp.engine.completion import applied
from mai_lsp.engine.outcome import Suggestion, Trace

MARKS = {Mark.KEPT: "{}", Mark.NEW: "<{}>", Mark.GONE: "~{}~"}


def suggestion(start: int, end: int, text: str) -> Suggestion:
    return Suggestion("id", None, Span(start, end), text, Trace())


def document(text: str) -> Document:
    return open_document("file:///a.py", "python", None, text)


def written(lines: list[Line]) -> list[str]:
    """Write lines as ``number|kept<new>~gone~``."""
    return [f"{line.number or ''}|{''.join(MARKS[s.mark].format(s.text) for s in line.segments)}" for line in lines]


def shown(text: str, cursor: int, proposed: Suggestion | None, around: int = 9) -> list[str]:
    return written(view(document(text), proposed, cursor, above=around, below=around))


def test_new_text_stands_at_the_cursor() -> None:
    assert shown("a\nx = \nb", 6, suggestion(6, 6, "1 + 2")) == ["1|a", "2|x = <1 + 2>", "3|b"]


def test_lines_that_a_suggestion_adds_have_no_number() -> None:
    text = "def f():\n    \nend"
    assert shown(text, 13, suggestion(13, 13, "a = 1\n    return a")) == [
        "1|def f():",
        "2|    <a = 1>",
        "|<    return a>",
        "3|end",
    ]


def test_what_is_typed_again_by_the_suggestion_is_kept() -> None:
    assert shown("ret", 3, suggestion(0, 3, "return 1")) == ["1|ret<urn 1>"]


def test_covered_text_that_the_suggestion_brings_back_is_kept_where_it_is() -> None:
    assert shown("f()", 2, suggestion(2, 3, "a, b)")) == ["1|f(<a, b>)"]
    assert shown("f()", 2, suggestion(2, 3, "a):\n    g(a)")) == ["1|f(<a>)<:>", "|<    g(a)>"]


def test_covered_text_that_goes_is_shown_as_gone() -> None:
    assert shown("x = old # c", 4, suggestion(4, 7, "new")) == ["1|x = ~old~<new> # c"]


def test_a_rest_of_the_line_stays_behind_the_last_new_line() -> None:
    assert shown("a()b", 2, suggestion(2, 2, "1,\n2")) == ["1|a(<1,>", "|<2>)b"]


def test_without_a_suggestion_the_lines_are_shown_as_they_are() -> None:
    assert shown("a\nb\nc", 2, None) == ["1|a", "2|b", "3|c"]


def test_only_so_many_lines_are_shown() -> None:
    assert shown("1\n2\n3\n4\n5", 4, None, around=1) == ["2|2", "3|3", "4|4"]
    assert shown("1\n2\n3", 2, None, around=0) == ["2|2"]
    assert shown("", 0, None) == ["1|"]


@pytest.mark.parametrize(
    ("text", "cursor", "start", "end", "new"),
    [
        ("f()\nx", 2, 2, 3, "a)(b)"),
        ("f()\r\nx", 2, 2, 3, "a,\r\n  b)"),
        ("f(()))", 2, 0, 6, "f(x)"),
        ("abc def", 3, 1, 5, "bcX"),
        ("", 0, 0, 0, "a\nb"),
    ],
)
def test_the_code_shown_is_the_code_after_accepting(text: str, cursor: int, start: int, end: int, new: str) -> None:
    proposed = suggestion(start, end, new)
    lines = view(document(text), proposed, cursor, above=9, below=9)
    assert [line.code for line in lines] == split_lines(applied(document(text), proposed).text)


def test_kept_and_gone_text_together_is_the_line_as_it_was() -> None:
    lines = view(document("x = old"), suggestion(4, 7, "new"), 4, above=0, below=0)
    assert "".join(s.text for line in lines for s in line.segments if s.mark is not Mark.NEW) == "x = old"
