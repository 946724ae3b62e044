"""Whether one of two ways did better at the same places, and how sure that is; pure arithmetic.

It compares place by place, since places differ far more from each other than the two ways do.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from random import Random
from statistics import fmean
from typing import NamedTuple

DRAWS = 5_000
"""Samples of the bootstrap; the interval's ends move in the third decimal from seed to seed."""

ALIKE = 1e-9
"""Differences below this are rounding."""


class Paired(NamedTuple):
    """The differences of a figure at each place, summed up."""

    better: int
    worse: int
    alike: int
    mean: float
    low: float
    """Ends of the 95 % interval of the mean."""
    high: float
    chance: float
    """How likely it is to be at least as lopsided if neither way were better (two-sided sign test)."""

    @property
    def told_apart(self) -> bool:
        """Whether the places are enough to say which way is better on average."""
        return self.low > 0 or self.high < 0


def paired(differences: Sequence[float], seed: int = 1) -> Paired:
    """Sum up differences, of which there is at least one."""
    better = sum(one > ALIKE for one in differences)
    worse = sum(one < -ALIKE for one in differences)
    low, high = interval(differences, seed)
    alike = len(differences) - better - worse
    return Paired(better, worse, alike, fmean(differences), low, high, sign_test(better, worse))


def sign_test(better: int, worse: int) -> float:
    """Return the two-sided chance of such a split, or a more uneven one, of a fair coin; ties say nothing."""
    throws = better + worse
    tail = sum(comb(throws, few) for few in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / (1 << throws))


def interval(differences: Sequence[float], seed: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of the mean, by drawing the places again with replacement."""
    random = Random(seed)  # noqa: S311 (the same figures in every run are the point)
    means = sorted(fmean(random.choices(differences, k=len(differences))) for _ in range(DRAWS))
    cut = DRAWS * 25 // 1000
    return means[cut], means[-cut - 1]
