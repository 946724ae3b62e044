"""`mai-lsp doctor` against the scripted model server: what is well, what fails, and that it always ends."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from mai_lsp.core import grammars
from mai_lsp.engine import doctor, machine
from mai_lsp.model.local import weights
from tests.e2e.cli import CommandLine, cli
from tests.support.model_steps import error_event, never_headers, reasoning, send, status

__all__ = ["cli"]

GOOD = send("```python\n    return (fahrenheit - 32) / 1.8\n```")


def checks(cli: CommandLine, *arguments: str, code: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Run doctor and give its checks by name."""
    ran = cli("doctor", "--json", *arguments)
    assert ran.code == code, ran.out + ran.err
    assert ran.json["ok"] is (code == 0)
    found: dict[str, list[dict[str, Any]]] = {}
    for check in ran.json["checks"]:
        found.setdefault(check["name"], []).append(check)
        assert check["advice"] or check["state"] in {"ok", "skip"}, check
    return found


def test_all_is_well_with_a_good_server(cli: CommandLine) -> None:
    with cli.model() as server:
        server.default = (GOOD,)
        ran = cli("doctor")
        assert len(server.requests) == 1
        assert len(server.catalogue) == 1
    assert ran.code == 0, ran.out
    assert "ok    Completion     '(fahrenheit - 32) / 1.8', first token after " in ran.out
    assert "present, from MAI_LSP_API_KEY" in ran.out
    assert "22 languages load and parse" in ran.out
    assert "scripted for completion, edit, plan: in the catalogue" in ran.out
    assert ran.out.endswith("\nAll is well.\n")
    assert ran.err == ""


def test_a_model_that_is_not_listed_is_a_warning_with_near_matches(cli: CommandLine) -> None:
    with cli.model() as server:
        server.default = (GOOD,)
        server.models = [{"id": "acme/scripted-v2"}, {"id": "else"}]
        found = checks(cli)
    assert found["Model"][0]["state"] == "warn"
    assert "acme/scripted-v2" in found["Model"][0]["advice"]
    assert found["Completion"][0]["state"] == "ok"


def test_each_role_has_its_model_looked_up(cli: CommandLine) -> None:
    with cli.model() as server:
        server.default = (GOOD,)
        server.models = [{"id": "scripted"}, {"id": "planner"}]
        found = checks(cli, "--set", "plan.model=planner", "--set", "edit.model=missing")
    assert [check["fact"] for check in found["Model"]] == [
        "scripted for completion: in the catalogue",
        "missing for edit: not in the catalogue",
        "planner for plan: in the catalogue",
    ]


def test_a_server_without_a_listing_is_a_warning(cli: CommandLine) -> None:
    with cli.model() as server:
        server.default = (GOOD,)
        server.models_reply = (status(404),)
        found = checks(cli)
    assert found["Endpoint"][0]["state"] == "warn"
    assert "HTTP 404" in found["Endpoint"][0]["fact"]
    assert found["Completion"][0]["state"] == "ok"


def test_a_refused_key_fails_before_a_completion_is_tried(cli: CommandLine) -> None:
    with cli.model() as server:
        server.models_reply = (status(401),)
        found = checks(cli, code=1)
        assert server.requests == []
    assert found["Endpoint"][0]["state"] == "fail"
    assert "MAI_LSP_API_KEY" in found["Endpoint"][0]["advice"]


@pytest.mark.parametrize(
    "steps",
    [(status(401),), (status(404),), (status(429),), (status(500),), (error_event(),), (reasoning("x" * 9000),)],
    ids=["401", "404", "429", "500", "in stream", "reasoning only"],
)
def test_a_completion_that_fails_fails_with_advice(
    cli: CommandLine, steps: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "COMPLETION_SECONDS", 3.0)
    with cli.model() as server:
        server.default = steps
        ran = cli("doctor")
    assert ran.code == 1
    assert "FAIL  Completion" in ran.out
    assert "1 failure" in ran.out


def test_an_answer_that_is_no_suggestion_is_a_warning(cli: CommandLine) -> None:
    with cli.model() as server:
        server.default = (send("```python\n```"),)
        found = checks(cli)
    assert found["Completion"][0]["state"] == "warn"


def test_a_server_that_is_not_there_fails_and_no_completion_is_tried(cli: CommandLine) -> None:
    with cli.model() as server:
        gone = server.url
    found = checks(cli, "--base-url", f"{gone}/v1", code=1)
    assert found["Endpoint"][0]["state"] == "fail"
    assert "Completion" not in found


def test_it_ends_when_the_completion_never_comes(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "COMPLETION_SECONDS", 0.2)
    with cli.model() as server:
        server.default = (never_headers(),)
        found = checks(cli, code=1)
        asked = server.next_request_blocking()
        asked.hung_up.wait_blocking(10)
    assert "no whole answer" in found["Completion"][0]["fact"]


