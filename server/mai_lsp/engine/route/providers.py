"""The providers that can be asked for a role, in turn: the user's own, then those of `route.fallback`.

It sends nothing by itself. What was asked over a route tells the circuit breakers how it went, whoever asked; a dead
provider is left out, so it costs nothing. Another provider never gets what the user has set for the main one: its key,
address, headers and extra fields.
"""

from __future__ import annotations

import copy
import time
import weakref
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from mai_lsp.engine.backend import new_client
from mai_lsp.engine.ports import Model
from mai_lsp.engine.route.breaker import Breaker, counts, passing, provider_wide
from mai_lsp.errors import FirstTokenTimedOut, MaiError, ModelError
from mai_lsp.model.types import Answer, Endpoint, Preview, Role
from mai_lsp.prompt.prompt import Prompt
from mai_lsp.settings import FIELDS, Settings

OWN: Final = (
    "base_url",
    "api_key",
    "auth",
    "wire",
    "completion_model",
    "edit_model",
    "plan_model",
    "context_tokens",
    "fim_format",
    "headers",
    "parameters",
    "price_input",
    "price_cached_input",
    "price_output",
)
"""Settings that are meant for one provider and must not reach another one."""

NEARLY: Final = 0.9
"""Share of the time limit for completions after which a request that is given up in silence counts as an outage: a
provider that takes connections and says nothing is as dead as one that takes none."""

PAUSE: Final = 0.5
"""Seconds that a provider is waited for before it is tried again, while there is a next one: enough for one further try
after what lasts a moment (`model.retry`), and not what a limit asks for."""

OUR_VARIABLES: Final = "MAI_LSP_"
"""What environment variables of ours begin with; they are meant for the main provider, its key above all."""


class Client(Model, Protocol):
    """A model that holds connections (`model.client.ModelClient`)."""

    async def aclose(self) -> None:
        """Close them."""


@dataclass(frozen=True, slots=True)
class Route:
    """One provider for one role."""

    model: Model
    """Asks it, and notes how that went."""
    endpoint: Endpoint
    fallback: bool = False
    """It is not the user's main provider."""

    @property
    def name(self) -> str:
        """For the user."""
        return f"{self.endpoint.model} ({self.endpoint.provider})"


