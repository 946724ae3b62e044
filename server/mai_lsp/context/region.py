"""The lines that a model may rewrite around a place: a few above and below, grown to what the tree holds together.

It chooses lines and nothing else; whether they may be shown decides the gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mai_lsp.context.changes import Change, all_changes
from mai_lsp.core import tokens
from mai_lsp.core.history import Region
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.shape import body_of, name_of
from mai_lsp.core.text import Document, Span

ABOVE, BELOW = 2, 5
"""Lines around the cursor in any case (Copilot's next edits)."""

MOST_TOKENS = 350
"""As far as it grows to the borders of a statement, a function or a class (Zed)."""

LEAST_TOKENS = 150
"""A larger statement is looked for only while there is less than this (Zed)."""

MAX_CALLS = 50
"""Calls looked at of a function whose signature has changed."""


def editable(document: Document, offset: int) -> Span | None:
    """Return the whole lines around `offset` that may be rewritten, without the last line end; None if too long."""
    line = document.line_at(offset)
    first, last = max(0, line - ABOVE), min(document.line_count - 1, line + BELOW)
    while last > line and not document.line_text(last).strip():
        last -= 1
    while first < line and not document.line_text(first).strip():
        first += 1
    found = _lines(document, first, last)
    if _size(document, found) > MOST_TOKENS:
        found = _lines(document, line, line)
        return found if _size(document, found) <= MOST_TOKENS else None
    for wider in _around(document, offset):
        joined = _joined(document, found, wider)
        if _size(document, joined) > MOST_TOKENS:
            break
        found = joined
        if _size(document, found) >= LEAST_TOKENS:
            break
    return found


def calls(document: Document, regions: Sequence[Region]) -> tuple[int, ...]:
    """Return where a function is called whose parameters were just changed, the nearest first."""
    if document.syntax is None or not regions:
        return ()
    known = all_changes(document, regions)
    for change in (one for one in known if one.at == known[0].at):
        name = _signature(document, change)
        if not name:
            continue
        kinds = kinds_of(document.syntax.language.id)
        done = [one.span for one in known]
        found = []
        for match_at in _places(document.text, f"{name}(", MAX_CALLS):
            leaf = document.syntax.leaf_at(match_at)
            chain = [leaf, *leaf.ancestors()]
            if any(node.kind in kinds.comments or node.kind in kinds.strings for node in chain[:2]):
                continue
            line = document.line_span(document.line_at(match_at))
            if not any(line.start <= span.start <= line.end for span in done):
                found.append(match_at)
        return tuple(sorted(found, key=lambda at: abs(at - change.span.start)))
    return ()


def _signature(document: Document, change: Change) -> str:
    """Return the name of the function in whose parameters a change lies; empty if it lies elsewhere."""
    syntax = document.syntax
    if syntax is None:
        return ""
    kinds = kinds_of(syntax.language.id)
    for node in syntax.node_at(change.span.start, change.span.end).ancestors():
        if node.kind in kinds.functions:
            body = body_of(node, kinds)
            name = name_of(node, kinds)
            header = document.text[node.start : body.start if body is not None else node.end]
            at = header.find(name)
            return (
                name
                if name and 0 <= node.start + at + len(name) <= change.span.start < node.start + len(header)
                else ""
            )
    return ""


def _places(text: str, needle: str, most: int) -> Iterator[int]:
    at = text.find(needle)
    while at >= 0 and most:
        if not (at and (text[at - 1].isalnum() or text[at - 1] == "_")):
            yield at
            most -= 1
        at = text.find(needle, at + 1)


def _around(document: Document, offset: int) -> Iterator[Span]:
    """Yield the nodes around a place, the smallest first."""
    if document.syntax is None:
        return
    line = document.line_span(document.line_at(offset))
    text = document.slice(line)
    at = (
        line.start + len(text) - len(text.lstrip())
        if offset == line.start or not text[: offset - line.start].strip()
        else offset
    )
    node = document.syntax.node_at(min(at, max(0, len(document.text) - 1)))
    for one in (node, *node.ancestors()):
        if one.kind != document.syntax.root.kind:
            yield one.span


def _joined(document: Document, one: Span, other: Span) -> Span:
    first, last = min(one.start, other.start), max(one.end, other.end)
    return _lines(document, document.line_at(first), document.line_at(last))


def _lines(document: Document, first: int, last: int) -> Span:
    return Span(document.starts[first], document.line_span(last).end)


def _size(document: Document, span: Span) -> int:
    return tokens.estimate(document.slice(span))
