"""The table of providers and its corrections."""

from __future__ import annotations

from typing import Any

import pytest

from mai_lsp.errors import SettingsError
from mai_lsp.model.providers import ROWS, row
from mai_lsp.model.types import Role, Wire
from mai_lsp.settings import PROVIDERS


def test_the_table_and_the_setting_name_the_same_providers() -> None:
    assert tuple(ROWS) == PROVIDERS


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_row_is_usable(name: str) -> None:
    known = ROWS[name]
    assert known.name == name
    assert {*Wire, "models"} <= known.paths.keys()
    assert known.wire in set(Wire)
    assert known.key_env or known.local or known.relay
    if name != "openai-compatible":
        assert all(known.model(role) for role in Role)


def test_an_unknown_provider_has_the_conservative_row() -> None:
    assert row("somebody").accepts == {"stop", "temperature"}
    assert row("somebody").extra_body == {}


def test_corrections_replace_single_fields_and_merge_objects() -> None:
    corrected = row(
        "openrouter",
        {
            "openrouter": {
                "baseUrl": "https://gate.example/api",
                "outputCap": "max_completion_tokens",
                "accepts": ["stop"],
                "headers": {"X-Team": "a"},
                "timeouts": {"total": 5},
                "contextTokens": 1234,
                "keepWarm": False,
                "paths": {"chat": "/c"},
            }
        },
    )
    assert corrected.base_url == "https://gate.example/api"
    assert corrected.accepts == {"stop"}
    assert corrected.headers == {"X-Title": "MAI Language Server", "X-Team": "a"}
    assert (corrected.timeouts.total, corrected.timeouts.connect) == (5.0, ROWS["openrouter"].timeouts.connect)
    assert (corrected.context_tokens, corrected.keep_warm) == (1234, False)
    assert (corrected.paths["chat"], corrected.paths["models"]) == ("/c", "/models")


@pytest.mark.parametrize(
    ("mine", "says"),
    [
        ([], "must be an object"),
        ({"baseURL": "x"}, "not a field"),
        ({"name": "x"}, "not a field"),
        ({"baseUrl": 5}, "a string"),
        ({"accepts": "stop"}, "a list of strings"),
        ({"keepWarm": 1}, "true or false"),
        ({"contextTokens": 1.5}, "a positive whole number"),
        ({"contextTokens": True}, "a positive whole number"),
        ({"contextTokens": float("nan")}, "a positive whole number"),
        ({"timeouts": 5}, "an object"),
        ({"timeouts": {"total": "5"}}, "a positive number"),
        ({"timeouts": {"totall": 5}}, "not a field"),
        ({"headers": {"a": 1}}, "an object of strings"),
        ({"reasoningForm": "loud"}, "one of"),
        ({"extraBody": 1}, "an object"),
    ],
)
def test_a_correction_that_does_not_fit_is_a_clear_error(mine: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        row("openrouter", {"openrouter": mine})
    assert "mai.providers.openrouter" in caught.value.message


def test_a_misspelt_field_names_the_right_one() -> None:
    with pytest.raises(SettingsError, match="Did you mean outputCap"):
        row("baseten", {"baseten": {"outputcap": "x"}})
