"""A model for one request while somebody types: the first provider that is alive, and the next one if it fails.

A prompt fits one endpoint, so it is for the flow to make another one when `instead` says so. It knows no prompt.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mai_lsp.engine.ports import Model
from mai_lsp.engine.route.providers import Providers, Route
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Answer, Endpoint, Preview, Role
from mai_lsp.prompt.prompt import Prompt


class Serving:
    """A `ports.Model` over several providers; made for each request."""

    def __init__(self, providers: Providers, *, by_hand: bool) -> None:
        self._providers = providers
        self._by_hand = by_hand
        self._models: dict[_Place, Model] = {}
        """Of the endpoints that were given."""
        self._failed: set[_Place] = set()
        self._spoke = False
        """Text of the last answer has come."""

    def endpoint(self, role: Role) -> Endpoint:
        """Give the endpoint of who is to be asked; raises the first one's error when there is nobody."""
        route = self._left(role)[0]
        self._models[_place(route.endpoint)] = route.model
        return route.endpoint

    def preview(self, endpoint: Endpoint, prompt: Prompt) -> Preview:
        """Show the request that `ask` would send."""
        return self._models[_place(endpoint)].preview(endpoint, prompt)

    @asynccontextmanager
    async def ask(self, endpoint: Endpoint, prompt: Prompt) -> AsyncIterator[Answer]:
        """Ask the provider that the endpoint is of."""
        self._spoke = False
        async with self._models[_place(endpoint)].ask(endpoint, prompt) as answer:
            try:
                yield answer
            finally:
                self._spoke = answer.first_token_ms is not None

    def instead(self, endpoint: Endpoint, error: MaiError) -> bool:
        """Whether another provider can be asked, since this one failed before it said anything."""
        if self._spoke or not self._providers.passes_on(error):
            return False
        self._failed.add(_place(endpoint))
        try:
            routes = self._providers.routes(Role.COMPLETION)
        except MaiError:
            return False
        return any(_place(route.endpoint) not in self._failed for route in routes)

    def _left(self, role: Role) -> list[Route]:
        """Return who can be asked and has not failed at this request; all if every one has."""
        routes = self._providers.routes(role, by_hand=self._by_hand)
        return [route for route in routes if _place(route.endpoint) not in self._failed] or routes


_Place = tuple[str, str]


def _place(endpoint: Endpoint) -> _Place:
    """Name the provider of an endpoint, which a flow may have given other time-outs."""
    return endpoint.provider, endpoint.base_url
