"""When the next request may go out: the user's own pace, the model's, and the cap on requests.

Pure: every time comes in as a number of seconds on one clock, and nothing here waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

FIRST_GAP, SHORTEST_GAP, LONGEST_GAP = 0.2, 0.1, 0.4
"""Seconds between two keys: before anything is known, and the bounds of their mean (Tabby's `debouncer.ts`)."""

FEWEST_GAPS, MOST_GAPS = 20, 100
"""Gaps that the mean is taken of (Tabby)."""

PAUSE = 1.5
"""Seconds after which a gap is a pause to think, and says nothing about how fast somebody types."""

SHORTEST_DELAY, LONGEST_DELAY = 0.1, 1.0
"""Seconds that an automatic request waits for the next key (Tabby)."""

LEAST_GAPS, MOST_GAPS_WAITED = 1.5, 3.0
"""Mean gaps that a request waits at the best and at the worst place (Tabby)."""

FIRST_LATENCY = 0.8
LATENCY_SHARE = 0.3
"""The model's latency before it is known, and the weight of the newest answer in the moving average."""

MINUTE = 60.0


class Pace:
    """How fast this user types and this model answers."""

    def __init__(self) -> None:
        self.latency = FIRST_LATENCY
        """Moving average of the seconds from asking to a whole suggestion."""
        self._gaps: deque[float] = deque(maxlen=MOST_GAPS)
        self._last: float | None = None

    @property
    def gap(self) -> float:
        """Mean seconds between two keys while the user types."""
        if len(self._gaps) < FEWEST_GAPS:
            return FIRST_GAP
        return min(LONGEST_GAP, max(SHORTEST_GAP, sum(self._gaps) / len(self._gaps)))

    def typed(self, now: float) -> None:
        """Take note of a key."""
        if self._last is not None and 0 <= now - self._last < PAUSE:
            self._gaps.append(now - self._last)
        self._last = now

    def answered(self, seconds: float) -> None:
        """Take note of how long a whole suggestion took."""
        self.latency += LATENCY_SHARE * (seconds - self.latency)

    def delay(self, promise: float, misses: int, since_key: float) -> float:
        """Return for how many more seconds an automatic request waits, `since_key` seconds after the last key.

        `promise` from 0 to 1 is how much a request at this place can bring (`when.promise`), `misses` how many
        suggestions for this line were wrong: whoever writes something unusual is asked about it less.
        """
        factor = MOST_GAPS_WAITED - (MOST_GAPS_WAITED - LEAST_GAPS) * promise
        usual = min(LONGEST_DELAY, max(SHORTEST_DELAY, factor * self.gap))
        return max(0.0, min(LONGEST_DELAY * (1 + misses), usual * (1 + misses)) - since_key)


class Budget:
    """How many requests went out in the last minute."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque()

    def left(self, cap: int, now: float) -> int:
        """Return how many more may go out now; `cap` is requests per minute, 0 for no cap."""
        while self._sent and now - self._sent[0] >= MINUTE:
            self._sent.popleft()
        return cap - len(self._sent) if cap else 1_000_000

    def sent(self, now: float) -> None:
        """Count a request."""
        self._sent.append(now)


Clock = Callable[[], float]
"""Seconds on one clock that never goes back."""
