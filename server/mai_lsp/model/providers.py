"""The table of providers: everything that differs between them, as data that a user can correct.

It performs no I/O and holds no code that is special to one provider; `resolve` and `wires` read the rows.
Facts come from the vendors' documents as of autumn 2026; a wrong line costs a user one setting
(``mai.providers``), not a release.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mai_lsp.errors import SettingsError
from mai_lsp.model.types import Role, Timeouts, Wire

ReasoningForm = Literal["", "reasoning_effort", "reasoning.effort"]


def _no_items() -> Mapping[str, Any]:
    return types.MappingProxyType({})


_PATHS: Mapping[str, str] = types.MappingProxyType(
    {
        Wire.CHAT: "/chat/completions",
        Wire.RESPONSES: "/responses",
        Wire.FIM: "/completions",
        Wire.INFILL: "/infill",
        "models": "/models",
    }
)

_MAI_WINDOW = 128_000
"""Prompt tokens that Copilot grants MAI-Code-1-Flash, the least that is said of any host; the models take 256,000."""

_MAI_OUTPUT = 64_000
"""Of MAI-Thinking-1, reasoning included; sources give MAI-Code-1-Flash as much or twice that."""

_HOSTED = Timeouts(connect=10, first_token=20, between_tokens=10, total=60)
_ON_MACHINE = Timeouts(connect=5, first_token=90, between_tokens=30, total=180)
"""A small CPU reads 70 prompt tokens per second, so a cold prompt takes many seconds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One provider. The defaults are the conservative row: what every OpenAI-compatible server takes."""

    name: str
    label: str
    """Its name in sentences."""
    base_url: str = ""
    """Empty: every user has an own one and must set it."""
    hosts: tuple[str, ...] = ()
    """Ends of host names by which a base URL alone tells the provider."""
    paths: Mapping[str, str] = field(default_factory=lambda: _PATHS)
    """Path below the base URL per wire, and of ``models``."""
    auth_header: str = "Authorization"
    auth_scheme: str = "Bearer"
    """Word before the key; empty sends the bare key."""
    key_env: tuple[str, ...] = ()
    """Environment variables its key is found in, first one wins (after MAI_LSP_API_KEY)."""
    base_url_env: tuple[str, ...] = ()
    """Environment variables its base URL is found in."""
    needs_key: bool = True
    entra_scope: str = ""
    """Scope of a Microsoft Entra ID token; empty: it takes none."""
    wire: str = Wire.CHAT
    completion_model: str = ""
    edit_model: str = ""
    plan_model: str = ""
    output_cap: str = "max_tokens"
    """Name of the output limit on the chat wire."""
    accepts: frozenset[str] = frozenset({"stop", "temperature"})
    """Optional body fields it takes; any other is left out of the request."""
    reasoning_form: ReasoningForm = ""
    """How an effort is sent; empty: not at all."""
    lowest_effort: str = ""
    """Effort sent when the user sets none; empty: leave the field out."""
    extra_body: Mapping[str, Any] = field(default_factory=_no_items)
    headers: Mapping[str, str] = field(default_factory=_no_items)
    session_header: str = ""
    """Header that carries a made-up session id, so that a prompt cache is found again."""
    context_tokens: int = 2000
    """Usual prompt budget of a completion."""
    window: int = 32_000
    """Tokens of prompt that its models take at most."""
    max_output: int = 8_192
    """Tokens of output that may be asked for at most; a server may refuse what does not fit beside the prompt."""
    edit_format: str = ""
    """Format its models are asked to write edits in, before what their names say; empty: by the name."""
    timeouts: Timeouts = _HOSTED
    prefill: bool = False
    """On the chat wire it goes on with an assistant's message that stands last, as llama.cpp does; a server that does
    not would begin anew, or refuse."""
    keep_warm: bool = True
    """Its connection is worth opening before it is needed (TLS, distance)."""
    local: bool = False
    """The engine on this machine, whose address is asked for and not set."""
    relay: bool = False
    """The editor asks one of its own language models for us: no URL, no key, chat messages alone (`model.relay`)."""

    def model(self, role: Role) -> str:
        """Give the usual model id for `role`; empty when there is none."""
        return {Role.COMPLETION: self.completion_model, Role.EDIT: self.edit_model, Role.PLAN: self.plan_model}[role]


_USUAL = frozenset({"stop", "temperature", "stream_options"})
_LLAMA_CPP = frozenset({"grammar", "cache_prompt", "timings_per_token"})

ROWS: Mapping[str, Row] = types.MappingProxyType(
    {
        row.name: row
        for row in (
            Row(
                "foundry",
                "Microsoft Foundry",
                hosts=(".services.ai.azure.com", ".openai.azure.com", ".cognitiveservices.azure.com"),
                auth_header="api-key",
                auth_scheme="",
                key_env=("AZURE_AI_API_KEY", "FOUNDRY_API_KEY", "AZURE_OPENAI_API_KEY"),
                base_url_env=("AZURE_AI_BASE_URL", "FOUNDRY_BASE_URL"),
                entra_scope="https://cognitiveservices.azure.com/.default",
                # Deployment names are the user's to choose; these are right where they kept the models' own.
                completion_model="MAI-Code-1-Flash",
                edit_model="MAI-Code-1-Flash",
                plan_model="MAI-Thinking-1",
                # `max_tokens` is answered with 400, and none of the usual options are in its documented list.
                output_cap="max_completion_tokens",
                accepts=frozenset({"tools"}),
                context_tokens=3000,
                window=_MAI_WINDOW,
                max_output=_MAI_OUTPUT,
            ),
            Row(
                "openrouter",
                "OpenRouter",
                base_url="https://openrouter.ai/api/v1",
                hosts=("openrouter.ai",),
                key_env=("OPENROUTER_API_KEY",),
                completion_model="microsoft/mai-code-1-flash",
                edit_model="microsoft/mai-code-1-flash",
                plan_model="microsoft/mai-thinking-1",
                accepts=_USUAL | {"tools", "prompt_cache_key"},
                # Unsupported parameters are ignored there, so asking for little reasoning is safe.
                reasoning_form="reasoning.effort",
                lowest_effort="low",
                extra_body=types.MappingProxyType({"provider": {"data_collection": "deny"}}),
                headers=types.MappingProxyType({"X-Title": "MAI Language Server"}),
                context_tokens=3000,
                window=_MAI_WINDOW,
                max_output=_MAI_OUTPUT,
            ),
            Row(
                "fireworks",
                "Fireworks",
                base_url="https://api.fireworks.ai/inference/v1",
                hosts=("fireworks.ai",),
                key_env=("FIREWORKS_API_KEY",),
                completion_model="accounts/fireworks/models/mai-code-1-flash",
                edit_model="accounts/fireworks/models/mai-code-1-flash",
                plan_model="accounts/fireworks/models/mai-thinking-1",
                accepts=_USUAL | {"tools"},
                reasoning_form="reasoning_effort",
                context_tokens=3000,
                window=_MAI_WINDOW,
                max_output=_MAI_OUTPUT,
            ),
            Row(
                "baseten",
                "Baseten",
                base_url="https://inference.baseten.co/v1",
                hosts=("baseten.co",),
                key_env=("BASETEN_API_KEY",),
                completion_model="microsoft/mai-code-1-flash",
                edit_model="microsoft/mai-code-1-flash",
                plan_model="microsoft/mai-thinking-1",
                accepts=_USUAL | {"tools"},
                reasoning_form="reasoning_effort",
                session_header="x-session-affinity",
                context_tokens=3000,
                window=_MAI_WINDOW,
                max_output=_MAI_OUTPUT,
            ),
            Row(
                "openai-compatible",
                "the OpenAI-compatible server",
                key_env=("OPENAI_API_KEY",),
                base_url_env=("OPENAI_BASE_URL",),
                needs_key=False,
                reasoning_form="reasoning_effort",
            ),
            Row(
                "local",
                "the model on this machine",
                needs_key=False,
                wire=Wire.FIM,
                completion_model="qwen2.5-coder-0.5b-instruct",
                edit_model="qwen2.5-coder-0.5b-instruct",
                plan_model="qwen2.5-coder-0.5b-instruct",
                accepts=_USUAL | _LLAMA_CPP,
                context_tokens=400,
                timeouts=_ON_MACHINE,
                prefill=True,
                keep_warm=False,
                local=True,
            ),
            Row(
                "vscode",
                "the editor's language model",
                needs_key=False,
                # Families, as Copilot names them; it has no model that is made for plans alone.
                completion_model="mai-code-1-flash",
                edit_model="mai-code-1-flash",
                plan_model="mai-code-1-flash",
                accepts=frozenset({"tools"}),
                context_tokens=3000,
                window=_MAI_WINDOW,
                max_output=_MAI_OUTPUT,
                keep_warm=False,
                relay=True,
            ),
        )
    }
)


def row(name: str, corrections: Mapping[str, Any] | None = None) -> Row:
    """Give the provider's row with the user's corrections (``mai.providers``, camelCase keys) applied.

    An unknown provider has the conservative row. Raises SettingsError for a correction that does not fit.
    """
    known = ROWS.get(name) or Row(name, name)
    mine = (corrections or {}).get(name)
    if mine is None:
        return known
    where = f"mai.providers.{name}"
    if not isinstance(mine, Mapping):
        raise SettingsError(f"{where} must be an object.", advice="Give it fields such as baseUrl or outputCap.")
    return dataclasses.replace(known, **_fields(Row, mine, known, where))


def _fields(kind: type, given: Mapping[str, Any], known: Any, where: str) -> dict[str, Any]:
    """Convert JSON fields to the dataclass's own, checked against its annotations."""
    hints = {_camel(name): (name, hint) for name, hint in typing.get_type_hints(kind).items() if name != "name"}
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in hints:
            near = difflib.get_close_matches(key, hints, 1)
            hint_text = f"Did you mean {near[0]}?" if near else f"It knows: {', '.join(sorted(hints))}."
            raise SettingsError(f"{where}.{key} is not a field of the table of providers.", advice=hint_text)
        name, hint = hints[key]
        values[name] = _value(value, hint, getattr(known, name), f"{where}.{key}")
    return values


def _value(value: Any, hint: Any, known: Any, where: str) -> Any:
    origin = typing.get_origin(hint) or hint
    wanted = ""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, Mapping):
            return dataclasses.replace(known, **_fields(hint, value, known, where))
        wanted = "an object"
    elif origin is Literal:
        wanted = "" if value in typing.get_args(hint) else f"one of {', '.join(map(repr, typing.get_args(hint)))}"
    elif hint is bool:
        wanted = "" if isinstance(value, bool) else "true or false"
    elif hint in {int, float}:
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
        if number and (hint is float or value == int(value)):
            return hint(value)
        wanted = "a positive number" if hint is float else "a positive whole number"
    elif hint is str:
        wanted = "" if isinstance(value, str) else "a string"
    elif origin in {tuple, frozenset}:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return origin(value)
        wanted = "a list of strings"
    else:
        strings = typing.get_args(hint)[1] is str
        if isinstance(value, Mapping) and (not strings or all(isinstance(item, str) for item in value.values())):
            return types.MappingProxyType({**known, **value})
        wanted = "an object of strings" if strings else "an object"
    if wanted:
        raise SettingsError(f"{where} must be {wanted}.")
    return value


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)
