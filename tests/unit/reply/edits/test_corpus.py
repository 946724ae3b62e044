"""The corpus of imperfect edits: none is ever applied wrongly, and nearly all that can be applied are."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest

from mai_lsp.core.editformat import EditFormat
from mai_lsp.reply.edits.wanted import Refusal
from tests.support.change_cases import ChangeCase, carried_out, corpus

CASES = corpus()

ELSEWHERE = {Refusal.CHECK_FAILED, Refusal.STALE, Refusal.UNMEANT, Refusal.UNREADABLE}
"""Refusals of flows that run commands, watch versions and read files; their own tests reach them."""


class Share(NamedTuple):
    """How the cases of one format end."""

    cases: int
    applicable: int
    applied: int
    wrong: int
    refused_rightly: int
    refusable: int


@cache
def outcome(name: str) -> str:
    """Return ``applied``, ``wrong`` or the first reason for a refusal."""
    case = next(case for case in CASES if case.name == name)
    found = carried_out(case)
    if found.files is None:
        return found.problems[0].refusal.value
    right = case.refusal is None and dict(found.files) == case.expected
    return "applied" if right else "wrong"


def shares(cases: list[ChangeCase]) -> Share:
    ends = [(case, outcome(case.name)) for case in cases]
    return Share(
        cases=len(cases),
        applicable=sum(case.refusal is None for case in cases),
        applied=sum(case.refusal is None and end == "applied" for case, end in ends),
        wrong=sum(end == "wrong" for _, end in ends),
        refused_rightly=sum(case.refusal is not None and end == case.refusal.value for case, end in ends),
        refusable=sum(case.refusal is not None for case in cases),
    )


def table() -> str:
    """Return the shares by format, as they are printed."""
    rows: list[tuple[str, ...]] = [("format", "cases", "applicable", "applied", "wrong", "refused", "of")]
    groups = [(form.value, [case for case in CASES if case.form is form]) for form in EditFormat]
    for name, cases in [*groups, ("all", CASES)]:
        share = shares(cases)
        rows.append(
            (
                name,
                *map(str, (share.cases, share.applicable, share.applied, share.wrong)),
                *map(str, (share.refused_rightly, share.refusable)),
            )
        )
    return "\n".join("  ".join(cell.ljust(10) for cell in row).rstrip() for row in rows)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_no_edit_is_ever_applied_wrongly(case: ChangeCase) -> None:
    found = carried_out(case)
    if found.files is not None:
        assert case.refusal is None, f"{case.about} It was applied all the same: {found.files}"
        assert dict(found.files) == case.expected


def test_nearly_all_that_can_be_applied_are(capsys: pytest.CaptureFixture[str]) -> None:
    share = shares(CASES)
    with capsys.disabled():
        sys.stdout.write(f"\n{table()}\n")
    assert share.wrong == 0
    assert share.applied >= 0.95 * share.applicable


def test_refusals_have_the_reason_that_a_careful_human_would_give() -> None:
    wrong = {
        case.name: (case.refusal.value, outcome(case.name))
        for case in CASES
        if case.refusal is not None and outcome(case.name) != case.refusal.value
    }
    assert wrong == {}


def test_every_refusal_is_reached() -> None:
    reached = {case.refusal for case in CASES} - {None}
    assert reached | ELSEWHERE == set(Refusal)


def test_the_corpus_is_broad_enough() -> None:
    assert len(CASES) >= 140
    assert {case.form for case in CASES} == set(EditFormat)
    languages = Counter(case.name.partition("/")[0] for case in CASES)
    assert len(languages) >= 8
    kinds = Counter("refused" if case.refusal else "applied" for case in CASES)
    assert kinds["refused"] >= 50


def test_problems_tell_the_model_the_true_lines() -> None:
    for name in ("python/search_remembered_wrongly", "python/search_repeated_anchor", "python/search_nearly_two"):
        case = next(case for case in CASES if case.name == name)
        (problem, *_) = carried_out(case).problems
        shown = [line for line in problem.lines.split("\n") if line != "…"]
        assert shown
        assert all(line in case.files["a.py"].split("\n") for line in shown)
