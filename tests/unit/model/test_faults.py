"""From refusals to errors: the class, the words, and what must never be in them."""

from __future__ import annotations

from typing import Any

import pytest

from mai_lsp.errors import (
    AuthRefused,
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    ModelError,
    ModelMissing,
    NoCredit,
    ProviderDown,
    RateLimited,
    Unreachable,
)
from mai_lsp.model.faults import read_text, refusal
from mai_lsp.model.resolve import Target, resolve
from mai_lsp.model.types import Role
from mai_lsp.model.wires.delta import Failure, read_failure
from mai_lsp.prompt.prompt import ChatPrompt, Message
from mai_lsp.settings import Settings


def target(provider: str = "openrouter", **settings: Any) -> Target:
    values = {"provider": provider, "api_key": "sk-secret-1", "completion_model": "m", **settings}
    if provider == "foundry":
        values["base_url"] = "https://x.services.ai.azure.com/mai/v1"
    return resolve(Settings(**values), {}, Role.COMPLETION, lambda model: None)


@pytest.mark.parametrize(
    ("status", "failure", "kind"),
    [
        (400, Failure(code="context_length_exceeded"), ContextTooLong),
        (400, Failure(kind="exceed_context_size_error"), ContextTooLong),
        (400, Failure("This model's maximum context length is 8192 tokens."), ContextTooLong),
        (413, Failure(), ContextTooLong),
        (None, Failure("prompt is too long"), ContextTooLong),
        (400, Failure(code="content_filter"), ContentFiltered),
        (400, Failure("x", code="400 responsibleaipolicyviolation"), ContentFiltered),
        (403, Failure("Your input was flagged by moderation"), ContentFiltered),
        (None, Failure(kind="safetyblockederror"), ContentFiltered),
        (None, Failure("I can not help", code="refusal"), ContentFiltered),
        (401, Failure(), AuthRefused),
        (403, Failure(), AuthRefused),
        (402, Failure(), NoCredit),
        (412, Failure("account suspended"), NoCredit),
        (429, Failure("x", code="insufficient_quota"), NoCredit),
        (429, Failure(), RateLimited),
        (404, Failure(), ModelMissing),
        (400, Failure("foo is not a valid model ID"), ModelMissing),
        (400, Failure("x", code="model_not_found"), ModelMissing),
        (404, Failure("x", code="no_endpoints"), ModelMissing),
        (407, Failure(), Unreachable),
        (408, Failure(), ProviderDown),
        (409, Failure(), ProviderDown),
        (500, Failure(), ProviderDown),
        (529, Failure(), ProviderDown),
        (None, Failure("overloaded", code="server_error"), ProviderDown),
        (None, Failure("m", code="429"), RateLimited),
        (None, Failure("m", code="rate_limit_exceeded"), RateLimited),
        (None, Failure("m", kind="authentication_error"), AuthRefused),
        (None, Failure("m", kind="overloaded_error"), ProviderDown),
        (501, Failure("infill is not supported by this model"), BadRequest),
        (400, Failure("Unsupported parameter: 'max_tokens'"), BadRequest),
        (422, Failure(), BadRequest),
        (418, Failure(), BadRequest),
    ],
)
def test_each_refusal_has_its_error(status: int | None, failure: Failure, kind: type[ModelError]) -> None:
    error = refusal(target(), status, failure)
    assert type(error) is kind
    assert error.message.endswith((".", '"'))
    assert error.advice.endswith(".")


def test_the_advice_names_the_setting_to_change() -> None:
    def advice(status: int, message: str = "", code: str = "", **settings: Any) -> str:
        return refusal(target(**settings), status, Failure(message, code)).advice

    assert "mai.apiKey" in advice(401)
    assert "mai.context.tokens" in advice(413)
    assert 'mai.parameters, for example {"temperature": null}' in advice(400, "Unsupported parameter: 'temperature'")
    assert "mai.parameters" in advice(400, "suffix is not currently supported")
    assert "mai.parameters" in advice(422, "Extra inputs are not permitted")
    assert "mai.wire to responses" in advice(400, code="unsupported_api_for_model")
    assert "mai.wire to chat" in advice(501)
    assert "data_collection" in advice(404, code="privacy_restricted")


@pytest.mark.parametrize("message", ["Rate limit is 0 requests per minute", "quota: 0"])
def test_foundrys_quota_of_zero_is_said_and_not_tried_again(message: str) -> None:
    error = refusal(target("foundry"), 429, Failure(message))
    assert error.final
    assert "grants no requests at all" in error.message
    assert "default quota tier" in error.advice
    assert "is 0 requests" in error.advice


def test_any_429_of_foundry_mentions_the_default_quota() -> None:
    error = refusal(target("foundry"), 429, Failure("Rate limit of 10 exceeded"), retry_after=2.0)
    assert not error.final
    assert error.retry_after == 2.0
    assert "is 0 requests" in error.advice


def test_a_404_says_whether_the_model_or_the_path_may_be_wrong() -> None:
    assert "knows no model named m, or no such path." in refusal(target(), 404, Failure()).message
    assert "knows no model named m. It" in refusal(target(), 404, Failure("The model `m` does not exist")).message
    assert "knows no deployment named m" in refusal(target("foundry"), 404, Failure(code="deploymentnotfound")).message


def test_a_message_that_repeats_the_prompt_is_not_quoted() -> None:
    code = "def launch_codes():\n    return [0, 0, 0, 0]"
    prompt = ChatPrompt((Message("user", code),), 5)
    error = refusal(target(), 400, Failure(f"Invalid input: {code}"), prompt=prompt)
    assert "launch_codes" not in str(error)
    assert "It said" in str(refusal(target(), 400, Failure("Invalid input"), prompt=prompt))


def test_quotes_are_short_single_lines_without_the_key() -> None:
    error = refusal(target(), 400, Failure("a\n\x1b[31mb\u2028c sk-secret-1 " + "x" * 5000))
    assert "\n" not in error.message
    assert "\x1b" not in error.message
    assert "sk-secret-1" not in error.message
    assert len(error.message) < 320


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ({"error": {"message": "m", "type": "T", "code": None}}, Failure("m", "", "t")),
        ({"error": {"message": "m", "code": "DeploymentNotFound"}}, Failure("m", "deploymentnotfound")),
        (
            {"error": {"code": "400", "message": "m", "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
            Failure("m", "400 responsibleaipolicyviolation"),
        ),
        ({"error": {"code": 429, "message": "m", "availability": {"retry_after": 7}}}, Failure("m", "429", "", 7.0)),
        ({"error": "m"}, Failure("m")),
        ({"detail": "m"}, Failure("m")),
        ({"detail": [{"loc": ["body"], "msg": "m", "type": "missing"}]}, Failure("m", "", "missing")),
        ({"message": "m", "code": 401}, Failure("m", "401")),
        ({"error": []}, Failure("unknown")),
        ({"error": 5}, None),
        ({}, None),
    ],
)
def test_error_bodies_in_every_shape_are_read(body: dict[str, Any], failure: Failure | None) -> None:
    assert read_failure(body) == failure


def test_a_web_page_gives_its_title() -> None:
    page = "<html><head><title>502 Bad\nGateway</title><style>b{}</style></head><body><h1>x</h1></body></html>"
    assert '"502 Bad Gateway"' in refusal(target(), 502, read_text(page)).message
    assert read_text("<p>plain <b>words</b></p>").message.split() == ["plain", "words"]
