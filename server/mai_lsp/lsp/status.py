"""How the server is doing, told to the editor: state changes as notifications, and each trouble once.

A message box is for what the user must mend, once per distinct error until it recovers, never once per keystroke.
It sends nothing itself; what it says goes through `Voice`.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import Literal, Protocol

from mai_lsp import errors
from mai_lsp.engine.outcome import Outcome, Reason, Skipped
from mai_lsp.lsp.protocol import CopilotStatusParams, State, StatusParams

log = logging.getLogger(__name__)

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

SAYS_NOTHING = frozenset({Reason.DISABLED, Reason.IGNORED, Reason.SECRET, Reason.SUPERSEDED, Reason.STALE})
"""Reasons that tell nothing about the model's health."""


class Voice(Protocol):
    """The ways to reach the user."""

    def status(self, params: StatusParams, copilot: CopilotStatusParams) -> None:
        """Send a status notification."""

    def show(self, severity: Severity, text: str) -> None:
        """Show a message box."""

    def note(self, severity: Severity, text: str) -> None:
        """Write a line to the editor's log of this server."""


class Status:
    """The session's health, as one value that changes."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._sent: StatusParams | None = None
        self._running = 0
        self._trouble = ""
        self._told: set[str] = set()
        self.enabled = True
        self.provider = ""
        self.model = ""
        self.shown = 0
        self.accepted = 0
        self.skipped: Counter[str] = Counter()
        """How often there was no suggestion, by reason."""

    @property
    def state(self) -> State:
        """The one word for it."""
        if not self.enabled:
            return "off"
        if self._running:
            return "working"
        return "error" if self._trouble else "ready"

    def params(self) -> StatusParams:
        """Return it as the notification's parameters."""
        return StatusParams(
            state=self.state,
            provider=self.provider,
            model=self.model,
            message=self._trouble if self.enabled else "Inline completions are switched off.",
            shown=self.shown,
            accepted=self.accepted,
        )

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
            elif outcome.reason not in SAYS_NOTHING:
                self.recover()
        elif outcome is not None:
            self.shown += 1
            self.recover()
        if outcome is not None and outcome.trace.model:
            self.provider, self.model = outcome.trace.provider, outcome.trace.model
        self.send()

    def trouble(self, error: errors.MaiError, *, automatic: bool) -> None:
        """Take note of an error, and tell the user if that is new and due."""
        self._trouble = str(error)
        severity: Severity = "error" if isinstance(error, USER_MUST_ACT) else "warning"
        if self._first(f"note {self._trouble}"):
            log.warning("%s: %s", type(error).__name__, self._trouble)
            self._voice.note(severity, self._trouble)
        if (isinstance(error, USER_MUST_ACT) or not automatic) and self._first(f"show {self._trouble}"):
            self._voice.show(severity, self._trouble)

    def recover(self) -> None:
        """Forget troubles: the same one would be news again."""
        self._trouble = ""
        self._told.clear()

    def accept(self) -> None:
        """Count an accepted suggestion."""
        self.accepted += 1
        self.send()

    def send(self) -> None:
        """Send the status if it is not what was sent last."""
        params = self.params()
        if params != self._sent:
            self._sent = params
            self._voice.status(params, _for_copilot(params))

    def _first(self, what: str) -> bool:
        what = re.sub(r"\d+", "#", what)  # With other counts in it a sentence is no news.
        new = what not in self._told
        self._told.add(what)
        return new


def _for_copilot(params: StatusParams) -> CopilotStatusParams:
    kinds: dict[State, Literal["Normal", "Error", "Inactive"]] = {"error": "Error", "off": "Inactive"}
    return CopilotStatusParams(
        busy=params["state"] == "working",
        message=params["message"],
        kind=kinds.get(params["state"], "Error" if params["message"] else "Normal"),
    )
