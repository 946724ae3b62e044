"""`mai-lsp doctor` as a flow: every check in the order in which one depends on the other.

It prints nothing, raises nothing but CancelledError, and ends: what waits for others has a time limit here, beside
the model's own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from urllib.parse import urlsplit, urlunsplit

from mai_lsp.core.language import LANGUAGES
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.engine import machine
from mai_lsp.engine.completion import complete
from mai_lsp.engine.machine import Check, State
from mai_lsp.engine.outcome import Outcome, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.engine.route.providers import Providers
from mai_lsp.errors import BadRequest, MaiError, ModelMissing, RateLimited
from mai_lsp.model.catalog import near
from mai_lsp.model.client import ModelClient
from mai_lsp.model.types import Endpoint, ModelInfo, Role
from mai_lsp.settings import Settings

LISTING_SECONDS = 8.0
COMPLETION_SECONDS = 15.0
"""With these a hosted provider is through within half a minute, whatever it does."""
LOCAL_SECONDS = 120.0
"""The model on this machine may have to be read from disk first."""

_SAMPLE = 'def celsius(fahrenheit: float) -> float:\n    """Convert a temperature."""\n    return '
_UNLISTED = "Some providers serve models they do not list; whether this one answers is seen below."


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined."""

    settings: Settings
    client: ModelClient
    """Made for these settings."""
    sources: Sequence[str] = ()
    """Where settings came from, as phrases."""
    problems: Sequence[str] = ()
    """What was wrong with some of them, as sentences."""
    providers: Providers | None = None
    """The session's own providers, where there is a session: they may be asked over its editor."""


async def examine(
    patient: Patient, *, offline: bool = False, begin: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Check]:
    """Give the checks one by one; `begin` is told what is going on before each that takes time.

    With `offline` no model is asked, not even one on this machine.
    """
    begin("Loading grammars …")
    yield machine.python()
    yield machine.server()
    yield await asyncio.to_thread(machine.core_grammars)
    yield await asyncio.to_thread(machine.extra_grammars)
    for check in machine.settings(patient.settings, patient.sources, patient.problems):
        yield check
    client = patient.client
    try:
        yield Check("Provider", State.OK, str(client.choice()))
        endpoint = client.endpoint(Role.COMPLETION)
    except MaiError as error:
        yield Check("Provider", State.FAIL, error.message, error.advice)
        return
    yield _key(client, endpoint)
    for check in _fallbacks(patient):
        yield check
    if endpoint.local:
        begin("Checking the model's file …")
        found = await machine.own_model(patient.settings)
        for check in found:
            yield check
        if any(check.state is State.FAIL for check in found):
            return
    else:
        for fact in client.network(endpoint):
            name, _, text = fact.partition(": ")
            yield Check(name, State.OK, text.rstrip("."))
    if offline:
        yield Check("Endpoint", State.SKIP, "not asked (--offline)")
        return
    begin("Starting the model …" if endpoint.local else "Asking for the list of models …")
    reached, listing = await _endpoint(client, endpoint)
    yield reached
    if listing is not None:
        for check in _models(client, listing):
            yield check
    if reached.state is not State.FAIL:
        begin("Asking for a completion …")
        yield await _completion(patient, endpoint)


def _key(client: ModelClient, endpoint: Endpoint) -> Check:
    source = client.key_source(endpoint)
    if source:
        return Check("Key", State.OK, f"present, from {source}")
    # Only the engine of this machine and an editor's model have no address.
    return Check(
        "Key", State.OK, "none is set; this kind of server may need none" if endpoint.base_url else "none is needed"
    )


def _fallbacks(patient: Patient) -> Iterator[Check]:
    """Say who is asked when the provider can not answer; nobody of them is asked now."""
    if not patient.settings.route_fallback:
        return
    providers = patient.providers or Providers(patient.client, lambda: patient.settings, os.environ)
    for route in providers.routes(Role.EDIT):
        if not route.fallback:
            continue
        yield Check("Fallback", State.OK, f"{route.endpoint.provider}, with {route.endpoint.model} for edits")
    for name, error in providers.problems(Role.EDIT):
        yield Check("Fallback", State.WARN, f"{name} is left out: {error.message}", error.advice)


