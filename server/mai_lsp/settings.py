"""Every setting, declared once: type, default, bounds, who may set it, and a sentence for the user.

This module parses plain data into `Settings` and never performs I/O; `README.md` and the extension's
`package.json` are generated from `FIELDS`. A bad value is reported and the default kept, never raised.

Names. One name in three spellings: the JSON name (``completion.maxLines``, below ``mai.`` in editors), the
attribute (``completion_max_lines``) and the environment variable (``MAI_LSP_COMPLETION_MAX_LINES``).
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

ENV_PREFIX = "MAI_LSP_"

T = TypeVar("T")

Scope = Literal["user", "project"]


def _setting(
    default: T,
    name: str,
    doc: str,
    *,
    choices: tuple[str, ...] = (),
    low: float | None = None,
    high: float | None = None,
    scope: Scope = "project",
    secret: bool = False,
) -> T:
    """Declare one setting; `scope` "user" keeps it out of project files, since repository text is hostile."""
    spec = Spec(name, doc, choices, low, high, scope, secret)
    if isinstance(default, dict | list):
        return field(default_factory=default.copy, metadata={"spec": spec})  # type: ignore[return-value]
    return field(default=default, metadata={"spec": spec})


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known of a setting besides its type and default."""

    name: str
    """JSON name, dotted camelCase, without the leading ``mai.``."""
    doc: str
    """One sentence for the user, Markdown."""
    choices: tuple[str, ...]
    """Allowed strings; empty means any."""
    low: float | None
    high: float | None
    scope: Scope
    secret: bool
    """Never shown, never logged, never read from a file of the project."""


