"""Clients give settings in many shapes; problems are told once, and again when they come back."""

from __future__ import annotations

from typing import Any

import pytest

from mai_lsp.lsp.configuration import (
    CLIENT,
    OPTIONS,
    PROJECT,
    Configuration,
    from_options,
    from_pull,
    from_push,
    gives_language_models,
    is_copilot_client,
)


@pytest.mark.parametrize(
    ("options", "layer"),
    [
        (None, {}),
        ({}, {}),
        ({"provider": "local"}, {"provider": "local"}),
        ({"mai": {"provider": "local"}}, {"provider": "local"}),
        ({"mai": {"provider": "local"}, "editorInfo": {}, "other": 1}, {"provider": "local"}),
        ({"mai": {"input": True, "languageModels": True, "provider": "local"}}, {"provider": "local"}),
        ({"editorInfo": {"name": "x"}, "editorPluginInfo": {}, "provider": "local"}, {"provider": "local"}),
    ],
)
def test_initialization_options(options: Any, layer: Any) -> None:
    assert from_options(options) == (layer, [])


def test_what_the_client_can_do_is_said_plainly_or_not_at_all() -> None:
    assert gives_language_models({"mai": {"languageModels": True}})
    for odd in ({}, None, 7, {"languageModels": True}, {"mai": {"languageModels": 1}}, {"mai": {"input": True}}):
        assert not gives_language_models(odd)


@pytest.mark.parametrize("options", [7, "x", ["provider"]])
def test_initialization_options_of_another_kind_are_a_problem(options: Any) -> None:
    layer, problems = from_options(options)
    assert layer == {}
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("pushed", "layer"),
    [
        (None, {}),
        (7, {}),
        ({}, {}),
        ({"mai": {"provider": "local"}, "python": {"x": 1}}, {"provider": "local"}),
        ({"completion": {"enable": False}, "python": {"x": 1}}, {"completion": {"enable": False}}),
        ({"completion.enable": False, "rust-analyzer.check": 1}, {"completion.enable": False}),
        (
            {"http": {"proxy": "p", "proxyStrictSSL": True}, "telemetry": {"telemetryLevel": "all"}},
            {"http": {"proxy": "p"}},
        ),
    ],
)
def test_pushed_settings(pushed: Any, layer: Any) -> None:
    assert from_push(pushed) == layer


@pytest.mark.parametrize(
    ("items", "layer", "count"),
    [
        (None, {}, 0),
        ([], {}, 0),
        ([None], {}, 0),
        ([{"a": 1}], {"a": 1}, 0),
        ([[]], {}, 0),  # an empty table of Lua's
        ([7], {}, 1),
        ([[7]], {}, 1),
    ],
)
def test_pulled_settings(items: Any, layer: Any, count: int) -> None:
    found, problems = from_pull(items)
    assert found == layer
    assert len(problems) == count


def test_layers_are_replaced_whole() -> None:
    configuration = Configuration()
    configuration.put(OPTIONS, {"completion": {"maxLines": 3}, "context.tokens": 500})
    configuration.put(CLIENT, {"completion": {"maxLines": 4}})
    assert configuration.settings.completion_max_lines == 4
    assert configuration.settings.context_tokens == 500
    configuration.put(CLIENT, {})
    assert configuration.settings.completion_max_lines == 3


def test_a_problem_is_news_once_until_it_is_mended() -> None:
    configuration = Configuration()
    configuration.put(PROJECT, {}, ["the file is broken"])
    configuration.put(OPTIONS, {"nonsense": 1})
    assert len(configuration.news()) == 2
    configuration.put(CLIENT, {})
    assert configuration.news() == []
    configuration.put(PROJECT, {})
    assert configuration.news() == []
    configuration.put(PROJECT, {}, ["the file is broken"])
    assert configuration.news() == ["the file is broken"]


def test_copilots_clients_are_known_by_their_keys() -> None:
    assert is_copilot_client({"editorInfo": {}})
    assert not is_copilot_client({"mai": {}})
    assert not is_copilot_client(None)
