"""How the server is doing, told to the editor: state changes as notifications, and each trouble once.

A message box is for what the user must mend, once per cause until it was mended, never once per keystroke.
It sends nothing itself; what it says goes through `Voice`.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal, Protocol

from mai_lsp import errors
from mai_lsp.engine.health import SLOW_AFTER, Condition, Health, Sample, Told
from mai_lsp.engine.mode import NOTHING_SWITCHED, Switches
from mai_lsp.engine.outcome import Outcome, Reason, Skipped
from mai_lsp.lsp.protocol import CopilotStatusParams, State, StatusParams

Severity = Literal["error", "warning", "info"]

USER_MUST_ACT = (
    errors.SettingsError,
    errors.NotConfigured,
    errors.Unreachable,
    errors.AuthRefused,
    errors.NoCredit,
    errors.ModelMissing,
    errors.LocalModelError,
)
"""What does not pass by itself; everything else is worth a box only to somebody who asked by hand."""

CHOOSING = 300.0
"""Seconds after a dialogue has asked what there is to choose from. What is not set yet by then is no news, and a box
that says so would stand in its way."""

SAYS_NOTHING = frozenset(
    {
        Reason.DISABLED,
        Reason.SNOOZED,
        Reason.MANUAL,
        Reason.LIMITED,
        Reason.CEILING,
        Reason.IGNORED,
        Reason.SECRET,
        Reason.SUPERSEDED,
        Reason.STALE,
        Reason.READ_ONLY,
        Reason.LARGE,
        Reason.BLANK,
        Reason.DELETED,
        Reason.MIDDLE,
        Reason.PROSE,
        Reason.CAPPED,
    }
)
"""Reasons that tell nothing about the model's health."""


class Voice(Protocol):
    """The ways to reach the user."""

    def status(self, params: StatusParams, copilot: CopilotStatusParams) -> None:
        """Send a status notification."""

    def show(self, severity: Severity, text: str) -> None:
        """Show a message box."""

    def note(self, severity: Severity, text: str, *, clean: bool = False) -> None:
        """Write a line to the editor's log of this server; one that is `clean` has nothing of the user's in it."""


class Timer(Protocol):
    """What ends a timer (`asyncio.TimerHandle`)."""

    def cancel(self) -> None:
        """End it."""


Later = Callable[[float, Callable[[], None]], Timer]


