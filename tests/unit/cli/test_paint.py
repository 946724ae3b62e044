"""Ghost text as it is drawn: with colour, without, as a picture, and with text that would steer the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from mai_lsp.cli import paint, picture, terminal
from mai_lsp.cli.ghost import Mark, Segment, view
from mai_lsp.core.text import Span, open_document
from mai_lsp.engine.outcome import Reason, Skipped, Suggestion, Trace
from mai_lsp.model.types import Usage

DOCUMENT = open_document("file:///a.py", "python", None, "import os\n\n\ndef f(a):\n    return old\n")
TRACE = Trace("local", "m-1", "fim", 1.0, 20.0, 50.0, 30, Usage(30, 0, 5), "stop")
CURSOR = DOCUMENT.text.index("old")
PROPOSED = Suggestion("id", None, Span(CURSOR, CURSOR + 3), "a + 1\n    # \x1b[31mred", TRACE)


def drawn(*, colour: bool) -> Text:
    return paint.draw(view(DOCUMENT, PROPOSED, CURSOR, above=9, below=9), "python", colour=colour)


def printed(text: Text, *, colour: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=colour, no_color=not colour, width=80, color_system="standard")
    console.print(text, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def styles_at(text: Text, part: str) -> list[str]:
    start = text.plain.index(part)
    return [str(span.style) for span in text.spans if span.start <= start < span.end]


def test_ghost_text_is_dim_and_italic_and_the_file_is_not() -> None:
    text = drawn(colour=True)
    assert any("dim italic" in style for style in styles_at(text, "a + 1"))
    assert not any("italic" in style for style in styles_at(text, "def"))
    assert any("strike" in style for style in styles_at(text, "old"))


def test_the_file_is_highlighted() -> None:
    assert styles_at(drawn(colour=True), "def")


def test_without_colour_marks_say_what_is_new() -> None:
    assert printed(drawn(colour=False), colour=False).split("\n")[3:6] == [
        "4 | def f(a):",
        "5 >     return [-old-]{+a + 1+}",
        "  +     # \u241b[31mred",
    ]


@pytest.mark.parametrize("colour", [True, False])
def test_control_characters_do_not_reach_the_terminal(colour: bool) -> None:
    assert "\x1b[31mred" not in printed(drawn(colour=colour), colour=colour)


def test_harmless_keeps_every_offset() -> None:
    hostile = "a\x1b]0;t\x07\r\x00\x9b31m\u202e\u2066\u2028\ud83d\tz\n"
    clean = terminal.harmless(hostile)
    assert len(clean) == len(hostile)
    assert clean.endswith("\tz\n")
    assert all(c.isprintable() or c in "\t\n" for c in clean)


def test_tabs_are_as_wide_as_they_are_at_their_place() -> None:
    line = (Segment(Mark.KEPT, "ab\t"), Segment(Mark.GONE, "xyz"), Segment(Mark.NEW, "\tc\td"))
    assert [segment.text for segment in paint.expanded(line)] == ["ab  ", "xyz", "    c   d"]


@pytest.mark.parametrize("code", ["\tx = 1\n\n  ", "", "\n\n", "x", " \n", "def f(:\n\x0c", "'''", "字 = 1  "])
def test_highlighting_changes_no_character(code: str) -> None:
    assert paint.highlighted(code, "python", "ansi_dark").plain == terminal.harmless(code)


@pytest.mark.parametrize("language", ["plaintext", "no-such-language", "typescriptreact", "restructuredtext", "c"])
def test_every_language_can_be_drawn(language: str) -> None:
    assert paint.highlighted("a <b>\n", language, "ansi_dark").plain == "a <b>\n"


def test_the_picture_holds_code_and_facts_and_loads_nothing() -> None:
    svg = picture.svg(picture.Card(DOCUMENT, CURSOR, PROPOSED, "a.py", 3))
    assert "m-1" in svg
    assert "free," in svg
    assert "font-style: italic" in svg
    assert "@font-face" not in svg
    assert "url(http" not in svg
    assert "\x1b" not in svg


def test_a_picture_without_a_suggestion_is_one_too() -> None:
    card = picture.Card(DOCUMENT, CURSOR, Skipped(Reason.EMPTY, "Nothing."), "a.py", 3)
    assert picture.svg(card).startswith("<svg")
    assert picture.facts_of(card) == ""


def test_an_unprintable_encoding_does_not_stop_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="cp1252"))
    out = terminal.console()
    out.print("字 · x")
    out.file.flush()
    assert raw.getvalue().rstrip() == "? · x".encode("cp1252")
