"""The settings in the extension's `package.json`, from the server's declarations: type, bounds, scope, words."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from _lib import env

MANIFEST = env.ROOT / "extension" / "package.json"

AREAS = {
    "Model": ("provider", "baseUrl", "auth", "wire", "vscode", "local", "reasoning", "fim", "parameters", "providers"),
    "Suggestions": ("completion", "nextEdit"),
    "Changes": ("actions", "edit", "plan", "refactor", "route", "check", "undo"),
    "Cost": ("cost", "price", "stats"),
    "Context and privacy": ("context", "index", "ignore", "secrets"),
}
"""Sections of the editor's settings page by the first part of a setting's name."""

REST = "Connection and log"

OF_THE_MACHINE = frozenset(
    {*AREAS["Model"], "http", "timeout", "check", "completion.model", "edit.model", "plan.model", "route.fallback"}
)
"""Areas and names that say where code goes or what is run, which is not synced between machines."""

NOT_IN_SETTINGS = frozenset({"apiKey", "apiKeys"})
"""The extension keeps them in the editor's secret storage."""


def with_settings(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest with all sections of settings but the first, which is written by hand, made anew."""
    from mai_lsp import __version__  # noqa: PLC0415 - only this needs the project installed

    contributes = dict(manifest["contributes"])
    own = contributes["configuration"][0]
    contributes["configuration"] = [own, *_sections()]
    trust = dict(manifest["capabilities"]["untrustedWorkspaces"])
    trust["restrictedConfigurations"] = [*own["properties"], *_restricted()]
    capabilities = {**manifest["capabilities"], "untrustedWorkspaces": trust}
    return {**manifest, "version": __version__, "capabilities": capabilities, "contributes": contributes}


def written(manifest: Mapping[str, Any]) -> str:
    """Return the text of the file."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _sections() -> Iterator[dict[str, Any]]:
    from mai_lsp.settings import FIELDS  # noqa: PLC0415 - only this needs the project installed

    titles: dict[str, dict[str, Any]] = {title: {} for title in (*AREAS, REST)}
    for name, declared in FIELDS.items():
        if name not in NOT_IN_SETTINGS:
            area = name.partition(".")[0]
            title = next((title for title, areas in AREAS.items() if area in areas), REST)
            titles[title][f"mai.{name}"] = _property(name, declared)
    for title, properties in titles.items():
        yield {"title": title, "properties": properties}


def _restricted() -> list[str]:
    from mai_lsp.settings import FIELDS  # noqa: PLC0415 - only this needs the project installed

    return [
        f"mai.{name}"
        for name, declared in FIELDS.items()
        if declared.spec.scope == "user" and name not in NOT_IN_SETTINGS
    ]


def _property(name: str, declared: Any) -> dict[str, Any]:
    spec = declared.spec
    made: dict[str, Any] = {**_type(declared.type), "default": declared.default, "scope": _scope(name, spec.scope)}
    if spec.choices:
        if made["type"] == "array":
            made["items"]["enum"] = list(spec.choices)
            made["uniqueItems"] = True
        else:
            made["enum"] = list(spec.choices)
    made |= {key: bound for key, bound in (("minimum", spec.low), ("maximum", spec.high)) if bound is not None}
    made["markdownDescription"] = spec.doc
    return made


def _type(kind: Any) -> dict[str, Any]:
    plain = {bool: "boolean", int: "integer", float: "number", str: "string"}
    if kind in plain:
        return {"type": plain[kind]}
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return {"type": "array", "items": _type(arguments[0])}
    if origin is dict:
        values = {} if arguments[1] is typing.Any else {"additionalProperties": _type(arguments[1])}
        return {"type": "object", **values}
    if isinstance(kind, types.UnionType):
        raise TypeError(f"a setting has one type, not {kind}")
    raise TypeError(f"the editor has no settings of type {kind}")


def _scope(name: str, scope: str) -> str:
    """Name the editor's scope: what a project may not choose can be set by no workspace."""
    if scope == "project":
        return "resource"
    return "machine" if {name, name.partition(".")[0]} & OF_THE_MACHINE else "application"
