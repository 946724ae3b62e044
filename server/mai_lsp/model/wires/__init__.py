"""The formats spoken here, one module each: a request body from a prompt, and deltas from events.

Nothing below this package performs I/O or keeps state.
"""

from __future__ import annotations

from mai_lsp.model.resolve import Target
from mai_lsp.model.types import Wire
from mai_lsp.model.wires import chat, completions, infill, relay, responses
from mai_lsp.model.wires.delta import Body
from mai_lsp.prompt.prompt import ChatPrompt, FimPrompt, InfillPrompt, Prompt

DECODERS = {
    Wire.CHAT: chat.decode,
    Wire.RESPONSES: responses.decode,
    Wire.FIM: completions.decode,
    Wire.INFILL: infill.decode,
}


def request_body(prompt: Prompt, target: Target) -> Body:
    """Build the JSON body; raise TypeError when the prompt is not of the endpoint's wire."""
    match target.wire, prompt:
        case Wire.CHAT, ChatPrompt() if target.row.relay:
            return relay.body(prompt, target)
        case Wire.CHAT, ChatPrompt():
            return chat.body(prompt, target)
        case Wire.RESPONSES, ChatPrompt():
            return responses.body(prompt, target)
        case Wire.FIM, FimPrompt():
            return completions.body(prompt, target)
        case Wire.INFILL, InfillPrompt():
            return infill.body(prompt, target)
        case _:
            raise TypeError(f"a {type(prompt).__name__} can not go over the {target.wire} wire")
