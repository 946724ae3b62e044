"""From settings and environment to the endpoint a role's requests go to, and why it is that one.

It performs no I/O: no file is read and no server asked, so it can run on every change of a setting.
"""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from mai_lsp import __version__
from mai_lsp.errors import NotConfigured, SettingsError
from mai_lsp.model import catalog
from mai_lsp.model.credentials import PROJECT_SCOPE, Secret, entra_installed, find_key
from mai_lsp.model.providers import ROWS, Row, row
from mai_lsp.model.types import Endpoint, Price, Role, Timeouts, Wire
from mai_lsp.settings import Settings

SESSION = uuid.uuid4().hex
"""Made up at start-up, so that a provider can route one session to one prompt cache; it names nobody."""

_REASONING = {Role.COMPLETION: 0.0, Role.EDIT: 0.25, Role.PLAN: 0.75}
"""Share of the output that hidden reasoning may take. With the MAI models these are 16,000 tokens for edits and 48,000
for plans, which leaves 16,000 for the plan itself. Completions have no time to think."""

_STILL = 0.5
"""Share of the whole time for an edit or a plan in which nothing may come, neither text nor reasoning."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which provider answers, and why, for status and doctor."""

    provider: str
    because: str

    def __str__(self) -> str:
        return f"{self.provider}, because {self.because}"


@dataclass(frozen=True, slots=True)
class Target(Endpoint):
    """An endpoint with what only the model layer needs; the extra fields count neither in `==` nor in `repr`."""

    role: Role = field(repr=False, compare=False)
    row: Row = field(repr=False, compare=False)
    key: Secret | None = field(repr=False, compare=False)
    key_source: str = field(repr=False, compare=False)
    """Name of the setting or variable the key came from; empty when there is none."""
    entra_scope: str = field(repr=False, compare=False)
    """Scope to sign in for; empty: no sign-in."""
    headers: Mapping[str, str] = field(repr=False, compare=False)
    """All headers but the one that carries the secret."""
    parameters: Mapping[str, Any] = field(repr=False, compare=False)
    effort: str = field(repr=False, compare=False)
    url: str = field(repr=False, compare=False)
    """Where requests go; empty for the engine on this machine, whose address is asked for, and an editor's model."""
    models_url: str = field(repr=False, compare=False)
    vendor: str = field(default="", repr=False, compare=False, kw_only=True)
    """Whose model it is, of those that the editor offers; empty for any other provider."""


def choose(settings: Settings, env: Mapping[str, str]) -> Choice:
    """Decide who answers.

    The setting; else who the base URL belongs to; else whose key is in the environment; else this machine.
    Raises NotConfigured when a key is set without saying whose it is.
    """
    if settings.provider:
        return Choice(settings.provider, "mai.provider says so")
    if settings.base_url:
        host = urlsplit(settings.base_url).hostname or ""
        named = (known.name for known in ROWS.values() if host.endswith(known.hosts or ("\0",)))
        return Choice(next(named, "openai-compatible"), "mai.baseUrl is set")
    incomplete = ""
    for known in ROWS.values():
        name = next((name for name in known.key_env if env.get(name, "").strip()), None)
        if name is None:
            continue
        if known.base_url or any(env.get(url) for url in known.base_url_env):
            return Choice(known.name, f"{name} is set")
        incomplete = incomplete or f" ({name} is set, but {known.name} also needs mai.baseUrl)"
    if settings.api_key:
        raise NotConfigured(
            "A key is set, but not whose it is.", advice=f"Set mai.provider to one of: {', '.join(ROWS)}."
        )
    return Choice("local", f"no provider is set and no provider's key is in the environment{incomplete}")


