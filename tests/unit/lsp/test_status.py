"""Each trouble is told once until it is over; boxes are for what the user must mend or asked for by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mai_lsp import errors
from mai_lsp.core.text import Span
from mai_lsp.engine.health import Cause, Sample
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion, Trace
from mai_lsp.lsp.protocol import CopilotStatusParams, StatusParams
from mai_lsp.lsp.status import CHOOSING, SAYS_NOTHING, USER_MUST_ACT, Severity, Status, Timer

GOOD = Suggestion("id", 1, Span(0, 0), "x", Trace(provider="p", model="m"))
AUTH = errors.AuthRefused("The key is not accepted.", advice="Check it.")
BUSY = errors.RateLimited("Too many requests.")


class Heard:
    def __init__(self) -> None:
        self.statuses: list[StatusParams] = []
        self.copilot: list[CopilotStatusParams] = []
        self.shown: list[tuple[Severity, str]] = []
        self.noted: list[tuple[Severity, str]] = []

    def status(self, params: StatusParams, copilot: CopilotStatusParams) -> None:
        self.statuses.append(params)
        self.copilot.append(copilot)

    def show(self, severity: Severity, text: str) -> None:
        self.shown.append((severity, text))

    def note(self, severity: Severity, text: str, *, clean: bool = False) -> None:
        self.noted.append((severity, text))


class Time:
    """A clock, and what is to happen later by it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        entry = (self.now + seconds, call)
        self.timers.append(entry)
        return Handle(self.timers, entry)

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        for entry in [entry for entry in self.timers if entry[0] <= self.now]:
            self.timers.remove(entry)
            entry[1]()


class Handle:
    def __init__(self, timers: list[tuple[float, Callable[[], None]]], entry: tuple[float, Callable[[], None]]) -> None:
        self.timers, self.entry = timers, entry

    def cancel(self) -> None:
        if self.entry in self.timers:
            self.timers.remove(self.entry)


def status_for(heard: Heard, at: Time | None = None) -> Status:
    at = at or Time()
    return Status(heard, clock=lambda: at.now, wall=lambda: at.now + 1_000_000.0, later=at.later)


def ask(status: Status, outcome: Outcome | None, *, automatic: bool = True) -> None:
    status.began()
    status.send()
    status.ended(outcome, automatic=automatic)


def failed(error: errors.ModelError) -> Skipped:
    return Skipped(Reason.ERROR, str(error), error)


def test_the_states_of_one_request() -> None:
    heard = Heard()
    ask(status_for(heard), GOOD)
    assert [params["state"] for params in heard.statuses] == ["working", "ready"]
    assert heard.statuses[-1]["provider"] == "p"
    assert heard.statuses[-1]["model"] == "m"
    assert heard.statuses[-1]["shown"] == 1


def test_it_works_until_the_last_request_has_ended() -> None:
    heard = Heard()
    status = status_for(heard)
    status.began()
    status.send()
    status.began()
    status.send()
    status.ended(None, automatic=True)
    status.ended(GOOD, automatic=True)
    assert [params["state"] for params in heard.statuses] == ["working", "ready"]


@pytest.mark.parametrize("kind", USER_MUST_ACT)
def test_what_the_user_must_mend_is_shown_once(kind: type[errors.ModelError]) -> None:
    heard = Heard()
    status = status_for(heard)
    for _ in range(5):
        ask(status, failed(kind("It is broken.", advice="Mend it.")))
    assert heard.shown == [("error", "It is broken. Mend it.")]
    assert heard.noted == heard.shown
    assert heard.statuses[-1]["state"] == ("offline" if kind is errors.Unreachable else "error")
    assert heard.statuses[-1]["message"] == "It is broken. Mend it."


def test_what_passes_by_itself_is_noted_and_not_shown() -> None:
    heard = Heard()
    status = status_for(heard)
    for _ in range(5):
        ask(status, failed(BUSY))
    assert heard.shown == []
    assert heard.noted == [("warning", "Too many requests.")]


def test_who_asks_by_hand_is_shown_everything_once() -> None:
    heard = Heard()
    status = status_for(heard)
    ask(status, failed(BUSY))
    for _ in range(3):
        ask(status, failed(BUSY), automatic=False)
    assert heard.shown == [("warning", "Too many requests.")]
    assert len(heard.noted) == 1


def test_while_a_provider_is_chosen_no_box_says_what_is_not_set_yet() -> None:
    heard, at = Heard(), Time()
    status = status_for(heard, at)
    missing = failed(errors.NotConfigured("No model is set."))
    status.choosing()
    ask(status, missing)
    assert heard.shown == []
    assert heard.statuses[-1]["state"] == "error"
    ask(status, failed(AUTH))
    assert heard.shown == [("error", str(AUTH))], "what is wrong is shown all the same"
    ask(status, missing, automatic=False)
    assert len(heard.shown) == 2, "who asks by hand is told"
    status.recover()
    at.pass_by(CHOOSING)
    ask(status, missing)
    assert len(heard.shown) == 3, "and so is everybody later on"


def test_the_same_trouble_is_news_after_it_was_over() -> None:
    heard = Heard()
    status = status_for(heard)
    for outcome in (failed(AUTH), GOOD, failed(AUTH)):
        ask(status, outcome)
    assert len(heard.shown) == 2


def test_another_trouble_is_news_at_once() -> None:
    heard = Heard()
    status = status_for(heard)
    for error in (AUTH, BUSY, AUTH, BUSY):
        ask(status, failed(error))
    assert len(heard.noted) == 2
    assert len(heard.shown) == 1


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.ERROR])
def test_an_answer_without_a_suggestion_is_a_recovery_if_the_model_was_asked(reason: Reason) -> None:
    heard = Heard()
    status = status_for(heard)
    ask(status, failed(AUTH))
    ask(status, Skipped(reason))
    assert status.state == ("error" if reason in SAYS_NOTHING else "ready")
    assert status.skipped == {"error": 1, reason.value: 1}


