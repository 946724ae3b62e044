"""What today has cost so far, all servers of this user together, as far as this one can know.

Pure. The file's sum is as of the last writing; what came since then is added. A day's end is noticed with the next
request.
"""

from __future__ import annotations

from datetime import date


class Spending:
    """USD of one day."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._kept: float | None = None
        """What the file said when it was last written."""
        self._writing: float | None = None
        """What is on its way there."""
        self._fresh: float | None = None
        """What came since then."""

    def add(self, usd: float | None, today: date) -> None:
        """Count a request; None where its price is not known."""
        self._turn(today)
        self._fresh = _sum(self._fresh, usd)

    def taken(self) -> None:
        """Note that all so far is being written."""
        self._writing = _sum(self._writing, self._fresh)
        self._fresh = None

    def written(self, kept: float | None, today: date) -> None:
        """Note that it was, and what the file says for `today` now."""
        self._turn(today)
        self._kept, self._writing = kept, None

    def today(self) -> float | None:
        """Return the USD of the day; None where no price is known."""
        return _sum(_sum(self._kept, self._writing), self._fresh)

    def _turn(self, today: date) -> None:
        if today != self._day:
            self._day = today
            self._kept = self._writing = self._fresh = None


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other
