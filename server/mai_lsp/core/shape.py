"""The shape of one definition: its name, where its signature ends, its docstring and its body.

It looks at one node and the few below it, never at a whole file.
"""

from __future__ import annotations

from mai_lsp.core.kinds import Kinds
from mai_lsp.core.syntax import Node

_DEPTH = 8
"""How far a name or body may lie below its definition; C declarators nest deepest."""

_TO_BODY = ("type", "definition", "declaration", "computed_value", "accessors")
"""Fields below which a definition's body may stand: `type T struct {}`."""

_TO_VALUE = ("value", "right")
"""Fields below which it may stand when there is a function: `const f = () => {}`."""


def name_of(node: Node, kinds: Kinds) -> str:
    """Return the name a definition gives, without qualification; empty where it gives none."""
    at = node
    for _ in range(_DEPTH):
        found = next((child for field in kinds.names if (child := at.field(field))), None)
        if found is None:
            inside = at.named_children
            if not inside:
                break
            found = next((child for child in inside if child.kind in kinds.carriers), None)
            if found is None and at is not node:
                found = inside[0]
            if found is None:
                return ""
        if found.kind in kinds.nameless:
            return ""
        at = found
    text = at.text if at is not node else ""
    return text if len(text) <= 200 and "\n" not in text else ""


def body_of(node: Node, kinds: Kinds) -> Node | None:
    """Return what the signature ends before: a block, a member list, or the expression that is the body."""
    at: Node | None = node
    for _ in range(3):
        if at is None:
            return None
        found = at.field("body")
        if found is None and at is not node and at.kind in kinds.bodies:
            found = at
        if found is None:
            found = next((child for child in at.named_children if child.kind in kinds.bodies), None)
        if found is not None:
            return found
        value = value_of(at)
        if value is not None and (value.kind in kinds.regions or value.kind in kinds.bodies):
            at = value
        else:
            at = next((child for field in _TO_BODY if (child := at.field(field))), None)
    return None


def value_of(node: Node) -> Node | None:
    """Return what a declaration or assignment gives its name."""
    return next((child for field in _TO_VALUE if (child := node.field(field))), None)


def header_end(node: Node, kinds: Kinds) -> int:
    """Return the byte, counted from the node's start, where its signature ends; its length where there is no body."""
    body = body_of(node, kinds)
    if body is None:
        head = next((child for child in node.named_children if child.kind in kinds.heads), None)
        return head.first_byte + head.size - node.first_byte if head is not None else node.size
    end = body.first_byte
    before = body.previous_named
    while before is not None and (before.kind in kinds.comments or before.broken):
        end, before = before.first_byte, before.previous_named
    if not body.source.startswith(b"{"):
        # `type I interface { … }`: the words before the brace belong to the signature.
        brace = next((child for child in body.children if child.kind == "{"), None)
        end = brace.first_byte if brace is not None and brace.start > body.start else end
    return end - node.first_byte


def inner_doc(body: Node, kinds: Kinds) -> Node | None:
    """Return the string that opens the body, where the language has docstrings."""
    if not kinds.doc_inside:
        return None
    first = next((child for child in body.named_children if child.kind not in kinds.comments), None)
    if first is not None and first.kind not in kinds.strings:
        inside = first.named_children
        first = inside[0] if len(inside) == 1 else None
    return first if first is not None and first.kind in kinds.strings else None