def test_a_cancelled_request_says_nothing() -> None:
    heard = Heard()
    status = status_for(heard)
    ask(status, failed(AUTH))
    ask(status, None)
    assert status.state == "error"


def test_a_status_is_sent_only_when_it_changes() -> None:
    heard = Heard()
    status = status_for(heard)
    for _ in range(3):
        status.send()
    assert len(heard.statuses) == 1


def test_switched_off_is_a_state() -> None:
    heard = Heard()
    status = status_for(heard)
    status.enabled = False
    status.send()
    assert heard.statuses[-1]["state"] == "off"
    assert heard.copilot[-1]["kind"] == "Inactive"


def test_copilots_words_for_it() -> None:
    heard = Heard()
    status = status_for(heard)
    ask(status, GOOD)
    ask(status, failed(AUTH))
    assert heard.copilot == [
        {"busy": True, "message": "", "kind": "Normal"},
        {"busy": False, "message": "", "kind": "Normal"},
        {"busy": True, "message": "", "kind": "Normal"},
        {"busy": False, "message": "The key is not accepted. Check it.", "kind": "Error"},
    ]


def test_one_cause_with_two_sentences_is_one_box() -> None:
    heard = Heard()
    status = status_for(heard)
    for sentence in ("No connection to a.", "a closed the connection.", "No connection to a."):
        ask(status, failed(errors.Unreachable(sentence)))
    assert [text for _, text in heard.shown] == ["No connection to a."]


def test_a_limit_is_told_with_its_end_and_ends_by_itself() -> None:
    heard, at = Heard(), Time()
    status = status_for(heard, at)
    ask(status, failed(errors.RateLimited("Too many.", retry_after=30)))
    told = heard.statuses[-1]
    assert (told["state"], told["until"]) == ("limited", "1970-01-12T14:03:50+00:00")
    assert told["message"].startswith("Too many. Until ")
    assert heard.copilot[-1]["kind"] == "Warning"
    assert status.in_force().limited_until == at.now + 30
    at.pass_by(29)
    assert heard.statuses[-1] == told
    at.pass_by(1)
    assert (heard.statuses[-1]["state"], heard.statuses[-1]["until"]) == ("ready", "")
    assert at.timers == []


def test_an_answer_ends_a_limit_and_its_timer() -> None:
    heard, at = Heard(), Time()
    status = status_for(heard, at)
    ask(status, failed(errors.RateLimited("Too many.", retry_after=30)))
    ask(status, GOOD)
    assert heard.statuses[-1]["state"] == "ready"
    assert at.timers == []


def test_a_quota_of_nothing_is_for_the_user_to_mend() -> None:
    heard = Heard()
    ask(status_for(heard), failed(errors.RateLimited("No requests at all.", final=True)))
    assert heard.shown == [("error", "No requests at all.")]
    assert heard.statuses[-1]["state"] == "error"


def test_slow_is_told_with_its_cause_and_noted_once_until_it_is_over() -> None:
    heard = Heard()
    status = status_for(heard)
    for _ in range(5):
        status.timed(Sample(6.0, Cause.REASONING))
        ask(status, GOOD)
    assert heard.statuses[-1]["state"] == "slow"
    assert "mai.reasoning.effort" in heard.statuses[-1]["message"]
    assert len(heard.noted) == 1
    assert heard.shown == []
    for _ in range(3):
        status.timed(Sample(1.0))
        ask(status, GOOD)
    assert [params["state"] for params in heard.statuses][-1] == "ready"
    for _ in range(10):
        status.timed(Sample(6.0))
    assert len(heard.noted) == 2


def test_snoozing_is_seen_until_it_is_over() -> None:
    heard, at = Heard(), Time()
    status = status_for(heard, at)
    status.switches = replace(status.switches, snoozed_until=at.now + 60)
    status.send()
    assert heard.statuses[-1]["state"] == "off"
    assert "snoozed" in heard.statuses[-1]["message"]
    assert heard.statuses[-1]["until"]
    assert heard.copilot[-1]["kind"] == "Inactive"
    at.pass_by(60)
    assert (heard.statuses[-1]["state"], heard.statuses[-1]["message"]) == ("ready", "")


def test_what_today_has_cost_is_in_it() -> None:
    heard = Heard()
    status = status_for(heard)
    status.send()
    assert heard.statuses[-1]["cost"] is None
    status.cost = 0.01234567
    status.send()
    assert heard.statuses[-1]["cost"] == 0.012346


def test_a_ceiling_is_told_while_nothing_else_is_wrong() -> None:
    heard = Heard()
    status = status_for(heard)
    ask(status, GOOD)
    status.ceiling = "Today has cost $5.00, and $5.00 is the limit (mai.cost.perDay)."
    ask(status, Skipped(Reason.CEILING, status.ceiling))
    assert [told["state"] for told in heard.statuses[-1:]] == ["limited"]
    assert heard.statuses[-1]["message"] == f"Nothing is suggested while typing. {status.ceiling}"
    assert status.in_force().ceiling == status.ceiling
    ask(status, failed(AUTH))
    assert heard.statuses[-1]["state"] == "error"
    ask(status, GOOD)  # Asked by hand.
    status.ceiling = ""  # The day is over.
    status.send()
    assert (heard.statuses[-1]["state"], heard.statuses[-1]["message"]) == ("ready", "")
