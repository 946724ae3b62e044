"""Fitting the chances of the context engine: the least cost is found, whatever the data, and is printed for pasting."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from math import exp, log
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from mai_lsp.context.chance import BIAS, WEIGHTS
from tests.support.indexed import scanned, write

if TYPE_CHECKING:
    from _lib.bench_context_fit import Model, Row

SCRIPTS = str(Path(__file__).resolve().parents[2] / "scripts")


@pytest.fixture(autouse=True)
def scripts_on_the_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(SCRIPTS)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "_lib"]:
        del sys.modules[name]


def rows(count: int = 400) -> list[Row]:
    """Rows that the first feature separates, the second one blurs, and of which the third is always 0."""
    from _lib.bench_context_fit import Row

    random = Random(3)
    found = []
    for _ in range(count):
        first, second = random.random(), random.random()
        found.append(Row((first, second, 0.0), first > 0.6, 1.0 if first > 0.6 else 2.0))
    return found


def slope(some: list[Row], model: Model) -> list[float]:
    """Return the first derivatives of the cost, the bias's first, worked out in the plainest way."""
    found = [0.0, *model.weights]
    for row in some:
        value = model.bias + sum(weight * one for weight, one in zip(model.weights, row.features, strict=True))
        off = row.weight * (1 / (1 + exp(-value)) - row.label)
        for at, one in enumerate((1.0, *row.features)):
            found[at] += off * one
    return found


def test_separable_rows_are_told_apart_and_weights_stay_finite() -> None:
    from _lib.bench_context_fit import fitted, loss

    some = rows()
    model = fitted(some)
    assert model.weights[0] > 5 > abs(model.weights[1])
    assert model.weights[2] == pytest.approx(0, abs=1e-9)
    edge = -model.bias / model.weights[0]
    assert 0.5 < edge < 0.7
    assert loss(some, model) < 0.2


def test_the_cost_can_not_get_less() -> None:
    from _lib.bench_context_fit import fitted

    some = rows()
    assert slope(some, fitted(some)) == pytest.approx([0.0] * 4, abs=1e-3)


def test_a_weight_counts_as_so_many_rows() -> None:
    from _lib.bench_context_fit import fitted

    some = rows(100)
    twice = [row._replace(weight=1.0) for row in some for _ in range(int(row.weight))]
    one, other = fitted(some), fitted(twice)
    assert [one.bias, *one.weights] == pytest.approx([other.bias, *other.weights], abs=1e-6)


def test_without_features_that_tell_the_bias_is_the_odds() -> None:
    from _lib.bench_context_fit import Row, fitted

    model = fitted([Row((0.0,), True, 1.0)] * 3 + [Row((0.0,), False, 1.0)] * 9)
    assert model.bias == pytest.approx(log(3 / 9))


def test_rows_of_one_kind_say_nothing() -> None:
    from _lib.bench_context_fit import Row, fitted

    with pytest.raises(ValueError, match="both kinds"):
        fitted([Row((1.0,), True, 1.0)])


def test_what_is_printed_can_be_pasted() -> None:
    from _lib.bench_context_fit import Model, Row, as_text

    wide = tuple(number / 3 for number in range(len(WEIGHTS)))
    text = as_text([Row(wide, True, 1.0), Row((0.0,) * len(wide), False, 20.0)], Model(-1.2345, wide))
    pasted: dict[str, object] = {}
    exec(text[text.index("BIAS") :], pasted)
    assert pasted["BIAS"] == -1.23
    assert pasted["WEIGHTS"] == tuple(round(one, 2) for one in wide)


def test_the_current_model_is_the_engines() -> None:
    from _lib.bench_context_fit import current

    assert current() == (BIAS, WEIGHTS)


def test_rows_are_the_candidates_of_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from _lib import bench_context_fit as fit
    from _lib.bench_context_places import Place
    from mai_lsp.workspace.index.store import database_of

    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(fit, "ONE_OF", 1)
    root = tmp_path / "root"
    text = "from lib import Shape, make\n\ndef draw():\n    return make(Shape)\n"
    write(root, {"lib.py": "class Shape: ...\ndef make(a): ...\ndef other(a): ...\n", "app.py": text})
    scanned(root, database_of(root))
    found = list(fit.rows_of([Place("python", "p", root, "app.py", 3, ("Shape", "make"))], 1))
    assert sorted((row.label, row.weight) for row in found if row.label) == [(True, 0.5), (True, 0.5)]
    assert all(row.weight == 1 for row in found if not row.label)
    assert all(len(row.features) == len(WEIGHTS) for row in found)
