"""Actions for what other servers report: which problems, in which order, how much is changed, what a model is told."""

from __future__ import annotations

from mai_lsp.actions.offer import offer
from mai_lsp.actions.offered import Abilities, Offer
from mai_lsp.actions.problems import REGION_LINES, alike, line_of, region, shown
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Document, Span
from tests.support.fixture import parse

CODE = "import os\n\n\ndef f(a):\n    b = lenght(a)\n    return os.pth + b\n\n\nx = lenght(3)\n"


def document(text: str = CODE) -> Document:
    return parse(text).document("python")


def problem(text: str, word: str, message: str = "wrong", *, nth: int = 0, **rest: object) -> Problem:
    at = -1
    for _ in range(nth + 1):
        at = text.index(word, at + 1)
    severity = rest.pop("severity", Severity.ERROR)
    assert isinstance(severity, Severity)
    return Problem(Span(at, at + len(word)), severity, message, **rest)  # type: ignore[arg-type]


def offers(*problems: Problem, at: int, by_hand: bool = True) -> list[Offer]:
    found = offer(document(), Span(at, at), problems, [], Abilities(by_hand=by_hand))
    return [one for one in found if one.problems]


def test_a_problem_at_the_cursor_can_be_mended_and_explained() -> None:
    one = problem(CODE, "lenght", "Undefined name `lenght`.", code="F821", source="Ruff")
    found = offers(one, at=CODE.index("lenght"))
    assert [(each.id, each.kind, each.preferred) for each in found] == [
        ("fix", "quickfix", True),
        ("explain.problem", "mai.explain", False),
    ]
    assert found[0].title == "Fix: Undefined name `lenght`"
    assert CODE[found[0].span.start : found[0].span.end] == "def f(a):\n    b = lenght(a)\n    return os.pth + b"
    assert found[1].text


def test_problems_elsewhere_are_left_alone() -> None:
    assert offers(problem(CODE, "pth"), at=CODE.index("lenght")) == []


def test_the_worst_comes_first_and_at_most_three_are_offered() -> None:
    at = CODE.index("lenght")
    some = [
        problem(CODE, "lenght", f"{level.name} {number}", severity=level, code=str(number), source="x")
        for number, level in enumerate([Severity.HINT, Severity.WARNING, Severity.ERROR, Severity.ERROR])
    ]
    fixes = [one for one in offers(*some, at=at) if one.id == "fix"]
    assert [one.title for one in fixes] == ["Fix: ERROR 2", "Fix: ERROR 3", "Fix: WARNING 1"]
    assert [one.preferred for one in fixes] == [True, False, False]


def test_hints_light_no_bulb() -> None:
    at = CODE.index("lenght")
    hint = problem(CODE, "lenght", severity=Severity.HINT)
    assert offers(hint, at=at, by_hand=False) == []
    assert [one.id for one in offers(problem(CODE, "lenght"), at=at, by_hand=False)] == ["fix"]


def test_all_of_a_kind_are_mended_together() -> None:
    first, second = (
        problem(CODE, "lenght", "Undefined name", nth=number, code="F821", source="Ruff") for number in (0, 1)
    )
    other = problem(CODE, "pth", "No attribute", code="E1101", source="Ruff")
    found = next(one for one in offers(first, second, other, at=first.span.start) if one.id == "fix.all")
    assert found.title == "Fix all 2 problems of this kind in the file: Undefined name"
    assert found.problems == (first, second)
    assert found.span == Span(0, len(CODE))
    assert not [one for one in offers(first, other, at=first.span.start) if one.id == "fix.all"]


def test_kinds_are_told_by_codes_or_by_words_without_names() -> None:
    def one(message: str, code: str = "", source: str = "tsc") -> Problem:
        return Problem(Span(0, 1), Severity.ERROR, message, source, code)

    assert alike(one("a", "1"), one("b", "1"))
    assert not alike(one("a", "1"), one("a", "2"))
    assert not alike(one("a", "1", "ruff"), one("a", "1", "mypy"))
    assert alike(one("Cannot find name 'a'."), one("Cannot find name 'bcd'."))
    assert alike(one("Expected 2 arguments, but got 1."), one("Expected 3 arguments, but got 12."))
    assert not alike(one("Cannot find name 'a'."), one("Cannot assign to 'a'."))


def test_a_title_is_one_short_line_without_control_characters() -> None:
    long = Problem(Span(0, 1), Severity.ERROR, "first\n\x1b[31m" + "second " * 40)
    assert "\n" not in shown(long)
    assert "\x1b" not in shown(long)
    assert len(shown(long)) <= 60
    assert shown(Problem(Span(0, 1), Severity.ERROR, " \n")) == "this problem"


def test_a_model_is_told_where_what_and_who() -> None:
    one = problem(CODE, "lenght", "Undefined name\n`lenght`", code="F821", source="Ruff")
    assert line_of(document(), one) == "line 5: Undefined name `lenght` (Ruff F821)"


def test_the_region_is_the_function_else_the_statement_else_some_lines() -> None:
    text = CODE
    at = text.rindex("lenght")
    assert document().slice(region(document(), Span(at, at + 6))) == "x = lenght(3)"
    long = "def f():\n" + "    a = 1\n" * (REGION_LINES + 10) + "    b = lenght(2)\n"
    at = long.index("lenght")
    assert document(long).slice(region(document(long), Span(at, at + 6))) == "    b = lenght(2)"
    plain = parse("one\ntwo\nthree\n" * 10).document("plaintext")
    assert plain.slice(region(plain, Span(60, 61))).count("\n") == 10


def test_a_problem_at_the_end_of_the_text_is_no_error() -> None:
    text = document()
    end = len(text.text)
    assert region(text, Span(end, end)).end == end
