"""Settings from the command line: who wins, what is refused, and that no secret is taken or shown."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from mai_lsp.cli import options
from mai_lsp.errors import SettingsError
from mai_lsp.setting import Field
from mai_lsp.settings import FIELDS


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_to(parser)
    return parser.parse_args(given)


def test_the_command_line_wins_over_the_environment_and_that_over_the_project(tmp_path: Path) -> None:
    (tmp_path / ".mai.toml").write_text(
        "[completion]\nmaxLines = 3\nmaxTokens = 99\n[context]\ntokens = 500\n", encoding="utf-8"
    )
    env = {"MAI_LSP_CONTEXT_TOKENS": "600", "MAI_LSP_COMPLETION_MAX_TOKENS": "100", "MAI_LSP_PROVIDER": "openrouter"}
    gathered = options.gather(arguments("--context-tokens", "700", "--provider", "local"), tmp_path, env)
    assert gathered.problems == ()
    assert gathered.settings.completion_max_lines == 3
    assert gathered.settings.completion_max_tokens == 100
    assert gathered.settings.context_tokens == 700
    assert gathered.settings.provider == "local"
    assert len(gathered.sources) == 3


@pytest.mark.parametrize(
    ("given", "attribute", "value"),
    [
        ("completion.maxLines=3", "completion_max_lines", 3),
        ("mai.completion.maxLines=3", "completion_max_lines", 3),
        ("completion_max_lines=3", "completion_max_lines", 3),
        ("MAI_LSP_COMPLETION_MAX_LINES=3", "completion_max_lines", 3),
        ("completion.enable=off", "completion_enable", False),
        ("completion.disabledLanguages=python,go", "completion_disabled_languages", ["python", "go"]),
        ('parameters={"seed": 4}', "parameters", {"seed": 4}),
        ("timeout.total=2.5", "timeout_total", 2.5),
        ("wire=", "wire", ""),
    ],
)
def test_any_setting_can_be_set(given: str, attribute: str, value: object) -> None:
    gathered = options.gather(arguments("--set", given), None, {"MAI_LSP_WIRE": "fim"})
    assert getattr(gathered.settings, attribute) == value


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("completion.maxLines=many", "whole number"),
        ("maxLines=3", "did you mean mai.completion.maxLines"),
        ("nonsense=3", "no setting mai.nonsense"),
        ("completion.maxLines", "NAME=VALUE"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_an_error(given: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        options.gather(arguments("--set", given), None, {})
    assert said in str(caught.value)
    assert "ignored" not in str(caught.value)


@pytest.mark.parametrize("field", [field for field in FIELDS.values() if field.spec.secret], ids=lambda f: f.attribute)
def test_secrets_are_refused_and_not_repeated(field: Field) -> None:
    with pytest.raises(SettingsError) as caught:
        options.gather(arguments("--set", f"{field.spec.name}=key-4711"), None, {})
    assert field.env in str(caught.value)
    assert "4711" not in str(caught.value)


def test_problems_of_other_sources_are_listed_and_the_default_holds(tmp_path: Path) -> None:
    (tmp_path / ".mai.toml").write_text('apiKey = "key-4711"\n', encoding="utf-8")
    gathered = options.gather(arguments(), tmp_path, {"MAI_LSP_WIRE": "pigeon"})
    assert gathered.settings.wire == ""
    assert len(gathered.problems) == 2
    assert "4711" not in "".join(gathered.problems)


def test_sources_are_named_without_values() -> None:
    gathered = options.gather(arguments("--model", "m-1"), None, {"MAI_LSP_API_KEY": "key-4711"})
    assert gathered.sources == ("MAI_LSP_API_KEY", "command line (completion.model)")


def test_a_variable_with_a_typing_error_is_found() -> None:
    env = {"MAI_LSP_MODLE": "x", "MAI_LSP_EDIT_MODLE": "x", "MAI_LSP_CACHE_DIR": "/x", "MAI_LSP_WIRE": "fim"}
    first, second = options.unknown_variables(env)
    assert "did you mean MAI_LSP_EDIT_MODEL?" in first
    assert "MAI_LSP_MODLE" in second