class Providers:
    """All providers of a session; `settings` gives those in force, `main` follows them by itself."""

    def __init__(
        self,
        main: Model,
        settings: Callable[[], Settings],
        env: Mapping[str, str],
        *,
        make: Callable[[Settings, Mapping[str, str]], Client] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._main = main
        self._settings = settings
        self._env = {name: value for name, value in env.items() if not name.startswith(OUR_VARIABLES)}
        self._make = make or (lambda chosen, env: new_client(lambda: chosen, env))
        self._clock = clock
        self._clients: dict[str, Client] = {}
        self._retired: list[Client] = []
        self._made_for: Settings | None = None
        self._breakers: dict[tuple[str, ...], Breaker] = {}
        self._noted: weakref.ref[MaiError] | None = None

    def routes(self, role: Role, *, by_hand: bool = True) -> list[Route]:
        """Return who can be asked now, in order; at least one.

        Those whose breaker is open are left out. If that leaves nobody, what somebody asks for by hand may still try
        the first whose trouble may be over by now. Raises the first one's MaiError when there is nobody to ask.
        """
        known, problems = self._known(role)
        now = self._clock()
        live = [route for route in known if self._lets(route.endpoint, now)]
        if live:
            return [*(_impatient(route) for route in live[:-1]), live[-1]]
        for route in known:
            error = self._trouble(route.endpoint, now)
            if error is not None:
                if by_hand and passing(error):
                    return [route]
                problems.append((route.endpoint.provider, error))
        raise problems[0][1] if problems else ModelError("No provider can be asked.", advice="Set mai.provider.")

    def endpoint(self, role: Role) -> Endpoint | None:
        """Return where a request would go first; None where nobody can be asked for the role."""
        try:
            return self.routes(role)[0].endpoint
        except MaiError:
            return None

    def note(self, route: Route, error: MaiError | None) -> None:
        """Take in how a request went. Requests over `route.model` tell it themselves; telling it again is harmless."""
        if error is not None and self._noted is not None and self._noted() is error:
            return
        self._noted = None if error is None else weakref.ref(error)
        keys = _keys(route.endpoint)
        if error is None or not counts(error):
            for key in keys:
                self._breakers.pop(key, None)
            return
        key = keys[0] if provider_wide(error) else keys[1]
        # A copy, since an error that was raised holds on to everything that led there.
        self._breakers[key] = self._breakers.get(key, Breaker()).failed(copy.copy(error), self._clock())
        if key is keys[1]:
            self._breakers.pop(keys[0], None)  # The provider itself has answered.

    def begin(self, route: Route) -> Callable[[Answer | None, MaiError | None], None]:
        """Take in that a request is made; call what is returned when it has ended, with its answer and error."""
        began = self._clock()
        self._change(route.endpoint, lambda breaker: breaker.begun(began))

        def end(answer: Answer | None, error: MaiError | None) -> None:
            if error is None and not _came(answer):
                # Given up by whoever asked. Somebody who is typing waits for no longer than the limit for that.
                patience = self._settings().completion_timeout_automatic * NEARLY
                if patience and self._clock() - began >= patience and not route.endpoint.reasoning:
                    error = FirstTokenTimedOut(f"{route.name} said nothing for {patience:.0f} s.")
                else:
                    self._change(route.endpoint, Breaker.given_up)
                    return
            self.note(route, error)

        return end

    def passes_on(self, error: MaiError) -> bool:
        """Whether another provider may answer what one could not, as long as no text has come."""
        return counts(error)

    def problems(self, role: Role) -> list[tuple[str, MaiError]]:
        """Return the providers that can not be asked at all as they are set up, and why: for the doctor."""
        return self._known(role)[1]

    async def aclose(self) -> None:
        """Close the connections of all but the main provider."""
        clients = [*self._clients.values(), *self._retired]
        self._clients.clear()
        self._retired.clear()
        for client in clients:
            await client.aclose()

    def _known(self, role: Role) -> tuple[list[Route], list[tuple[str, MaiError]]]:
        """Return the routes by the settings in force, dead or not, and what can not be asked."""
        settings = self._settings()
        if settings is not self._made_for and settings != self._made_for:
            self._made_for = settings
            self._breakers.clear()  # Whatever was wrong may have been mended.
            self._retired += self._clients.values()  # Requests may be under way; closed at the end.
            self._clients.clear()
        routes: list[Route] = []
        problems: list[tuple[str, MaiError]] = []
        names = list(dict.fromkeys(settings.route_fallback))
        for name in ["", *names]:
            try:
                model = self._client(name, settings) if name else self._main
                endpoint = model.endpoint(role)
            except MaiError as error:
                problems.append((name or settings.provider, error))
                continue
            if name and any(route.endpoint.provider == endpoint.provider for route in routes):
                continue  # It is the main one.
            routes.append(Route(_Noting(model, self, fallback=bool(name)), endpoint, bool(name)))
        return routes, problems

    def _client(self, name: str, settings: Settings) -> Client:
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = self._make(elsewhere(settings, name), self._env)
        return client

    def _change(self, endpoint: Endpoint, change: Callable[[Breaker], Breaker]) -> None:
        for key in _keys(endpoint):
            if key in self._breakers:
                self._breakers[key] = change(self._breakers[key])

    def _lets(self, endpoint: Endpoint, now: float) -> bool:
        return all(self._breakers[key].lets(now) for key in _keys(endpoint) if key in self._breakers)

    def _trouble(self, endpoint: Endpoint, now: float) -> MaiError | None:
        """Return what keeps a provider from being asked, to be raised; it says how long it does by now."""
        found = (self._breakers[key] for key in _keys(endpoint) if key in self._breakers)
        closed = next((breaker for breaker in found if not breaker.lets(now)), None)
        if closed is None or closed.error is None or closed.until is None:
            return None
        error = copy.copy(closed.error)
        if isinstance(error, ModelError) and error.retry_after is not None:
            error.retry_after = max(0.0, closed.until - now)
        return error


class _Noting:
    """One provider's model (`ports.Model`), whose requests are noted."""

    def __init__(self, model: Model, providers: Providers, *, fallback: bool) -> None:
        self._model = model
        self._providers = providers
        self._fallback = fallback

    def endpoint(self, role: Role) -> Endpoint:
        """Resolve as the model does."""
        return self._model.endpoint(role)

    def preview(self, endpoint: Endpoint, prompt: Prompt) -> Preview:
        """Show as the model does."""
        return self._model.preview(endpoint, prompt)

    @asynccontextmanager
    async def ask(self, endpoint: Endpoint, prompt: Prompt) -> AsyncIterator[Answer]:
        """Ask the model, and note how it went; a stream that is closed when something has come went well."""
        route = Route(self, endpoint, self._fallback)
        end = self._providers.begin(route)
        heard: Answer | None = None
        error: MaiError | None = None
        try:
            async with self._model.ask(endpoint, prompt) as heard:
                yield heard
        except MaiError as raised:
            error = raised
            raise
        finally:
            end(heard, error)


def elsewhere(settings: Settings, provider: str) -> Settings:
    """Return the settings for another provider: without anything that was meant for the main one."""
    usual: dict[str, Any] = {field.attribute: field.default for field in FIELDS.values() if field.attribute in OWN}
    keys = {name: key for name, key in settings.api_keys.items() if name == provider}
    return replace(settings, provider=provider, api_keys=keys, **usual)


def _impatient(route: Route) -> Route:
    return replace(route, endpoint=replace(route.endpoint, longest_pause=PAUSE))


def _came(answer: Answer | None) -> bool:
    """Whether anything at all has come of an answer."""
    if answer is None:
        return False
    return answer.first_token_ms is not None or answer.finish is not None or answer.reasoning_chars > 0


def _keys(endpoint: Endpoint) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name what fails together: the provider, and one model of it."""
    return (endpoint.provider, endpoint.base_url), (endpoint.provider, endpoint.base_url, endpoint.model)
