"""Each reason not to ask by itself, and the places where nothing speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mai_lsp.engine.outcome import Reason
from mai_lsp.engine.ports import Ask
from mai_lsp.engine.when import DELETIONS, NO_HABITS, Habits, objection, promise, text_at
from mai_lsp.settings import Settings
from tests.support.fixture import parse


def reason(
    source: str, habits: Habits = NO_HABITS, language: str = "python", path: str = "", **settings: object
) -> Reason | None:
    fixture = parse(source)
    ask = Ask(fixture.document(language), fixture.cursor)
    found = objection(ask, replace(Settings(), **settings), habits, path)  # type: ignore[arg-type]
    assert found is None or found.detail
    return None if found is None else found.reason


@pytest.mark.parametrize(
    "source",
    [
        "x = $0",
        "x = foo($0)",
        "x = [foo($0)]\n",
        "if foo($0):\n    pass\n",
        "$0\nx = 1\n",
        "call(a, $0  )",
        'x = "$0"',
    ],
)
def test_nothing_speaks_against_the_end_of_a_line(source: str) -> None:
    assert reason(source) is None


@pytest.mark.parametrize("source", ["x = $0y", "foo($0, bar)", "$0x = 1", "a $0= b"])
def test_the_middle_of_a_line_is_left_alone(source: str) -> None:
    assert reason(source) is Reason.MIDDLE
    assert reason(source, completion_middle_of_line=True) is None


def test_braces_may_follow() -> None:
    assert reason("if (a$0) {\n}\n", language="typescript") is None


@pytest.mark.parametrize("count", [1, DELETIONS - 1])
def test_after_a_deletion_typing_has_to_resume(count: int) -> None:
    assert reason("x = $0", Habits(deletions=count)) is Reason.DELETED


@pytest.mark.parametrize("count", [0, DELETIONS, DELETIONS + 5])
def test_who_deletes_on_and_on_rewrites(count: int) -> None:
    assert reason("x = $0", Habits(deletions=count)) is None


def test_read_only_files() -> None:
    assert reason("x = $0", Habits(read_only="its file is read-only")) is Reason.READ_ONLY


@pytest.mark.parametrize("source", ["$0", "\n  $0\n"])
def test_an_empty_file(source: str) -> None:
    assert reason(source) is Reason.BLANK


def test_huge_files() -> None:
    source = "x = 1\n" * 200 + "$0"
    assert reason(source, completion_max_file_size=1) is Reason.LARGE
    assert reason(source, completion_max_file_size=0) is None


@pytest.mark.parametrize(
    ("source", "language", "kind"),
    [
        ("x = 1  # say$0", "python", "comments"),
        ("# say$0", "python", "comments"),
        ('"""Doc $0\nmore"""\n', "python", "strings"),
        ('x = "say $0"', "python", "strings"),
        ('x = "say"$0', "python", ""),
        ("x = f($0)", "python", ""),
        ("/* say $0 */\nlet a;", "typescript", "comments"),
        ("let a = `say $0`;", "typescript", "strings"),
        ("let a = 1; // say $0", "typescript", "comments"),
        ('s := "say $0"', "go", "strings"),
    ],
)
def test_comments_and_strings_are_told_apart(source: str, language: str, kind: str) -> None:
    fixture = parse(source)
    assert text_at(fixture.document(language), fixture.cursor) == kind


def test_quiet_in_comments_only_if_wanted() -> None:
    assert reason("# say $0") is None
    assert reason("# say $0", completion_quiet_in=["comments"]) is Reason.PROSE
    assert reason("# say $0", completion_quiet_in=["strings"]) is None


@pytest.mark.parametrize("pattern", ["*.py", "a.py", "/w/a.py", "w/"])
def test_files_that_were_switched_off(pattern: str) -> None:
    assert reason("x = $0", path="w/a.py", completion_disabled_files=[pattern]) is Reason.DISABLED


@pytest.mark.parametrize("patterns", [["*.ts"], ["*.py", "!a.py"], ["# *.py"]])
def test_and_files_that_were_not(patterns: list[str]) -> None:
    assert reason("x = $0", path="w/a.py", completion_disabled_files=patterns) is None


def test_places_by_what_they_promise() -> None:
    line, word, inside = (parse(source) for source in ("x\n    $0", "x = foo($0)", "x = fo$0"))
    found = [promise(one.document("python"), one.cursor) for one in (line, word, inside)]
    assert found == sorted(found, reverse=True)
    assert found[0] == 1
    assert found[-1] == 0
