"""Where the windows before and after the cursor are cut, and that the cuts stay while somebody types."""

from __future__ import annotations

import pytest

from mai_lsp.context.window import KEPT_CHARACTERS, prefix_window, suffix_window
from mai_lsp.core import tokens
from mai_lsp.core.text import Document, Edit, Span, open_document
from tests.support.fixture import File


def functions(count: int) -> str:
    """Return `count` functions of ten lines, about as dense as code is."""
    return "".join(
        f"def function_{n}(first_argument: int, second_argument: int) -> int:\n    total = first_argument + {n}\n"
        f"    if second_argument:\n        total += second_argument\n    return compute_the_answer(\n"
        f"        total,\n        second_argument,\n    )\n\n\n"
        for n in range(count)
    )


def opened(text: str, language: str = "python") -> Document:
    return File("/a", text).document(language)


def test_everything_when_it_fits() -> None:
    document = opened("x = 1\ny = 2\n")
    assert prefix_window(document, 8, 100) == Span(0, 8)
    assert suffix_window(document, 8, 100) == Span(8, 12)


@pytest.mark.parametrize("budget", [150, 250, 500, 1000])
def test_prefix_starts_with_a_definition_or_statement(budget: int) -> None:
    document = opened(functions(100))
    offset = document.starts[703]
    span = prefix_window(document, offset, budget)
    text = document.slice(span)
    assert text.startswith(
        "def function_" if budget >= 1000 else ("def function_", "    total", "    if", "    return")
    )
    assert budget // 4 <= tokens.estimate(text) <= budget


@pytest.mark.parametrize("budget", [150, 250, 500])
def test_suffix_ends_before_a_definition_or_statement(budget: int) -> None:
    document = opened(functions(100))
    span = suffix_window(document, document.starts[203] + 7, budget)
    after = document.line_text(document.line_at(span.end))
    assert not after or after.startswith(("def ", "    total", "    if", "    return"))
    assert document.text[span.end - 1] == "\n"
    assert budget // 4 <= tokens.estimate(document.slice(span)) <= budget


@pytest.mark.parametrize("language", ["python", "nothing"])
@pytest.mark.parametrize(("budget", "least"), [(250, 10), (500, 12), (1000, 12), (2500, 24)])
def test_start_and_end_stay_while_typing_forward(language: str, budget: int, least: int) -> None:
    """The start never moves back and at the earliest after `least` lines; the end does not move at all."""
    document = opened(functions(100), language)
    at = document.starts[500] - 2
    starts: list[int] = []
    ends: set[int] = set()
    for number in range(96):
        for typed in ("\n    value", " = other(", f"{number})"):
            document = document.edited([Edit(Span(at, at), typed)], number)
            at += len(typed)
            starts.append(prefix_window(document, at, budget).start)
            ends.add(len(document.text) - suffix_window(document, at, budget // 3).end)
    assert starts == sorted(starts)
    lines_each = [sum(start == one for start in starts) / 3 for one in sorted(set(starts))]
    assert len(lines_each) >= 3
    assert min(lines_each[1:-1]) >= least
    assert len(ends) == 1


def test_without_a_tree_paragraphs_are_boundaries() -> None:
    document = open_document("file:///a", "nothing", 1, functions(100))
    text = document.slice(prefix_window(document, document.starts[703], 550))
    assert text.startswith("def function_")


def test_never_inside_a_string() -> None:
    text = 'x = """\n' + "words and more words\n" * 60 + '"""\n' + functions(4)
    document = opened(text)
    cut = prefix_window(document, len(text), 420).start
    assert document.text[cut:].startswith(("def ", "    "))


def test_long_line_keeps_what_is_nearest() -> None:
    text = "value = [" + "1234567, " * 2000 + "]\n"
    document = opened(text)
    offset = 9000
    before, after = prefix_window(document, offset, 100), suffix_window(document, offset, 50)
    assert (before.end, after.start) == (offset, offset)
    assert 150 < len(before) <= tokens.characters(100)
    assert 100 < len(after) <= tokens.characters(50)


def test_start_in_a_long_line_moves_in_steps() -> None:
    document = opened("value = [" + "1234567, " * 2000 + "]\n")
    starts = {prefix_window(document, 9000 + typed, 100).start for typed in range(60)}
    assert len(starts) <= 2


@pytest.mark.parametrize("budget", [0, 1, 5])
def test_the_end_of_the_cursors_line_is_kept_over_budget(budget: int) -> None:
    document = opened("a = 1\n" + "b" * 300 + "\n")
    span = prefix_window(document, 206, budget)
    assert document.slice(span) == "b" * KEPT_CHARACTERS
    assert suffix_window(document, 206, 0) == Span(206, 206)
