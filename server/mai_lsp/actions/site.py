"""What stands at a place: the definition around it, the statement, the comment, what is selected and nothing of more.

Worked out only as far as somebody asks, and never by walking a file: a menu waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mai_lsp.core.kinds import Kinds, kinds_of
from mai_lsp.core.language import find
from mai_lsp.core.pieces import kind_of, lead_of
from mai_lsp.core.shape import body_of, header_end, inner_doc, name_of, value_of
from mai_lsp.core.syntax import Node
from mai_lsp.core.text import Document, Span

MAX_SELECTION = 200_000
"""Characters of a selection that are looked at; "select all" in a large file is the file's."""

_WRAPPED = frozenset({"expression_statement", "statement_list", "parenthesized_expression"})
"""Nodes that stand around another and add nothing."""


@dataclass(frozen=True)
class Part:
    """A function or type around a place."""

    document: Document
    kinds: Kinds
    node: Node
    kind: Literal["function", "type"]

    @cached_property
    def name(self) -> str:
        """Its own name; empty for a constructor in some languages."""
        return name_of(self.node, self.kinds)

    @cached_property
    def outer(self) -> Node:
        """The node with `export`, decorators and the like around it."""
        at = self.node
        while (parent := at.parent) is not None and parent.kind in self.kinds.prefixes:
            if sum(child.kind not in self.kinds.comments for child in parent.named_children) > 1 + _marks(parent):
                break  # `const f = …, g = …` holds two.
            at = parent
        return at

    @cached_property
    def callable(self) -> Node:
        """The node with the parameters: the arrow function of `const f = () => …`, otherwise itself."""
        value = value_of(self.node)
        return value if value is not None and value.kind in self.kinds.regions else self.node

    @cached_property
    def body(self) -> Node | None:
        """What the signature ends before."""
        return body_of(self.node, self.kinds)

    @cached_property
    def doc(self) -> Span | None:
        """The docstring, or the comment right above."""
        if (inside := self.docstring) is not None:
            return inside.span
        lead = lead_of(self.outer, self.kinds)
        return Span(lead.doc[0].start, lead.doc[1].end) if lead.doc is not None else None

    @cached_property
    def docstring(self) -> Node | None:
        """The string that opens the body, where the language has docstrings."""
        return inner_doc(self.body, self.kinds) if self.body is not None else None

    @cached_property
    def start(self) -> int:
        """Where it begins, with what belongs to it: decorators, `export`, and the comment above."""
        lead = lead_of(self.outer, self.kinds)
        found = [self.outer.start]
        if lead.mark is not None:
            found.append(lead.mark.start)
        if lead.doc is not None:
            found.append(lead.doc[0].start)
        return min(found)

    @cached_property
    def signature(self) -> Span:
        """The definition's first words up to its body, without blanks behind."""
        syntax = self.document.syntax
        if syntax is None:
            return Span(self.outer.start, self.outer.end)
        end = syntax.to_offset(self.node.first_byte + header_end(self.node, self.kinds))
        text = self.document.text[self.outer.start : end]
        return Span(self.outer.start, self.outer.start + len(text.rstrip()))

    @cached_property
    def head(self) -> Span:
        """Whole lines of what comes before the body: comment, decorators and signature, and a docstring below it."""
        end = self.docstring.end if self.docstring is not None else self.signature.end
        return lines_of(self.document, Span(self.start, end))

    @cached_property
    def lines(self) -> Span:
        """Whole lines of all of it."""
        return lines_of(self.document, Span(self.start, self.outer.end))


