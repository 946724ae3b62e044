"""The client against an editor's language model: answers, closing, time-outs in virtual time, every refusal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from mai_lsp.engine.backend import new_client
from mai_lsp.engine.doctor import Patient, examine
from mai_lsp.engine.route.providers import Providers
from mai_lsp.errors import (
    AuthRefused,
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    FirstTokenTimedOut,
    ModelError,
    ModelMissing,
    NoCredit,
    NotConfigured,
    ProviderDown,
    RateLimited,
    ReasoningOnly,
    StreamStalled,
    TotalTimedOut,
)
from mai_lsp.model.client import ModelClient
from mai_lsp.model.types import ModelInfo, Role, Usage
from mai_lsp.prompt.prompt import ChatPrompt, Message, Tool
from mai_lsp.settings import Settings
from tests.support.asking import CHAT, FIM
from tests.support.relayed import SILENCE, STOP, Event, denied, offered, relaying
from tests.support.virtual_time import run

PARTS = ({"text": "    return"}, {"text": " a"}, {"text": " + b  # é\U0001f600\u2028\n"})
TOOL = Tool("replace", "Replace lines.", {"type": "object", "properties": {"path": {"type": "string"}}})
DIALOG = "choose Allow"


async def test_text_streams_with_its_usage_and_end() -> None:
    at = relaying(*PARTS, {"finish": "stop", "usage": {"input": 9, "output": 4}})
    async with at.client.ask(at.endpoint(), CHAT) as answer:
        pieces = [piece async for piece in answer]
    assert pieces == [part["text"] for part in PARTS]
    assert answer.usage == Usage(input_tokens=9, output_tokens=4)
    assert answer.finish == "stop"
    assert answer.first_token_ms is not None
    assert answer.connect_ms == 0
    assert at.relay.taken_back == []


async def test_the_question_is_what_the_protocol_says() -> None:
    at = relaying(vscode_vendor="acme", edit_model="acme-large", parameters={"temperature": 1}, api_key="k-12345678")
    prompt = ChatPrompt(CHAT.messages, 99, stop=("x",), tools=(TOOL,))
    await at.text(prompt, Role.EDIT)
    (asked,) = at.relay.questions
    assert asked == {
        "vendor": "acme",
        "family": "acme-large",
        "messages": [{"role": one.role, "content": one.content} for one in CHAT.messages],
        "maxTokens": 99,
        "tools": [{"name": "replace", "description": "Replace lines.", "inputSchema": dict(TOOL.parameters)}],
        "justification": asked["justification"],
    }
    assert "MAI" in asked["justification"]
    shown = at.client.preview(at.endpoint(Role.EDIT), prompt)
    assert (shown.method, shown.url, shown.headers) == ("mai/lm/chat", "acme/acme-large", {})
    assert shown.body == asked


async def test_tokens_are_estimated_where_the_editor_counts_none() -> None:
    odd: list[Any] = [None, {"input": 9}, {"input": -1, "output": 2}, {"input": "9", "output": True}, []]
    for usage in odd:
        at = relaying({"text": "x" * 40}, {"finish": "stop", "usage": usage})
        async with at.client.ask(at.endpoint(), CHAT) as answer:
            assert [piece async for piece in answer]
        assert (answer.usage.output_tokens, answer.usage.estimated, answer.usage.cost_usd) == (10, True, None)


async def test_the_price_is_the_plans_unless_the_user_names_one() -> None:
    assert relaying().endpoint().price is None
    at = relaying({"text": "x"}, {"finish": "stop", "usage": {"input": 10, "output": 1}}, price_input=1, price_output=2)
    async with at.client.ask(at.endpoint(), CHAT) as answer:
        assert [piece async for piece in answer]
    assert answer.usage.cost_usd == pytest.approx(12 / 1_000_000)


async def test_calls_come_whole_as_object_or_as_text() -> None:
    at = relaying(
        {"text": "I will."},
        {"call": {"name": "replace", "arguments": {"path": "é.py"}}},
        {"call": {"name": "replace", "arguments": '{"path": "b.py"}'}},
        {"call": {"name": "", "arguments": {}}},
        {"call": 7},
        STOP,
    )
    assert at.endpoint(Role.EDIT).tools
    async with at.client.ask(at.endpoint(Role.EDIT), CHAT) as answer:
        assert [piece async for piece in answer] == ["I will."]
    assert answer.calls == (("replace", '{"path": "é.py"}'), ("replace", '{"path": "b.py"}'))


async def test_reasoning_inside_the_text_is_not_shown() -> None:
    at = relaying({"text": "<think>hm, "}, {"text": "so</think>a + b"}, STOP)
    async with at.client.ask(at.endpoint(), CHAT) as answer:
        assert "".join([piece async for piece in answer]) == "a + b"
    assert answer.reasoning_chars == len("hm, so")
    at = relaying({"text": "<think>" + "hm " * 1000}, SILENCE)
    with pytest.raises(ReasoningOnly):
        await at.text()
    assert len(at.relay.taken_back) == 1


async def test_nothing_at_all_is_an_empty_answer() -> None:
    for odd in ({"text": ""}, {"text": 5}, {"text": None, "call": None}, {}):
        assert await relaying(odd, STOP).text() == ""


async def test_a_huge_part_and_half_a_character_are_no_trouble() -> None:
    at = relaying({"text": "x" * 1_000_000}, {"text": "\ud83d"}, {"text": "\ude00\udc00"}, STOP)
    text = await at.text(ChatPrompt(CHAT.messages, 100_000))
    assert text == "x" * 1_000_000 + "\U0001f600\ufffd"


async def test_a_model_that_knows_no_limit_is_stopped() -> None:
    at = relaying(*[{"text": "word " * 100}] * 100, SILENCE)
    async with at.client.ask(at.endpoint(), CHAT) as answer:
        text = "".join([piece async for piece in answer])
    assert answer.finish == "length"
    assert 16 * CHAT.max_tokens < len(text) <= 16 * CHAT.max_tokens + 500
    assert len(at.relay.taken_back) == 1


async def test_leaving_takes_the_question_back_at_once() -> None:
    at = relaying({"text": "a"}, SILENCE)
    async with at.client.ask(at.endpoint(), CHAT) as answer:
        assert await anext(aiter(answer)) == "a"
        assert at.relay.taken_back == []
    assert len(at.relay.taken_back) == 1
    assert [piece async for piece in answer] == []


async def test_a_cancelled_task_takes_its_question_back() -> None:
    at = relaying(SILENCE)
    asking = asyncio.ensure_future(at.text())
    await at.relay.asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert len(at.relay.taken_back) == 1


async def test_what_is_never_iterated_is_never_asked() -> None:
    at = relaying()
    async with at.client.ask(at.endpoint(), CHAT):
        pass
    assert at.relay.questions == []


@pytest.mark.parametrize(
    ("script", "kind", "at_second"),
    [
        ((SILENCE,), FirstTokenTimedOut, 2),
        (({"text": ""}, 1.5, {"text": ""}, SILENCE), FirstTokenTimedOut, 2),
        (({"text": "a"}, SILENCE), StreamStalled, 1),
        (({"text": "a"}, 0.9, {"text": "b"}, SILENCE), StreamStalled, 1.9),
        (({"call": {"name": "f", "arguments": {}}}, SILENCE), StreamStalled, 1),
        (tuple([{"text": "a"}, 0.5] * 20), TotalTimedOut, 5),
    ],
)
def test_every_time_out_takes_the_question_back(
    script: tuple[Event, ...], kind: type[ModelError], at_second: float
) -> None:
    times = {"timeout_first_token": 2.0, "timeout_between_tokens": 1.0, "timeout_total": 5.0}
    at = relaying(*script, **times)

    async def ask() -> None:
        with pytest.raises(kind, match=r"the editor's language model|whole answer"):
            await at.text()

    run(ask())
    assert at.relay.taken_back == [pytest.approx(at_second)]
    assert len(at.relay.questions) == 1


@pytest.mark.parametrize(
    ("refused", "kind", "advice"),
    [
        (denied("consent", "not allowed"), AuthRefused, DIALOG),
        (denied("quota", "Sorry, you have been rate-limited."), RateLimited, "Wait a little"),
        (denied("quota", "You've hit your global rate limit. Please upgrade your plan or wait."), RateLimited, "Wait"),
        (denied("quota", "You have exceeded your premium request allowance."), NoCredit, "plan with copilot"),
        (denied("quota", "You have no quota"), NoCredit, "plan with copilot"),
        (denied("missing"), ModelMissing, "mai.completion.model"),
        (denied("blocked", "filtered"), ContentFiltered, "Nothing is wrong"),
        (denied("unsupported"), NotConfigured, "mai.provider"),
        (denied("other", "net::ERR_FAILED"), ProviderDown, "Try again"),
        (denied("other", "prompt is too long"), ContextTooLong, "mai.context.tokens"),
        (denied("other", "Message exceeds token limit."), ContextTooLong, "mai.context.tokens"),
        (denied("quota", "model_max_prompt_tokens_exceeded"), ContextTooLong, "mai.context.tokens"),
        (denied("quota", "blocked due to making too many requests"), RateLimited, "Wait a little"),
        (denied("brand new", "?"), ProviderDown, "Try again"),
        ({"error": "broken"}, ProviderDown, "Try again"),
        ({"error": ["broken", 7]}, ProviderDown, "Try again"),
    ],
)
@pytest.mark.parametrize("parts", [(), PARTS], ids=["at once", "after text"])
async def test_every_refusal_has_its_error_and_is_not_tried_again(
    refused: Mapping[str, Any], kind: type[ModelError], advice: str, parts: tuple[Event, ...]
) -> None:
    at = relaying(*parts, refused)
    with pytest.raises(kind) as caught:
        await at.text()
    assert type(caught.value) is kind
    assert advice in caught.value.advice
    assert len(at.relay.questions) == 1
    assert at.relay.taken_back == []


async def test_consent_is_not_asked_for_at_every_key() -> None:
    at = relaying(denied("consent"))
    with pytest.raises(AuthRefused) as caught:
        await at.text()
    assert caught.value.retry_after == 600


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Please wait 1 hours 13 minutes before trying again.", 4380),
        ("Please wait 30 seconds", 30),
        ("Please wait 2 minutes 5 seconds.", 125),
        ("Please wait a moment", None),
        ("Please wait 0 seconds", None),
    ],
)
async def test_a_limit_lasts_as_long_as_the_editor_says(said: str, seconds: float | None) -> None:
    at = relaying(denied("quota", said))
    with pytest.raises(RateLimited) as caught:
        await at.text()
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("listed", "advice"),
    [
        (
            offered("copilot/mai-code-1-flash-preview", "copilot/gpt-4o"),
            "It has mai-code-1-flash-preview and others. Set",
        ),
        (offered("copilot/gpt-4o", "copilot/o3"), "It has gpt-4o, o3. Set mai.completion.model."),
        (offered("copilot/gpt-4o", "acme/mai-code-1-flash"), "acme has it: set mai.vscode.vendor to acme."),
        (offered("acme/large", "other/small"), "It has models of acme, other: set mai.vscode.vendor."),
        (offered("copilot/mai-code-1-flash"), "reload the window"),
        ([], "sign in to GitHub Copilot"),
        (["x", {"vendor": 1, "family": "f"}, {"vendor": "copilot"}], "no language models at all"),
        (None, "Check mai.completion.model and mai.vscode.vendor."),
    ],
)
async def test_a_missing_model_names_what_there_is(listed: Any, advice: str) -> None:
    at = relaying(denied("missing"), listed=listed)
    with pytest.raises(ModelMissing) as caught:
        await at.text()
    assert caught.value.message == "The editor has no language model copilot/mai-code-1-flash."
    assert advice in caught.value.advice


def test_near_matches_are_not_waited_for_long() -> None:
    at = relaying(denied("missing"), listed=offered("copilot/x"), models_after=60)

    async def ask() -> float:
        with pytest.raises(ModelMissing, match=r"mai\.vscode\.vendor"):
            await at.text()
        return asyncio.get_running_loop().time()

    assert run(ask()) == pytest.approx(2)


async def test_the_catalogue_has_the_vendors_families() -> None:
    at = relaying(listed=offered("copilot/gpt-4o", "acme/large", "copilot/mai-code-1-flash"))
    assert at.relay.listed is not None
    at.relay.listed += [{"vendor": "copilot", "family": "o3", "maxInputTokens": odd} for odd in (0, 1, True)]
    found = [ModelInfo("gpt-4o", 128_000), ModelInfo("mai-code-1-flash", 128_000), ModelInfo("o3")]
    assert await at.client.models(at.endpoint()) == found
    with pytest.raises(BadRequest, match="gives no list"):
        await relaying().client.models(relaying().endpoint())


async def test_a_refusal_that_repeats_the_prompt_is_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    secret = "the_very_secret_function_of_ours(argument)"
    at = relaying(denied("blocked", f"flagged: {secret}"))
    with caplog.at_level(logging.DEBUG), pytest.raises(ContentFiltered) as caught:
        await at.text(ChatPrompt((Message("user", f"def {secret}: ..."),), 10))
    assert secret not in str(caught.value)
    assert secret not in caplog.text


async def test_only_chat_prompts_can_be_asked() -> None:
    at = relaying()
    with pytest.raises(TypeError):
        await at.text(FIM)


async def test_warming_and_the_network_are_nothing_to_it() -> None:
    at = relaying()
    await at.client.warm(at.endpoint())
    assert at.relay.questions == []
    assert at.client.network(at.endpoint()) == []
    assert at.client.key_source(at.endpoint()) == ""


async def test_without_an_editor_the_provider_is_not_set_up_and_the_doctor_says_it() -> None:
    settings = Settings(provider="vscode")
    client = new_client(lambda: settings, {})
    with pytest.raises(NotConfigured, match="only in VS Code with the MAI extension"):
        client.endpoint(Role.COMPLETION)
    checks = [check async for check in examine(Patient(settings, client), offline=True)]
    assert (checks[-1].name, checks[-1].state) == ("Provider", "fail")
    assert checks[-1].fact == "The provider vscode works only in VS Code with the MAI extension."
    await client.aclose()


async def test_the_doctor_asks_the_editor_where_there_is_one() -> None:
    at = relaying({"text": "(fahrenheit - 32) * 5 / 9\n"}, STOP, listed=offered("copilot/mai-code-1-flash"))
    checks = {check.name: check async for check in examine(Patient(Settings(provider="vscode"), at.client))}
    assert checks["Key"].fact == "none is needed"
    assert checks["Endpoint"].fact.startswith("the editor lists one model after ")
    assert checks["Model"].fact == "mai-code-1-flash for completion, edit, plan: in the catalogue"
    assert (checks["Completion"].state, "fahrenheit - 32" in checks["Completion"].fact) == ("ok", True)


async def test_it_takes_over_when_the_main_provider_is_down_and_only_where_it_is_named() -> None:
    relay = relaying({"text": "a + b"}, STOP).relay
    main: dict[str, Any] = {"provider": "openrouter", "api_key": "k-12345678", "completion_model": "main"}

    def make(chosen: Settings, env: Mapping[str, str]) -> ModelClient:
        return new_client(lambda: chosen, env, relay=relay)

    for named, expected in ((["vscode"], ["openrouter", "vscode"]), ([], ["openrouter"])):
        settings = Settings(**main, route_fallback=named, vscode_vendor="acme")
        client = ModelClient(settings, {}, infer_format=lambda _: None, relay=relay)
        providers = Providers(client, partial(replace, settings), {}, make=make)
        routes = providers.routes(Role.COMPLETION)
        assert [route.endpoint.provider for route in routes] == expected
        if named:
            async with routes[-1].model.ask(routes[-1].endpoint, CHAT) as answer:
                assert [piece async for piece in answer] == ["a + b"]
        await providers.aclose()
        await client.aclose()
    (asked,) = relay.questions
    assert (asked["vendor"], asked["family"]) == ("acme", "mai-code-1-flash")
