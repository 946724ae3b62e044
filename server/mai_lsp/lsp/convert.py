"""Between LSP's values and ours: positions, changes, items. LSP positions end here.

Everything is total: a position that is not in the text is clamped into it, never refused, since the text is the
user's and the client may be behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from mai_lsp.core.encoding import Encoding, index_at, units
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.lsp.protocol import ACCEPT_COMMAND


@dataclass(frozen=True, slots=True)
class Place:
    """A position as the client counts: line from 0, column in code units of the negotiated encoding."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Change:
    """One content change; without a range it is the whole new text."""

    text: str
    start: Place | None = None
    end: Place | None = None


def changes(params: Any) -> tuple[str, int | None, list[Change]]:
    """Read the parameters of didChange (plain JSON): URI, version, changes; raises ValueError where they are no such.

    Not left to cattrs, which refuses a missing version or a negative column, and with it a change to the text, and is
    no faster.
    """
    if not isinstance(params, Mapping) or not isinstance(document := params.get("textDocument"), Mapping):
        raise ValueError("didChange names no document")
    uri, version, found = document.get("uri"), document.get("version"), params.get("contentChanges")
    if not isinstance(uri, str) or not isinstance(found, list):
        raise ValueError("didChange names no document or no changes")
    return uri, version if isinstance(version, int) else None, [_change(item) for item in found]


def _change(item: Any) -> Change:
    if not isinstance(item, Mapping) or not isinstance(text := item.get("text"), str):
        raise ValueError("a change without text")
    where = item.get("range")
    if where is None:
        return Change(text)
    if not isinstance(where, Mapping):
        raise ValueError("a change with a range that is none")
    return Change(text, _place(where.get("start")), _place(where.get("end")))


def _place(item: Any) -> Place:
    if not isinstance(item, Mapping):
        raise ValueError("a position that is none")
    line, column = item.get("line"), item.get("character")
    if not isinstance(line, int) or not isinstance(column, int):
        raise ValueError("a position without numbers")
    return Place(line, column)


def field(value: Any, name: str) -> Any:
    """Read a field of what pygls made of JSON it has no type for: an object, or a mapping as it came."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def place_of(position: Any) -> Place:
    """Read an LSP position as a command's argument brings it: an object or a mapping; the beginning if it is none."""
    found = [field(position, name) for name in _PLACE]
    line, character = (number if isinstance(number, int) else 0 for number in found)
    return Place(line, character)


_PLACE = ("line", "character")


def offset_at(document: Document, place: Place, encoding: Encoding) -> int:
    """Return the code point offset of a place; past a line's end gives its end, past the last line the text's end."""
    own = document.own
    if place.line < 0:
        return own.start
    line = place.line + document.line_at(own.start)
    if line >= document.line_count:
        return own.end
    span = document.line_span(line)
    return span.start + index_at(document.slice(span), place.column, encoding)


def place_at(document: Document, offset: int, encoding: Encoding) -> Place:
    """Return the place of an offset; between a carriage return and its newline it is the line's end."""
    own = document.own
    offset = max(own.start, min(offset, own.end))
    line = document.line_at(offset)
    span = document.line_span(line)
    return Place(line - document.line_at(own.start), units(document.text[span.start : min(offset, span.end)], encoding))


def to_offset(document: Document, position: types.Position, encoding: Encoding) -> int:
    """Return the code point offset of an LSP position."""
    return offset_at(document, Place(position.line, position.character), encoding)


def to_range(document: Document, span: Span, encoding: Encoding) -> types.Range:
    """Return the LSP range of a span."""
    start, end = place_at(document, span.start, encoding), place_at(document, span.end, encoding)
    return types.Range(types.Position(start.line, start.column), types.Position(end.line, end.column))


def inline_items(
    document: Document, suggestions: Iterable[Suggestion], encoding: Encoding
) -> types.InlineCompletionList:
    """Return inline completion items, in this order; running an item's command tells us that it was accepted."""
    return types.InlineCompletionList(
        items=[
            types.InlineCompletionItem(
                insert_text=suggestion.text,
                range=to_range(document, suggestion.span, encoding),
                command=accept_command(suggestion),
            )
            for suggestion in suggestions
        ]
    )


def accept_command(suggestion: Suggestion) -> types.Command:
    """Return the command that a client runs after accepting the suggestion."""
    return types.Command(title="Accept MAI suggestion", command=ACCEPT_COMMAND, arguments=[suggestion.id])
