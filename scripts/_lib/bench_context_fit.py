"""Fits the weights of `mai_lsp.context.chance` on the tuning set: `scripts/bench context --fit`.

Every candidate of every place is one row: its features, and whether the line that stood there uses its name. It changes
no file; what it prints is for somebody to paste, and to measure before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import exp, log, log1p
from operator import mul
from random import Random
from typing import NamedTuple

from _lib.bench_context_ours import opened
from _lib.bench_context_places import Place
from mai_lsp.context.chance import BIAS, WEIGHTS, features
from mai_lsp.context.place import place_of
from mai_lsp.context.workspace import candidates
from mai_lsp.workspace.index.reader import connect
from mai_lsp.workspace.index.store import database_of

PER_PACKAGE = 60
"""Places drawn in each package."""

SEED = 11
"""Other places than the benchmark's own."""

ONE_OF = 20
"""Of the candidates that were not needed, nearly all, one of so many is kept and counts for all of them."""

STRENGTH = 1.0
"""What half the sum of the squared weights costs (L2): light, since there are a thousand rows to a weight."""

ROUNDS, SMALLEST_STEP, SMALLEST_FALL = 40, 1e-6, 1e-9
"""Newton's method needs about ten rounds; a cost that falls by less than this part of itself is at its end."""


class Row(NamedTuple):
    """One candidate of one place."""

    features: Sequence[float]
    label: bool
    """Whether its name was written."""
    weight: float


class Model(NamedTuple):
    """A logistic model."""

    bias: float
    weights: tuple[float, ...]


def current() -> Model:
    """Return what the engine uses now."""
    return Model(BIAS, WEIGHTS)


def rows_of(places: Iterable[Place], seed: int) -> Iterator[Row]:
    """Yield the candidates of places in indexed packages; `seed` decides which of the unneeded ones are kept.

    The names of one place weigh 1 together, as they do in the recall that the benchmark reports.
    """
    random = Random(seed)  # noqa: S311 (the same rows in every run are the point)
    by_root: dict[object, list[Place]] = {}
    for place in places:
        by_root.setdefault(place.root, []).append(place)
    for some in by_root.values():
        root = some[0].root
        reader = connect(database_of(root), root)
        if reader is None:
            raise RuntimeError(f"there is no index of {root.name}")
        try:
            for place in some:
                document, offset = opened(place)
                reader.begin({})
                for one in candidates(place_of(document, offset, place.path, reader), reader):
                    needed = one.found.symbol.name in place.names
                    if needed or random.random() * ONE_OF < 1:
                        yield Row(features(one.hints), needed, 1 / len(place.names) if needed else ONE_OF)
        finally:
            reader.close()


def fitted(rows: Sequence[Row]) -> Model:
    """Return the model with the least loss plus `STRENGTH` times half its squared weights; the bias costs nothing.

    Newton's method with halved steps: the cost is convex, so that there is one answer. Raises ValueError where all rows
    say the same.
    """
    yes = sum(row.weight for row in rows if row.label)
    no = sum(row.weight for row in rows if not row.label)
    if not (yes and no):
        raise ValueError("it takes rows of both kinds")
    columns: list[Sequence[float]] = [(1.0,) * len(rows), *zip(*(row.features for row in rows), strict=True)]
    model = [log(yes / no)] + [0.0] * (len(columns) - 1)
    cost = _cost(rows, columns, model)
    for _ in range(ROUNDS):
        step = _step(rows, columns, model)
        size, new, better = 1.0, model, cost
        while size > SMALLEST_STEP:
            new = [old - size * part for old, part in zip(model, step, strict=True)]
            better = _cost(rows, columns, new)
            if better <= cost:
                break
            size /= 2
        else:
            break
        done = cost - better <= SMALLEST_FALL * cost
        model, cost = new, better
        if done:
            break
    return Model(model[0], tuple(model[1:]))


def loss(rows: Sequence[Row], model: Model) -> float:
    """Return the mean log loss of a model in nats, by the weights of the rows."""
    total = sum(
        row.weight * _softplus(_sum((1.0, *row.features), (model.bias, *model.weights)) * (1 - 2 * row.label))
        for row in rows
    )
    return total / sum(row.weight for row in rows)


def rounded(model: Model) -> Model:
    """Return a model as it is printed."""
    return Model(round(model.bias, 2), tuple(round(one, 2) for one in model.weights))


def as_text(rows: Sequence[Row], model: Model) -> str:
    """Write a model as `context/chance.py` does, and how well it fits beside what is there now."""
    printed = rounded(model)
    lines = (", ".join(map(str, printed.weights[at : at + 10])) for at in range(0, len(printed.weights), 10))
    return "\n".join(
        (
            f"{len(rows)} rows, {sum(row.label for row in rows)} of them needed.",
            f"Log loss: {loss(rows, current()):.5f} now, {loss(rows, printed):.5f} fitted.",
            "",
            f"BIAS = {printed.bias}",
            "WEIGHTS = (",
            *(f"    *({line}{',' if ', ' not in line else ''})," for line in lines),
            ")",
        )
    )


def _cost(rows: Sequence[Row], columns: Sequence[Sequence[float]], model: Sequence[float]) -> float:
    """Return what is to be the least: summed log loss, and what the weights cost."""
    summed = sum(
        row.weight * _softplus(value * (1 - 2 * row.label))
        for row, value in zip(rows, _values(columns, model), strict=True)
    )
    return summed + STRENGTH / 2 * _sum(model[1:], model[1:])


def _step(rows: Sequence[Row], columns: Sequence[Sequence[float]], model: Sequence[float]) -> list[float]:
    """Return the cost's second derivatives divided into its first: the way to the bottom of the parabola that fits."""
    chances = [_chance(value) for value in _values(columns, model)]
    off = [row.weight * (one - row.label) for row, one in zip(rows, chances, strict=True)]
    curved = [row.weight * one * (1 - one) for row, one in zip(rows, chances, strict=True)]
    matrix = []
    for at, column in enumerate(columns):
        bent = list(map(mul, curved, column))
        matrix.append([_sum(bent, columns[other]) for other in range(at + 1)])
        matrix[at][at] += STRENGTH if at else 0.0
    slope = [_sum(off, column) + (STRENGTH * model[at] if at else 0.0) for at, column in enumerate(columns)]
    return solved(matrix, slope)


def solved(lower: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Solve for a symmetric positive matrix, of which the part up to the diagonal is given (Cholesky)."""
    root: list[list[float]] = []
    for at, line in enumerate(lower):
        done: list[float] = []
        for other in range(at):
            done.append((line[other] - _sum(done, root[other])) / root[other][other])
        done.append((line[at] - _sum(done, done)) ** 0.5)
        root.append(done)
    found: list[float] = []
    for at, line in enumerate(root):
        found.append((right[at] - _sum(found, line)) / line[at])
    for at in range(len(found) - 1, -1, -1):
        rest = sum(root[below][at] * found[below] for below in range(at + 1, len(found)))
        found[at] = (found[at] - rest) / root[at][at]
    return found


def _values(columns: Sequence[Sequence[float]], model: Sequence[float]) -> Iterator[float]:
    return (_sum(model, row) for row in zip(*columns, strict=True))


def _sum(one: Iterable[float], other: Iterable[float]) -> float:
    """Add up products, as far as the shorter goes."""
    total: float = sum(map(mul, one, other))
    return total


def _softplus(value: float) -> float:
    return max(value, 0.0) + log1p(exp(-abs(value)))


def _chance(value: float) -> float:
    return 1 / (1 + exp(-value)) if value >= 0 else 1 - 1 / (1 + exp(value))
