"""Cuts a suggestion at the end of the syntactic block, by the tree of the document with the suggestion in it."""

from __future__ import annotations

from mai_lsp.core.syntax import Node
from mai_lsp.core.text import Document, Span
from mai_lsp.reply.inserted import inserted
from mai_lsp.reply.place import Place


def cut_at_block_end(text: str, document: Document, span: Span, place: Place) -> str:
    r"""Return the part of `text` that belongs to the statement, or the empty block, in which the cursor stands.

    `text` has ``\n`` line ends and replaces `span`. Where the result does not parse around the cursor, the tree
    says nothing reliable and the text is returned as it is.
    """
    if document.syntax is None or "\n" not in text:
        return text
    after = inserted(text, document, span, place)
    if after.syntax is None:
        return text
    first = span.start + len(text) - len(text.lstrip())
    line_start = after.starts[after.line_at(span.start)]
    begin = first if place.blank else line_start + len(place.indent)
    statement = _statement(after.syntax.leaf_at(begin), begin)
    while statement is not None and ("comment" in statement.kind or statement.kind == "attribute_item"):
        statement = statement.next_named  # What a comment, or Rust's attribute, is written above belongs to it.
    if statement is None or statement.has_error:
        return text
    unit = statement
    if place.opens_block and place.blank and statement.parent is not None and statement.parent.parent is not None:
        unit = statement.parent
    inside = unit.end - span.start
    if 0 < inside < len(text):
        kept = text[:inside]
        # A trailing mark such as `;` or `,` can be a sibling of the statement on its last line.
        return kept + text[inside:].partition("\n")[0]
    return text


def _statement(leaf: Node, begin: int) -> Node | None:
    """Climb to the outermost node that begins at `begin` or later and is not the file."""
    best: Node | None = None
    node: Node | None = leaf
    while node is not None and node.start >= begin and node.parent is not None:
        if node.named:
            best = node
        node = node.parent
    return best
