"""The circuit breaker of one provider's model: when it is left alone, and when it is tried again.

Pure: an immutable value that each request replaces by the next one; times come in as monotonic seconds.

    closed ── outages in a row, or one error that will not pass by itself ──► open ── its time is over ──► half open
       ▲                                                                        ▲                            │ one probe
       └────────────────────────────── it answers ──────────────────────────────┼────────────────────────────┤
                                                                                └──── it fails, for longer ──┘
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mai_lsp.errors import (
    AuthRefused,
    ConnectTimedOut,
    FirstTokenTimedOut,
    LocalModelError,
    MaiError,
    ModelError,
    ModelMissing,
    NoCredit,
    NotConfigured,
    ProviderDown,
    RateLimited,
    SettingsError,
    StreamBroken,
    StreamStalled,
    Unreachable,
)

OUTAGES: Final = 2
"""Outages in a row that open it; each has been tried three times already by then (`model.retry`)."""

SHORTEST: Final = 10.0
"""Seconds for which it stays open at first; each failed probe doubles them."""

LONGEST: Final = 300.0
"""Seconds for which it stays open at most, and at once where only somebody's doing can help: a key, credit, a model."""

PROBE: Final = 60.0
"""Seconds after which a probe that was never heard of again no longer keeps the next one from being made."""

_PASSING = (Unreachable, ConnectTimedOut, FirstTokenTimedOut, StreamStalled, ProviderDown, StreamBroken)
_LASTING = (NoCredit, AuthRefused, ModelMissing, NotConfigured, SettingsError)
_WHOLE_PROVIDER = (Unreachable, ConnectTimedOut, AuthRefused, NoCredit, NotConfigured, SettingsError, LocalModelError)


class State(StrEnum):
    """Whether requests go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of a provider's model."""

    error: MaiError | None = None
    """What it failed with last; None when it answered, or was never asked."""
    until: float | None = None
    """Until when it is left alone; None while it is closed."""
    outages: int = 0
    """In a row, while it is closed."""
    opened: int = 0
    """Times in a row that it was opened."""
    probed: float | None = None
    """When the probe that is under way was begun."""

    def state(self, now: float) -> State:
        """Return whether requests go through at `now`."""
        if self.until is None:
            return State.CLOSED
        return State.OPEN if now < self.until else State.HALF_OPEN

    def lets(self, now: float) -> bool:
        """Whether a request may be made: when it is closed, or the one probe when it is half open."""
        state = self.state(now)
        waits = self.probed is not None and now < self.probed + PROBE
        return state is State.CLOSED or (state is State.HALF_OPEN and not waits)

    def begun(self, now: float) -> Breaker:
        """Take in that a request is made: a probe, unless it is closed."""
        return self if self.until is None else replace(self, probed=now)

    def given_up(self) -> Breaker:
        """Take in that a request ended without telling anything, since nobody wanted its answer any more."""
        return replace(self, probed=None)

    def failed(self, error: MaiError, now: float) -> Breaker:
        """Take in what a request failed with; an error that is not the provider's is a sign of life."""
        if not counts(error):
            return Breaker()
        outages = self.outages + 1
        if self.until is None and outages < OUTAGES and not _at_once(error):
            return Breaker(error, outages=outages)
        return Breaker(error, until=now + _pause(error, self.opened), opened=self.opened + 1)


def counts(error: MaiError) -> bool:
    """Whether another provider may answer what this one could not."""
    return isinstance(error, (*_PASSING, *_LASTING, RateLimited, LocalModelError))


def provider_wide(error: MaiError) -> bool:
    """Whether all models of the provider fail alike."""
    return isinstance(error, _WHOLE_PROVIDER)


def passing(error: MaiError) -> bool:
    """Whether it may be over a moment later, so that asking again by hand makes sense."""
    return isinstance(error, (*_PASSING, LocalModelError)) and not (isinstance(error, ModelError) and error.final)


def _at_once(error: MaiError) -> bool:
    final = isinstance(error, ModelError) and error.final
    return final or isinstance(error, (*_LASTING, RateLimited, LocalModelError))


def _pause(error: MaiError, opened: int) -> float:
    if isinstance(error, ModelError) and not error.final and error.retry_after is not None:
        return error.retry_after  # It says itself when it wants to be asked again.
    if isinstance(error, LocalModelError):
        return SHORTEST  # Nothing is lost by looking again, and the user may have fetched the weights by then.
    if isinstance(error, _LASTING) or (isinstance(error, ModelError) and error.final):
        return LONGEST
    return min(SHORTEST * 2.0**opened, LONGEST)
