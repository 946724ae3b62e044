"""Settings: one declaration, three spellings; a bad value is reported and the default kept; secrets never show."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.setting import Field
from mai_lsp.settings import FIELDS, Settings
from mai_lsp.settings_reading import SOURCES, from_env, read

NAMES = sorted(FIELDS)
SECRETS = sorted(name for name, field in FIELDS.items() if field.spec.secret)
USER_ONLY = sorted(name for name, field in FIELDS.items() if field.spec.scope == "user")
DEFAULTS = Settings()
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def good_value(field: Field) -> Any:
    """A legal value that is not the default."""
    spec = field.spec
    if isinstance(field.default, list) and spec.choices:
        return [choice for choice in spec.choices if choice not in field.default]
    if spec.choices:
        return next(choice for choice in spec.choices if choice not in {"", field.default})
    kind = field.type
    if kind is bool:
        return not field.default
    if kind in {int, float}:
        return kind(spec.high if spec.high is not None else (spec.low or 0) + 5)
    if kind is str:
        return "value"
    return ["value"] if isinstance(field.default, list) else {"name": "value"}


def bad_values(field: Field) -> list[Any]:
    spec = field.spec
    wrong: list[Any] = [object(), [1], {"a": {1: 2}}] if field.type is not dict else [3]
    if field.type is str:
        wrong = [1, True, [], {}, *(["no such choice"] if spec.choices else [])]
    elif field.type is bool:
        wrong = [1, 0, "true", [], {}]
    elif field.type in {int, float}:
        wrong = ["1", True, [], {}, math.nan, math.inf, -math.inf]
        wrong += [spec.low - 1] if spec.low is not None else []
        wrong += [spec.high + 1] if spec.high is not None else []
        wrong += [1.5] if field.type is int else []
    elif isinstance(field.default, list):
        wrong = ["a", 1, {}, [1], [None]]
    elif field.type == dict[str, str]:
        wrong = ["a", [], 1, {"a": 1}]
    else:
        wrong = ["a", [], 1]
    return wrong + ([["no such choice"]] if isinstance(field.default, list) and spec.choices else [])


BAD = [(name, value) for name, field in FIELDS.items() for value in bad_values(field)]


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{name}={value!r}" for name, value in BAD])
def test_a_bad_value_is_reported_and_the_default_used(name: str, value: Any) -> None:
    settings, problems = read({"initializationOptions": {name: value}})
    assert settings == DEFAULTS
    assert len(problems) == 1
    assert problems[0].startswith(f"initializationOptions: mai.{name} must be ")


@pytest.mark.parametrize("name", NAMES)
def test_the_three_spellings_mean_the_same(name: str) -> None:
    field = FIELDS[name]
    value = good_value(field)
    nested: Any = value
    for part in reversed(name.split(".")):
        nested = {part: nested}
    text = value if isinstance(value, str) else json.dumps(value)
    for layer in ({name: value}, nested, from_env({field.env: text})):
        settings, problems = read({"environment": layer})
        assert problems == []
        assert getattr(settings, field.attribute) == value
        assert settings == dataclasses.replace(DEFAULTS, **{field.attribute: value})


@pytest.mark.parametrize("name", NAMES)
def test_names_follow_from_each_other(name: str) -> None:
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace(".", "_").lower()
    # Areas that only group (`completion.list`, `http.proxy`) may be left out of the attribute where nothing is lost.
    assert snake.endswith(FIELDS[name].attribute)
    assert FIELDS[name].env == "MAI_LSP_" + FIELDS[name].attribute.upper()


@pytest.mark.parametrize("name", USER_ONLY)
def test_a_project_file_can_not_set_what_is_the_users(name: str) -> None:
    settings, problems = read({"project file": {name: good_value(FIELDS[name])}})
    assert settings == DEFAULTS
    assert len(problems) == 1
    assert "can not be set by a project" in problems[0]


def test_every_setting_that_decides_where_code_goes_is_the_users() -> None:
    keys = {"apiKey", "apiKeys", "http.headers"}
    assert keys | {"provider", "baseUrl", "http.proxy", "http.caFile", "providers"} <= {*USER_ONLY}
    assert {*SECRETS} <= {*USER_ONLY}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_secret_is_never_shown(name: str, source: str) -> None:
    field = FIELDS[name]
    planted = "planted-secret-8f3a"
    good: Any = {"X-Key": planted} if isinstance(field.default, dict) else planted
    bad: Any = planted if isinstance(field.default, dict) else [planted]
    for value in (good, bad):
        settings, problems = read({source: {name: value}})
        assert planted not in repr(settings) + str(settings) + f"{settings!r}" + "".join(problems)
    settings, _ = read({"environment": {name: good}})
    assert f"{field.attribute}='<set>'" in repr(settings) or f"{field.attribute}=<set>" in repr(settings)


def test_what_a_secret_holds_does_not_show_below_it_either() -> None:
    _, problems = read({"environment": {"apiKey": {"value": "planted-secret-8f3a"}}})
    assert problems
    assert "planted-secret-8f3a" not in "".join(problems)


def test_the_user_wins_over_the_project() -> None:
    layers = {source: {"completion.maxLines": lines} for source, lines in zip(SOURCES, (3, 4, 5, 6), strict=True)}
    assert read(layers)[0].completion_max_lines == 6
    del layers["workspace/configuration"]
    assert read(layers)[0].completion_max_lines == 5
    assert read({"project file": {"completion.maxLines": 3}})[0].completion_max_lines == 3


def test_a_bad_value_does_not_hide_a_weaker_good_one() -> None:
    settings, problems = read(
        {"environment": {"completion.maxLines": 3}, "initializationOptions": {"completion.maxLines": "many"}}
    )
    assert settings.completion_max_lines == 3
    assert len(problems) == 1


@pytest.mark.parametrize("name", NAMES)
def test_null_means_not_set(name: str) -> None:
    layers = {"environment": {name: good_value(FIELDS[name])}, "workspace/configuration": {name: None}}
    settings, problems = read(layers)
    assert problems == []
    assert getattr(settings, FIELDS[name].attribute) == good_value(FIELDS[name])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("maxLines", "completion.maxLines"),
        ("completion.max_lines", "completion.maxLines"),
        ("baseURL", "baseUrl"),
        ("api_key", "apiKey"),
        ("proxy", "http.proxy"),
    ],
)
def test_a_misspelt_name_is_reported_with_the_right_one(given: str, meant: str) -> None:
    settings, problems = read({"initializationOptions": {given: "x"}})
    assert settings == DEFAULTS
    assert problems == [
        f"initializationOptions: there is no setting mai.{given} (did you mean mai.{meant}?). It was ignored."
    ]


def test_a_name_like_no_other_is_reported_without_a_guess() -> None:
    assert read({"environment": {"..!": 1}})[1] == ["environment: there is no setting mai...!. It was ignored."]


@given(st.dictionaries(st.sampled_from([*NAMES, "completion", "http", "nonsense"]), JUNK, max_size=4))
def test_no_value_raises(layer: dict[str, Any]) -> None:
    settings, problems = read(dict.fromkeys(SOURCES, layer))
    for field in FIELDS.values():
        value = getattr(settings, field.attribute)
        assert isinstance(value, type(field.default))
        if field.spec.choices:
            assert {*(value if isinstance(value, list) else [value])} <= {*field.spec.choices}
        if field.spec.low is not None:
            assert value >= field.spec.low
    assert all(isinstance(problem, str) and problem.endswith((".", "editor or environment.")) for problem in problems)


@given(st.sampled_from(NAMES), st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_no_environment_variable_raises(name: str, text: str) -> None:
    settings, problems = read({"environment": from_env({FIELDS[name].env: text})})
    assert isinstance(settings, Settings)
    assert len(problems) <= 1 or "." not in name


def test_an_empty_variable_is_not_set() -> None:
    assert from_env({"MAI_LSP_PROVIDER": "", "MAI_LSP_COMPLETION_ENABLE": ""}) == {}


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("on", True), ("TRUE", True), ("0", False), ("off", False), ("False", False)]
)
def test_switches_in_the_environment(text: str, value: bool) -> None:
    assert read({"environment": from_env({"MAI_LSP_COMPLETION_ENABLE": text})})[0].completion_enable is value


@pytest.mark.parametrize("text", ["go, json ,", '["go", "json"]'])
def test_lists_in_the_environment(text: str) -> None:
    layer = from_env({"MAI_LSP_COMPLETION_DISABLED_LANGUAGES": text})
    assert read({"environment": layer})[0].completion_disabled_languages == ["go", "json"]


def test_objects_in_the_environment_are_json() -> None:
    layer = from_env({"MAI_LSP_HEADERS": '{"X-Team": "a"}', "MAI_LSP_PARAMETERS": '{"seed": null}'})
    settings, problems = read({"environment": layer})
    assert (settings.headers, settings.parameters, problems) == ({"X-Team": "a"}, {"seed": None}, [])


def test_a_whole_number_may_be_written_as_a_float() -> None:
    assert read({"environment": {"completion.maxLines": 5.0}})[0].completion_max_lines == 5
    assert isinstance(read({"environment": {"completion.maxLines": 5.0}})[0].completion_max_lines, int)


def test_defaults_are_not_shared_between_sessions() -> None:
    Settings().headers["X"] = "y"
    assert Settings().headers == {}


def test_repr_shows_what_differs() -> None:
    settings, _ = read({"environment": {"provider": "local", "apiKey": "k"}})
    assert repr(settings) in {
        "Settings(provider='local', api_key='<set>')",
        "Settings(provider='local', api_key=<set>)",
    }
    assert repr(Settings()) == "Settings()"


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_a_sentence_and_its_default_is_legal(name: str) -> None:
    field = FIELDS[name]
    assert field.spec.doc.endswith(".")
    assert read({"environment": {name: field.default}}) == (DEFAULTS, [])
