"""How the model is doing: answering, slow and why, limited until when, not to be reached, or failing.

A value that each request replaces by the next one. Pure: times come in as monotonic seconds; it asks nobody and tells
nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mai_lsp.errors import ConnectTimedOut, MaiError, ModelError, RateLimited, TimedOut, Unreachable

if TYPE_CHECKING:
    from mai_lsp.engine.metered import Spent

WINDOW: Final = 10
"""Requests that are looked at (Tabby, `latencyTracker.ts`)."""

LEAST: Final = 3
"""Requests that make a pattern, our own choice: fewer say nothing, and as many quick ones in a row end a slow time, so
that who changes to a faster model need not wait until the slow answers have left the window."""

SLOW_AFTER: Final = 5.0
"""Seconds of an average answer above which the model is slow (Tabby)."""

TIMED_OUT_SHARE: Final = 0.5
"""Share of time-outs above which the model is slow (Tabby)."""

HEALTHY: Final = 0.6
"""Share of `SLOW_AFTER` below which an answer is quick: 3 s of 5, below which Tabby takes an average for healthy."""

CHARS_PER_TOKEN: Final = 4
"""Of prose, about (OpenAI's rule of thumb)."""

UNSAID_PAUSE: Final = 10.0
"""Seconds without automatic requests after a 429 that does not say how long: each would be tried three times, and
every try counts against the quota that is used up."""


class Condition(StrEnum):
    """How the model is doing, in one word."""

    READY = "ready"
    SLOW = "slow"
    LIMITED = "limited"
    OFFLINE = "offline"
    ERROR = "error"


class Cause(StrEnum):
    """Where the time of slow answers goes."""

    NETWORK = "network"
    REASONING = "reasoning"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Sample:
    """How long one request took, and what took longest."""

    seconds: float
    cause: Cause = Cause.MODEL
    timed_out: bool = False
    unfinished: bool = False
    """It was closed before the first text: it would have taken longer than that."""


@dataclass(frozen=True, slots=True)
class Told:
    """A condition as it is told to the user."""

    condition: Condition
    message: str = ""
    until: float | None = None
    """Monotonic seconds at which it is over, where that is known."""
    cause: Cause | None = None
    """Set when the condition is SLOW."""


@dataclass(frozen=True, slots=True)
class Health:
    """What the last requests say."""

    samples: tuple[Sample, ...] = ()
    """Oldest first, at most `WINDOW`."""
    slow: bool = False
    trouble: MaiError | None = None
    """What the last request failed with; None after an answer."""
    until: float | None = None
    """Until when the provider wants to be left alone."""

    def timed(self, sample: Sample, slow_after: float = SLOW_AFTER) -> Health:
        """Take in how long a request took."""
        if sample.unfinished and sample.seconds < slow_after:
            return self  # The user typed on; that it was quick until then tells nothing.
        samples = (*self.samples, sample)[-WINDOW:]
        return replace(self, samples=samples, slow=_is_slow(samples, slow_after, was=self.slow))

    def failed(self, error: MaiError, now: float) -> Health:
        """Take in what a request failed with."""
        return replace(self, trouble=error, until=_until(error, now))

    def well(self) -> Health:
        """Take in that a request was answered, or that something was changed that may have mended it."""
        return replace(self, trouble=None, until=None)

    def paused(self, now: float) -> bool:
        """Whether the provider still wants to be left alone."""
        return self.until is not None and now < self.until

    def told(self, now: float) -> Told:
        """Say how the model is doing at `now`."""
        error = self.trouble
        if error is None or (self.until is not None and not self.paused(now)):
            return self._pace()
        if self.slow and isinstance(error, TimedOut):
            return self._pace()  # Says more than the one time-out.
        if self.paused(now) or (isinstance(error, RateLimited) and not error.final):
            return Told(Condition.LIMITED, str(error), self.until)
        offline = isinstance(error, Unreachable | ConnectTimedOut)
        return Told(Condition.OFFLINE if offline else Condition.ERROR, str(error))

    def _pace(self) -> Told:
        if not self.slow:
            return Told(Condition.READY)
        cause = _cause(self.samples)
        return Told(Condition.SLOW, f"{_how_slow(self.samples)} {_ADVICE[cause]}", cause=cause)


def sample(spent: Spent) -> Sample | None:
    """Return what a request says about the pace; None for one that was refused."""
    if isinstance(spent.error, TimedOut):
        network = isinstance(spent.error, ConnectTimedOut)
        return Sample(spent.total_ms / 1000, Cause.NETWORK if network else Cause.MODEL, timed_out=True)
    if spent.error is not None:
        return None
    cause = Cause.MODEL
    if spent.connect_ms > spent.total_ms / 2:
        cause = Cause.NETWORK
    elif max(spent.usage.reasoning_tokens, spent.reasoning_chars / CHARS_PER_TOKEN) > spent.usage.output_tokens / 2:
        cause = Cause.REASONING
    return Sample(spent.total_ms / 1000, cause, unfinished=spent.first_token_ms is None)


def _is_slow(samples: Sequence[Sample], slow_after: float, *, was: bool) -> bool:
    if len(samples) < LEAST:
        return was
    if all(one.seconds < HEALTHY * slow_after and not one.timed_out for one in samples[-LEAST:]):
        return False
    late = sum(one.timed_out for one in samples)
    many = late >= LEAST and late > TIMED_OUT_SHARE * len(samples)
    return was or many or (_average(samples) or 0.0) > slow_after


def _average(samples: Sequence[Sample]) -> float | None:
    """Return the mean seconds of what was not cut off by a time-out; None where everything was."""
    seconds = [one.seconds for one in samples if not one.timed_out]
    return sum(seconds) / len(seconds) if seconds else None


def _cause(samples: Sequence[Sample]) -> Cause:
    """Return what most of the time went into."""
    seconds: dict[Cause, float] = {}
    for one in samples:
        seconds[one.cause] = seconds.get(one.cause, 0.0) + one.seconds
    return max(seconds, key=seconds.__getitem__)


def _how_slow(samples: Sequence[Sample]) -> str:
    late = sum(one.timed_out for one in samples)
    average = _average(samples)
    if average is None or late > TIMED_OUT_SHARE * len(samples):
        return f"The model is slow: {late} of the last {len(samples)} requests were not answered in time."
    return f"The model is slow: about {average:.0f} s for an answer." if average >= 1 else "The model is slow."


_ADVICE = {
    Cause.NETWORK: "Most of the time goes into connecting: check the network and the proxy.",
    Cause.REASONING: "Most of it is hidden reasoning: set mai.reasoning.effort lower, or choose another model.",
    Cause.MODEL: "The server takes that long: choose a faster model, or set mai.context.tokens lower.",
}


def _until(error: MaiError, now: float) -> float | None:
    if not isinstance(error, ModelError) or error.final:
        return None
    if error.retry_after is not None:
        return now + error.retry_after if error.retry_after > 0 else None
    return now + UNSAID_PAUSE if isinstance(error, RateLimited) else None
