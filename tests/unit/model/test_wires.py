"""The wire formats: request bodies per provider, and deltas from events."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from inline_snapshot import snapshot

from mai_lsp.core.seam import Seam
from mai_lsp.model.resolve import SESSION, Target, resolve
from mai_lsp.model.types import Role, Usage, Wire
from mai_lsp.model.wires import DECODERS, chat, completions, infill, request_body, responses
from mai_lsp.model.wires.delta import CallPart, Delta, Failure
from mai_lsp.prompt.prompt import ChatPrompt, ExtraFile, FimPrompt, InfillPrompt, Message, Prompt
from mai_lsp.settings import Settings

CHAT = ChatPrompt(
    (Message("system", "S"), Message("user", "U"), Message("assistant", "A"), Message("user", "V")),
    10,
    stop=("1", "2", "3", "4", "5"),
)
FIM = FimPrompt("P", 10, stop=("<END>",))


def target(provider: str, wire: str = "", **settings: Any) -> Target:
    bases = {"foundry": "https://x.services.ai.azure.com/mai/v1", "openai-compatible": "http://h/v1"}
    values = {"provider": provider, "wire": wire, "base_url": bases.get(provider, ""), "api_key": "k", **settings}
    values.setdefault("completion_model", "m")
    return resolve(Settings(**values), {}, Role.COMPLETION, lambda model: "qwen")


def test_foundry_is_sent_only_what_it_documents() -> None:
    assert chat.body(CHAT, target("foundry")) == snapshot(
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "S"},
                {"role": "user", "content": "U"},
                {"role": "assistant", "content": "A"},
                {"role": "user", "content": "V"},
            ],
            "max_completion_tokens": 10,
            "stream": True,
        }
    )


def test_openrouter_is_asked_to_keep_the_code_and_to_think_little() -> None:
    body = chat.body(CHAT, target("openrouter"))
    del body["messages"]
    assert body == {
        "model": "m",
        "max_tokens": 10,
        "stream": True,
        "stream_options": {"include_usage": True},
        "reasoning": {"effort": "low"},
        "stop": ["1", "2", "3", "4"],
        "temperature": 0,
        "prompt_cache_key": SESSION,
        "provider": {"data_collection": "deny"},
    }


def test_an_effort_goes_out_in_the_providers_form_and_only_when_wanted() -> None:
    assert chat.body(CHAT, target("fireworks", reasoning_effort="none"))["reasoning_effort"] == "none"
    assert "reasoning_effort" not in chat.body(CHAT, target("fireworks"))
    assert "reasoning_effort" not in chat.body(CHAT, target("foundry", reasoning_effort="low"))


def test_the_users_parameters_win_and_null_removes() -> None:
    parameters = {"temperature": None, "top_p": 0.5, "provider": {"only": ["x"]}, "stop": None}
    body = chat.body(CHAT, target("openrouter", parameters=parameters))
    assert {"temperature", "stop"}.isdisjoint(body)
    assert body["top_p"] == 0.5
    assert body["provider"] == {"data_collection": "deny", "only": ["x"]}


def test_responses_bodies_have_instructions_and_are_not_stored() -> None:
    assert responses.body(CHAT, target("openai-compatible", "responses", reasoning_effort="low")) == snapshot(
        {
            "model": "m",
            "instructions": "S",
            "input": [
                {"role": "user", "content": "U"},
                {"role": "assistant", "content": "A"},
                {"role": "user", "content": "V"},
            ],
            "max_output_tokens": 10,
            "stream": True,
            "store": False,
            "reasoning": {"effort": "low"},
            "temperature": 0,
        }
    )


def test_fim_bodies() -> None:
    body = completions.body(FIM, target("local"))
    assert body == {
        "model": "m",
        "prompt": "P",
        "max_tokens": 10,
        "stream": True,
        "stream_options": {"include_usage": True},
        "cache_prompt": True,
        "stop": ["<END>"],
        "temperature": 0,
        "timings_per_token": True,
    }
    with_suffix = completions.body(FimPrompt("P", 10, suffix=""), target("openai-compatible", "fim"))
    assert with_suffix["suffix"] == ""
    assert "cache_prompt" not in with_suffix


@pytest.mark.parametrize(
    ("seam", "grammar"),
    [
        (Seam(" ", "su"), 'root ::= " su" .*'),
        (Seam("\t", 'a"b\\'), 'root ::= "\\ta\\"b\\\\" .*'),
        (Seam("    ", ""), None),
    ],
)
def test_half_words_become_a_grammar_where_one_is_taken(seam: Seam, grammar: str | None) -> None:
    prompt = FimPrompt("P", 10, seam=seam)
    assert completions.body(prompt, target("local")).get("grammar") == grammar
    assert infill.body(InfillPrompt("P", "S", 10, seam=seam), target("local", "infill")).get("grammar") == grammar
    assert "grammar" not in completions.body(prompt, target("openai-compatible", "fim"))


def test_infill_bodies() -> None:
    body = infill.body(InfillPrompt("P", "S", 10, extra=(ExtraFile("a.py", "A"),)), target("local", "infill"))
    assert body == {
        "model": "m",
        "input_extra": [{"filename": "a.py", "text": "A"}],
        "input_prefix": "P",
        "input_suffix": "S",
        "n_predict": 10,
        "stream": True,
        "cache_prompt": True,
        "temperature": 0,
        "timings_per_token": True,
    }


@pytest.mark.parametrize(("wire", "prompt"), [("chat", FIM), ("fim", CHAT), ("infill", FIM), ("responses", FIM)])
def test_a_prompt_of_another_wire_is_a_programming_error(wire: str, prompt: Prompt) -> None:
    with pytest.raises(TypeError, match="can not go over"):
        request_body(prompt, target("openai-compatible", wire))


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


@pytest.mark.parametrize(
    ("event", "delta"),
    [
        (chunk({"role": "assistant", "content": None}), Delta()),
        (chunk({"content": "x"}), Delta(text="x")),
        (chunk({"content": [{"type": "text", "text": "x"}]}), Delta(text="x")),
        (chunk({"content": "", "reasoning": "r", "reasoning_details": [{"text": "r"}]}), Delta(reasoning="r")),
        (chunk({"content": None, "reasoning": {"text": "r"}}), Delta(reasoning="r")),
        (chunk({"content": None, "reasoning": None}), Delta()),
        (chunk({"reasoning_content": "r"}), Delta(reasoning="r")),
        (chunk({"reasoning_details": [{"type": "reasoning.text", "text": "r"}]}), Delta(reasoning="r")),
        (chunk({"tool_calls": [{"function": {"name": "f"}}]}, "stop"), Delta(finish="stop", calls=(CallPart("f"),))),
        (
            chunk({"tool_calls": [{"index": 1, "id": "i", "function": {"name": "f", "arguments": "{"}}]}),
            Delta(calls=(CallPart("f", "{", "i", 1),)),
        ),
        (
            chunk({"tool_calls": [{"function": {"name": "f", "arguments": {"a": "é"}}}]}),
            Delta(calls=(CallPart("f", '{"a": "é"}', whole=True),)),
        ),
        (chunk({"tool_calls": [5, {"function": 5}, {"index": True, "function": {}}]}), Delta(calls=(CallPart(),))),
        (chunk({"tool_calls": {"function": {"name": "f"}}}), Delta()),
        ({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}, Delta(usage=Usage(3, 0, 2))),
        ({"choices": [], "usage": None, "prompt_filter_results": []}, Delta()),
        ({"choices": [{"message": {"content": "x"}, "finish_reason": "length"}]}, Delta(text="x", finish="length")),
        (
            chunk({"content": ""}, "error", error={"code": 502, "message": "m"}),
            Delta(finish="error", failure=Failure("m", "502")),
        ),
        ({"error": {"type": "SafetyBlockedError"}}, Delta(failure=Failure(kind="safetyblockederror"))),
        (
            {"choices": [{"delta": {}, "error": {"code": 503, "message": "m"}}]},
            Delta(failure=Failure("m", "503")),
        ),
    ],
)
def test_chat_events(event: dict[str, Any], delta: Delta) -> None:
    assert chat.decode(event) == delta


def test_all_counts_of_a_chat_usage_are_read() -> None:
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 8,
        "prompt_tokens_details": {"cached_tokens": 7},
        "completion_tokens_details": {"reasoning_tokens": 6},
        "cost": 0.25,
    }
    assert chat.decode({"choices": [], "usage": usage}).usage == Usage(9, 7, 8, 6, 0.25)


@pytest.mark.parametrize("finish", ["content_filter", "error"])
def test_a_finish_that_is_a_failure_is_reported_as_one(finish: str) -> None:
    assert chat.decode(chunk({}, finish)).failure is not None


@pytest.mark.parametrize(
    ("event", "delta"),
    [
        ({"type": "response.created", "response": {"status": "in_progress"}}, Delta()),
        ({"type": "response.output_text.delta", "delta": "x"}, Delta(text="x")),
        ({"type": "response.output_text.done", "text": "x"}, Delta()),
        ({"type": "response.reasoning_summary_text.delta", "delta": "r"}, Delta(reasoning="r")),
        ({"type": "response.reasoning.delta", "delta": {"text": "r"}}, Delta(reasoning="r")),
        ({"type": "response.reasoning_text.done", "text": "r"}, Delta()),
        ({"type": "response.refusal.delta", "delta": "no"}, Delta(failure=Failure("no", "refusal"))),
        (
            {"type": "response.completed", "response": {"usage": {"input_tokens": 3, "output_tokens": 2}}},
            Delta(usage=Usage(3, 0, 2), finish="stop"),
        ),
        (
            {"type": "response.incomplete", "response": {"incomplete_details": {"reason": "max_output_tokens"}}},
            Delta(finish="length"),
        ),
        (
            {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "m"}}},
            Delta(failure=Failure("m", "server_error")),
        ),
        ({"type": "error", "code": "x", "message": "m"}, Delta(failure=Failure("m", "x", "error"))),
        ({"type": "error", "error": {"code": "x", "message": "m"}}, Delta(failure=Failure("m", "x"))),
        (
            {
                "type": "response.output_item.added",
                "output_index": 1,
                "item": {"type": "function_call", "id": "i", "name": "f", "arguments": ""},
            },
            Delta(calls=(CallPart("f", "", "i", 1),)),
        ),
        (
            {"type": "response.function_call_arguments.delta", "item_id": "i", "output_index": 1, "delta": "{"},
            Delta(calls=(CallPart("", "{", "i", 1),)),
        ),
        (
            {"type": "response.function_call_arguments.done", "item_id": "i", "name": "f", "arguments": "{}"},
            Delta(calls=(CallPart("f", "{}", "i", whole=True),)),
        ),
        ({"type": "response.output_item.done", "item": {"type": "message", "content": []}}, Delta()),
        ({"type": "response.output_item.done", "item": None}, Delta()),
        (
            {
                "status": "completed",
                "output": [
                    {"type": "reasoning", "summary": [{"text": "r"}]},
                    {"type": "message", "content": [{"type": "output_text", "text": "x"}]},
                ],
            },
            Delta(text="x", reasoning="r", finish="stop"),
        ),
    ],
)
def test_responses_events(event: dict[str, Any], delta: Delta) -> None:
    assert responses.decode(event) == delta


@pytest.mark.parametrize(
    ("event", "delta"),
    [
        ({"content": "x", "stop": False}, Delta(text="x")),
        (
            {
                "content": "",
                "stop": True,
                "stop_type": "limit",
                "tokens_evaluated": 9,
                "tokens_predicted": 2,
                "timings": {"cache_n": 4},
            },
            Delta(usage=Usage(9, 4, 2), finish="length"),
        ),
        ({"content": "x", "stop": True, "stop_type": "eos"}, Delta(text="x", finish="stop")),
        (
            {"error": {"code": 400, "message": "m", "type": "exceed_context_size_error"}},
            Delta(failure=Failure("m", "400", "exceed_context_size_error")),
        ),
    ],
)
def test_infill_events(event: dict[str, Any], delta: Delta) -> None:
    assert infill.decode(event) == delta


_NAMES = """
choices delta message content text reasoning usage error code type response output stop finish_reason detail timings
status prompt_tokens completion_tokens_details incomplete_details summary
tool_calls function arguments name index id item item_id output_index
"""
_KEYS = st.sampled_from(_NAMES.split())
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("wire", list(Wire))
@hypothesis(deadline=None)
@given(event=st.dictionaries(_KEYS, _JSON, max_size=5))
def test_no_event_makes_a_decoder_raise(wire: Wire, event: dict[str, Any]) -> None:
    delta = DECODERS[wire](event)
    assert isinstance(delta.text, str)
    assert isinstance(delta.reasoning, str)


def test_llama_cpp_counts_come_with_every_chunk() -> None:
    """Most completions are closed early, before any final usage: the counts so far are what is known then."""
    timings = {"cache_n": 90, "prompt_n": 10, "predicted_n": 3}
    expected = Usage(input_tokens=100, cached_tokens=90, output_tokens=3)
    assert completions.decode({"choices": [{"text": "x"}], "timings": timings}).usage == expected
    assert chat.decode({"choices": [{"delta": {"content": "x"}}], "timings": timings}).usage == expected
    assert infill.decode({"content": "x", "stop": False, "timings": timings}).usage == expected
    assert completions.decode({"choices": [{"text": "x"}], "timings": "odd"}).usage is None


def test_an_answer_is_begun_only_for_a_server_that_goes_on_with_it() -> None:
    assert target("local", "chat").prefill
    assert not target("local", "fim").prefill
    assert not any(target(name, "chat").prefill for name in ("foundry", "openrouter", "fireworks", "openai-compatible"))
    mine = {"openai-compatible": {"prefill": True}}
    assert target("openai-compatible", "chat", providers=mine).prefill
    assert not target("openai-compatible", "responses", providers=mine).prefill


def test_half_a_word_is_demanded_back_over_chat_too() -> None:
    prompt = ChatPrompt(CHAT.messages, 10, seam=Seam(" ", "su"))
    assert chat.body(prompt, target("local", "chat"))["grammar"] == 'root ::= " su" .*'
    assert "grammar" not in chat.body(prompt, target("openai-compatible"))
    assert "grammar" not in chat.body(CHAT, target("local", "chat"))
