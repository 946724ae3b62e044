"""How doctor's checks are laid out and summed up."""

from __future__ import annotations

import pytest

from mai_lsp.cli.doctor import line, verdict
from mai_lsp.engine.machine import Check, State

OK = Check("Python", State.OK, "3.11")
WARN = Check("Model", State.WARN, "not listed", "Try another.")
FAIL = Check("Endpoint", State.FAIL, "no connection \x1b[2J", "Check the " + "network " * 20)


def test_a_check_is_a_line_and_its_advice_stands_below() -> None:
    assert line(OK).plain == "ok    Python         3.11"
    assert line(WARN).plain == "warn  Model          not listed\n                     Try another."


def test_long_texts_hang_on_a_terminal_and_stay_whole_elsewhere() -> None:
    assert line(FAIL).plain.count("\n") == 1
    rows = line(FAIL, 60).plain.split("\n")
    assert len(rows) > 3
    assert all(row.startswith(" " * 21) and len(row) <= 60 for row in rows[1:])


def test_a_check_can_not_steer_the_terminal() -> None:
    assert "\x1b" not in line(FAIL).plain


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ([OK], "All is well."),
        ([OK, WARN], "1 warning."),
        ([FAIL, WARN, WARN], "1 failure and 2 warnings."),
    ],
)
def test_the_verdict_counts(checks: list[Check], said: str) -> None:
    assert verdict(checks) == said
