"""The fixture notation itself: what it reads, and that what is written wrongly fails."""

from __future__ import annotations

import pytest

from mai_lsp.core.text import Span
from tests.support.fixture import FixtureError, chunks, cursor, parse


def test_text_without_header_is_one_file() -> None:
    fixture = parse("gr$0eet")
    assert (fixture.text, fixture.cursor, list(fixture.files)) == ("greet", 2, ["/fixture"])


def test_headers_start_files_with_flags() -> None:
    fixture = parse("""
        //- /pkg/util.py
        def greet(name): ...
        //- /main.py open version:3
        from pkg.util import greet
        gr$0
        """)
    assert fixture.files["/pkg/util.py"].text == "def greet(name): ...\n"
    assert fixture.path == "/main.py"
    assert fixture.text == "from pkg.util import greet\ngr\n"
    assert fixture.file.flags == {"open": "", "version": "3"}
    assert fixture.text[fixture.cursor - 2 : fixture.cursor] == "gr"


def test_two_marks_are_a_selection() -> None:
    fixture = parse("a $0b c$0 d")
    assert fixture.selection == Span(2, 5)
    with pytest.raises(FixtureError, match="no single cursor"):
        _ = fixture.cursor


def test_escaped_mark_is_literal() -> None:
    assert cursor(r"echo \$0 $0;") == ("echo $0 ;", 8)


def test_labels_name_ranges_by_written_column() -> None:
    fixture = parse(r"""
        one = tw$0o
        ^^^ left
              ^^^^^ right
        x \$0 = y
                ^ y
        """)
    assert fixture.text == "one = two\nx $0 = y\n"
    named = {name: [fixture.text[s.start : s.end] for s in spans] for name, spans in fixture.file.labels.items()}
    assert named == {"left": ["one"], "right": ["two"], "y": ["y"]}


def test_a_label_may_stand_for_several_ranges() -> None:
    spans = parse("ab\n^ x\n ^ x\n").file.labels["x"]
    assert spans == (Span(0, 1), Span(1, 2))


def test_block_form_loses_indentation_but_keeps_blank_tails() -> None:
    assert parse("\n    a\n      \n\n      b\n    ").text == "a\n  \n\n  b\n"


def test_plain_form_is_taken_as_it_is() -> None:
    assert parse("  a\r\n\tb").text == "  a\r\n\tb"


def test_document_takes_language_from_the_path_and_is_parsed() -> None:
    document = parse("//- /a.py version:7\nx = 1\n").document()
    assert (document.uri, document.language, document.version) == ("file:///a.py", "python", 7)
    assert document.syntax is not None
    assert document.syntax.root.kind == "module"


def test_document_may_be_left_unparsed() -> None:
    assert parse("x = 1\n").document("python", parse=False).syntax is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$0 $0 $0", "more than two"),
        ("//- /a.py\n$0\n//- /b.py\n$0\n", "different files"),
        ("//- /a.py opne\n", "flag 'opne'"),
        ("//- /a.py open:1\n", "flag 'open:1'"),
        ("//- /a.py version\n", "flag 'version'"),
        ("//- /a.py version:\n", "flag 'version:'"),
        ("//- /a.py version:x\n", "a version is a number"),
        ("//- /a.py open open\n", "flag 'open'"),
        ("//- a.py\n", "a header is"),
        ("//-\n", "a header is"),
        ("//- /a.py\n//- /a.py\n", "there twice"),
        ("x\n//- /a.py\n", "before the first header"),
        ("^^^ nothing above\n", "names nothing"),
        ("abc\n^^^\n", "names nothing"),
        ("abc\n  ^^ too long\n", "names nothing"),
    ],
)
def test_wrong_fixtures_fail(text: str, message: str) -> None:
    with pytest.raises(FixtureError, match=message):
        parse(text)


def test_cursor_wants_one_file() -> None:
    with pytest.raises(FixtureError, match="more than one file"):
        cursor("//- /a\n$0\n//- /b\n")


def test_chunks_are_cut_at_the_mark() -> None:
    assert chunks("o(¦1)¦\nprint()") == ["o(", "1)", "\nprint()"]
    assert chunks("one") == ["one"]
    assert chunks("") == []


@pytest.mark.parametrize("reply", ["¦", "a¦", "¦a", "a¦¦b"])
def test_empty_chunks_fail(reply: str) -> None:
    with pytest.raises(FixtureError, match="empty"):
        chunks(reply)
