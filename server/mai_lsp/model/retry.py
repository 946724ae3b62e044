"""When a failed request is worth another try, and how long to wait before it.

It decides and computes; the waiting itself is passed in, so that tests do not wait.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from mai_lsp.errors import ConnectTimedOut, ModelError, ProviderDown, RateLimited, Unreachable


@dataclass(frozen=True, slots=True)
class Retry:
    """The policy in common use among providers' own clients: two retries, 0.5 to 8 s, jitter."""

    retries: int = 2
    shortest: float = 0.5
    longest: float = 8.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    """Between 0 and 1."""
    wall_clock: Callable[[], float] = time.time
    """Seconds since 1970, for ``Retry-After`` dates."""

    def delay(self, attempt: int, error: ModelError) -> float | None:
        """Give the seconds to wait before try number `attempt` + 1 (from 1), or None when there should be none.

        A provider that asks for more patience than `longest` is not waited for: the user is told instead.
        """
        if attempt > self.retries or not worth_it(error):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.longest else None
        # Up to a quarter is taken off, so that many editors behind one proxy do not come back in step.
        return min(self.shortest * 2.0 ** (attempt - 1), self.longest) * (1 - 0.25 * self.jitter())


def worth_it(error: ModelError) -> bool:
    """Say whether the same request may succeed a moment later."""
    return isinstance(error, ProviderDown | RateLimited | ConnectTimedOut | Unreachable) and not error.final


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read ``retry-after-ms`` (Azure), else ``Retry-After`` as seconds or HTTP date; None when neither makes sense.

    `now` is in seconds since 1970, to read dates against.
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) * scale
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 (slow to import, and seldom needed)

    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max((date - datetime.fromtimestamp(now, UTC)).total_seconds(), 0.0)
