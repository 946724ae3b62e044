"""How likely a definition's name is written next, from the hints there are: a logistic model of few features.

The weights were fitted on open-source packages (`scripts/bench context --fit`), none of which the benchmark reports on.
It knows no language and looks at nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from math import exp, sqrt
from operator import mul


class Hint(IntEnum):
    """What can speak for or against a definition; each is a number from 0 to about 1."""

    NEAR = 0
    """Its name's uses near the cursor, less with their distance."""
    COMPANY = 1
    """The share of similar code that uses its name."""
    IMPORTED = 2
    """The file imports it by name."""
    UNUSED = 3
    """The file imports it by name and does not use it yet: somebody wanted it for something."""
    REACHABLE = 4
    """It stands in a module that the file imports."""
    PACKAGE = 5
    """It stands in the same folder."""
    NEIGHBOUR = 6
    """It stands in a file that is near this one (`neighbours`)."""
    ELSEWHERE = 7
    """Its name is used in this file, away from the cursor."""
    ALIKE = 8
    """The share of the words of its name that are written near the cursor."""
    RIVALS = 9
    """How many other definitions have the name."""
    OWNER = 10
    """The chance of the type that it is a member of, or that is made from it."""
    RECEIVER = 11
    """It is a member of a type that something near the cursor is named after or declared as."""
    INHERITED = 12
    """It is a member of the type around the cursor, or of one that this is made from."""
    DOTTED = 13
    """It is a member, and its name is used near the cursor behind a dot."""
    MEMBER = 14
    PRIVATE = 15
    TYPE = 16
    FUNCTION = 17
    NEXT = 18
    """Lines like those around the cursor were followed by one with its name."""
    POPULAR = 19
    """The share of the neighbours that use its name at all."""


HINTS = len(Hint)


class Both(IntEnum):
    """Where `features` has what hints say together, or less than in proportion."""

    COMPANY_ROOT = HINTS
    NEXT_ROOT = HINTS + 1
    ALIKE_MEMBER = HINTS + 2
    ALIKE_OWNER = HINTS + 3
    ALIKE_RECEIVER = HINTS + 4
    ALIKE_NEXT = HINTS + 5
    ALIKE_COMPANY = HINTS + 6
    NEAR_DOTTED = HINTS + 7
    NEAR_TYPE = HINTS + 8
    NEAR_MEMBER = HINTS + 9
    NEAR_IMPORTED = HINTS + 10
    POPULAR_ROOT = HINTS + 11


BIAS = -8.59
WEIGHTS = (
    *(-0.97, 0.34, 2.29, 4.26, 0.91, 0.23, -0.54, -0.36, 2.63, -0.79),
    *(1.4, 0.82, 0.16, 1.35, 0.13, -0.34, -0.53, 0.77, 2.59, -1.39),
    *(4.15, 2.79, -0.31, 0.58, -0.19, -1.58, -2.52, 0.03, 1.96, -1.3),
    *(-0.84, 0.62),
)
"""By the places of what `features` gives."""


def features(hints: Sequence[float]) -> list[float]:
    """Return what the model weighs for a value of each `Hint`: these, and what some of them say together."""
    near, company, imported, *_ = hints
    alike, owner, receiver = hints[Hint.ALIKE], hints[Hint.OWNER], hints[Hint.RECEIVER]
    dotted, member, following = hints[Hint.DOTTED], hints[Hint.MEMBER], hints[Hint.NEXT]
    return [
        *hints,
        sqrt(company),
        sqrt(following),
        alike * member,
        alike * owner,
        alike * receiver,
        alike * following,
        alike * company,
        near * dotted,
        near * hints[Hint.TYPE],
        near * member,
        near * imported,
        sqrt(hints[Hint.POPULAR]),
    ]


def chance(hints: Sequence[float]) -> float:
    """Return the chance, 0 to 1, for a value of each `Hint`."""
    return 1 / (1 + exp(-BIAS - sum(map(mul, WEIGHTS, features(hints)))))
