"""Problems near the cursor as lines: which, how many, and how they are written."""

from __future__ import annotations

from mai_lsp.context.problems import LINES_AWAY, MAX_PROBLEMS, MESSAGE_CHARACTERS, problems
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.snippet import Kind
from mai_lsp.core.text import Document, Span, open_document

DOCUMENT: Document = open_document("file:///a.py", "python", 1, "".join(f"line {number:02}\n" for number in range(60)))
HERE = DOCUMENT.starts[30] + 3


def at(line: int, message: str = "wrong", severity: Severity = Severity.ERROR, source: str = "") -> Problem:
    start = DOCUMENT.starts[line]
    return Problem(Span(start, start + 2), severity, message, source)


def texts(*reported: Problem, budget: int = 500) -> list[str]:
    return [found.text for found in problems(DOCUMENT, HERE, reported, budget, path="a.py")]


def test_they_are_written_with_their_place_in_file_order() -> None:
    assert texts(at(32, "no b", source="pyright"), at(28, "no a", Severity.WARNING), at(30, "no c")) == [
        "line 29 (2 above the cursor): warning: no a",
        "line 31 (the cursor's): error: no c",
        "line 33 (2 below the cursor): error: no b (pyright)",
    ]
    (found,) = problems(DOCUMENT, HERE, [at(28)], 500, path="src/a.py")
    assert (found.kind, found.path, found.name) == (Kind.DIAGNOSTIC, "src/a.py", "line 29")


def test_hints_and_what_is_far_away_or_being_typed_are_left_out() -> None:
    typed = Problem(Span(HERE - 3, HERE), Severity.ERROR, "half a word")
    hint, note = at(29, severity=Severity.HINT), at(29, severity=Severity.INFORMATION)
    assert texts(typed, hint, note, at(30 - LINES_AWAY - 1), at(30 + LINES_AWAY + 1)) == []
    assert len(texts(at(30 - LINES_AWAY), at(30 + LINES_AWAY))) == 2


def test_errors_and_what_is_near_come_first_where_there_is_no_room() -> None:
    many = [at(line, f"number {line}", Severity.WARNING) for line in range(21, 40)]
    found = texts(*many, at(22, "an error"))
    assert len(found) == MAX_PROBLEMS
    assert found[0] == "line 23 (8 above the cursor): error: an error"
    assert [text.rpartition(" ")[2] for text in found[1:]] == ["28", "29", "30", "31"]
    assert texts(*many, budget=20) == ["line 31 (the cursor's): warning: number 30"]
    assert texts(*many, budget=3) == []


def test_a_message_is_one_printable_line_and_cut_between_words() -> None:
    assert texts(at(29, "\n\u202efirst\tline\x07\r\nsecond"))[0].endswith(": error: first line")
    long = texts(at(29, "word " * 100))[0]
    assert long.endswith("word …")
    assert len(long) <= MESSAGE_CHARACTERS + 50
    assert texts(at(29, "x" * (MESSAGE_CHARACTERS + 1)), at(28, " \n "), at(27, "")) == []


def test_the_same_problem_is_told_once() -> None:
    assert len(texts(at(29), at(29))) == 1


def test_a_place_behind_the_text_is_its_end() -> None:
    (found,) = problems(DOCUMENT, len(DOCUMENT.text), [Problem(Span(9_000, 9_001), Severity.ERROR, "x")], 99, path="a")
    assert found.text.startswith(f"line {DOCUMENT.line_count} (the cursor's)")
