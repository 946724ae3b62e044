"""The one client of the model layer: endpoints by role, streamed answers, listings, a warm connection.

It starts no task of its own, waits for nothing it was not asked for, and imports httpx only when first used.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from mai_lsp.errors import AuthRefused, BadRequest, MaiError, ModelError, ModelMissing
from mai_lsp.model import catalog, denials, network
from mai_lsp.model.credentials import EntraTokens, Secret, authorization
from mai_lsp.model.network import Route
from mai_lsp.model.pool import Pool, load
from mai_lsp.model.relay import Question, Relay, Relayed
from mai_lsp.model.resolve import Choice, Target, choose, join, resolve
from mai_lsp.model.retry import Retry
from mai_lsp.model.text import well_formed
from mai_lsp.model.types import Answer, Endpoint, ModelInfo, Preview, Role
from mai_lsp.model.wires import request_body
from mai_lsp.prompt.prompt import ChatPrompt, FimPrompt, Prompt
from mai_lsp.settings import Settings

if TYPE_CHECKING:
    from mai_lsp.model.exchange import Exchange, Place

LOCAL_PLACEHOLDER = "http://127.0.0.1:<port>/v1"
"""Stands for the engine's address in a preview."""

_WARM_SECONDS = 60.0
"""A connection that was used this recently is still open at every provider."""
_WARM_PAUSE = 1.0
"""Seconds between two attempts to open one."""
_NAMES_SECONDS = 2.0
"""How long an error message waits for a listing to find near matches in."""


class LocalEngine(Protocol):
    """The embedded engine, as far as the client needs it."""

    async def address(self) -> tuple[str, str]:
        """Give (base URL, key) of a running engine, starting it if need be; raise LocalModelError when it can not."""
        ...

    def doubt(self) -> None:
        """Take note that nothing answered at that address, so that the next one is looked up anew."""


