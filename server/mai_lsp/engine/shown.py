"""What would be sent and why, as JSON data: the same for the command line and for an editor.

It sends nothing, and what was withheld is named without its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mai_lsp.model.types import Preview
from mai_lsp.prompt.gate import Withheld
from mai_lsp.prompt.prompt import Piece, Prompt

_WHY = {
    "rules": "how to answer; the same for every request",
    "scope": "the cursor is inside it",
    "imports": "what the code can use",
    "definition": "defined in this file and used near the cursor",
    "workspace": "defined in another file and likely to be used here",
    "caller": "calls of the function being written",
    "similar": "another file the user has or had open; it uses many of the same words",
    "edit": "changed a moment ago",
    "diagnostic": "a problem that is reported near the cursor",
    "clipboard": "copied by the user, who switched this source on",
    "prefix": "the code before the cursor",
    "suffix": "the code behind the cursor",
}


def why(piece: Piece) -> str:
    """Say why a piece is in the prompt."""
    return _WHY.get(piece.label.partition(" ")[0], "")


def name(piece: Piece) -> str:
    """Name a piece in a line: by its file where it is another's."""
    kind, _, what = piece.label.partition(" ")
    if kind == "workspace":
        return piece.path
    return f"{kind} {piece.path} {what}" if kind in {"caller", "similar", "edit"} else piece.label


def request(preview: Preview) -> dict[str, Any]:
    """Write the HTTP request, its key hidden."""
    return {"method": preview.method, "url": preview.url, "headers": preview.headers, "body": preview.body}


def pieces(prompt: Prompt) -> list[dict[str, Any]]:
    """Write the parts of a prompt in their order."""
    return [
        {"piece": piece.label, "path": piece.path, "tokens": piece.tokens, "why": why(piece)} for piece in prompt.pieces
    ]


def withheld(found: Sequence[Withheld]) -> list[dict[str, str]]:
    """Write what was masked or left out."""
    return [{"what": one.what, "path": one.path, "why": one.why} for one in found]
