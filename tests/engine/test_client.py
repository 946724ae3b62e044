"""The client against the scripted server: answers, closing, connections, listings."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from mai_lsp.errors import AuthRefused, EngineFailed, Unreachable
from mai_lsp.model.client import ModelClient
from mai_lsp.model.credentials import EntraTokens
from mai_lsp.model.types import ModelInfo, Role, Usage
from mai_lsp.prompt.prompt import ChatPrompt, FimPrompt, Message
from mai_lsp.settings import Settings
from tests.support.asking import CHAT, FIM, KEY, asking
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import (
    comment,
    end_here,
    event,
    finish,
    huge,
    never_headers,
    no_done_marker,
    no_usage,
    reasoning,
    send,
    split_bytes,
    stall,
    status,
    u2028,
    usage,
    whole,
)

WIRES = ("chat", "responses", "fim", "infill")
TEXT = ("    return", " a", " + b  # é\U0001f600\n")


@pytest.mark.parametrize("wire", WIRES)
async def test_text_streams_over_every_wire(wire: str) -> None:
    async with asking(wire=wire) as at:
        at.server.enqueue(send(*TEXT), usage(input=9, cached=4, output=3))
        async with at.ask() as answer:
            pieces = [piece async for piece in answer]
        assert pieces == list(TEXT)
        assert answer.usage == Usage(9, 4, 3)
        assert answer.finish == "stop"
        assert answer.first_token_ms is not None
        assert answer.first_token_ms > 0
        asked = at.server.requests[0]
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert asked.body["model"] == "scripted"


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("size", [1, 2, 7])
async def test_bytes_may_be_cut_anywhere(wire: str, size: int) -> None:
    async with asking(wire=wire) as at:
        at.server.enqueue(split_bytes(size), comment(), send(*TEXT), u2028())
        assert await at.text() == "".join(TEXT) + "a = 'x\u2028y'"


@pytest.mark.parametrize("wire", WIRES)
async def test_a_reply_that_is_not_streamed_is_read_too(wire: str) -> None:
    async with asking(wire=wire) as at:
        at.server.enqueue(usage(input=9, output=3), whole("return a"))
        async with at.ask() as answer:
            assert [piece async for piece in answer] == ["return a"]
        assert answer.usage.output_tokens == 3


async def test_pieces_arrive_while_the_stream_still_runs() -> None:
    gate = Gate()
    async with asking() as at:
        at.server.enqueue(send("a"), stall(gate), send("b"))
        async with at.ask() as answer:
            assert await anext(aiter(answer)) == "a"
            gate.open()
            assert [piece async for piece in answer] == ["b"]


async def test_leaving_the_context_closes_the_stream() -> None:
    async with asking() as at:
        at.server.enqueue(send("a"), stall(Gate()))
        async with at.ask() as answer:
            assert await anext(aiter(answer)) == "a"
        await asyncio.wait_for(at.server.requests[0].hung_up.wait(), 5)
        assert await at.text() == "pass"


@pytest.mark.parametrize("steps", [(never_headers(),), (send("a"), stall(Gate()))])
async def test_cancelling_closes_the_stream(steps: tuple[Any, ...]) -> None:
    async with asking() as at:
        at.server.enqueue(*steps)
        task = asyncio.create_task(at.text())
        asked = await at.server.next_request()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(asked.hung_up.wait(), 5)
        assert await at.text() == "pass"


async def test_one_connection_serves_answers_that_were_read_to_their_end() -> None:
    async with asking() as at:
        at.server.enqueue(send("a"))
        at.server.enqueue(send("b"), no_done_marker())
        at.server.enqueue(whole("c"))
        at.server.enqueue(status(400))
        assert [await at.text() for _ in range(3)] == ["a", "b", "c"]
        with pytest.raises(Exception, match="400"):
            await at.text()
        await at.text()
        assert at.server.connections == 1


async def test_a_connection_that_the_server_closed_meanwhile_is_replaced_without_a_wait() -> None:
    async with asking() as at:
        await at.text()
        await at.server.close_idle()
        assert await at.text() == "pass"
        assert (at.server.connections, at.waits.seconds) == (2, [])


async def test_requests_at_the_same_time_do_not_wait_for_each_other() -> None:
    gate = Gate()
    async with asking() as at:
        at.server.enqueue(send("slow"), stall(gate))
        slow = asyncio.create_task(at.text())
        await at.server.next_request()
        assert await at.text() == "pass"
        gate.open()
        assert await slow == "slow"


async def test_new_settings_take_effect_without_breaking_a_running_answer() -> None:
    gate = Gate()
    async with asking() as at, ModelServer(send("from the second")) as second:
        at.server.enqueue(send("a"), stall(gate), send("b"))
        async with at.ask() as answer:
            stream = aiter(answer)
            assert await anext(stream) == "a"
            changed = Settings(
                provider="openai-compatible",
                base_url=f"{second.url}/v1",
                completion_model="m2",
                wire="chat",
                proxy="http://127.0.0.1:9",
            )
            at.client.configure(changed)
            assert await at.text() == "from the second"
            gate.open()
            assert [piece async for piece in stream] == ["b"]
        assert second.requests[0].body["model"] == "m2"


async def test_counts_are_estimated_when_the_server_sends_none() -> None:
    async with asking(price_input=1.0, price_output=10.0) as at:
        at.server.enqueue(send("x" * 40), no_usage())
        async with at.ask() as answer:
            assert answer.usage.estimated
            assert "".join([piece async for piece in answer]) == "x" * 40
        sent = sum(len(message.content) for message in CHAT.messages)
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (-(-sent // 4), 10)
        assert answer.usage.cost_usd == pytest.approx((-(-sent // 4) * 1.0 + 10 * 10.0) / 1e6)


async def test_the_providers_own_cost_wins_over_the_table() -> None:
    async with asking(price_input=1.0, price_output=10.0) as at:
        at.server.enqueue(send("x"), usage(input=10, output=10, cost=0.125))
        async with at.ask() as answer:
            assert [piece async for piece in answer] == ["x"]
        assert answer.usage.cost_usd == 0.125


@pytest.mark.parametrize("form", ["string", "object", "content", "details"])
async def test_reasoning_is_counted_and_never_shown(form: str) -> None:
    async with asking() as at:
        at.server.enqueue(reasoning("let me", " think", form=form), send("x"), usage(output=9, reasoning=8))
        async with at.ask() as answer:
            assert [piece async for piece in answer] == ["x"]
        assert answer.reasoning_chars == len("let me think")
        assert answer.usage.reasoning_tokens == 8


async def test_inline_reasoning_is_taken_out_across_chunks() -> None:
    async with asking() as at:
        at.server.enqueue(send("<th", "ink>so", "</thi", "nk>\n", "    x = 1"))
        async with at.ask() as answer:
            assert [piece async for piece in answer] == ["    x = 1"]
        assert answer.reasoning_chars == 2


@pytest.mark.parametrize("form", ["summary", "text"])
async def test_reasoning_of_the_responses_wire_is_counted(form: str) -> None:
    async with asking(wire="responses") as at:
        at.server.enqueue(reasoning("hm", form=form), send("x"))
        async with at.ask() as answer:
            assert [piece async for piece in answer] == ["x"]
        assert answer.reasoning_chars == 2


async def test_a_pair_split_over_two_deltas_is_joined() -> None:
    async with asking() as at:
        at.server.enqueue(send("\ud83d", "\ude00", "!"))
        assert await at.text() == "\U0001f600!"


async def test_a_prompt_with_half_a_pair_still_goes_out_as_utf8() -> None:
    async with asking() as at:
        await at.text(ChatPrompt((Message("user", "x = '\ud83d'"),), 5))
        assert at.server.requests[0].body["messages"][0]["content"] == "x = '\ufffd'"


async def test_a_large_answer_is_read() -> None:
    async with asking() as at:
        at.server.enqueue(huge(2_000_000))
        assert len(await at.text()) == 2_000_000


async def test_a_length_finish_with_text_is_an_answer() -> None:
    async with asking() as at:
        at.server.enqueue(send("x"), finish("length"))
        async with at.ask() as answer:
            assert [piece async for piece in answer] == ["x"]
        assert answer.finish == "length"


async def test_an_empty_answer_is_empty_text() -> None:
    async with asking() as at:
        at.server.enqueue(comment())
        assert await at.text() == ""


async def test_the_preview_is_what_goes_out_with_the_key_hidden() -> None:
    async with asking(wire="fim", headers={"X-Gate": "gate-secret"}) as at:
        preview = at.client.preview(at.endpoint, FIM)
        await at.text()
        asked = at.server.requests[0]
        assert asked.body == preview.body
        assert preview.url == f"{at.server.url}/v1/completions"
        assert preview.headers["authorization"] == "Bearer <hidden>"
        assert preview.headers["x-gate"] == "<hidden>"
        assert asked.headers["x-gate"] == "gate-secret"
        assert KEY not in repr(preview)
        assert preview.headers.keys() <= asked.headers.keys()


async def test_neither_key_nor_code_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with asking() as at:
            await at.text(ChatPrompt((Message("user", "launch_codes = 1"),), 5))
            at.server.enqueue(status(401, {"error": {"message": f"bad key {KEY}"}}))
            with pytest.raises(Exception, match="401") as caught:
                await at.text()
    own = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("mai_lsp", "httpx")))
    assert KEY not in own + str(caught.value)
    assert "launch_codes" not in own


async def test_the_catalogue_is_fetched_and_read() -> None:
    async with asking() as at:
        at.server.models = [{"id": "a", "context_length": 9}, {"id": "b"}]
        assert await at.client.models(at.endpoint) == [ModelInfo("a", 9), ModelInfo("b")]
        assert at.server.catalogue[0].path == "/v1/models"


async def test_warming_opens_one_connection_that_the_next_request_uses() -> None:
    async with asking(providers={"openai-compatible": {"keepWarm": True}}) as at:
        await at.client.warm(at.endpoint)
        await at.client.warm(at.endpoint)
        assert len(at.server.catalogue) == 1
        await at.text()
        assert at.server.connections == 1
        await at.client.warm(at.endpoint)
        assert len(at.server.catalogue) == 1


async def test_warming_never_raises() -> None:
    async with asking(base_url="http://127.0.0.1:9/v1") as at:
        await at.client.warm(at.endpoint)
    async with asking(provider="local", wire="fim", engine=Engine([EngineFailed("x")])) as at:
        await at.client.warm(at.endpoint)


@dataclass
class Engine:
    """Stands for the embedded engine: gives addresses, or fails, in order; the last one for good."""

    answers: list[str | Exception]
    asked: list[None] = field(default_factory=list)
    doubted: int = 0

    async def address(self) -> tuple[str, str]:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(None)
        if isinstance(answer, Exception):
            raise answer
        return answer, "engine-key"

    def doubt(self) -> None:
        self.doubted += 1


async def test_the_local_engine_gives_address_and_key() -> None:
    engine = Engine([])
    async with asking(provider="local", wire="fim", engine=engine) as at:
        engine.answers = [f"{at.server.url}/v1"]
        assert await at.text() == "pass"
        assert at.server.requests[0].headers["authorization"] == "Bearer engine-key"
        assert at.server.requests[0].path == "/v1/completions"
        assert (await at.client.models(at.endpoint))[0].id == "scripted"
        assert "<port>" in at.client.preview(at.endpoint, FIM).url


async def test_warming_starts_the_local_engine_and_asks_it_nothing() -> None:
    engine = Engine([])
    async with asking(provider="local", wire="fim", engine=engine) as at:
        engine.answers = [f"{at.server.url}/v1"]
        await at.client.warm(at.endpoint)
        assert len(engine.asked) == 1
        assert not at.server.requests
        assert not at.server.catalogue


async def test_a_dead_local_engine_is_asked_again_once_and_at_once() -> None:
    engine = Engine([])
    async with asking(provider="local", wire="fim", engine=engine) as at:
        engine.answers = ["http://127.0.0.1:9/v1", f"{at.server.url}/v1"]
        assert await at.text() == "pass"
        assert len(engine.asked) == 2
        assert engine.doubted == 1
        assert at.waits.seconds == []


async def test_an_engine_that_stays_dead_is_reported() -> None:
    engine = Engine(["http://127.0.0.1:9/v1"])
    async with asking(provider="local", wire="fim", engine=engine) as at:
        with pytest.raises(Unreachable):
            await at.text()
        assert len(engine.asked) == 4
    failing = Engine([EngineFailed("It did not start.")])
    async with asking(provider="local", wire="fim", engine=failing) as at:
        with pytest.raises(EngineFailed):
            await at.text()


async def test_an_endpoint_from_elsewhere_is_a_programming_error() -> None:
    async with asking() as at:
        foreign: Any = object()
        with pytest.raises(TypeError):
            at.client.preview(foreign, CHAT)


async def test_choice_network_and_key_source_for_doctor() -> None:
    async with asking() as at:
        assert str(at.client.choice()) == "openai-compatible, because mai.provider says so"
        assert at.client.key_source(at.endpoint) == "mai.apiKey"
        assert at.client.network(at.endpoint)[0].startswith("Proxy: none")
    client = ModelClient(Settings(), {}, infer_format=lambda model: "qwen")
    assert client.network(client.endpoint(Role.COMPLETION))[0].startswith("Proxy: none")
    assert client.preview(client.endpoint(Role.COMPLETION), FimPrompt("x", 1)).body["prompt"] == "x"


async def test_a_stream_that_ends_after_its_finish_is_complete() -> None:
    async with asking() as at:
        ending = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
        at.server.enqueue(send("x"), event(json.dumps(ending)), end_here())
        assert await at.text() == "x"


def test_importing_the_client_does_not_import_httpx() -> None:
    code = "import sys, mai_lsp.model.client; sys.exit('httpx' in sys.modules or 'truststore' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@dataclass
class Credential:
    """Stands for azure-identity's credential."""

    granted: int = 0

    def get_token(self, scope: str) -> Any:
        self.granted += 1
        return SimpleNamespace(token=f"token-{self.granted}", expires_on=4e9)


async def test_entra_tokens_go_out_as_bearer_and_a_refused_one_is_forgotten() -> None:
    credential = Credential()
    async with ModelServer() as server:
        settings = Settings(provider="foundry", base_url=f"{server.url}/mai/v1", auth="entra", api_key="not this one")
        client = ModelClient(
            settings, {}, infer_format=lambda model: None, tokens=EntraTokens(lambda: credential, clock=lambda: 0.0)
        )
        endpoint = client.endpoint(Role.COMPLETION)
        for step in (send("a"), status(401), send("b")):
            server.enqueue(step)
        texts: list[str] = []
        for _ in range(3):
            with contextlib.suppress(AuthRefused):
                async with client.ask(endpoint, CHAT) as answer:
                    texts += [piece async for piece in answer]
        await client.aclose()
    assert texts == ["a", "b"]
    sent = [asked.headers["authorization"] for asked in server.requests]
    assert sent == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert all("api-key" not in asked.headers for asked in server.requests)
    assert client.preview(endpoint, CHAT).headers["authorization"] == "Bearer <hidden>"
