"""Every refusal and broken connection before an answer: the error, the tries, and that the next request works."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mai_lsp.errors import (
    AuthRefused,
    BadRequest,
    ConnectTimedOut,
    ContentFiltered,
    ContextTooLong,
    FirstTokenTimedOut,
    ModelError,
    ModelMissing,
    NoCredit,
    ProviderDown,
    RateLimited,
    StreamBroken,
    TotalTimedOut,
    Unreachable,
)
from mai_lsp.model.client import ModelClient
from mai_lsp.model.network import Route
from mai_lsp.model.types import Role
from mai_lsp.prompt.prompt import ChatPrompt, Message
from mai_lsp.settings import Settings
from tests.support.asking import Asking, asking
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import Step, drop, garbage, never_headers, raw, send, stall, status


async def failing(at: Asking, kind: type[ModelError]) -> ModelError:
    """Ask, expect this very error, and check that the request after it works."""
    with pytest.raises(kind) as caught:
        await at.text()
    assert type(caught.value) is kind
    assert caught.value.advice
    at.server._scripts.clear()
    assert await at.text() == "pass"
    return caught.value


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (status(400, {"error": {"code": "context_length_exceeded", "message": "too long"}}), ContextTooLong),
        (status(400, {"error": {"code": "content_filter", "message": "no"}}), ContentFiltered),
        (status(400, {"error": {"message": "Unsupported parameter: 'max_tokens'"}}), BadRequest),
        (status(401), AuthRefused),
        (status(402, {"error": {"code": 402, "message": "Insufficient credits"}}), NoCredit),
        (status(403), AuthRefused),
        (status(404, {"error": {"code": "no_endpoints", "message": "none"}}), ModelMissing),
        (status(404, {"error": {"code": "privacy_restricted", "message": "none"}}), ModelMissing),
        (status(405, "Method Not Allowed"), BadRequest),
        (status(412, {"error": {"message": "suspended"}}), NoCredit),
        (status(413), ContextTooLong),
        (status(422, {"detail": [{"msg": "field required", "type": "missing"}]}), BadRequest),
        (status(501, {"error": {"message": "no infill"}}), BadRequest),
        (status(302, "moved", {"location": "https://elsewhere.example/"}), BadRequest),
        (status(200, "<html><title>Sign in</title></html>", {"content-type": "text/html"}), StreamBroken),
        (garbage(), StreamBroken),
    ],
)
async def test_what_will_not_pass_is_reported_at_once(step: Step, kind: type[ModelError]) -> None:
    async with asking() as at:
        at.server.enqueue(step)
        await failing(at, kind)
        assert len(at.server.requests) == 2
        assert at.waits.seconds == []


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (status(408), ProviderDown),
        (status(409), ProviderDown),
        (status(429), RateLimited),
        (status(500), ProviderDown),
        (status(502, "<html><title>502 Bad Gateway</title></html>", {"content-type": "text/html"}), ProviderDown),
        (status(503), ProviderDown),
        (status(504), ProviderDown),
        (drop(), Unreachable),
    ],
)
async def test_what_may_pass_is_tried_twice_more_then_reported(step: Step, kind: type[ModelError]) -> None:
    async with asking() as at:
        for _ in range(3):
            at.server.enqueue(step)
        await failing(at, kind)
        assert at.waits.seconds == [0.5, 1.0]
        assert len(at.server.requests) == 4


@pytest.mark.parametrize("step", [status(429), status(503), drop()])
async def test_a_passing_fault_is_not_noticed(step: Step) -> None:
    async with asking() as at:
        at.server.enqueue(step)
        assert await at.text() == "pass"
        assert at.waits.seconds == [0.5]


@pytest.mark.parametrize(
    ("step", "wait"),
    [
        (status(429, headers={"retry-after-ms": "250", "retry-after": "5"}), 0.25),
        (status(429, headers={"retry-after": "3"}), 3.0),
        (status(503, {"error": {"code": 503, "message": "m", "availability": {"retry_after": 2}}}), 2.0),
    ],
)
async def test_the_server_says_how_long_to_wait(step: Step, wait: float) -> None:
    async with asking() as at:
        at.server.enqueue(step)
        assert await at.text() == "pass"
        assert at.waits.seconds == [wait]


@pytest.mark.parametrize("seconds", [30, 7])
async def test_a_wait_that_does_not_fit_the_policy_or_the_total_is_not_begun(seconds: int) -> None:
    async with asking(timeout_total=5) as at:
        at.server.enqueue(status(429, headers={"retry-after": str(seconds)}))
        error = await failing(at, RateLimited)
        assert error.retry_after == seconds
        assert at.waits.seconds == []


async def test_foundrys_quota_of_zero_is_explained() -> None:
    async with asking(provider="foundry") as at:
        at.server.enqueue(status(429, headers={"x-ratelimit-limit-requests": "0"}))
        error = await failing(at, RateLimited)
        assert "no requests at all" in error.message
        assert at.waits.seconds == []
        assert at.server.requests[0].headers["api-key"]
        assert "max_completion_tokens" in at.server.requests[0].body


async def test_a_missing_model_names_near_matches() -> None:
    async with asking(completion_model="mai-code-1-flash") as at:
        at.server.models = [{"id": "microsoft/mai-code-1.1-flash"}, {"id": "other/thing"}]
        at.server.enqueue(status(404))
        error = await failing(at, ModelMissing)
        assert "microsoft/mai-code-1.1-flash" in error.advice
        assert "other/thing" not in error.advice


async def test_a_model_that_only_privacy_rules_out_is_not_called_missing() -> None:
    async with asking() as at:
        at.server.enqueue(status(404, {"error": {"code": "privacy_restricted", "message": "none"}}))
        assert "data_collection" in (await failing(at, ModelMissing)).advice
        assert at.server.catalogue == []


async def test_a_listed_model_means_a_wrong_path() -> None:
    async with asking() as at:
        at.server.enqueue(status(404))
        assert "mai.wire" in (await failing(at, ModelMissing)).advice


@pytest.mark.parametrize("reply", [(status(500),), (drop(),), (status(200, "no json"),)])
async def test_a_missing_model_is_reported_without_a_catalogue_too(reply: tuple[Step, ...]) -> None:
    async with asking() as at:
        at.server.models_reply = reply
        at.server.enqueue(status(404, {"error": {"message": "The model does not exist"}}))
        error = await failing(at, ModelMissing)
        assert "doctor" in error.advice


async def test_an_error_never_repeats_the_prompt() -> None:
    code = "def launch_codes(): return secret_numbers"
    async with asking() as at:
        at.server.enqueue(status(400, {"error": {"message": f"Could not parse: {code}"}}))
        with pytest.raises(BadRequest) as caught:
            await at.text(ChatPrompt((Message("user", code),), 5))
        assert "launch_codes" not in str(caught.value)


@pytest.mark.parametrize("steps", [(never_headers(),), (raw(b": wait\n\n"), stall(Gate())), (send(), stall(Gate()))])
async def test_no_first_token_in_time(steps: tuple[Step, ...]) -> None:
    async with asking(timeout_first_token=0.25) as at:
        at.server.enqueue(*steps)
        error = await failing(at, FirstTokenTimedOut)
        assert "mai.timeout.firstToken" in error.advice
        await asyncio.wait_for(at.server.requests[0].hung_up.wait(), 5)


async def test_an_error_body_that_never_comes_is_a_time_out() -> None:
    head = status(503, b"x", {"content-length": "500"})
    async with asking(timeout_first_token=0.25) as at:
        at.server.enqueue(head, stall(Gate()))
        await failing(at, FirstTokenTimedOut)


async def test_the_total_time_holds_for_all_tries_together() -> None:
    async with asking(timeout_total=0.4, timeout_first_token=10) as at:
        at.server.enqueue(never_headers())
        error = await failing(at, TotalTimedOut)
        assert "mai.timeout.total" in error.advice


async def test_nobody_listens() -> None:
    async with ModelServer() as server:
        url = server.url
    async with asking(base_url=f"{url}/v1") as at:
        with pytest.raises(Unreachable, match=r"No connection to 127\.0\.0\.1"):
            await at.text()
        assert at.waits.seconds == [0.5, 1.0]


async def test_a_name_that_does_not_exist() -> None:
    async with asking(base_url="http://no-such-host.invalid/v1") as at:
        with pytest.raises(Unreachable, match=r"no-such-host\.invalid"):
            await at.text()


async def test_no_connection_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()

    async def connect(*_: Any, **__: Any) -> Any:
        await never.wait()

    # A port that neither accepts nor refuses can not be had on every system, so the dialling is replaced.
    async with asking(timeout_connect=0.25) as at:
        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
        with pytest.raises(ConnectTimedOut, match=r"0\.25 s") as caught:
            await at.text()
        assert "mai.timeout.connect" in caught.value.advice
        monkeypatch.undo()
        assert await at.text() == "pass"


async def test_tls_to_a_server_that_speaks_none() -> None:
    async with ModelServer() as server, asking(base_url=server.url.replace("http:", "https:") + "/v1") as at:
        with pytest.raises(Unreachable, match=r"http:// or https://"):
            await at.text()
        assert at.waits.seconds == []


async def test_a_proxy_is_used_for_other_hosts_and_its_refusal_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ModelServer(send("through the proxy")) as proxy:
        settings = Settings(
            provider="openai-compatible",
            base_url="http://model.example/v1",
            api_key="k",
            completion_model="m",
            wire="chat",
            proxy=proxy.url,
        )
        client = ModelClient(settings, {}, infer_format=lambda model: None)
        endpoint = client.endpoint(Role.COMPLETION)
        prompt = ChatPrompt((Message("user", "x"),), 5)
        async with client.ask(endpoint, prompt) as answer:
            assert [piece async for piece in answer] == ["through the proxy"]
        assert proxy.requests[0].path == "http://model.example/v1/chat/completions"
        proxy.enqueue(status(407))
        with pytest.raises(Unreachable, match=r"mai\.http\.proxy"):
            async with client.ask(endpoint, prompt) as answer:
                await anext(aiter(answer))
        await client.aclose()
    assert isinstance(client._route("http://model.example/v1"), Route)