PROVIDERS = ("foundry", "openrouter", "fireworks", "baseten", "openai-compatible", "local")
WIRES = ("chat", "responses", "fim", "infill")
CONTEXT_SOURCES = ("edits", "similar", "diagnostics", "clipboard")
LOG_LEVELS = ("error", "warning", "info", "debug")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one session, an immutable value that is swapped whole."""

    provider: str = _setting(
        "",
        "provider",
        "Who answers. Empty: the provider whose key is in the environment, else `local`.",
        choices=("", *PROVIDERS),
        scope="user",
    )
    base_url: str = _setting(
        "",
        "baseUrl",
        "The endpoint's base URL. Needed for `foundry` and `openai-compatible`; empty means the provider's own.",
        scope="user",
    )
    api_key: str = _setting(
        "",
        "apiKey",
        "The key. Better set in the environment: `MAI_LSP_API_KEY`, or the provider's own variable.",
        scope="user",
        secret=True,
    )
    auth: str = _setting(
        "",
        "auth",
        "How to sign in: `key`, or `entra` for a Microsoft Entra ID token (Foundry). Empty: the key if there is one.",
        choices=("", "key", "entra"),
        scope="user",
    )
    wire: str = _setting(
        "",
        "wire",
        "The HTTP format: `chat`, `responses`, `fim` or `infill`. Empty means the provider's usual one.",
        choices=("", *WIRES),
        scope="user",
    )
    completion_model: str = _setting(
        "", "completion.model", "Model id for inline completions. Empty means the provider's usual one.", scope="user"
    )
    edit_model: str = _setting(
        "", "edit.model", "Model id for edits and code actions. Empty means the provider's usual one.", scope="user"
    )
    plan_model: str = _setting(
        "", "plan.model", "Model id for multi-file plans. Empty means the provider's usual one.", scope="user"
    )
    completion_enable: bool = _setting(True, "completion.enable", "Suggest code while typing.")
    completion_disabled_languages: list[str] = _setting(
        [], "completion.disabledLanguages", "LSP language ids in which nothing is suggested."
    )
    completion_max_tokens: int = _setting(
        192, "completion.maxTokens", "Output tokens of one completion at most.", low=8, high=4096
    )
    completion_max_lines: int = _setting(12, "completion.maxLines", "Lines of one suggestion at most.", low=1, high=200)
    completion_list: str = _setting(
        "auto",
        "completion.list",
        "Offer suggestions in the ordinary completion list: `auto` only to clients without inline completion.",
        choices=("auto", "always", "never"),
        scope="user",
    )
    context_tokens: int = _setting(
        0,
        "context.tokens",
        "The whole prompt's budget for a completion, in tokens. 0 means the provider's usual one.",
        low=0,
        high=100_000,
    )
    context_sources: list[str] = _setting(
        ["edits", "similar", "diagnostics"],
        "context.sources",
        "What prompts of 800 tokens and more may show besides files: recent edits, similar code in other open files, "
        "problems near the cursor that the editor tells us, and, only if named here, the clipboard.",
        choices=CONTEXT_SOURCES,
        scope="user",
    )
    index_enable: bool = _setting(
        True,
        "index.enable",
        "Keep an index of the workspace's definitions, so that completions know what other files offer.",
    )
    ignore_gitignore: bool = _setting(
        True,
        "ignore.gitignore",
        "Keep files that `.gitignore` names out of prompts, too; those that `.maiignore` names always are.",
        scope="user",
    )
    secrets_mask: bool = _setting(
        True,
        "secrets.mask",
        "Replace keys, tokens and passwords by `<secret>` in everything that is sent.",
        scope="user",
    )
    fim_format: str = _setting(
        "",
        "fim.format",
        "Which fill-in-the-middle tokens a `fim` prompt uses. Empty: by the model's name.",
        scope="user",
    )
    reasoning_effort: str = _setting(
        "",
        "reasoning.effort",
        "Reasoning effort, sent where the provider takes one. Empty means the lowest it offers.",
        choices=("", "none", "minimal", "low", "medium", "high"),
        scope="user",
    )
    timeout_connect: float = _setting(
        0.0, "timeout.connect", "Seconds to connect. 0 means the provider's usual time.", low=0, high=600, scope="user"
    )
    timeout_first_token: float = _setting(
        0.0,
        "timeout.firstToken",
        "Seconds until the first token. 0 means the provider's usual time.",
        low=0,
        high=600,
        scope="user",
    )
    timeout_between_tokens: float = _setting(
        0.0,
        "timeout.betweenTokens",
        "Seconds between two tokens. 0 means the provider's usual time.",
        low=0,
        high=600,
        scope="user",
    )
    timeout_total: float = _setting(
        0.0,
        "timeout.total",
        "Seconds for a whole completion. 0 means the provider's usual time.",
        low=0,
        high=600,
        scope="user",
    )
    proxy: str = _setting(
        "", "http.proxy", "Proxy URL. Empty means `HTTPS_PROXY` and its kin.", scope="user", secret=True
    )
    ca_file: str = _setting(
        "",
        "http.caFile",
        "PEM file with extra certificate authorities, beside the system's own store.",
        scope="user",
    )
    headers: dict[str, str] = _setting(
        {}, "http.headers", "Extra HTTP headers, for gateways that want them.", scope="user", secret=True
    )
    parameters: dict[str, Any] = _setting(
        {},
        "parameters",
        "Extra fields of the request's JSON body; `null` removes one that we would send.",
        scope="user",
    )
    providers: dict[str, Any] = _setting(
        {}, "providers", "Corrections to the table of providers, by provider name.", scope="user"
    )
    price_input: float = _setting(
        -1.0, "price.input", "USD per million prompt tokens. -1: the built-in table.", low=-1, scope="user"
    )
    price_cached_input: float = _setting(
        -1.0, "price.cachedInput", "USD per million cached prompt tokens. -1: the built-in table.", low=-1, scope="user"
    )
    price_output: float = _setting(
        -1.0, "price.output", "USD per million output tokens. -1: the built-in table.", low=-1, scope="user"
    )
    local_model: str = _setting(
        "",
        "local.model",
        "The embedded model: a name `mai-lsp model list` shows, or a path to a GGUF file. "
        "Empty: qwen2.5-coder-0.5b-instruct.",
        scope="user",
    )
    local_threads: int = _setting(
        0, "local.threads", "Threads of the embedded model. 0 means one per core.", low=0, high=256, scope="user"
    )
    local_context: int = _setting(
        4096, "local.context", "Context window of the embedded model, in tokens.", low=512, high=131_072, scope="user"
    )
    local_idle_minutes: float = _setting(
        10.0,
        "local.idleMinutes",
        "Minutes without a request after which the embedded model is stopped.",
        low=0.05,
        high=10_080,
        scope="user",
    )
    stats_enable: bool = _setting(
        True,
        "stats.enable",
        "Count suggestions, what became of them, and what they cost, for `mai-lsp stats`. Numbers only, kept on this "
        "machine and never sent.",
        scope="user",
    )
    log_level: str = _setting(
        "warning",
        "log.level",
        "What the server writes to its log. Source code and keys are in none of them.",
        choices=LOG_LEVELS,
        scope="user",
    )

    def __repr__(self) -> str:
        """Show what differs from the defaults, with secrets hidden."""
        shown = ", ".join(
            f"{f.attribute}={'<set>' if f.spec.secret else getattr(self, f.attribute)!r}"
            for f in FIELDS.values()
            if getattr(self, f.attribute) != f.default
        )
        return f"Settings({shown})"


@dataclass(frozen=True, slots=True)
class Field:
    """A declared setting with its type and default."""

    attribute: str
    type: Any
    default: Any
    spec: Spec

    @property
    def env(self) -> str:
        """Name of its environment variable."""
        return ENV_PREFIX + self.attribute.upper()


def _fields() -> dict[str, Field]:
    hints = typing.get_type_hints(Settings)
    blank = Settings()
    return {
        f.metadata["spec"].name: Field(f.name, hints[f.name], getattr(blank, f.name), f.metadata["spec"])
        for f in dataclasses.fields(Settings)
    }


FIELDS: Mapping[str, Field] = types.MappingProxyType(_fields())
"""All settings by their JSON name, in declared order."""

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
