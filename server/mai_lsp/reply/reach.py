"""Decides whether one line, one statement or a whole block is to be suggested.

The tree knows best whether a block is empty; where it does not parse, as most texts while one types, the lines and
their indentation decide. `extent` then finds where the line, the statement or the block ends in what the model says.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import chain, islice

from mai_lsp.core.syntax import Node
from mai_lsp.core.text import Document

_TEXT = re.compile(r"string|heredoc|template")
_QUOTES = re.compile(r"(?:\"{3}|'{3}|[\"'`]#*)$")
_NEAR = 5
"""Nodes to climb from the cursor's to the string's."""

_PAIRS = {"{": "}", "[": "]", "(": ")"}


class Reach(StrEnum):
    """How far a suggestion may go."""

    LINE = "line"
    """Code follows on the cursor's line: only the line can be completed."""
    STATEMENT = "statement"
    """To the end of what was begun, or of one statement where nothing was; a call goes on until it closes."""
    BLOCK = "block"
    """The cursor is in a block without code: all of its body."""


def decide(document: Document, offset: int, *, rest: bool, empty: bool) -> Reach:
    """Return how far a suggestion at `offset` may go.

    `rest` says that code follows on the line, `empty` that by its lines the block around the cursor has no code.
    """
    if rest:
        return Reach.LINE
    by_tree = is_empty_block(document, offset)
    return Reach.BLOCK if (empty if by_tree is None else by_tree) else Reach.STATEMENT


def is_empty_block(document: Document, offset: int) -> bool | None:
    """Return whether the brackets around the cursor hold no code; None where the tree can not tell.

    With code before the cursor on its line they count only if the opening one is the last of that.
    """
    if document.syntax is None:
        return None
    line = document.text[document.starts[document.line_at(offset)] : offset]
    if line.strip() and not line.rstrip().endswith(tuple(_PAIRS)):
        return False if _within(document, offset) is not None else None
    block = _within(document, offset)
    return None if block is None else not any("comment" not in child.kind for child in block.named_children)


def _within(document: Document, offset: int) -> Node | None:
    """Return the innermost node in brackets around the cursor, if all between it and the cursor parses."""
    if document.syntax is None or not offset:
        return None
    node: Node | None = document.syntax.node_at(offset)
    text = document.text
    while node is not None:
        if node.broken or node.kind in {"string", "template_string", "comment"}:
            return None
        start, end = node.start, node.end
        if start < offset < end and _PAIRS.get(text[start]) == text[end - 1]:
            return None if any(child.broken for child in node.children) else node
        node = node.parent
    return None


def text_end(document: Document, offset: int) -> str:
    """Return what closes the string of several lines, or the heredoc, that the cursor is in; "" in code.

    Only where the file closes it already: a string that was just opened swallows all below it.
    """
    if document.syntax is None or not offset:
        return ""
    leaf = document.syntax.leaf_at(offset)
    for node in islice(chain((leaf,), leaf.ancestors()), _NEAR):
        if "substitution" in node.kind or "interpolation" in node.kind or node.broken:
            return ""
        if node.end_row > node.row and _TEXT.search(node.kind) and not node.has_error:
            last = node.text.rstrip().rpartition("\n")[2].strip()
            found = last if "heredoc" in node.kind else "".join(_QUOTES.findall(last)[-1:])
            inside = node.start < offset <= node.start + len(node.text.rstrip()) - len(found)
            if found and inside:
                return found
    return ""
