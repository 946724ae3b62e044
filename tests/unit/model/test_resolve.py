"""From settings and environment to an endpoint, and the reason for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mai_lsp.errors import NotConfigured, SettingsError
from mai_lsp.model.providers import ROWS
from mai_lsp.model.resolve import Target, choose, join, resolve
from mai_lsp.model.types import Price, Role, Wire
from mai_lsp.settings import Settings


def target(env: Mapping[str, str] | None = None, role: Role = Role.COMPLETION, **settings: Any) -> Target:
    return resolve(Settings(**settings), env or {}, role, lambda model: "qwen" if "qwen" in model else None)


@pytest.mark.parametrize(
    ("settings", "env", "expected"),
    [
        ({}, {}, "local, because no provider is set and no provider's key is in the environment"),
        ({}, {"OPENROUTER_API_KEY": "k"}, "openrouter, because OPENROUTER_API_KEY is set"),
        ({}, {"BASETEN_API_KEY": "k", "FIREWORKS_API_KEY": "k"}, "fireworks, because FIREWORKS_API_KEY is set"),
        ({}, {"OPENROUTER_API_KEY": "  "}, "local, because no provider is set and"),
        ({"provider": "baseten"}, {"OPENROUTER_API_KEY": "k"}, "baseten, because mai.provider says so"),
        ({"base_url": "http://h/v1"}, {"OPENROUTER_API_KEY": "k"}, "openai-compatible, because mai.baseUrl is set"),
        ({"base_url": "https://x.services.ai.azure.com/mai/v1"}, {}, "foundry, because mai.baseUrl is set"),
        ({}, {"OPENAI_API_KEY": "k"}, "(OPENAI_API_KEY is set, but openai-compatible also needs mai.baseUrl)"),
        ({}, {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://h/v1"}, "openai-compatible, because OPENAI_API_KEY"),
        ({}, {"AZURE_AI_API_KEY": "k"}, "(AZURE_AI_API_KEY is set, but foundry also needs mai.baseUrl)"),
    ],
)
def test_who_answers_and_why(settings: dict[str, Any], env: dict[str, str], expected: str) -> None:
    assert expected in str(choose(Settings(**settings), env))


def test_a_key_of_nobody_is_not_sent_anywhere() -> None:
    with pytest.raises(NotConfigured, match=r"mai\.provider"):
        choose(Settings(api_key="k"), {})


def test_with_nothing_set_the_local_model_fills_gaps_and_chats_for_edits() -> None:
    completion = target()
    assert (completion.provider, completion.wire, completion.fim_format) == ("local", Wire.FIM, "qwen")
    assert (completion.local, completion.grammar, completion.price) == (True, True, Price(0, 0, 0))
    assert target(role=Role.EDIT).wire is Wire.CHAT


def test_the_editors_models_need_no_key_and_no_url_and_are_families() -> None:
    env = {"MAI_LSP_API_KEY": "k", "OPENROUTER_API_KEY": "k"}
    chosen = target(env, provider="vscode", api_key="k-12345678", base_url="https://openrouter.ai/api/v1")
    assert (chosen.vendor, chosen.model, chosen.wire) == ("copilot", "mai-code-1-flash", Wire.CHAT)
    assert (chosen.key, chosen.url, chosen.base_url, chosen.price) == (None, "", "", None)
    plan = target(provider="vscode", vscode_vendor="acme", plan_model="acme-large", role=Role.PLAN)
    assert (plan.vendor, plan.model) == ("acme", "acme-large")


def test_a_gguf_path_names_the_local_model() -> None:
    assert target(local_model=r"C:\models\qwen2.5-coder-7b.gguf").model == "qwen2.5-coder-7b"


def test_two_settings_switch_the_provider() -> None:
    chosen = target(provider="openrouter", api_key="k")
    assert chosen.url == "https://openrouter.ai/api/v1/chat/completions"
    assert chosen.model == "microsoft/mai-code-1-flash"
    assert chosen.price == Price(0.75, 0.075, 4.50)
    assert target(provider="openrouter", api_key="k", role=Role.PLAN).model == "microsoft/mai-thinking-1"


@pytest.mark.parametrize(
    ("settings", "env", "says"),
    [
        ({"provider": "openrouter"}, {}, "OPENROUTER_API_KEY"),
        ({"provider": "foundry", "api_key": "k"}, {}, r"mai\.baseUrl"),
        ({"provider": "openai-compatible"}, {}, "OPENAI_BASE_URL"),
        ({"provider": "openai-compatible", "base_url": "http://h/v1"}, {}, r"mai\.completion\.model"),
        ({"provider": "openrouter", "api_key": "two words"}, {}, r"mai\.apiKey"),
        ({"provider": "openrouter", "api_keys": {"openrouter": "two words"}}, {}, r"mai\.apiKeys"),
        ({"provider": "openrouter", "api_keys": {"fireworks": "k", "openrouter": ""}}, {}, "OPENROUTER_API_KEY"),
        ({"provider": "openrouter"}, {"OPENROUTER_API_KEY": "“quoted”"}, "OPENROUTER_API_KEY"),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, Any], env: dict[str, str], says: str) -> None:
    with pytest.raises(NotConfigured, match=says):
        target(env, **settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"base_url": "h/v1"}, r"mai\.baseUrl"),
        ({"base_url": "ftp://h/v1"}, r"mai\.baseUrl"),
        ({"base_url": "http://h:99999/v1"}, r"mai\.baseUrl"),
        ({"base_url": "http://me:secret@h/v1"}, "user name"),
        ({"base_url": "http://h/v1", "wire": "fim"}, r"mai\.fim\.format"),
        ({"base_url": "http://h/v1", "headers": {"X-A": "a\nb"}}, "X-A"),
        ({"base_url": "http://h/v1", "headers": {"X A": "a"}}, "X A"),
        ({"base_url": "http://h/v1", "auth": "entra"}, "Entra"),
        ({"provider": "vscode", "wire": "fim"}, "chat messages only"),
        ({"provider": "vscode", "wire": "responses"}, r"mai\.wire"),
        ({"base_url": "http://h/v1", "providers": {"openai-compatible": {"wire": "smoke"}}}, "smoke"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        target(**{"completion_model": "m", **settings})
    assert "secret" not in str(caught.value)


def test_a_pasted_full_address_is_cut_to_its_base() -> None:
    chosen = target(base_url="http://h/v1/chat/completions/", completion_model="m")
    assert (chosen.base_url, chosen.url) == ("http://h/v1", "http://h/v1/chat/completions")


def test_infill_lies_beside_v1_and_a_query_stays_at_the_end() -> None:
    assert join(ROWS["local"], "http://h:1/v1", Wire.INFILL) == "http://h:1/infill"
    assert join(ROWS["local"], "http://h:1", Wire.INFILL) == "http://h:1/infill"
    assert (
        join(ROWS["foundry"], "https://h/v1?api-version=1", Wire.CHAT) == "https://h/v1/chat/completions?api-version=1"
    )


def test_keys_are_looked_up_in_order_and_never_shown() -> None:
    env = {"MAI_LSP_API_KEY": "general", "OPENROUTER_API_KEY": "own"}
    chosen = target(env, provider="openrouter")
    assert chosen.key_source == "MAI_LSP_API_KEY"
    assert target({"OPENROUTER_API_KEY": "own"}, provider="openrouter").key_source == "OPENROUTER_API_KEY"
    assert "general" not in repr(chosen) + str(chosen.key) + f"{chosen.key}"


def test_the_local_model_is_never_sent_the_users_key() -> None:
    assert target({"MAI_LSP_API_KEY": "k"}, provider="local", api_key="k").key is None


def test_own_values_win_over_the_row() -> None:
    chosen = target(
        base_url="http://h/v1",
        completion_model="qwen-x",
        wire="fim",
        fim_format="mine",
        context_tokens=77,
        timeout_total=3,
        price_input=1,
        price_output=2,
        headers={"User-Agent": "mine"},
    )
    assert (chosen.fim_format, chosen.context_tokens, chosen.timeouts.total) == ("mine", 77, 3)
    assert chosen.price == Price(1, 1, 2)
    assert chosen.headers["user-agent"] == "mine"


def test_one_named_model_serves_all_roles_of_an_own_server() -> None:
    assert target(base_url="http://h/v1", completion_model="m", role=Role.PLAN).model == "m"


def test_foundry_signs_in_with_entra_when_told_to() -> None:
    base = "https://x.services.ai.azure.com"
    chosen = target(provider="foundry", base_url=f"{base}/mai/v1", auth="entra")
    assert (chosen.key, chosen.entra_scope) == (None, "https://cognitiveservices.azure.com/.default")
    project = target(provider="foundry", base_url=f"{base}/api/projects/p/openai/v1", auth="entra")
    assert project.entra_scope == "https://ai.azure.com/.default"
