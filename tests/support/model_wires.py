"""What each wire format's events look like, from the vendors' documents and llama.cpp's own replies.

It only builds JSON-shaped data; sending, timing and faults are `model_steps` and `model_server`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """Token counts that a reply ends with."""

    input: int = 7
    cached: int = 0
    output: int = 3
    reasoning: int = 0
    cost: float | None = None


class WireFormat(Protocol):
    """How one HTTP format says things."""

    done_marker: bool
    """The stream ends with ``data: [DONE]``."""
    named_events: bool
    """Each event has an ``event:`` line with its type."""

    def opening(self) -> list[JSON]: ...
    def text(self, text: str) -> JSON: ...
    def reasoning(self, text: str, form: str) -> JSON: ...
    def call(self, number: int, name: str, arguments: str, form: str) -> list[JSON]: ...
    def ending(self, text: str, finish: str, counts: Counts | None) -> list[JSON]: ...
    def whole(self, text: str, finish: str, counts: Counts, calls: Sequence[tuple[str, str]] = ()) -> JSON: ...
    def error(self, message: str, code: str | int, kind: str) -> JSON: ...


class Chat:
    """`/chat/completions`."""

    done_marker = True
    named_events = False

    def _chunk(self, delta: JSON, finish: str | None = None) -> JSON:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}

    def opening(self) -> list[JSON]:
        return [self._chunk({"role": "assistant", "content": None})]

    def text(self, text: str) -> JSON:
        return self._chunk({"content": text})

    def reasoning(self, text: str, form: str) -> JSON:
        forms: dict[str, JSON] = {
            "string": {"reasoning": text, "content": ""},
            "object": {"reasoning": {"text": text}, "content": None},
            "content": {"reasoning_content": text},
            "details": {"reasoning_details": [{"type": "reasoning.text", "text": text}]},
            "think": {"content": text},
        }
        return self._chunk(forms[form])

    def call(self, number: int, name: str, arguments: str, form: str) -> list[JSON]:
        named = {"id": f"call-{number}", "type": "function"}
        if form == "pieces":
            head = {"index": number, **named, "function": {"name": name, "arguments": ""}}
            rest = [{"index": number, "function": {"arguments": piece}} for piece in _cut(arguments)]
            return [self._chunk({"tool_calls": [part]}) for part in (head, *rest)]
        said = json.loads(arguments) if form == "object" else arguments
        return [
            self._chunk({"content": None, "tool_calls": [{**named, "function": {"name": name, "arguments": said}}]})
        ]

    def ending(self, text: str, finish: str, counts: Counts | None) -> list[JSON]:
        events = [self._chunk({}, finish)]
        if counts is not None:
            events.append({"id": "c-1", "object": "chat.completion.chunk", "choices": [], "usage": _usage(counts)})
        return events

    def whole(self, text: str, finish: str, counts: Counts, calls: Sequence[tuple[str, str]] = ()) -> JSON:
        message: JSON = {"role": "assistant", "content": text}
        if calls:
            message["tool_calls"] = [
                {"id": f"call-{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
                for number, (name, arguments) in enumerate(calls)
            ]
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return {"id": "c-1", "object": "chat.completion", "choices": [choice], "usage": _usage(counts)}

    def error(self, message: str, code: str | int, kind: str) -> JSON:
        event = self._chunk({"content": ""}, "error")
        event["error"] = {"code": code, "message": message, "type": kind}
        return event


class Completions(Chat):
    """`/completions`."""

    def opening(self) -> list[JSON]:
        return []

    def _chunk(self, delta: JSON, finish: str | None = None) -> JSON:
        choice = {"index": 0, "text": delta.get("content") or "", "logprobs": None, "finish_reason": finish}
        return {"id": "c-1", "object": "text_completion", "model": "scripted", "choices": [choice]}

    def whole(self, text: str, finish: str, counts: Counts, calls: Sequence[tuple[str, str]] = ()) -> JSON:
        return {**self._chunk({"content": text}, finish), "usage": _usage(counts)}


class Responses:
    """`/responses`."""

    done_marker = False
    named_events = True

    def opening(self) -> list[JSON]:
        return [{"type": "response.created", "response": {"id": "r-1", "status": "in_progress"}}]

    def text(self, text: str) -> JSON:
        return {"type": "response.output_text.delta", "item_id": "i-1", "content_index": 0, "delta": text}

    def reasoning(self, text: str, form: str) -> JSON:
        kind = {
            "summary": "response.reasoning_summary_text.delta",
            "text": "response.reasoning_text.delta",
            "think": "response.output_text.delta",
        }.get(form, "response.reasoning.delta")
        return {"type": kind, "item_id": "i-0", "delta": text}

    def call(self, number: int, name: str, arguments: str, form: str) -> list[JSON]:
        place = {"output_index": number + 1}
        item = {"type": "function_call", "id": f"fc-{number}", "call_id": f"call-{number}", "name": name}
        done = {"type": "response.output_item.done", **place, "item": {**item, "arguments": arguments}}
        if form != "pieces":
            return [done]
        within = {"item_id": f"fc-{number}", **place}
        pieces = [
            {"type": "response.function_call_arguments.delta", **within, "delta": piece} for piece in _cut(arguments)
        ]
        return [
            {"type": "response.output_item.added", **place, "item": {**item, "arguments": ""}},
            *pieces,
            {"type": "response.function_call_arguments.done", **within, "arguments": arguments},
            done,
        ]

    def ending(self, text: str, finish: str, counts: Counts | None) -> list[JSON]:
        cut = finish != "stop"
        reason = {"length": "max_output_tokens"}.get(finish, finish)
        response: JSON = {
            "id": "r-1",
            "status": "incomplete" if cut else "completed",
            "incomplete_details": {"reason": reason} if cut else None,
            "output": [{"type": "message", "content": [{"type": "output_text", "text": text}]}],
            "usage": None if counts is None else _responses_usage(counts),
        }
        return [
            {"type": "response.output_text.done", "text": text},
            {"type": f"response.{response['status']}", "response": response},
        ]

    def whole(self, text: str, finish: str, counts: Counts, calls: Sequence[tuple[str, str]] = ()) -> JSON:
        response: JSON = self.ending(text, finish, counts)[-1]["response"]
        response["output"] += [
            {"type": "function_call", "id": f"fc-{number}", "name": name, "arguments": arguments}
            for number, (name, arguments) in enumerate(calls)
        ]
        return response

    def error(self, message: str, code: str | int, kind: str) -> JSON:
        response = {"id": "r-1", "status": "failed", "error": {"code": code, "message": message, "type": kind}}
        return {"type": "response.failed", "response": response}


class Infill:
    """llama.cpp's `/infill` (and its own `/completion`)."""

    done_marker = False
    named_events = False

    def opening(self) -> list[JSON]:
        return []

    def text(self, text: str) -> JSON:
        return {"index": 0, "content": text, "tokens": [1], "stop": False, "id_slot": -1, "tokens_predicted": 1}

    def reasoning(self, text: str, form: str) -> JSON:
        return self.text(text)

    def call(self, number: int, name: str, arguments: str, form: str) -> list[JSON]:
        raise NotImplementedError("this wire has no function calls")

    def ending(self, text: str, finish: str, counts: Counts | None) -> list[JSON]:
        event: JSON = {"index": 0, "content": "", "stop": True}
        event["stop_type"] = {"length": "limit", "stop": "eos"}.get(finish, finish)
        if counts is not None:
            event |= {
                "tokens_predicted": counts.output,
                "tokens_evaluated": counts.input,
                "tokens_cached": counts.input + counts.output,
                "timings": {
                    "cache_n": counts.cached,
                    "prompt_n": counts.input - counts.cached,
                    "predicted_n": counts.output,
                },
            }
        return [event]

    def whole(self, text: str, finish: str, counts: Counts, calls: Sequence[tuple[str, str]] = ()) -> JSON:
        return {**self.ending(text, finish, counts)[0], "content": text}

    def error(self, message: str, code: str | int, kind: str) -> JSON:
        return {"error": {"code": code, "message": message, "type": kind}}


