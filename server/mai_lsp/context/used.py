"""Definitions of this file whose names are used near the cursor: signatures, or whole when they are small.

The nearest are chosen, but they are given in file order, so that a prompt's beginning stays the same while the choice
does. Nothing that the window or the scopes already show is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mai_lsp.context.near import Near
from mai_lsp.core import tokens
from mai_lsp.core.brief import doc_of, header_of, lined, stub_of
from mai_lsp.core.outline import Definition, Outline
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document, Span

WHOLE_LINES = 6
WHOLE_CHARACTERS = 300
"""Up to this a definition is given whole: its body is no longer than what would say that it is missing."""

MEMBERS = 24
"""Members listed of one type; more are a page of their own."""

CANDIDATES = 40
"""Definitions looked at in one request; the budget holds fewer."""

VALUE_LINES = 4
"""Lines of a constant's value."""


@dataclass(slots=True)
class _Group:
    """What becomes one snippet: a definition, or members of one container."""

    top: Definition
    members: list[Definition]
    """Empty when `top` itself is used."""
    weight: float = 0.0


def used(
    document: Document,
    outline: Outline,
    near: Near,
    scopes: Sequence[Definition] = (),
    *,
    budget: int,
    path: str,
    shown: Sequence[Span] = (),
) -> tuple[Snippet, ...]:
    """Return the definitions used near the cursor within `budget` tokens, in file order."""
    left = budget
    chosen: list[Snippet] = []
    groups = _groups(outline, near, scopes, shown)
    for group in sorted(groups, key=lambda group: (-group.weight, group.top.span.start))[:CANDIDATES]:
        snippet = _snippet(document, outline, group, left, path)
        if snippet is not None:
            chosen.append(snippet)
            left -= snippet.tokens
    return tuple(sorted(chosen, key=lambda snippet: snippet.start))


def _groups(outline: Outline, near: Near, scopes: Sequence[Definition], shown: Sequence[Span]) -> list[_Group]:
    """Sort what is used by the snippet it belongs to."""
    around = {scope.header.start for scope in scopes}
    inside = {scope.name for scope in scopes if scope.name}
    groups: dict[int, _Group] = {}
    for found in outline.named(near.names, dotted=near.members, inside=inside):
        if found.header.start in around or any(part.holds(found.header) for part in shown):
            continue
        parent = found.parent
        if parent is None or (parent.kind == "module" and found.kind == "type"):
            group = groups.setdefault(found.span.start, _Group(found, []))
            group.members.clear()
        else:
            known = groups.get(parent.span.start)
            group = known or groups.setdefault(parent.span.start, _Group(parent, []))
            if known is None or known.members:
                group.members.append(found)
        group.weight += near.names[found.name]
    return list(groups.values())


def _snippet(document: Document, outline: Outline, group: _Group, budget: int, path: str) -> Snippet | None:
    """Write the fullest form of a definition, or of a container's members, that fits."""
    for text in _forms(document, outline, group):
        if text and (size := tokens.estimate(text)) <= budget:
            return Snippet(Kind.DEFINITION, path, text, group.top.span.start, size, group.top.name)
    return None


def _forms(document: Document, outline: Outline, group: _Group) -> Iterator[str]:
    """Yield what may be shown of a group, the fullest first."""
    if group.members:
        opened = _opened(document, group.top)
        stubs = [stub_of(document, member) for member in group.members[:MEMBERS]]
        for count in (len(stubs), 8, 2):
            if count <= len(stubs):
                yield "\n".join([opened, *stubs[:count]])
        return
    yield _whole(document, group.top)
    yield _skeleton(document, outline, group.top)
    yield stub_of(document, group.top)
    yield header_of(document, group.top)


def _whole(document: Document, found: Definition) -> str:
    if len(found.span) > WHOLE_CHARACTERS:
        return ""
    lines = document.line_at(found.span.end) - document.line_at(found.span.start) + 1
    if lines > WHOLE_LINES:
        return ""
    text = lined(document, found.span, WHOLE_LINES)
    outside = found.doc is not None and found.doc.end <= found.span.start
    return f"{doc_of(document, found, 1)}\n{text}" if outside else text


def _skeleton(document: Document, outline: Outline, found: Definition) -> str:
    """Return a type's header with its fields and the signatures of its methods."""
    if found.kind == "value":
        return lined(document, found.span, VALUE_LINES)
    if found.kind != "type":
        return ""
    lines = [_opened(document, found)]
    if doc := doc_of(document, found, 1):
        inside = found.doc is not None and found.doc.start >= found.header.end
        lines.insert(1 if inside else 0, doc)
    for count, member in enumerate(outline.members(found)):
        if count == MEMBERS:
            break
        one_line = member.kind == "value" and document.line_at(member.span.start) == document.line_at(member.span.end)
        lines.append(lined(document, member.span, 1) if one_line else header_of(document, member))
    if lines[0].endswith("{") or (len(lines) > 1 and lines[1].endswith("{")):
        lines.append("}")
    return "\n".join(lines)


def _opened(document: Document, found: Definition) -> str:
    header = header_of(document, found)
    return header + " {" if document.text[found.header.end : found.header.end + 1] == "{" else header
