"""Which model is asked: each rule, its border, what the settings make of it, and that every choice has its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.engine.change.job import Job, Result
from mai_lsp.engine.route.rules import Choice, Facts, after, declined, facts_of, first, split
from mai_lsp.model.types import Role
from mai_lsp.settings import ESCALATE, SPLIT, Settings

EDIT, PLAN = Role.EDIT, Role.PLAN


@pytest.mark.parametrize(
    ("facts", "settings", "role", "reason"),
    [
        (Facts(), {}, EDIT, "One file is to be changed"),
        (Facts(files=3), {}, EDIT, "Only 3 files"),
        (Facts(files=4), {}, PLAN, "4 files are to be changed, more than 3 (mai.route.maxFiles)"),
        (Facts(files=4), {"route_max_files": 4}, EDIT, "Only 4 files"),
        (Facts(tokens=24_000), {}, EDIT, "One file"),
        (Facts(tokens=24_001), {}, PLAN, "about 24,001 tokens, more than 24,000"),
        (Facts(files=2, resources=True), {}, PLAN, "made, moved or deleted"),
        (Facts(files=9, wanted=EDIT), {}, EDIT, "The model for edits was asked for"),
        (Facts(wanted=PLAN), {}, PLAN, "The model for plans was asked for"),
        (Facts(wanted=PLAN), {"route_escalate": "never"}, PLAN, "The model for plans was asked for"),
        (Facts(wanted=PLAN, result=Result.TEXT), {}, PLAN, "The model for plans was asked for"),
        (Facts(files=9, tokens=99_000, result=Result.TEXT), {}, EDIT, "Nothing is changed"),
        (Facts(files=9), {"route_escalate": "never"}, EDIT, "but mai.route.escalate is never"),
        (Facts(files=9, alone=True), {}, EDIT, "but there is only one model"),
    ],
)
def test_who_is_asked_first(facts: Facts, settings: dict[str, Any], role: Role, reason: str) -> None:
    choice = first(facts, Settings(**settings))
    assert (choice.role, choice.ask) == (role, False)
    assert reason in choice.reason


def test_a_model_fails_as_often_as_the_setting_says_then_the_strong_one_does_and_that_is_the_end() -> None:
    settings = Settings(route_attempts=2)
    choice: Choice | None = first(Facts(), settings)
    asked = []
    while choice is not None:
        failures = 0
        role = choice.role
        while choice is not None and choice.role is role:
            asked.append(choice.role)
            failures += 1
            choice = after(choice, failures, settings)
    assert asked == [EDIT, EDIT, PLAN, PLAN]


def test_with_ask_the_user_is_asked_before_and_may_decline() -> None:
    settings = Settings(route_escalate="ask", route_attempts=1)
    large = first(Facts(files=9), settings)
    assert (large.role, large.ask) == (PLAN, True)
    instead = declined(large)
    assert instead is not None
    assert (instead.role, instead.ask) == (EDIT, False)
    assert after(instead, 1, settings) is None  # They were asked already.
    taken_over = after(first(Facts(), settings), 1, settings)
    assert taken_over is not None
    assert (taken_over.role, taken_over.ask) == (PLAN, True)
    assert declined(taken_over) is None


def test_a_second_attempt_of_a_model_that_was_agreed_to_does_not_ask_again() -> None:
    settings = Settings(route_escalate="ask")
    again = after(first(Facts(files=9), settings), 1, settings)
    assert again is not None
    assert (again.role, again.ask, again.reason) == (PLAN, False, "Attempt 2 of 2, with what was wrong.")


@pytest.mark.parametrize(
    ("facts", "settings"),
    [(Facts(alone=True), {}), (Facts(), {"route_escalate": "never"}), (Facts(wanted=PLAN), {})],
)
def test_there_may_be_nobody_to_go_on_to(facts: Facts, settings: dict[str, Any]) -> None:
    chosen = Settings(route_attempts=1, **settings)
    assert after(first(facts, chosen), 1, chosen) is None


@pytest.mark.parametrize(
    ("facts", "settings", "wanted", "reason"),
    [
        (Facts(), {"route_split": "always"}, False, "One file"),
        (Facts(files=9, result=Result.TEXT), {"route_split": "always"}, False, ""),
        (Facts(files=2), {"route_split": "always"}, True, "mai.route.split is always"),
        (Facts(files=1, resources=True), {"route_split": "always"}, True, "always"),
        (Facts(files=99), {"route_split": "never"}, False, "mai.route.split is never"),
        (Facts(files=12, tokens=50_000, answer=9_000), {}, False, "fit into one answer"),
        (Facts(files=12, answer=16_001), {}, True, "about 16,001 tokens, and one answer has 16,000"),
        (Facts(files=12, tokens=128_001), {}, True, "the model takes 128,000"),
        (Facts(files=21), {}, True, "21 files are too many"),
    ],
)
def test_when_the_strong_model_only_plans(facts: Facts, settings: dict[str, Any], wanted: bool, reason: str) -> None:
    found = split(facts, 128_000, Settings(**settings))
    assert found.wanted is wanted
    assert reason in found.reason


@pytest.mark.parametrize(
    ("settings", "facts", "planner"),
    [
        ({}, Facts(files=30), PLAN),
        ({"route_escalate": "never"}, Facts(files=30), EDIT),
        ({"route_escalate": "never"}, Facts(files=30, wanted=PLAN), PLAN),
        ({"route_escalate": "ask"}, Facts(files=30), PLAN),
        ({}, Facts(files=30, alone=True), EDIT),
    ],
)
def test_who_plans(settings: dict[str, Any], facts: Facts, planner: Role) -> None:
    chosen = Settings(**settings)
    found = split(facts, 128_000, chosen, choice=first(facts, chosen))
    assert (found.wanted, found.planner) == (True, planner)


def test_who_did_not_want_the_strong_model_asked_gets_no_plan_of_it_either() -> None:
    settings = Settings(route_escalate="ask", route_split="always")
    facts = Facts(files=30)
    assert split(facts, 128_000, settings, choice=declined(first(facts, settings))).planner is EDIT


def test_the_facts_of_a_job() -> None:
    job = Job("refactor", "t", "Move it to a new file.", many=True, resources=True, role=PLAN)
    assert facts_of(job, files=5, tokens=7) == Facts(5, 7, 0, resources=True, wanted=PLAN)
    assert not facts_of(replace(job, instruction="Rename it."), files=5, tokens=7).resources
    assert not facts_of(Job("tests", "t", "i", resources=True), files=1, tokens=7).resources  # Only its own new file.


@given(
    st.builds(
        Facts,
        files=st.integers(0, 60),
        tokens=st.integers(0, 300_000),
        answer=st.integers(0, 90_000),
        resources=st.booleans(),
        wanted=st.sampled_from([None, EDIT, PLAN, Role.COMPLETION]),
        result=st.sampled_from(Result),
        alone=st.booleans(),
    ),
    st.builds(
        Settings,
        route_escalate=st.sampled_from(ESCALATE),
        route_split=st.sampled_from(SPLIT),
        route_attempts=st.integers(1, 5),
        route_max_files=st.integers(1, 50),
    ),
)
def test_every_choice_is_a_sentence_and_every_job_ends(facts: Facts, settings: Settings) -> None:
    choice = first(facts, settings)
    assert split(facts, 32_000, settings).reason.endswith(".")
    asked = 0
    failures = 0
    while asked <= 2 * settings.route_attempts:
        assert choice.role in {EDIT, PLAN}
        assert choice.reason[0].isupper() or choice.reason[0].isdigit()
        assert choice.reason.endswith(".")
        if choice.ask:
            assert settings.route_escalate == "ask"
        asked += 1
        failures += 1
        following = after(choice, failures, settings)
        if following is None:
            break
        failures = 0 if following.role is not choice.role else failures
        choice = following
    assert asked <= 2 * settings.route_attempts