def test_a_listing_that_never_comes_fails_and_ends(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LISTING_SECONDS", 0.2)
    with cli.model() as server:
        server.models_reply = (never_headers(),)
        found = checks(cli, code=1)
    assert "did not answer within" in found["Endpoint"][0]["fact"]


def test_hosted_providers_are_through_within_half_a_minute() -> None:
    assert doctor.LISTING_SECONDS + doctor.COMPLETION_SECONDS < 25


def test_offline_asks_nobody(cli: CommandLine) -> None:
    with cli.model() as server:
        found = checks(cli, "--offline")
        assert (server.requests, server.catalogue) == ([], [])
    assert found["Endpoint"][0]["state"] == "skip"
    assert "Completion" not in found


def test_a_missing_key_says_which_variable(cli: CommandLine) -> None:
    found = checks(cli, "--provider", "fireworks", code=1)
    assert "FIREWORKS_API_KEY" in found["Provider"][-1]["advice"]


def test_the_reason_for_the_provider_is_said(cli: CommandLine) -> None:
    cli.env(OPENROUTER_API_KEY="key-4711-not-to-be-shown")
    found = checks(cli, "--offline")
    assert found["Provider"][0]["fact"] == "openrouter, because OPENROUTER_API_KEY is set"
    assert found["Key"][0]["fact"] == "present, from OPENROUTER_API_KEY"


def test_fallbacks_are_said_with_what_keeps_them_from_being_asked(cli: CommandLine) -> None:
    cli.env(
        OPENROUTER_API_KEY="key-4711-not-to-be-shown",
        MAI_LSP_ROUTE_FALLBACK='["openrouter", "baseten", "fireworks"]',
        BASETEN_API_KEY="key-4711-not-to-be-shown",
    )
    usable, missing = checks(cli, "--offline")["Fallback"]
    assert (usable["state"], usable["fact"]) == ("ok", "baseten, with microsoft/mai-code-1-flash for edits")
    assert (missing["state"], missing["fact"]) == ("warn", "fireworks is left out: No key for Fireworks was found.")
    assert "FIREWORKS_API_KEY" in missing["advice"]


def test_proxy_and_certificates_are_said_without_a_password(cli: CommandLine) -> None:
    ca = cli.write("ca.pem", "")
    cli.env(
        OPENROUTER_API_KEY="key-4711-not-to-be-shown",
        HTTPS_PROXY="http://user:pass-4711@proxy.example:3128",
        MAI_LSP_CA_FILE=str(ca),
    )
    found = checks(cli, "--offline")
    assert found["Proxy"][0]["fact"] == "http://***@proxy.example:3128 (from HTTPS_PROXY)"
    assert str(ca) in found["Certificates"][0]["fact"]


def test_settings_that_are_wrong_are_warnings(cli: CommandLine) -> None:
    cli.write(".mai.toml", 'provider = "local"\n')
    cli.env(MAI_LSP_COMPLETION_MAX_LINES="many", MAI_LSP_MODLE="x", MAI_LSP_COMPLETION_ENABLE="false")
    with cli.model() as server:
        server.default = (GOOD,)
        found = checks(cli)
    facts = [check["fact"] for check in found["Settings"] if check["state"] == "warn"]
    assert len(facts) == 4
    assert any("MAI_LSP_MODLE" in fact for fact in facts)
    assert any("switched off" in fact for fact in facts)
    assert found["Completion"][0]["state"] == "ok"


def test_a_broken_grammar_is_a_warning_that_names_it(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = grammars.load
    monkeypatch.setattr(grammars, "load", lambda row: None if row.id == "kotlin" else real(row))
    check = machine.core_grammars()
    assert check.state == "warn"
    assert "not: Kotlin" in check.fact


def test_an_old_python_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 9, "final", 0))
    assert machine.python().state == "fail"


def test_without_weights_the_local_model_fails_and_says_how_to_get_them(cli: CommandLine) -> None:
    found = checks(cli, code=1)
    assert found["Weights"][0]["state"] == "fail"
    assert "mai-lsp model fetch" in found["Weights"][0]["advice"]
    assert "Completion" not in found


def test_weights_of_the_wrong_size_fail(cli: CommandLine) -> None:
    row = weights.MODELS[weights.DEFAULT]
    cli.write(f"cache/models/{row.file}", "GGUF")
    found = checks(cli, "--offline", code=1)
    assert "4 bytes instead of" in found["Weights"][0]["fact"]


def test_a_model_file_of_ones_own_is_shown_with_its_size(cli: CommandLine) -> None:
    path = cli.write("qwen2.5-coder-own.gguf", "GGUF" + "x" * 2_000_000)
    found = checks(cli, "--offline", "--set", f"local.model={path}", code=0)
    assert "qwen2.5-coder-own.gguf (2 MB)" in found["Weights"][0]["fact"]
    assert found["Process"][0]["fact"].startswith("not running")


def test_wrong_usage_is_exit_code_two(cli: CommandLine) -> None:
    ran = cli("doctor", "--set", "nonsense=1")
    assert ran.code == 2
    assert "no setting" in ran.err
