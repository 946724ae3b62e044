"""`/responses`: typed events.

Pure functions; a reply that is not streamed is read by the same `decode`. Nothing is stored at the provider.
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
    read_usage,
)
from mai_lsp.model.wires.request import finished
from mai_lsp.prompt.prompt import ChatPrompt


def body(prompt: ChatPrompt, target: Target) -> Body:
    """Build the request's JSON body; system messages become `instructions`, stops are the client's to enforce."""
    instructions = "\n\n".join(message.content for message in prompt.messages if message.role == "system")
    fields: Body = {"model": target.model}
    if instructions:
        fields["instructions"] = instructions
    fields |= {
        "input": [
            {"role": message.role, "content": message.content}
            for message in prompt.messages
            if message.role != "system"
        ],
        "max_output_tokens": prompt.max_tokens,
        "stream": True,
        "store": False,
    }
    if prompt.tools and target.tools:
        # Strict schemas, the default here, must list every property as required.
        fields["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
                "strict": False,
            }
            for tool in prompt.tools
        ]
    if target.effort:
        fields["reasoning"] = {"effort": target.effort}
    return finished(fields, target, (), prompt.temperature)


def decode(event: Any) -> Delta:
    """Read one typed event, or a whole response object."""
    kind = event.get("type")
    if not isinstance(kind, str):
        return _whole(event)
    if kind == "response.output_text.delta":
        return Delta(text=flat_text(event.get("delta")))
    if kind.startswith("response.reasoning") and kind.endswith(".delta"):
        return Delta(reasoning=flat_text(event.get("delta")))
    if kind.startswith("response.refusal"):
        return Delta(failure=Failure(flat_text(event.get("delta")), code="refusal"))
    if kind.startswith("response.function_call_arguments"):
        piece = kind.endswith(".delta")
        arguments = read_arguments(event.get("delta" if piece else "arguments"))
        return Delta(calls=(_part(event, flat_text(event.get("item_id")), event, arguments, whole=not piece),))
    if kind in {"response.output_item.added", "response.output_item.done"}:
        item = event.get("item")
        return Delta(calls=_item(item, event, whole=kind.endswith(".done")) if isinstance(item, dict) else ())
    if kind == "error":
        return Delta(failure=read_failure(event) or Failure(code="unknown"))
    if kind in {"response.completed", "response.incomplete", "response.failed"}:
        response = event.get("response")
        return _ending(response if isinstance(response, dict) else {}, kind.rpartition(".")[2])
    return Delta()


def _ending(response: dict[str, Any], status: str) -> Delta:
    usage = read_usage(response.get("usage"))
    if status == "failed":
        return Delta(usage=usage, failure=read_failure(response) or Failure(code="unknown"))
    if status == "incomplete":
        details = response.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, dict) else None
        if reason == "content_filter":
            return Delta(usage=usage, failure=Failure("The answer was filtered.", code="content_filter"))
        return Delta(usage=usage, finish="length")
    return Delta(usage=usage, finish="stop")


def _item(item: dict[str, Any], event: dict[str, Any], *, whole: bool) -> tuple[CallPart, ...]:
    """Read an output item; nothing if it is no function call."""
    if item.get("type") != "function_call":
        return ()
    identity = flat_text(item.get("id")) or flat_text(event.get("item_id"))
    return (_part(item, identity, event, read_arguments(item.get("arguments")), whole=whole),)


def _part(named: dict[str, Any], identity: str, event: dict[str, Any], arguments: str, *, whole: bool) -> CallPart:
    index = event.get("output_index")
    place = index if isinstance(index, int) and not isinstance(index, bool) else None
    return CallPart(flat_text(named.get("name")), arguments, identity, place, whole)


def _whole(response: dict[str, Any]) -> Delta:
    output = response.get("output")
    if not isinstance(output, list):
        return Delta(failure=read_failure(response))
    items = [item for item in output if isinstance(item, dict)]
    ending = _ending(response, str(response.get("status") or "completed"))
    return Delta(
        text="".join(flat_text(item.get("content")) for item in items if item.get("type") == "message"),
        reasoning="".join(flat_text(item) for item in items if item.get("type") == "reasoning"),
        usage=ending.usage,
        finish=ending.finish,
        failure=ending.failure,
        calls=tuple(call for item in items for call in _item(item, {}, whole=True)),
    )