def resolve(
    settings: Settings,
    env: Mapping[str, str],
    role: Role,
    infer_format: Callable[[str], str | None],
) -> Target:
    """Build the endpoint of `role`.

    `infer_format` names the FIM format of a model id (`prompt.formats.infer`). Raises NotConfigured when a key,
    base URL or model is missing, SettingsError when a value can not be used.
    """
    provider = row(choose(settings, env).provider, settings.providers)
    base = _base_url(provider, settings, env)
    key, source, scope = _sign_in(provider, settings, env, base)
    wire = _wire(provider, settings, role)
    model = _model(provider, settings, role)
    if provider.local and wire is Wire.FIM and not (settings.wire or settings.fim_format or infer_format(model)):
        wire = Wire.INFILL  # A model of the user's own: llama.cpp reads its tokens from the weights' metadata.
    output = settings.local_context // 2 if provider.local else provider.max_output
    return Target(
        provider=provider.name,
        wire=wire,
        base_url=base,
        model=model,
        fim_format=_fim_format(settings, wire, model, infer_format),
        grammar="grammar" in provider.accepts or wire is Wire.INFILL,
        prefill=provider.prefill and wire is Wire.CHAT,
        context_tokens=settings.context_tokens or provider.context_tokens,
        timeouts=_timeouts(provider.timeouts, settings, role),
        price=_price(provider, settings, model),
        local=provider.local,
        window=settings.local_context if provider.local else provider.window,
        max_output=output,
        reasoning=0 if provider.local else int(output * _REASONING[role]),
        tools="tools" in provider.accepts and wire in {Wire.CHAT, Wire.RESPONSES},
        edit_format=provider.edit_format,
        role=role,
        row=provider,
        key=key,
        key_source=source,
        entra_scope=scope,
        headers=_headers(provider, settings),
        parameters=settings.parameters,
        effort=(settings.reasoning_effort or provider.lowest_effort) if provider.reasoning_form else "",
        url=join(provider, base, wire) if base else "",
        models_url=join(provider, base, "models") if base else "",
        vendor=settings.vscode_vendor if provider.relay else "",
    )


def join(provider: Row, base: str, what: str) -> str:
    """Give the URL of a wire (or of ``models``) below a base URL; a query (``?api-version=…``) stays at the end."""
    parts = urlsplit(base)
    path = parts.path.rstrip("/")
    if what == Wire.INFILL:
        path = path.removesuffix("/v1")  # llama.cpp serves it beside /v1, not below
    return urlunsplit(parts._replace(path=path + provider.paths.get(what, f"/{what}")))


def _base_url(provider: Row, settings: Settings, env: Mapping[str, str]) -> str:
    if provider.local or provider.relay:
        return ""
    from_env = next((env[name].strip() for name in provider.base_url_env if env.get(name, "").strip()), "")
    base = settings.base_url or from_env or provider.base_url
    if not base:
        advice = f"Set mai.baseUrl (or {' or '.join(('MAI_LSP_BASE_URL', *provider.base_url_env))})."
        raise NotConfigured(f"No base URL is set for {provider.label}.", advice=advice)
    try:
        parts = urlsplit(base)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise SettingsError(
            "mai.baseUrl is not a URL that can be asked.",
            advice="Write it like https://host/v1 or http://127.0.0.1:8080/v1.",
        )
    if parts.username or parts.password:
        raise SettingsError(
            "mai.baseUrl holds a user name or password.",
            advice="Put the credentials into mai.apiKey or mai.http.headers.",
        )
    path = parts.path.rstrip("/")
    for wire_path in sorted(provider.paths.values(), key=len, reverse=True):
        path = path.removesuffix(wire_path)  # people paste the whole address from a vendor's example
    return urlunsplit(parts._replace(path=path, fragment=""))


def _sign_in(provider: Row, settings: Settings, env: Mapping[str, str], base: str) -> tuple[Secret | None, str, str]:
    """Give key, the place it was found in, and the Entra scope; one of key and scope, or neither."""
    if provider.local or provider.relay:
        return None, "", ""
    scope = PROJECT_SCOPE if provider.entra_scope and "/api/projects/" in base else provider.entra_scope
    if settings.auth == "entra":
        if not scope:
            raise SettingsError(f"{provider.label} takes no Microsoft Entra ID token.", advice="Set mai.auth to key.")
        return None, "Microsoft Entra ID", scope
    found = find_key(provider, settings.api_key, settings.api_keys, env)
    if found is not None:
        return found.key, found.source, ""
    if not provider.needs_key:
        return None, "", ""
    if scope and settings.auth != "key" and entra_installed():
        return None, "Microsoft Entra ID", scope
    names = " or ".join(("MAI_LSP_API_KEY", *provider.key_env))
    entra = ", or sign in with Entra ID: pip install 'mai-lsp[entra]'" if scope and settings.auth != "key" else ""
    raise NotConfigured(f"No key for {provider.label} was found.", advice=f"Set {names}{entra}.")


