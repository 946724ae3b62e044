"""Where a search stands in a file, or that it stands nowhere or in several places; and what lines are alike.

Values and comparisons; nothing is looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\ufeff\u200b", ""),
        "\u2026": "...",
    }
)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Found:
    """Where the search stands."""

    rows: tuple[int, ...]
    """For each of its lines the file's; -1 for a blank line that the file lacks there."""
    exact: bool


@dataclass(frozen=True, slots=True)
class NotFound:
    """It stands nowhere; `row` is where the file is nearest to it, or None where nothing is like it."""

    row: int | None


@dataclass(frozen=True, slots=True)
class Several:
    """It stands at these lines, and nothing says which is meant."""

    rows: tuple[int, ...]


def typed(line: str) -> str:
    """Return a line without blanks, quotation marks and dashes as a keyboard has them."""
    return _BLANKS.sub("", line.translate(_TYPOGRAPHY))


def aligned(
    rows: Sequence[str], search: Sequence[str], filled: Sequence[int], places: Sequence[int]
) -> tuple[int, ...]:
    """Give blank lines of a search the file's blank lines, as far as there are any, from above."""
    found = [-1] * len(search)
    for index, row in zip(filled, places, strict=True):
        found[index] = row
    for index in range(len(search)):
        if found[index] < 0 and index and found[index - 1] >= 0:
            below = found[index - 1] + 1
            if below < len(rows) and not rows[below].strip() and below not in found:
                found[index] = below
    return tuple(found)


def first_row(place: Sequence[int]) -> int:
    """Return the first of the file's lines that a place has."""
    return next((row for row in place if row >= 0), 0)
