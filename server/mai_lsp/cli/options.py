"""The options that set settings, the same for every command, and the settings that come of all sources.

Secrets are refused here: other users of a machine can read a command line.
"""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mai_lsp.cli.source import project_layer
from mai_lsp.errors import SettingsError
from mai_lsp.setting import ENV_PREFIX, Field
from mai_lsp.settings import FIELDS, PROVIDERS, WIRES, Settings
from mai_lsp.settings_reading import from_env, read
from mai_lsp.workspace.project import FILE_NAME

PROJECT, ENVIRONMENT, COMMAND_LINE = "project file", "environment", "command line"
"""Sources, weakest first."""

_OWN_OPTIONS = {
    "model": "completion.model",
    "provider": "provider",
    "wire": "wire",
    "base_url": "baseUrl",
    "context_tokens": "context.tokens",
}


_NO_SETTINGS = {"MAI_LSP_CACHE_DIR", "MAI_LSP_DATA_DIR"}
"""Variables that are read where no settings are."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The settings in force, where they came from, and what was wrong with some."""

    settings: Settings
    sources: tuple[str, ...]
    """One phrase for each source that sets something: names, never values."""
    problems: tuple[str, ...]


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command."""
    group = parser.add_argument_group("settings (they win over the environment, which wins over the project file)")
    group.add_argument("--provider", choices=PROVIDERS, help="who answers")
    group.add_argument("--model", metavar="ID", help="the model for completions")
    group.add_argument("--wire", choices=WIRES, help="the HTTP format")
    group.add_argument("--base-url", metavar="URL", help="the endpoint's base URL")
    group.add_argument("--context-tokens", metavar="N", help="the whole prompt's budget")
    group.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="any other setting, like completion.maxLines=3"
    )


def gather(args: argparse.Namespace, root: Path | None, env: Mapping[str, str] | None = None) -> Gathered:
    """Merge project file, environment and command line.

    Raises SettingsError for what is wrong on the command line; problems of other sources are listed, and the default
    holds, as in the server.
    """
    env = os.environ if env is None else env
    project, problems = project_layer(root)
    own = command_line_layer(args)
    settings, wrong = read({PROJECT: project, ENVIRONMENT: from_env(env), COMMAND_LINE: own})
    if mine := [text for text in wrong if text.startswith(f"{COMMAND_LINE}: ")]:
        raise SettingsError(mine[0].removesuffix(" It was ignored."))
    variables = sorted(field.env for field in FIELDS.values() if env.get(field.env))
    sources = (
        *((f"{FILE_NAME} in {root}",) if project else ()),
        *((", ".join(variables),) if variables else ()),
        *((f"command line ({', '.join(sorted(own))})",) if own else ()),
    )
    return Gathered(settings, sources, (*problems, *wrong))


def unknown_variables(env: Mapping[str, str]) -> list[str]:
    """List variables that look like ours and set nothing; only doctor says so, a typo costs nothing elsewhere."""
    known = {field.env for field in FIELDS.values()} | _NO_SETTINGS
    problems = []
    for name in sorted(env.keys() - known):
        if name.startswith(ENV_PREFIX):
            close = difflib.get_close_matches(name, known, 1)
            problems.append(f"environment: {name} is no setting" + (f" (did you mean {close[0]}?)." if close else "."))
    return problems


def command_line_layer(args: argparse.Namespace) -> dict[str, Any]:
    """Turn the options into a layer for `settings_reading.read`; raise SettingsError for one that can not be used."""
    layer: dict[str, Any] = {}
    for assignment in args.set:
        name, equals, text = assignment.partition("=")
        if not equals:
            # What was given is not repeated: it may be a key.
            raise SettingsError("--set wants NAME=VALUE.", advice="Write it like --set completion.maxLines=3.")
        layer |= _value(_declared(name.strip()), text)
    for option, name in _OWN_OPTIONS.items():
        text = getattr(args, option)
        if text is not None:
            layer |= _value(FIELDS[name], text)
    return layer


def _declared(name: str) -> Field:
    plain = name.removeprefix("mai.")
    for known, field in FIELDS.items():
        if plain in {known, field.attribute, field.env}:
            if field.spec.secret:
                raise SettingsError(
                    f"mai.{known} can not be given on the command line, which other users of this machine can read.",
                    advice=f"Set {field.env} in the environment.",
                )
            return field
    # `read` knows how to say what was meant.
    _, (problem, *_) = read({COMMAND_LINE: {plain: None}})
    raise SettingsError(problem.removesuffix(" It was ignored."))


def _value(field: Field, text: str) -> dict[str, Any]:
    """Read a value as the environment's are read; an empty one sets a string back to its default."""
    name = field.spec.name
    return from_env({field.env: text}) if text else {name: field.default}
