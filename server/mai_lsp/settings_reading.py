"""Plain data to `Settings`: checked against the declarations, from several sources, the strongest last.

It never performs I/O. A bad value is reported and the default kept, never raised.
"""

from __future__ import annotations

import json
import math
import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from mai_lsp.setting import Field
from mai_lsp.settings import FIELDS, Settings

SOURCES = ("project file", "environment", "initializationOptions", "workspace/configuration")
"""Where values come from, weakest first. The user's own always win over the repository's."""


def read(layers: Mapping[str, Mapping[str, Any]]) -> tuple[Settings, list[str]]:
    """Build settings from `layers` (source name → JSON object), weakest first, and list what was wrong.

    Keys may be dotted (``completion.maxLines``), nested, or both. ``null`` and an absent key mean "not set".
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for source, data in layers.items():
        for name, raw in _flatten(data):
            declared = FIELDS.get(name)
            if declared is None:
                problems.append(f"{source}: there is no setting mai.{name}{_did_you_mean(name)}. It was ignored.")
            elif source == "project file" and declared.spec.scope == "user":
                problems.append(
                    f"{source}: mai.{name} can not be set by a project, because a repository could then choose where "
                    "your code and key go. It was ignored; set it in your editor or environment."
                )
            elif raw is not None:
                try:
                    values[declared.attribute] = _convert(raw, declared)
                except ValueError as error:
                    shown = "" if declared.spec.secret else f", not {json.dumps(raw, default=str)[:80]}"
                    problems.append(f"{source}: mai.{name} must be {error}{shown}. It was ignored.")
    return Settings(**values), problems


def from_env(env: Mapping[str, str]) -> dict[str, Any]:
    """Pick this server's settings out of the environment, as a layer for `read`; lists and objects are JSON."""
    layer: dict[str, Any] = {}
    for name, declared in FIELDS.items():
        if text := env.get(declared.env):
            layer[name] = _from_text(text, declared.type)
    return layer


def _from_text(text: str, kind: Any) -> Any:
    """Turn an environment variable's text into JSON data; what does not fit is left for `read` to report."""
    if kind is str:
        return text
    if kind is bool:
        return {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}.get(text.lower(), text)
    if typing.get_origin(kind) is list and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return json.loads(text)
    except ValueError:
        return text


def _flatten(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted name, value); an object that is itself a setting's value is not opened."""
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and name not in FIELDS:
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value


def _convert(raw: Any, declared: Field) -> Any:
    """Check `raw` against the declaration; raise ValueError with the words after "must be"."""
    spec = declared.spec
    kind = typing.get_origin(declared.type) or declared.type
    if kind is bool:
        if not isinstance(raw, bool):
            raise ValueError("true or false")
        return raw
    if kind in {int, float}:
        whole = kind is int
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw) or (whole and raw % 1):
            raise ValueError("a whole number" if whole else "a number")
        if (spec.low is not None and raw < spec.low) or (spec.high is not None and raw > spec.high):
            raise ValueError(f"between {spec.low} and {spec.high}" if spec.high is not None else f"{spec.low} or more")
        return kind(raw)
    if kind is str:
        if not isinstance(raw, str):
            raise ValueError("a string")
        if spec.choices and raw not in spec.choices:
            raise ValueError("one of " + ", ".join(c for c in spec.choices if c))
        return raw.strip()
    if kind is list:
        if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
            raise ValueError("a list of strings")
        if spec.choices and not set(raw) <= set(spec.choices):
            raise ValueError("a list of " + ", ".join(spec.choices))
        return list(raw)
    if not isinstance(raw, Mapping):
        raise ValueError("an object")
    if declared.type == dict[str, str] and not all(isinstance(item, str) for item in raw.values()):
        raise ValueError("an object of strings")
    return dict(raw)


def _did_you_mean(name: str) -> str:
    wanted = re.sub(r"[^a-z]", "", name.lower())
    for known in FIELDS:
        plain = re.sub(r"[^a-z]", "", known.lower())
        if plain == wanted or (len(wanted) > 2 and plain.endswith(wanted)):
            return f" (did you mean mai.{known}?)"
    return ""
