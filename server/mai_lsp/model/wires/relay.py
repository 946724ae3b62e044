"""A question to one of the editor's own language models: the question as JSON, and deltas from what comes back.

Pure functions; whoever carries the question adds its id and takes it off the answer. VS Code's API takes messages,
functions and little else, so sampling, stops and the user's extra fields are not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mai_lsp.model.resolve import Target
from mai_lsp.model.types import Role, Usage
from mai_lsp.model.wires.delta import Body, CallPart, Delta, Failure, flat_text, read_arguments
from mai_lsp.prompt.prompt import ChatPrompt

JUSTIFICATION: Final = {
    Role.COMPLETION: "MAI suggests code while you type, with the model that you have chosen in its settings.",
    Role.EDIT: "MAI changes code as you have asked it to, with the model that you have chosen in its settings.",
    Role.PLAN: "MAI plans a change as you have asked it to, with the model that you have chosen in its settings.",
}
"""What the editor's consent dialog says."""

CODES: Final = frozenset({"consent", "quota", "missing", "blocked", "other", "unsupported"})
"""Of errors; `unsupported` is the carrier's own, for a client that does not know the question."""


def body(prompt: ChatPrompt, target: Target) -> Body:
    """Build the question; `lsp.protocol.ChatParams` without its id."""
    fields: Body = {
        "vendor": target.vendor,
        "family": target.model,
        "messages": [{"role": message.role, "content": message.content} for message in prompt.messages],
        "maxTokens": prompt.max_tokens,
        "justification": JUSTIFICATION[target.role],
    }
    if prompt.tools and target.tools:
        fields["tools"] = [
            {"name": tool.name, "description": tool.description, "inputSchema": dict(tool.parameters)}
            for tool in prompt.tools
        ]
    return fields


def decode(event: Mapping[str, Any]) -> Delta:
    """Read a part of the answer, or the result behind the last one; what is of the wrong type counts as absent."""
    text, finish = event.get("text"), event.get("finish")
    return Delta(
        text=text if isinstance(text, str) else "",
        usage=_usage(event.get("usage")),
        finish=finish if isinstance(finish, str) and finish else None,
        failure=_failure(event.get("error")),
        calls=_call(event.get("call")),
    )


def _call(call: Any) -> tuple[CallPart, ...]:
    if not isinstance(call, Mapping):
        return ()
    name = flat_text(call.get("name"))
    return (CallPart(name, read_arguments(call.get("arguments")), whole=True),) if name else ()


def _usage(usage: Any) -> Usage | None:
    """Read the tokens if both counts are there: a cost made of one of them would look like the whole."""
    if not isinstance(usage, Mapping):
        return None
    counts = [usage.get(name) for name in ("input", "output")]
    if any(not isinstance(count, int) or isinstance(count, bool) or count < 0 for count in counts):
        return None
    return Usage(input_tokens=counts[0] or 0, output_tokens=counts[1] or 0)


def _failure(error: Any) -> Failure | None:
    if error is None:
        return None
    if not isinstance(error, Mapping):
        return Failure(flat_text(error), code="other")
    code = error.get("code")
    known = code if isinstance(code, str) and code in CODES else "other"
    return Failure(flat_text(error.get("message")), code=known)
