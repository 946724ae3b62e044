"""`/chat/completions`: messages in, deltas out.

Pure functions; a reply that is not streamed is read by the same `decode`.
"""

from __future__ import annotations

from typing import Any

from mai_lsp.model.resolve import Target
from mai_lsp.model.wires.delta import (
    Body,
    CallPart,
    Delta,
    Failure,
    flat_text,
    read_arguments,
    read_failure,
    read_timings,
    read_usage,
)
from mai_lsp.model.wires.request import finished, half_word_grammar, reasoning
from mai_lsp.prompt.prompt import ChatPrompt


def body(prompt: ChatPrompt, target: Target) -> Body:
    """Build the request's JSON body."""
    fields: Body = {
        "model": target.model,
        "messages": [{"role": message.role, "content": message.content} for message in prompt.messages],
        target.row.output_cap: prompt.max_tokens,
        "stream": True,
        **reasoning(target),
    }
    if "stream_options" in target.row.accepts:
        fields["stream_options"] = {"include_usage": True}
    if prompt.tools and target.tools:
        fields["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)},
            }
            for tool in prompt.tools
        ]
    if target.grammar and prompt.seam.word:
        fields["grammar"] = half_word_grammar(prompt.seam)
    return finished(fields, target, prompt.stop, prompt.temperature)


def decode(event: Any) -> Delta:
    """Read one chunk, or a whole reply."""
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    delta = choice.get("delta") or choice.get("message")
    if not isinstance(delta, dict):
        delta = {}
    finish = choice.get("finish_reason")
    failure = read_failure(event) if not choices or event.get("error") else read_failure({"error": choice.get("error")})
    if failure is None:
        failure = _failure_of(finish, delta)
    content = delta.get("content")
    return Delta(
        text=content if isinstance(content, str) else flat_text(content),
        reasoning=_reasoning(delta),
        usage=read_usage(event.get("usage")) or read_timings(event.get("timings")),
        finish=finish if isinstance(finish, str) else None,
        failure=failure,
        calls=_calls(delta.get("tool_calls")),
    )


def _calls(calls: Any) -> tuple[CallPart, ...]:
    """Read calls, whole or in pieces; an `index` is missing in whole replies, and from Foundry."""
    found = []
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            continue
        index = call.get("index")
        arguments = function.get("arguments")
        found.append(
            CallPart(
                name=flat_text(function.get("name")),
                arguments=read_arguments(arguments),
                id=flat_text(call.get("id")),
                index=index if isinstance(index, int) and not isinstance(index, bool) else None,
                whole=isinstance(arguments, dict),
            )
        )
    return tuple(found)


def _reasoning(delta: dict[str, Any]) -> str:
    """Find hidden reasoning; a server that sends it under two names means the same text."""
    for name in ("reasoning", "reasoning_content", "reasoning_details", "thinking"):
        if text := flat_text(delta.get(name)):
            return text
    return ""


def _failure_of(finish: Any, delta: dict[str, Any]) -> Failure | None:
    if finish == "content_filter":
        return Failure("The answer was filtered.", code="content_filter")
    if finish == "error":
        return Failure("The model failed.", code="502")
    if refusal := flat_text(delta.get("refusal")):
        return Failure(refusal, code="refusal")
    return None