def for_path(path: str) -> WireFormat | None:
    """Give the wire format that is spoken at `path`, whatever comes before its last parts."""
    path = path.partition("?")[0].rstrip("/")
    if path.endswith("/chat/completions"):
        return Chat()
    if path.endswith("/responses"):
        return Responses()
    if path.endswith("/infill"):
        return Infill()
    if path.endswith("/completions"):
        return Completions()
    return None


def _cut(arguments: str) -> list[str]:
    """Cut JSON text where no client may expect it."""
    return [arguments[at : at + 3] for at in range(0, len(arguments), 3)]


def _usage(counts: Counts) -> JSON:
    usage: JSON = {
        "prompt_tokens": counts.input,
        "completion_tokens": counts.output,
        "total_tokens": counts.input + counts.output,
        "prompt_tokens_details": {"cached_tokens": counts.cached},
        "completion_tokens_details": {"reasoning_tokens": counts.reasoning},
    }
    return usage if counts.cost is None else {**usage, "cost": counts.cost}


def _responses_usage(counts: Counts) -> JSON:
    return {
        "input_tokens": counts.input,
        "input_tokens_details": {"cached_tokens": counts.cached},
        "output_tokens": counts.output,
        "output_tokens_details": {"reasoning_tokens": counts.reasoning},
    }