class Site:
    """One place in one version of a document."""

    def __init__(self, document: Document, span: Span) -> None:
        self.document = document
        self.asked = span
        """As the editor gave it."""

    @cached_property
    def language(self) -> str:
        """Our id of the language."""
        syntax = self.document.syntax
        return syntax.language.id if syntax is not None else find(self.document.language, self.document.uri).id

    @cached_property
    def kinds(self) -> Kinds:
        """What the grammar calls things."""
        return kinds_of(self.language)

    @cached_property
    def span(self) -> Span:
        """The selection without blanks around it; a selection of blanks is the cursor at its beginning."""
        text = self.document.slice(self.asked) if len(self.asked) <= MAX_SELECTION else ""
        if not text:
            return self.asked
        inner = text.strip()
        start = self.asked.start + len(text) - len(text.lstrip())
        return Span(start, start + len(inner)) if inner else Span(self.asked.start, self.asked.start)

    @property
    def selected(self) -> bool:
        """Whether something is selected."""
        return len(self.span) > 0

    @cached_property
    def at(self) -> int:
        """Where to look for a cursor: at the first word of the line when it stands in the indentation before it."""
        start = self.span.start
        if self.selected:
            return start
        line = self.document.line_span(self.document.line_at(start))
        blank = self.document.text[line.start : min(line.end, line.start + 400)]
        first = line.start + len(blank) - len(blank.lstrip())
        if start <= first:
            return first
        # Behind the last word of a line the tree is already outside of what stands before.
        return start - 1 if start >= line.end and start > line.start else start

    @cached_property
    def chain(self) -> Sequence[Node]:
        """The nodes that hold the place, the smallest first; none without a tree."""
        syntax = self.document.syntax
        if syntax is None:
            return ()
        node = syntax.node_at(self.span.start, self.span.end) if self.selected else syntax.node_at(self.at, self.at + 1)
        return (node, *node.ancestors())

    @cached_property
    def parts(self) -> Sequence[Part]:
        """The functions and types around it, the innermost first."""
        kinds = self.kinds
        return [Part(self.document, kinds, node, kind) for node in self.chain if (kind := part_kind(node, kinds))]

    @cached_property
    def part(self) -> Part | None:
        """The innermost of those."""
        if self.parts:
            return self.parts[0]
        return self._below

    @property
    def function(self) -> Part | None:
        """The innermost function."""
        return next((part for part in self.parts if part.kind == "function"), None)

    @cached_property
    def headed(self) -> Part | None:
        """The definition whose signature the cursor is in, or that is selected whole."""
        for part in (*self.parts, *filter(None, [self._below])):
            if self.selected and self.span.start <= part.outer.start and part.outer.end <= self.span.end:
                return part
            if part.head.start <= self.span.start and self.span.end <= self._head_end(part):
                return part
        return None

    @cached_property
    def comment(self) -> Node | None:
        """The comment at the place, where it stands on lines of its own."""
        node = next((one for one in self.chain[:3] if one.kind in self.kinds.comments), None)
        if node is None:
            return None
        line = self.document.line_span(self.document.line_at(node.start))
        return None if self.document.text[line.start : node.start].strip() else node

    @cached_property
    def statement(self) -> Node | None:
        """The statement that holds the place: what stands directly in a body or in the file."""
        bodies, root = self.kinds.bodies, self.chain[-1].kind if self.chain else ""
        for node, around in zip(self.chain, self.chain[1:], strict=False):
            if around.kind in bodies or around.kind in {root, "statement_list"}:
                return node
        return None

    @cached_property
    def statements(self) -> Sequence[Node]:
        """The whole statements that are selected; none if it is less, more, or something else."""
        if not self.selected or not self.chain:
            return ()
        holder = self.chain[0]
        bodies = self.kinds.bodies | {"statement_list", self.chain[-1].kind}
        if holder.kind not in bodies:
            one = self.statement
            # A statement alone is its own smallest node; an expression that is one counts as one, too.
            return (one,) if one is not None and self._covers(one) else ()
        inside = _between(holder, self.span)
        if not inside or inside[0].start < self.span.start or inside[-1].end > self.span.end:
            return ()
        return inside

    @cached_property
    def expression(self) -> Node | None:
        """The expression that is selected exactly and is a part of a statement."""
        if not self.selected or not self.chain or self.statements:
            return None
        node = self.chain[0]
        return node if node.span == self.span and not node.broken else None

    def _head_end(self, part: Part) -> int:
        """Return where a signature ends for a cursor: behind its opening mark, or its docstring."""
        if part.docstring is not None and self.span.start >= part.docstring.start:
            return part.docstring.end
        rest = self.document.text[part.signature.end : part.signature.end + 20]
        return part.signature.end + len(rest) - len(rest.lstrip(" \t:{"))

    def _covers(self, node: Node) -> bool:
        text = self.document.text[self.span.start : self.span.end]
        return node.start == self.span.start and node.end in {self.span.end, self.span.start + len(text.rstrip("; "))}

    @cached_property
    def _below(self) -> Part | None:
        """The definition whose comment or decorator the cursor is in: for the tree that is outside of it."""
        for node in self.chain[:6]:
            at: Node | None = node
            steps = 0
            while at is not None and (at.kind in self.kinds.comments or at.kind in self.kinds.decorators):
                at, steps = at.next_named, steps + 1
                if steps > 20:
                    return None
            if at is node or at is None:
                if node.kind in self.kinds.prefixes:
                    return self._inside(node)
                continue
            if (found := self._inside(at)) is not None and found.start <= self.span.start:
                return found
        return None

    def _inside(self, node: Node) -> Part | None:
        """Return the definition that a node is, or that it only stands around."""
        at: Node | None = node
        for _ in range(4):
            if at is None:
                return None
            if (kind := part_kind(at, self.kinds)) is not None:
                return Part(self.document, self.kinds, at, kind)
            if at.kind not in self.kinds.prefixes:
                return None
            inside = [child for child in at.named_children if child.kind != "decorator"]
            at = inside[-1] if inside else None
        return None


def part_kind(node: Node, kinds: Kinds) -> Literal["function", "type"] | None:
    """Say whether a node is a function or a type with a name of its own."""
    if node.kind in kinds.functions:
        return "function"
    if node.kind in kinds.types:
        return "type"
    return "function" if node.kind in kinds.values and kind_of(node, kinds) == "function" else None


def lines_of(document: Document, span: Span) -> Span:
    """Return the whole lines that a span touches, without the last one's end."""
    last = (
        max(span.start, span.end - 1) if span.end > span.start and document.text[span.end - 1] in "\r\n" else span.end
    )
    return Span(document.starts[document.line_at(span.start)], document.line_span(document.line_at(last)).end)


def unwrapped(node: Node) -> Node:
    """Return what a statement is but for what only stands around it."""
    at = node
    while at.kind in _WRAPPED and len(inside := at.named_children) == 1:
        at = inside[0]
    return at


def _between(holder: Node, span: Span) -> list[Node]:
    return [child for child in holder.named_children if child.end > span.start and child.start < span.end]


def _marks(node: Node) -> int:
    return sum(child.kind == "decorator" for child in node.named_children)