async def _endpoint(client: ModelClient, endpoint: Endpoint) -> tuple[Check, list[ModelInfo] | None]:
    """Ask for the catalogue, which costs nothing and needs the same way and key as a completion."""
    limit = LOCAL_SECONDS if endpoint.local else LISTING_SECONDS
    where = "the engine" if endpoint.local else _bare(endpoint.base_url) or "the editor"
    started = perf_counter()
    try:
        async with asyncio.timeout(limit):
            listing = await client.models(endpoint)
    except TimeoutError:
        advice = "Check mai.baseUrl and the network; a firewall or proxy may swallow the connection."
        return Check("Endpoint", State.FAIL, f"{where} did not answer within {limit:.0f} s", advice), None
    except (ModelMissing, BadRequest, RateLimited) as error:
        # It is there, and tells nothing of its models.
        status = f" (HTTP {error.status})" if error.status else ""
        return Check(
            "Endpoint",
            State.WARN,
            f"{where} answers after {_since(started)}, but lists no models{status}",
            "If the completion below fails too, check mai.baseUrl; most servers want it to end in /v1.",
        ), None
    except MaiError as error:
        return Check("Endpoint", State.FAIL, error.message, error.advice), None
    return Check(
        "Endpoint", State.OK, f"{where} lists {_models_counted(len(listing))} after {_since(started)}"
    ), listing


def _models(client: ModelClient, listing: Sequence[ModelInfo]) -> list[Check]:
    """Look every role's model up in the catalogue."""
    roles: dict[str, list[str]] = {}
    checks = []
    for role in Role:
        try:
            roles.setdefault(client.endpoint(role).model, []).append(role.value)
        except MaiError as error:
            checks.append(Check("Model", State.WARN, f"{role.value}: {error.message}", error.advice))
    ids = [info.id for info in listing]
    for model, used_for in roles.items():
        what = f"{model} for {', '.join(used_for)}"
        if model in ids:
            checks.append(Check("Model", State.OK, f"{what}: in the catalogue"))
        elif close := near(model, ids):
            advice = f"Did you mean {' or '.join(close)}? Set mai.{used_for[0]}.model. {_UNLISTED}"
            checks.append(Check("Model", State.WARN, f"{what}: not in the catalogue", advice))
        else:
            some = f"It lists: {', '.join(ids[:5])}{' …' if len(ids) > 5 else ''}. " if ids else ""
            checks.append(Check("Model", State.WARN, f"{what}: not in the catalogue", some + _UNLISTED))
    return checks


async def _completion(patient: Patient, endpoint: Endpoint) -> Check:
    """Ask for one line of a made-up file, the way the editor's completions are asked for."""
    document = _sample()
    wanted = replace(patient.settings, completion_enable=True, completion_disabled_languages=[], completion_max_lines=1)
    limit = LOCAL_SECONDS if endpoint.local else COMPLETION_SECONDS
    deps = Deps(patient.client, _Sample(document), wanted)
    try:
        async with asyncio.timeout(limit):
            outcome = await complete(Ask(document, len(document.text), automatic=False), deps)
    except TimeoutError:
        return Check(
            "Completion",
            State.FAIL,
            f"there was no whole answer within {limit:.0f} s",
            "Choose a faster model, or one without reasoning; typing does not wait that long.",
        )
    return _judged(outcome)


def _judged(outcome: Outcome) -> Check:
    trace = outcome.trace
    first = f"first token after {trace.first_token_ms:.0f} ms, " if trace.first_token_ms is not None else ""
    took = f"{first}{trace.total_ms:.0f} ms in all"
    if isinstance(outcome, Suggestion):
        text = outcome.text[len(_SAMPLE) - outcome.span.start :].strip()
        return Check("Completion", State.OK, f"{text!r}, {took}")
    if outcome.error is not None:
        return Check("Completion", State.FAIL, outcome.error.message, outcome.error.advice)
    advice = "Now and then that is normal; if it stays, choose another model."
    return Check("Completion", State.WARN, f"{outcome.detail} ({took})", advice)


@dataclass(frozen=True, slots=True)
class _Sample:
    """The `engine.ports.Documents` of the sample."""

    document: Document

    def latest(self, uri: str) -> Document | None:
        return self.document if uri == self.document.uri else None

    def display_path(self, uri: str) -> str:
        return uri.removeprefix("untitled:")

    def ignored(self, _uri: str, _path: str = "") -> str:
        return ""


def _sample() -> Document:
    document = open_document("untitled:temperature.py", "python", None, _SAMPLE)
    return replace(document, syntax=parse(LANGUAGES["python"], _SAMPLE))


def _models_counted(number: int) -> str:
    return "one model" if number == 1 else f"{number} models"


def _bare(url: str) -> str:
    """Leave out a query, which may hold a key of the user's."""
    return urlunsplit(urlsplit(url)._replace(query=""))


def _since(started: float) -> str:
    return f"{(perf_counter() - started) * 1000:.0f} ms"
