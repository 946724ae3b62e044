"""Jobs in words: how far one is, what it used and what it changes."""

from __future__ import annotations

import pytest

from mai_lsp.core.change import Change
from mai_lsp.core.text import open_document
from mai_lsp.engine.change.job import Step
from mai_lsp.engine.change.told import cost, kind, step_line, summary
from mai_lsp.model.types import Usage

DOCUMENT = open_document("file:///a.py", "python", None, "a\n")


def test_a_step_says_what_is_done_how_far_and_what_was_used() -> None:
    usage = Usage(input_tokens=12_000, output_tokens=400, cost_usd=0.04)
    step = Step("MAI-Code-1-Flash writes the edits", 3, 14, usage)
    assert step_line(step) == "MAI-Code-1-Flash writes the edits · 3 of 14 files · 12,400 tokens · $0.04"
    assert step_line(Step("Reading")) == "Reading"


@pytest.mark.parametrize(
    ("usd", "estimated", "told"),
    [
        (None, False, ""),
        (0.0, False, ""),
        (1.5, False, "$1.50"),
        (0.0123, True, "≈ $0.012"),
        (0.0000012, False, "$0.000001"),
    ],
)
def test_small_sums_keep_two_digits(usd: float | None, told: str, *, estimated: bool) -> None:
    assert cost(Usage(cost_usd=usd, estimated=estimated)) == told


def test_files_are_counted_by_what_becomes_of_them() -> None:
    changes = [
        Change("a.py", DOCUMENT, "b\n"),
        Change("b.py", None, "b\n"),
        Change("c.py", DOCUMENT, None),
        Change("d.py", DOCUMENT, "a\n", "e.py"),
    ]
    assert [kind(change) for change in changes] == ["changed", "new", "deleted", "moved"]
    assert summary(changes) == "1 file changed, 1 new, 1 moved, 1 deleted"
    assert summary(changes[1:2] * 2) == "2 files new"