def _later(seconds: float, call: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(seconds, call)


class Status:
    """The session's health, as one value that changes."""

    def __init__(
        self,
        voice: Voice,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        later: Later = _later,
    ) -> None:
        self._voice = voice
        self._clock = clock
        self._wall = wall
        self._later = later
        self._sent: StatusParams | None = None
        self._running = 0
        self._told: set[str] = set()
        self._choosing_until = -math.inf
        self._over: tuple[float, Timer] | None = None
        """When the present state ends by itself, and what tells the editor then."""
        self.health = Health()
        self.slow_after = SLOW_AFTER
        self.enabled = True
        self.switches = NOTHING_SWITCHED
        self.provider = ""
        self.model = ""
        self.shown = 0
        self.accepted = 0
        self.cost: float | None = None
        self.ceiling = ""
        """Which ceiling of the day or the month is reached, as a sentence."""
        self.skipped: Counter[str] = Counter()
        """How often there was no suggestion, by reason."""

    @property
    def state(self) -> State:
        """The one word for it."""
        return self._state(self.health.told(self._clock()))

    def params(self) -> StatusParams:
        """Return it as the notification's parameters."""
        told = self.health.told(self._clock())
        state = self._state(told)
        message, until = told.message, told.until
        if not self.enabled:
            message, until = "Inline completions are switched off.", None
        elif state == "off":
            message, until = "Suggestions are snoozed.", self.switches.snoozed_until
        elif self.ceiling and told.condition is Condition.READY:
            message = f"Nothing is suggested while typing. {self.ceiling}"
        if until is not None:
            message += f" Until {self._local(until)}."
        return StatusParams(
            state=state,
            provider=self.provider,
            model=self.model,
            message=message,
            until=self._iso(until) if until is not None else "",
            shown=self.shown,
            accepted=self.accepted,
            cost=None if self.cost is None else round(self.cost, 6),
        )

    def in_force(self) -> Switches:
        """Return what keeps automatic requests from being made at the moment."""
        return replace(self.switches, limited_until=self.health.until, ceiling=self.ceiling)

    def began(self) -> None:
        """Note that a request is running; `send` tells it, which is worth it only for one that takes a while."""
        self._running += 1

    def ended(self, outcome: Outcome | None, *, automatic: bool) -> None:
        """Note what a request came to; None when it was cancelled."""
        self._running -= 1
        if isinstance(outcome, Skipped):
            self.skipped[outcome.reason.value] += 1
            if outcome.error is not None:
                self.trouble(outcome.error, automatic=automatic)
            elif outcome.reason not in SAYS_NOTHING and not outcome.trace.remembered:
                self.recover()
        elif outcome is not None and not outcome.trace.remembered:
            # What is left of an earlier answer is neither another suggestion nor a sign of life.
            self.shown += 1
            self.recover()
        if outcome is not None and outcome.trace.model:
            self.provider, self.model = outcome.trace.provider, outcome.trace.model
        self.send()

    def timed(self, sample: Sample | None) -> None:
        """Note how long a request took, and in the log once that the model has become slow."""
        if sample is None:
            return
        self.health = self.health.timed(sample, self.slow_after)
        if not self.health.slow:
            self._told.discard("slow")
        elif "slow" not in self._told:
            self._told.add("slow")
            self._voice.note("warning", Health(self.health.samples, slow=True).told(self._clock()).message)

    def trouble(self, error: errors.MaiError, *, automatic: bool) -> None:
        """Take note of an error, and tell the user if that is new and due."""
        self.health = self.health.failed(error, self._clock())
        text = str(error)
        must_act = isinstance(error, USER_MUST_ACT) or (isinstance(error, errors.ModelError) and error.final)
        severity: Severity = "error" if must_act else "warning"
        if self._first(f"note {text}"):
            self._voice.note(severity, text, clean=True)
        # One cause may have several sentences: a server that is down refuses connections, or closes them.
        cause = type(error).__name__ if must_act else text
        if isinstance(error, errors.NotConfigured) and automatic and self._clock() < self._choosing_until:
            return
        if (must_act or not automatic) and self._first(f"show {cause}"):
            self._voice.show(severity, text)

    def choosing(self) -> None:
        """Note that a dialogue is open in which a provider is chosen."""
        self._choosing_until = self._clock() + CHOOSING

    def recover(self) -> None:
        """Forget troubles: the same one would be news again."""
        self.health = self.health.well()
        self._told &= {"slow"}

    def offer(self) -> None:
        """Count a next edit that is given to the editor; completions are counted where their requests end."""
        self.shown += 1

    def accept(self) -> None:
        """Count an accepted suggestion."""
        self.accepted += 1
        self.send()

    def send(self) -> None:
        """Send the status if it is not what was sent last, and again when it ends by itself."""
        params = self.params()
        if params != self._sent:
            self._sent = params
            self._voice.status(params, _for_copilot(params))
        self._wait_for(self._ends())

    def _state(self, told: Told) -> State:
        if not self.enabled or self.switches.snoozed(self._clock()):
            return "off"
        if self._running:
            return "working"
        return "limited" if self.ceiling and told.condition is Condition.READY else _STATES[told.condition]

    def _ends(self) -> float | None:
        now = self._clock()
        ends = [end for end in (self.health.until, self.switches.snoozed_until) if end is not None and end > now]
        return min(ends, default=None)

    def _wait_for(self, end: float | None) -> None:
        if self._over is not None:
            if self._over[0] == end:
                return
            self._over[1].cancel()
        self._over = None if end is None else (end, self._later(end - self._clock(), self._ended_by_itself))

    def _ended_by_itself(self) -> None:
        self._over = None
        self.send()

    def _local(self, moment: float) -> str:
        """Write a monotonic time as the user's clock has it."""
        shown = datetime.fromtimestamp(round(self._wall() + moment - self._clock()), UTC).astimezone()
        return f"{shown:%H:%M:%S}" if moment - self._clock() < _SECONDS_COUNT else f"{shown:%H:%M}"

    def _iso(self, moment: float) -> str:
        # To the second: two readings of two clocks differ in fractions, which would be a change to be sent.
        return datetime.fromtimestamp(round(self._wall() + moment - self._clock()), UTC).isoformat()

    def _first(self, what: str) -> bool:
        what = re.sub(r"\d+", "#", what)  # With other counts in it a sentence is no news.
        new = what not in self._told
        self._told.add(what)
        return new


_SECONDS_COUNT = 600.0
"""Seconds ahead below which a time of day is told with its seconds."""

_STATES: dict[Condition, State] = {
    Condition.READY: "ready",
    Condition.SLOW: "slow",
    Condition.LIMITED: "limited",
    Condition.OFFLINE: "offline",
    Condition.ERROR: "error",
}

_KINDS: dict[State, Literal["Normal", "Error", "Warning", "Inactive"]] = {
    "slow": "Warning",
    "limited": "Warning",
    "offline": "Error",
    "error": "Error",
    "off": "Inactive",
}


def _for_copilot(params: StatusParams) -> CopilotStatusParams:
    state = params["state"]
    usual: Literal["Warning", "Normal"] = "Warning" if params["message"] else "Normal"
    return CopilotStatusParams(busy=state == "working", message=params["message"], kind=_KINDS.get(state, usual))
