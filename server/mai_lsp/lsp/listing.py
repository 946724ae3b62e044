"""A suggestion as an item of the ordinary completion list, for clients without inline completion.

Clients re-indent or cut multi-line items as they like (neovim#32972), so lines after the first are offered only to
clients that promise to insert text as it is (`insertTextModeSupport` with asIs); all others get the first line, and
no item at all when the first line adds nothing.
"""

from __future__ import annotations

import re

from lsprotocol import types

from mai_lsp.core.text import Document, Span, split_lines
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.lsp.client import Client
from mai_lsp.lsp.convert import accept_command, to_range

LABEL_WIDTH = 60
"""Characters of a label; lists are narrow, and the whole text is in the documentation."""


def completion_list(document: Document, offset: int, suggestion: Suggestion, client: Client) -> types.CompletionList:
    """Return a list with at most one item; incomplete, so that the client asks again when the user types on."""
    item = _item(document, offset, suggestion, client)
    return types.CompletionList(is_incomplete=True, items=[item] if item is not None else [])


def _item(document: Document, offset: int, suggestion: Suggestion, client: Client) -> types.CompletionItem | None:
    if client.inserts_only and suggestion.span.end > offset:
        return None
    start = word_start(document, offset)
    line = document.line_span(document.line_at(offset))
    # The edit begins at the typed word, because clients match the item against the text that the edit replaces.
    if start < suggestion.span.start:
        text = document.text[start : suggestion.span.start] + suggestion.text
    else:
        text = suggestion.text[start - suggestion.span.start :]
    end = min(suggestion.span.end, line.end)
    word = document.text[start:offset]
    shown = text.strip()
    first = split_lines(text)[0]
    whole = client.keeps_lines and first != text
    if not whole:
        if first.strip() in {"", word} or first == document.text[start:end]:
            return None
        text = first
    return types.CompletionItem(
        label=_label(text),
        kind=types.CompletionItemKind.Snippet,
        detail=suggestion.trace.model or suggestion.trace.provider or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, _fenced(shown, document.language))
        if client.markdown
        else shown,
        # Behind a real language server's own items: it knows the symbols, we only guess.
        sort_text="\U0010fffd",
        filter_text=word or None,
        preselect=False,
        insert_text_format=types.InsertTextFormat.Snippet if client.inserts_only else types.InsertTextFormat.PlainText,
        insert_text_mode=types.InsertTextMode.AsIs if whole else None,
        text_edit=types.TextEdit(
            to_range(document, Span(start, end), client.encoding), _as_snippet(text) if client.inserts_only else text
        ),
        command=accept_command(suggestion),
    )


def word_start(document: Document, offset: int) -> int:
    """Return where the identifier that ends at `offset` begins, on the same line."""
    lowest = document.line_span(document.line_at(offset)).start
    start = offset
    while start > lowest and (document.text[start - 1].isalnum() or document.text[start - 1] == "_"):
        start -= 1
    return start


def _as_snippet(text: str) -> str:
    """Write a plain text in LSP's snippet syntax."""
    return re.sub(r"([\\$}])", r"\\\1", text)


def _label(text: str) -> str:
    line = next((part.strip() for part in split_lines(text) if part.strip()), "")
    more = line != text.strip()
    return line[:LABEL_WIDTH] + ("…" if more or len(line) > LABEL_WIDTH else "")


def _fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"
