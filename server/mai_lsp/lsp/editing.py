"""Edits as LSP has them: for code actions, for Copilot's next edits and as inline completions that replace something.

Conversion only; an edit that a client could not show or apply is None, and nothing here remembers anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsprotocol import types

from mai_lsp.core.encoding import Encoding
from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.lsp.client import Client
from mai_lsp.lsp.convert import to_range
from mai_lsp.lsp.protocol import ACCEPT_COMMAND


def text_edit(document: Document, edit: Edit, encoding: Encoding) -> types.TextEdit:
    """Return LSP's edit."""
    return types.TextEdit(to_range(document, edit.span, encoding), edit.text)


def workspace_edit(document: Document, edits: Sequence[Edit], client: Client) -> types.WorkspaceEdit:
    """Return edits bound to the document's version; without it only where the client knows no versions."""
    found = [text_edit(document, edit, client.encoding) for edit in edits]
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes={document.uri: found})
    named = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(named, found)])


def accept_command(identity: str) -> types.Command:
    """Return the command that a client runs after applying a next edit."""
    return types.Command(title="Accept MAI edit", command=ACCEPT_COMMAND, arguments=[identity])


def copilot_edit(document: Document, edit: Edit, identity: str, encoding: Encoding) -> dict[str, Any]:
    """Return an item of `textDocument/copilotInlineEdit`; its version is the one that the client must have."""
    where = to_range(document, edit.span, encoding)
    ends = {"start": where.start, "end": where.end}
    command = accept_command(identity)
    return {
        "text": edit.text,
        "textDocument": {"uri": document.uri, "version": document.version},
        "range": {name: {"line": place.line, "character": place.character} for name, place in ends.items()},
        "command": {"title": command.title, "command": command.command, "arguments": command.arguments},
    }


def inline_item(
    document: Document, edit: Edit, offset: int, identity: str, client: Client
) -> types.InlineCompletionItem | None:
    """Return an edit of the cursor's line as an inline completion; None where the client could not show it.

    Neovim lays a replacement over what it replaces. Others show what an edit adds, as text between what stands there
    (VS Code): the text before the cursor must be kept, and the rest be part of the new text, in its order.
    """
    line = document.line_span(document.line_at(offset))
    if not line.holds(edit.span) or any(end in edit.text for end in "\r\n"):
        return None
    span = Span(min(edit.span.start, offset), max(edit.span.end, offset))
    text = document.text[span.start : edit.span.start] + edit.text + document.text[edit.span.end : span.end]
    before, behind = document.text[span.start : offset], document.text[offset : span.end]
    if not client.overlays and not (text.startswith(before) and _within(behind, text[len(before) :])):
        return None
    return types.InlineCompletionItem(
        insert_text=text, range=to_range(document, span, client.encoding), command=accept_command(identity)
    )


def _within(part: str, whole: str) -> bool:
    """Whether all characters of a text stand in another, in their order."""
    rest = iter(whole)
    return all(char in rest for char in part)
