"""Providers in turn, against real HTTP: who is asked, who is left alone, and what another provider never gets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mai_lsp.engine.route.breaker import LONGEST, SHORTEST
from mai_lsp.engine.route.providers import OWN, Client, Providers, Route, elsewhere
from mai_lsp.engine.route.serving import Serving
from mai_lsp.errors import (
    ContentFiltered,
    MaiError,
    ModelMissing,
    NoCredit,
    NotConfigured,
    ProviderDown,
    RateLimited,
    StreamBroken,
)
from mai_lsp.model.client import ModelClient
from mai_lsp.model.retry import Retry
from mai_lsp.model.types import Role
from mai_lsp.settings import FIELDS, Settings
from tests.support.asking import CHAT, KEY, Waits
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import drop, error_event, never_headers, send, stall, status

OTHER_KEY = "key-of-the-other-provider"


@dataclass
class Room:
    """A main provider and a fallback, each a scripted server, and a clock that the test turns."""

    main: ModelServer
    other: ModelServer
    providers: Providers
    settings: Settings
    now: float = 1000.0
    made: list[Settings] = field(default_factory=list)

    async def ask(self, route: Route) -> str:
        async with route.model.ask(route.endpoint, CHAT) as answer:
            return "".join([piece async for piece in answer])

    async def in_turn(self, role: Role = Role.EDIT) -> str:
        """Ask as a flow does: the next one as long as nothing has come."""
        routes = self.providers.routes(role)
        for route in routes:
            try:
                return await self.ask(route)
            except MaiError as error:
                if route is routes[-1] or not self.providers.passes_on(error):
                    raise
        raise AssertionError

    @property
    def asked(self) -> tuple[int, int]:
        return len(self.main.requests), len(self.other.requests)

    def names(self, *, by_hand: bool = True) -> list[str]:
        return [route.endpoint.provider for route in self.providers.routes(Role.EDIT, by_hand=by_hand)]


@contextlib.asynccontextmanager
async def room(*, with_key: bool = True, retries: int = 0, **more: Any) -> AsyncIterator[Room]:
    async with ModelServer(send("main")) as main, ModelServer(send("other")) as other:
        chosen: dict[str, Any] = {
            "provider": "openrouter",
            "base_url": f"{main.url}/v1",
            "api_key": KEY,
            "headers": {"x-gateway": "secret-of-a-gateway"},
            "parameters": {"top_k": 1},
            "route_fallback": ["openai-compatible", "fireworks"],
            **more,
        }
        env = {"MAI_LSP_API_KEY": KEY, "OPENAI_BASE_URL": f"{other.url}/v1"}
        env |= {"OPENAI_API_KEY": OTHER_KEY} if with_key else {}
        retry = Retry(retries=retries, sleep=Waits().sleep)
        clients: list[ModelClient] = []

        def make(settings: Settings, own: Any) -> Client:
            at.made.append(settings)
            # Which model the fallback usually has is of no matter here.
            settings = replace(settings, edit_model="m", plan_model="m", completion_model="m")
            clients.append(ModelClient(settings, own, infer_format=lambda _: None, retry=retry))
            return clients[-1]

        settings = Settings(**chosen)
        client = ModelClient(settings, env, infer_format=lambda _: None, retry=retry)
        providers = Providers(client, lambda: at.settings, env, make=make, clock=lambda: at.now)
        at = Room(main, other, providers, settings)
        try:
            yield at
        finally:
            await providers.aclose()
            await client.aclose()


async def test_the_main_provider_answers_as_long_as_it_can() -> None:
    async with room() as at:
        assert at.names() == ["openrouter", "openai-compatible"]
        assert await at.in_turn() == "main"
        assert at.asked == (1, 0)


@pytest.mark.parametrize(
    "step", [status(503), status(402), status(404), status(429), status(401), drop(), error_event("upstream died", 502)]
)
async def test_the_next_one_answers_what_the_first_could_not(step: Any) -> None:
    async with room() as at:
        at.main.enqueue(step)
        assert await at.in_turn() == "other"
        assert at.asked == (1, 1)


async def test_what_another_provider_would_answer_alike_is_not_passed_on() -> None:
    async with room() as at:
        at.main.enqueue(status(400, {"error": {"code": "content_filter", "message": "no"}}))
        with pytest.raises(ContentFiltered):
            await at.in_turn()
        assert at.asked == (1, 0)


async def test_a_dead_provider_costs_nothing_until_its_time_is_over() -> None:
    async with room() as at:
        at.main.default = (status(503),)
        assert [await at.in_turn() for _ in range(20)] == ["other"] * 20
        assert at.asked == (2, 20)
        connections = at.main.connections
        at.now += SHORTEST - 1
        assert await at.in_turn() == "other"
        assert (at.main.connections, len(at.main.requests)) == (connections, 2)
        at.now += 1
        assert [await at.in_turn() for _ in range(5)] == ["other"] * 5
        assert len(at.main.requests) == 3  # One probe.
        at.now += SHORTEST
        assert await at.in_turn() == "other"
        assert len(at.main.requests) == 3  # It failed, so the next one is later.
        at.main.default = (send("main"),)
        at.now += SHORTEST
        assert [await at.in_turn() for _ in range(3)] == ["main"] * 3


async def test_while_a_probe_is_under_way_others_do_not_wait_for_it() -> None:
    async with room() as at:
        at.main.default = (status(503),)
        for _ in range(2):
            await at.in_turn()
        gate = Gate()
        at.main.default = (stall(gate), send("main"))
        at.now += SHORTEST
        probe = asyncio.create_task(at.in_turn())
        await asyncio.wait_for(_requests(at.main, 3), 10)
        assert await at.in_turn() == "other"
        gate.open()
        assert await asyncio.wait_for(probe, 10) == "main"
        assert await at.in_turn() == "main"


@pytest.mark.parametrize(
    ("step", "kind", "seconds"),
    [
        (status(429, headers={"retry-after": "42"}), RateLimited, 42.0),
        (status(402), NoCredit, LONGEST),
        (status(404), ModelMissing, LONGEST),
    ],
)
async def test_some_troubles_are_known_at_once(step: Any, kind: type[MaiError], seconds: float) -> None:
    async with room(route_fallback=[]) as at:
        at.main.default = (step,)
        for _ in range(5):
            with pytest.raises(kind):
                await at.in_turn()
        assert len(at.main.requests) == 1
        at.now += seconds
        with pytest.raises(kind):
            await at.in_turn()
        assert len(at.main.requests) == 2


async def test_a_missing_model_says_nothing_of_the_providers_others() -> None:
    async with room(edit_model="a", plan_model="b") as at:
        at.main.enqueue(status(404))
        assert await at.in_turn(Role.EDIT) == "other"
        assert await at.in_turn(Role.PLAN) == "main"
        at.main.enqueue(status(402))
        assert await at.in_turn(Role.PLAN) == "other"
        at.now += LONGEST - 1
        assert await at.in_turn(Role.PLAN) == "other"  # No credit is the whole account's trouble.
        assert at.asked == (3, 3)


async def test_a_role_that_nobody_can_be_asked_for_has_no_endpoint() -> None:
    async with room(route_fallback=[], edit_model="a", plan_model="b") as at:
        at.main.enqueue(status(404))
        with pytest.raises(ModelMissing):
            await at.in_turn(Role.PLAN)
        assert at.providers.endpoint(Role.PLAN) is None
        edit = at.providers.endpoint(Role.EDIT)
        assert edit is not None
        assert edit.model == "a"


async def test_an_outage_may_be_tried_again_by_hand_when_there_is_nobody_else() -> None:
    async with room(route_fallback=[]) as at:
        at.main.default = (status(503),)
        for _ in range(4):
            with pytest.raises(ProviderDown):
                await at.in_turn()
        assert len(at.main.requests) == 4
        with pytest.raises(ProviderDown):
            at.names(by_hand=False)
        assert at.names() == ["openrouter"]


@pytest.mark.parametrize(("step", "tries"), [(status(503), 2), (status(429, headers={"retry-after": "5"}), 1)])
async def test_where_there_is_a_next_provider_the_first_is_not_waited_for(step: Any, tries: int) -> None:
    async with room(retries=2) as at:
        at.main.default = (step,)
        assert await at.in_turn() == "other"
        assert len(at.main.requests) == tries
    async with room(retries=2, route_fallback=[]) as at:
        at.main.default = (step,)
        with pytest.raises(MaiError):
            await at.in_turn()
        assert len(at.main.requests) == 3


async def test_text_that_came_is_not_asked_for_elsewhere() -> None:
    async with room() as at:
        at.main.enqueue(send("half"), drop())
        serving = Serving(at.providers, by_hand=False)
        endpoint = serving.endpoint(Role.COMPLETION)
        with pytest.raises(StreamBroken) as caught:
            async with serving.ask(endpoint, CHAT) as answer:
                assert [piece async for piece in answer] == ["half"]
        assert not serving.instead(endpoint, caught.value)


async def test_one_request_goes_on_to_the_next_provider_only_once() -> None:
    async with room() as at:
        at.main.default = at.other.default = (status(503),)
        serving = Serving(at.providers, by_hand=False)
        for expected, more in (("openrouter", True), ("openai-compatible", False)):
            endpoint = serving.endpoint(Role.COMPLETION)
            assert endpoint.provider == expected
            with pytest.raises(ProviderDown) as caught:
                async with serving.ask(endpoint, CHAT) as answer:
                    await anext(aiter(answer))
            assert serving.instead(endpoint, caught.value) is more


async def test_silence_that_is_given_up_counts_as_an_outage() -> None:
    async with room() as at:
        at.main.default = (never_headers(),)
        for _ in range(2):
            await _given_up(at, after=at.settings.completion_timeout_automatic)
        assert at.names(by_hand=False) == ["openai-compatible"]


async def test_a_request_that_is_given_up_soon_tells_nothing() -> None:
    async with room() as at:
        at.main.default = (never_headers(),)
        for _ in range(4):
            await _given_up(at, after=1.0)
        assert at.names()[0] == "openrouter"


async def test_another_provider_gets_its_own_key_and_nothing_of_the_main_ones() -> None:
    async with room() as at:
        at.main.enqueue(status(503))
        await at.in_turn()
        theirs = at.other.requests[0]
        assert theirs.headers["authorization"] == f"Bearer {OTHER_KEY}"
        assert KEY not in str(theirs.headers)
        assert "x-gateway" not in theirs.headers
        assert "top_k" not in theirs.body
        assert at.main.requests[0].headers["x-gateway"] == "secret-of-a-gateway"


async def test_the_main_key_is_not_even_sent_to_one_that_has_none() -> None:
    async with room(with_key=False) as at:
        at.main.enqueue(status(503))
        assert await at.in_turn() == "other"
        assert "authorization" not in at.other.requests[0].headers


async def test_what_is_not_set_up_is_left_out_and_said() -> None:
    async with room() as at:
        (problem,) = at.providers.problems(Role.EDIT)
        assert problem[0] == "fireworks"
        assert isinstance(problem[1], NotConfigured)
        assert "FIREWORKS_API_KEY" in problem[1].advice


async def test_a_key_that_is_set_by_name_goes_to_its_own_provider_alone() -> None:
    keys = {"openrouter": "key-by-name", "openai-compatible": "others-by-name", "fireworks": "nobodys-by-name"}
    async with room(api_keys=keys) as at:
        at.main.enqueue(status(503))
        assert await at.in_turn() == "other"
        (ours,), (theirs,) = at.main.requests, at.other.requests
        assert ours.headers["authorization"] == "Bearer key-by-name"
        assert theirs.headers["authorization"] == "Bearer others-by-name"
        for asked, others in ((ours, "others-by-name"), (theirs, "key-by-name")):
            assert others not in str(asked.headers)
            assert "nobodys-by-name" not in str(asked.headers)
        # A client of another provider does not even have them.
        assert at.made[0].api_keys == {"openai-compatible": "others-by-name"}


async def test_fallbacks_are_made_when_they_are_needed_and_anew_with_the_settings() -> None:
    async with room() as at:
        at.main.default = (status(402),)
        await at.in_turn()
        assert at.names() == ["openai-compatible"]
        made = len(at.made)
        at.names()
        assert len(at.made) == made
        at.settings = replace(at.settings, route_fallback=["openrouter", "openai-compatible"])
        assert at.names() == ["openrouter", "openai-compatible"]  # The main one once, and what was wrong is forgotten.


async def test_who_is_left_alone_says_for_how_long_still() -> None:
    async with room(route_fallback=[]) as at:
        at.main.enqueue(status(429, headers={"retry-after": "42"}))
        with pytest.raises(RateLimited):
            await at.in_turn()
        at.now += 12
        for _ in range(2):
            with pytest.raises(RateLimited) as caught:
                at.names()
            assert caught.value.retry_after == 30
            assert caught.value.advice
        assert len(caught.traceback) < 5  # Each time it is another error, which does not grow.


async def test_one_error_that_is_noted_twice_is_one_outage() -> None:
    async with room() as at:
        at.main.default = (status(503),)
        route = at.providers.routes(Role.EDIT)[0]
        with pytest.raises(ProviderDown) as caught:
            await at.ask(route)
        at.providers.note(route, caught.value)
        assert at.names()[0] == "openrouter"
        at.providers.note(route, ProviderDown("again"))
        assert at.names() == ["openai-compatible"]


def test_no_secret_but_the_proxys_password_is_meant_for_every_provider() -> None:
    # Of the keys by name another provider is left its own (above).
    assert {field.attribute for field in FIELDS.values() if field.spec.secret} - set(OWN) == {"proxy", "api_keys"}


def test_nothing_of_one_provider_reaches_another() -> None:
    """Every setting is either for all providers or listed as the main one's own."""
    given: dict[str, Any] = {"base_url": "http://h", "api_key": "k", "headers": {"a": "b"}, "parameters": {"x": 1}}
    chosen = Settings(provider="foundry", completion_model="m", price_input=1.0, edit_timeout=7, **given)
    other = elsewhere(chosen, "fireworks")
    assert other == Settings(provider="fireworks", edit_timeout=7)


async def _given_up(at: Room, after: float) -> None:
    """Ask for a completion, and give it up after some time without an answer."""
    route = at.providers.routes(Role.COMPLETION)[0]
    came = len(at.main.requests)
    task = asyncio.create_task(at.ask(route))
    await asyncio.wait_for(_requests(at.main, came + 1), 10)
    at.now += after
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _requests(server: ModelServer, count: int) -> None:
    while len(server.requests) < count:
        await server.next_request()
