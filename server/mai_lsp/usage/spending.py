"""What today and this month have cost so far, all servers of this user together, as far as this one can know.

Pure. The file's sums are as of the last reading or writing; what came since then is added. The end of a day or a month
is noticed with the next question or request.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Costs(NamedTuple):
    """USD; None where no price is known."""

    day: float | None = None
    month: float | None = None


class Spending:
    """USD of one day and its month."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._kept = Costs()
        """What the file said when it was last read or written."""
        self._writing = Costs()
        """What is on its way there."""
        self._fresh = Costs()
        """What came since then."""

    def add(self, usd: float | None, today: date) -> None:
        """Count a request; None where its price is not known."""
        self._turn(today)
        self._fresh = _sum(self._fresh, Costs(usd, usd))

    def taken(self) -> None:
        """Note that all so far is being written."""
        self._writing = _sum(self._writing, self._fresh)
        self._fresh = Costs()

    def written(self, kept: Costs, today: date) -> None:
        """Note that it was, and what the file says for `today` now."""
        self.read(kept, today)
        self._writing = Costs()

    def read(self, kept: Costs, today: date) -> None:
        """Take what the file says for `today`, while nothing is being written."""
        self._turn(today)
        self._kept = kept

    def so_far(self, today: date) -> Costs:
        """Return the USD of the day and of its month."""
        self._turn(today)
        return _sum(_sum(self._kept, self._writing), self._fresh)

    def _turn(self, today: date) -> None:
        if today == self._day:
            return
        same_month = self._day is not None and (today.year, today.month) == (self._day.year, self._day.month)
        self._day = today
        self._kept, self._writing, self._fresh = (
            Costs(month=costs.month) if same_month else Costs() for costs in (self._kept, self._writing, self._fresh)
        )


def _sum(one: Costs, other: Costs) -> Costs:
    return Costs(_both(one.day, other.day), _both(one.month, other.month))


def _both(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other
