"""The benchmark's arithmetic, its table and its JSON, and that what it types is what it says; nothing is timed."""

from __future__ import annotations

import ast
import itertools
import json
import operator
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPTS = str(Path(__file__).resolve().parents[2] / "scripts")


@pytest.fixture(autouse=True)
def scripts_on_the_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(SCRIPTS)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "_lib"]:
        del sys.modules[name]


def test_quantiles_are_samples_that_were_measured() -> None:
    from _lib.bench_figures import quantile

    samples = [float(number) for number in range(1, 101)]
    assert (quantile(samples, 0.5), quantile(samples, 0.95)) == (50, 95)
    assert (quantile([3.0], 0.5), quantile([3.0], 0.95)) == (3, 3)
    assert quantile([2.0, 1.0], 0.95) == 2


def test_a_row_is_the_median_over_the_rounds_so_one_bad_round_does_not_show() -> None:
    from _lib.bench_figures import row

    rounds = [[0.001, 0.001, 0.002], [0.001, 0.001, 0.003], [0.9, 0.9, 0.9]]
    found = row("a", rounds)
    assert (found.p50, found.p95) == (1, 3)


def test_rounds_are_compared_with_their_own_base() -> None:
    from _lib.bench_figures import compared

    ours, base = [[0.010], [0.030], [0.020]], [[0.001], [0.020], [0.015]]
    assert compared("a", ours, base, operator.sub, unit="ms").p50 == pytest.approx(9)
    assert compared("a", ours, base, operator.truediv, unit="x").p50 == pytest.approx(1.5)
    with pytest.raises(ValueError, match="zip"):
        compared("a", ours, base[:2], operator.sub, unit="ms")


@pytest.mark.parametrize(("p50", "p95", "met"), [(8, 20, True), (8.1, 20, False), (8, 20.1, False)])
def test_both_goals_count(p50: float, p95: float, met: bool) -> None:
    from _lib.bench_figures import Row, Table, as_json, as_text

    line = Row("added", p50, p95, goal_p50=8, goal_p95=20)
    assert line.met is met
    table = Table("completion", "Title", (line, Row("bare", 1)))
    assert ("MISSED" in as_text(table)) is not met
    assert json.loads(json.dumps(as_json([table])))[0]["rows"][0]["met"] is met
    assert line.goal_p50 == 8
    assert Row("bare", 1).met is None


@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_code_to_measure_with_is_real(ascii_only: bool) -> None:
    from _lib.bench_sources import python_file

    text = python_file(1000, ascii_only=ascii_only)
    assert text.isascii() is ascii_only
    assert 1000 <= text.count("\n") < 1200
    ast.parse(text)


def test_keystrokes_stand_where_they_say() -> None:
    from _lib.bench_completion import keystrokes
    from _lib.bench_sources import python_file

    text = python_file(1000)
    lines = text.split("\n")
    for stroke in itertools.islice(keystrokes(text), 50):
        assert len(lines[stroke.line]) == stroke.character
        begun = (lines[stroke.line] + stroke.begun).split("\n")
        line, character = stroke.place
        assert (line - stroke.line, character) == (len(begun) - 1, len(begun[-1]))
        assert stroke.cursor == (line, character + 1)


def test_pairs_close_by_themselves() -> None:
    from _lib.bench_keystroke import _paired

    line = ""
    for at, insertion in _paired('f(a["k"], [1])'):
        line = line[:at] + insertion + line[at:]
    assert line == 'f(a["k"], [1])'