def _wire(provider: Row, settings: Settings, role: Role) -> Wire:
    name = settings.wire or provider.wire
    if name not in set(Wire):
        raise SettingsError(
            f"There is no wire format named {name[:40]!r}.", advice=f"Choose one of: {', '.join(Wire)}."
        )
    wire = Wire(name)
    if provider.relay and wire is not Wire.CHAT:
        raise SettingsError(
            f"{provider.label[0].upper()}{provider.label[1:]} takes chat messages only.", advice="Empty mai.wire."
        )
    # Filling a gap can not follow instructions, so edits and plans of a FIM provider go over chat.
    return wire if role is Role.COMPLETION or wire in {Wire.CHAT, Wire.RESPONSES} else Wire.CHAT


def _model(provider: Row, settings: Settings, role: Role) -> str:
    chosen = {
        Role.COMPLETION: settings.completion_model,
        Role.EDIT: settings.edit_model,
        Role.PLAN: settings.plan_model,
    }[role]
    if chosen:
        return chosen
    if provider.local and settings.local_model:
        path = settings.local_model
        return PurePath(path.replace("\\", "/")).stem if path.lower().endswith(".gguf") else path
    # Somebody who named one model of an own server means it for all that is not named.
    model = provider.model(role) or settings.completion_model
    if not model:
        raise NotConfigured(
            f"No model is set for {provider.label}.",
            advice=f"Set mai.{role}.model; `mai-lsp doctor` lists what the server has.",
        )
    return model


def _fim_format(settings: Settings, wire: Wire, model: str, infer_format: Callable[[str], str | None]) -> str | None:
    if wire is not Wire.FIM:
        return None
    name = settings.fim_format or infer_format(model)
    if name is None:
        raise SettingsError(
            f"Which fill-in-the-middle tokens {model[:80]} uses is not known.",
            advice="Set mai.fim.format, or set mai.wire to chat (or infill for llama.cpp).",
        )
    return name


def _timeouts(usual: Timeouts, settings: Settings, role: Role) -> Timeouts:
    connect = settings.timeout_connect or usual.connect
    if role is not Role.COMPLETION:
        total = settings.edit_timeout if role is Role.EDIT else settings.plan_timeout
        # A model that thinks in secret, or writes a function call that arrives whole, may be still for most of its
        # time. So what the user has set for completions can only make these longer.
        still = total * _STILL
        return Timeouts(
            connect=connect,
            first_token=min(total, max(still, settings.timeout_first_token)),
            between_tokens=min(total, max(still, settings.timeout_between_tokens)),
            total=total,
        )
    return Timeouts(
        connect=connect,
        first_token=settings.timeout_first_token or usual.first_token,
        between_tokens=settings.timeout_between_tokens or usual.between_tokens,
        total=settings.timeout_total or usual.total,
    )


def _price(provider: Row, settings: Settings, model: str) -> Price | None:
    # A plan of the user's pays for what the editor asks, at no price that could be known here.
    known = None if provider.relay else catalog.look_up(model)
    base = Price(0, 0, 0) if provider.local else known.price if known else None
    mine = {
        "input": settings.price_input,
        "cached_input": settings.price_cached_input,
        "output": settings.price_output,
    }
    given = {name: value for name, value in mine.items() if value >= 0}
    if not given:
        return base
    if base is None and not {"input", "output"} <= given.keys():
        return None
    start = base or Price(0, given["input"], 0)
    return dataclasses.replace(start, **given)


def _headers(provider: Row, settings: Settings) -> Mapping[str, str]:
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream, application/json",
        "user-agent": f"mai-lsp/{__version__}",
    }
    if provider.session_header:
        headers[provider.session_header.lower()] = SESSION
    for name, value in {**provider.headers, **settings.headers}.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise SettingsError(
                f"The HTTP header {name[:40]!r} can not be sent.",
                advice="Use plain ASCII without line breaks in mai.http.headers.",
            )
        headers[name.lower()] = value
    return headers