class ModelClient:
    """Asks models over HTTP, or over the editor, following the settings of the moment."""

    def __init__(
        self,
        settings: Settings,
        env: Mapping[str, str],
        *,
        infer_format: Callable[[str], str | None],
        engine: LocalEngine | None = None,
        relay: Relay | None = None,
        tokens: EntraTokens | None = None,
        retry: Retry | None = None,
    ) -> None:
        self._settings = settings
        self._env = env
        self._infer_format = infer_format
        self._engine = engine
        self._relay = relay
        self._tokens = tokens or EntraTokens()
        self._retry = retry or Retry()
        self._pool = Pool()
        self._targets: dict[Role, Target] = {}
        self._routes: dict[str, Route] = {}
        self._listings: dict[str, list[ModelInfo]] = {}
        self._open_until: dict[str, float] = {}
        """Monotonic time until which an idle connection to a base URL can be expected."""
        self._warmed_at: dict[str, float] = {}

    def configure(self, settings: Settings, env: Mapping[str, str] | None = None) -> None:
        """Follow new settings from the next request on; requests under way keep their connection."""
        self._settings = settings
        self._env = self._env if env is None else env
        self._targets.clear()
        self._routes.clear()
        self._listings.clear()
        self._open_until.clear()
        self._warmed_at.clear()
        self._tokens.forget()

    def choice(self) -> Choice:
        """Say which provider answers, and why; raise NotConfigured when that can not be told."""
        return choose(self._settings, self._env)

    def endpoint(self, role: Role) -> Endpoint:
        """Give where the role's requests go; raise NotConfigured or SettingsError when they can not go anywhere."""
        target = self._targets.get(role)
        if target is None:
            target = resolve(self._settings, self._env, role, self._infer_format)
            if target.row.relay and self._relay is None:
                raise denials.nowhere()
            self._targets[role] = target
        return target

    def key_source(self, endpoint: Endpoint) -> str:
        """Name the setting or variable that the endpoint's key comes from; empty when it needs none."""
        return _target(endpoint).key_source

    def network(self, endpoint: Endpoint) -> list[str]:
        """Say which proxy and certificates are in force, without passwords."""
        target = _target(endpoint)
        if target.row.relay:
            return []
        return network.describe(self._route(target.url or LOCAL_PLACEHOLDER.replace("<port>", "1")))

    def preview(self, endpoint: Endpoint, prompt: Prompt) -> Preview:
        """Show the request as it would be sent, with the key hidden."""
        target = _target(endpoint)
        if target.row.relay:
            return Preview("mai/lm/chat", f"{target.vendor}/{target.model}", {}, request_body(prompt, target))
        headers = dict(target.headers)
        for name in self._settings.headers:
            headers[name.lower()] = repr(Secret(""))
        if target.key is not None:
            name, value = authorization(target.row, target.key)
            headers[name.lower()] = value.replace(target.key.reveal(), repr(target.key))
        elif target.entra_scope or target.local:
            headers["authorization"] = f"Bearer {Secret('')!r}"
        url = target.url or join(target.row, LOCAL_PLACEHOLDER, target.wire)
        return Preview("POST", url, headers, request_body(prompt, target))

    @contextlib.asynccontextmanager
    async def ask(
        self, endpoint: Endpoint, prompt: Prompt, *, reasoning_limit: int | None = None
    ) -> AsyncIterator[Answer]:
        """Ask, and give the answer to iterate; leaving the context closes the stream at once.

        The request goes out with the first iteration, which also raises its errors. `reasoning_limit` is in
        estimated tokens; without it what the endpoint grants, or the prompt's own output limit if that is nothing.
        """
        target = _target(endpoint)
        limit = (target.reasoning or prompt.max_tokens) if reasoning_limit is None else reasoning_limit
        if target.row.relay:
            relayed = self._relayed(target, prompt, limit)
            try:
                yield relayed
            finally:
                await relayed.close()
            return
        exchange = await load("exchange")
        text = json.dumps(request_body(prompt, target), ensure_ascii=False, separators=(",", ":"))
        self._open_until.pop(target.base_url, None)
        async with self._pool.lease() as lease:

            async def connect() -> Place:
                url, headers = await self._address(target, target.wire)
                place: Place = exchange.Place(await lease.client(self._route(url)), url, headers)
                return place

            answer: Exchange = exchange.Exchange(
                exchange.Call(
                    target=target,
                    prompt=prompt,
                    body=well_formed(text).encode(),
                    sent_chars=_chars(prompt),
                    reasoning_limit=limit,
                    retry=self._retry,
                    connect=connect,
                    explain=self._near,
                    doubt=self._engine.doubt if target.local and self._engine is not None else None,
                )
            )
            try:
                yield answer
            except AuthRefused:
                self._tokens.forget()
                raise
            finally:
                await answer.close()
                if answer.reusable:
                    self._open_until[target.base_url] = time.monotonic() + _WARM_SECONDS

    async def models(self, endpoint: Endpoint) -> list[ModelInfo]:
        """Fetch the provider's catalogue; raise ModelError when it gives none."""
        target = _target(endpoint)
        if target.row.relay:
            return await self._families(target)
        edge = await load("edge")
        url, headers = await self._address(target, "models")
        async with self._pool.lease() as lease:
            client = await lease.client(self._route(url))
            listing = catalog.parse_listing(
                await edge.fetch_json(client, url, headers, target, self._retry.wall_clock())
            )
        self._listings[url] = listing
        return listing

    async def warm(self, endpoint: Endpoint) -> None:
        """Open a connection if none is expected to be open; cheap, throttled, and silent about failure.

        Worth calling when a file is opened and after an answer was closed early (which costs its connection). The
        engine of this machine is started, which takes a second or two that the first completion need not wait then.
        """
        target = _target(endpoint)
        if target.local and self._engine is not None:
            try:
                await self._engine.address()
            except MaiError:
                return  # the next real request will tell
        now = time.monotonic()
        place = target.base_url
        warmed = self._warmed_at.get(place, -_WARM_PAUSE)
        if not target.row.keep_warm or self._open_until.get(place, 0) > now or now - warmed < _WARM_PAUSE:
            return
        self._warmed_at[place] = now
        try:
            edge = await load("edge")
            url, headers = await self._address(target, "models")
            async with self._pool.lease() as lease:
                if await edge.knock(await lease.client(self._route(url)), url, headers, target):
                    self._open_until[place] = time.monotonic() + _WARM_SECONDS
        except MaiError:
            return  # the next real request will tell

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.close()

    def _way(self) -> Relay:
        if self._relay is None:
            raise denials.nowhere()
        return self._relay

    def _relayed(self, target: Target, prompt: Prompt, reasoning_limit: int) -> Relayed:
        if not isinstance(prompt, ChatPrompt):
            raise TypeError("an editor's language model takes chat prompts only")
        question = Question(
            target=target,
            prompt=prompt,
            body=request_body(prompt, target),
            sent_chars=_chars(prompt),
            reasoning_limit=reasoning_limit,
            explain=self._offered,
        )
        return Relayed(self._way(), question)

    async def _families(self, target: Target) -> list[ModelInfo]:
        listed = await self._way().models()
        if listed is None:
            raise BadRequest("The editor gives no list of its language models.", advice="Update the MAI extension.")
        known = denials.listing(listed)
        return [ModelInfo(family, window) for (vendor, family), window in known.items() if vendor == target.vendor]

    async def _offered(self, target: Target, error: ModelMissing) -> ModelMissing:
        """Add what the editor has to a missing model's message, if it says that quickly."""
        try:
            async with asyncio.timeout(_NAMES_SECONDS):
                listed = await self._way().models()
        except TimeoutError:
            return error
        return error if listed is None else denials.missing(target, error, denials.listing(listed))

    async def _address(self, target: Target, what: str) -> tuple[str, Mapping[str, str]]:
        """Give URL and headers, secret included; asks the engine or Entra ID where they decide."""
        if target.local:
            if self._engine is None:
                raise ModelError("There is no model engine on this machine.", advice="Set mai.provider.")
            base, key = await self._engine.address()
            return join(target.row, base, what), _with(target.headers, ("authorization", f"Bearer {key}"))
        url = target.url if what == target.wire else target.models_url
        if target.entra_scope:
            token = await self._tokens.token(target.entra_scope)
            return url, _with(target.headers, ("authorization", f"Bearer {token.reveal()}"))
        if target.key is not None:
            return url, _with(target.headers, authorization(target.row, target.key))
        return url, target.headers

    def _route(self, url: str) -> Route:
        way = self._routes.get(url)
        if way is None:
            way = self._routes[url] = network.route(url, self._settings, self._env)
        return way

    async def _near(self, target: Target, error: ModelMissing) -> ModelMissing:
        """Add near matches from the provider's catalogue to a missing model's message, if it comes quickly."""
        listing = self._listings.get(target.models_url)
        if listing is None:
            try:
                async with asyncio.timeout(_NAMES_SECONDS):
                    listing = await self.models(target)
            except (TimeoutError, MaiError):
                return error
        ids = [info.id for info in listing]
        if target.model in ids:
            advice = "The catalogue lists the model, so the path is wrong: check mai.baseUrl and mai.wire."
        elif close := catalog.near(target.model, ids):
            advice = f"Near matches in its catalogue: {', '.join(close)}. Set mai.{target.role.value}.model."
        else:
            return error
        return ModelMissing(error.message, advice=advice, status=error.status)


def _target(endpoint: Endpoint) -> Target:
    if not isinstance(endpoint, Target):
        raise TypeError("only an endpoint that ModelClient.endpoint gave can be asked")
    return endpoint


def _with(headers: Mapping[str, str], secret: tuple[str, str]) -> dict[str, str]:
    return {secret[0].lower(): secret[1], **headers}


def _chars(prompt: Prompt) -> int:
    if isinstance(prompt, ChatPrompt):
        return sum(len(message.content) for message in prompt.messages) + sum(
            len(tool.name) + len(tool.description) + len(json.dumps(dict(tool.parameters))) for tool in prompt.tools
        )
    if isinstance(prompt, FimPrompt):
        return len(prompt.text) + len(prompt.suffix or "")
    return len(prompt.prefix) + len(prompt.suffix) + sum(len(extra.text) for extra in prompt.extra)
