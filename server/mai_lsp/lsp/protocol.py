"""Our additions to LSP: names on the wire, mirrored by `extension/src/protocol.ts` and `server/PROTOCOL.md`.

It holds names and payload shapes only; nothing here sends anything.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

STATUS = "mai/status"
"""Server notification with a `StatusParams`, sent whenever something in it changes."""

COPILOT_STATUS = "didChangeStatus"
"""The same for clients of Copilot's language server, with a `CopilotStatusParams`."""

ACCEPT_COMMAND = "mai.acceptCompletion"
"""Run by the client after it has put a suggestion into the text; the argument is the suggestion's id."""

STATUS_COMMAND = "mai.status"
"""Returns a JSON object that says how the server is set up and doing; holds no source code and no key."""

SHOW_PROMPT_COMMAND = "mai.showPrompt"
"""Returns what a completion at a place would send, as a `ShownPrompt`; its arguments are a URI and an LSP position."""

TOLERATED = (
    "textDocument/didFocus",
    "textDocument/didShowCompletion",
    "textDocument/didPartiallyAcceptCompletion",
    "workspace/didChangeStatus",
)
"""Notifications of Copilot's clients: the first warms the connection, the next two are counted, the last is ignored."""

DID_FOCUS, DID_SHOW, DID_ACCEPT_PART = TOLERATED[:3]

DID_CHANGE_DIAGNOSTICS = "mai/didChangeDiagnostics"
"""Client notification ``{uri, version?, diagnostics: Diagnostic[]}``: what the editor shows about an open document."""

DID_CHANGE_CLIPBOARD = "mai/didChangeClipboard"
"""Client notification ``{text}``; dropped unless the user has named the clipboard in `context.sources`."""

State = Literal["ready", "working", "error", "off"]


class StatusParams(TypedDict):
    """Parameters of `STATUS`."""

    state: State
    provider: str
    model: str
    message: str
    """One sentence for the user; empty when there is nothing to say."""
    shown: int
    """Suggestions given to the editor in this session."""
    accepted: int
    """Suggestions that were taken, whole or in part."""


class CopilotStatusParams(TypedDict):
    """Parameters of `COPILOT_STATUS`."""

    busy: bool
    message: str
    kind: Literal["Normal", "Error", "Warning", "Inactive"]
    command: NotRequired[str]


class ShownPrompt(TypedDict):
    """Result of `SHOW_PROMPT_COMMAND`; without a request where nothing would be sent, and `reason` says why."""

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, Any] | None
    pieces: list[dict[str, Any]]
    withheld: list[dict[str, str]]
    reason: str
