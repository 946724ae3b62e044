"""What a file defines and imports: names, signatures, docstrings, spans and nesting.

It is made anew on every keystroke, yet after an edit only the top-level node or member that changed is walked again
(`core.pieces`). It never looks into the bodies of functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mai_lsp.core.kinds import NO_KINDS, Kinds, kinds_of
from mai_lsp.core.pieces import DefinitionKind, Memory, Piece, Row, lead_of, piece_of, row_of
from mai_lsp.core.shape import body_of
from mai_lsp.core.syntax import Node, Syntax
from mai_lsp.core.text import Document, Span

OPENED_BYTES = 4096
"""A container larger than this is never remembered whole: its members are, one by one."""

_DEPTH = 60
"""Nesting beyond this is not source that anybody wrote."""

RIVALS = 4
"""So many definitions of one name are still a choice: overloads, platforms, an interface and what implements it."""


@dataclass(frozen=True, slots=True)
class Definition:
    """Something a file defines, in code points of its document."""

    name: str
    """Without qualification; empty for an unnamed constructor or the like."""
    kind: DefinitionKind
    span: Span
    """With decorators and `export`, without a comment above."""
    header: Span
    """The signature: from the span's start to the body; the whole span where there is no body."""
    doc: Span | None
    """The docstring, or the comment right above."""
    parent: Definition | None
    key: tuple[int, int]
    """Its place in the outline it came from."""


class _Part(NamedTuple):
    """A piece where it stands: a child of `holder`."""

    holder: Node
    place: int
    parent: int
    """Index of the part around it, or -1."""
    piece: Piece


class Outline:
    """The definitions and imports of one version of a document, worked out only as far as they are asked for."""

    __slots__ = ("_kinds", "_parts")

    def __init__(self, kinds: Kinds, parts: list[_Part]) -> None:
        self._kinds = kinds
        self._parts = parts

    def definitions(self) -> Iterator[Definition]:
        """Yield all definitions in file order, containers before their members."""
        for number, part in enumerate(self._parts):
            for row in range(len(part.piece.rows)):
                yield self._definition(number, row)

    def names(self) -> set[str]:
        """Return the names that are defined outside of types."""
        return {
            row.name
            for part in self._parts
            for row in part.piece.rows
            if row.name and ((around := self._around(part, row)) is None or around.kind != "type")
        }

    def every_name(self) -> frozenset[str]:
        """Return the names of all definitions, members of types too."""
        return frozenset().union(*(part.piece.names for part in self._parts))

    def named(
        self, names: Collection[str], *, dotted: Collection[str] = (), inside: Collection[str] = ()
    ) -> list[Definition]:
        """Return the definitions with one of these names, in file order.

        Modules are left out: an `impl` has the name of its type. A member of a type counts only when its name is in
        `dotted` too, or its type's name is in `inside`. A name that more than `RIVALS` definitions have tells nobody
        which one is meant, except inside.
        """
        found: list[tuple[int, int, str]] = []
        rivals: Counter[str] = Counter()
        for number, part in enumerate(self._parts):
            if part.piece.names.isdisjoint(names):
                continue
            for place, row in enumerate(part.piece.rows):
                if row.name not in names or row.kind == "module":
                    continue
                around = self._around(part, row)
                if around is not None and around.name in inside:
                    found.append((number, place, ""))
                elif around is None or around.kind != "type" or row.name in dotted:
                    found.append((number, place, row.name))
                    rivals[row.name] += 1
        return [self._definition(number, place) for number, place, name in found if rivals[name] <= RIVALS]

    def members(self, definition: Definition) -> Iterator[Definition]:
        """Yield what stands directly inside a definition, in file order."""
        number, row = definition.key
        for at, found in enumerate(self._parts[number].piece.rows):
            if found.parent == row:
                yield self._definition(number, at)
        if not row:
            for at in range(number + 1, len(self._parts)):
                part = self._parts[at]
                if part.parent == number:
                    yield from (self._definition(at, i) for i, r in enumerate(part.piece.rows) if r.parent < 0)
                elif part.parent < number:
                    break

    def imports(self) -> list[Span]:
        """Return the imports in file order."""
        found = []
        for part in self._parts:
            if part.piece.imports:
                base = part.holder.child(part.place).start
                found += [Span(base + start, base + end) for start, end in part.piece.imports]
        return found

    def _around(self, part: _Part, row: Row) -> Row | None:
        if row.parent >= 0:
            return part.piece.rows[row.parent]
        return self._parts[part.parent].piece.rows[0] if part.parent >= 0 else None

    def _definition(self, number: int, row: int) -> Definition:
        part = self._parts[number]
        found = part.piece.rows[row]
        node = part.holder.child(part.place)
        base = node.start
        start = base + found.start
        doc = Span(base + found.doc_start, base + found.doc_end) if found.doc_start >= 0 else None
        if not row:
            lead = lead_of(node, self._kinds)
            start = lead.mark.start if lead.mark is not None else start
            if doc is None and lead.doc is not None:
                doc = Span(lead.doc[0].start, lead.doc[1].end)
        parent = None
        if found.parent >= 0:
            parent = self._definition(number, found.parent)
        elif part.parent >= 0:
            parent = self._definition(part.parent, 0)
        span, header = Span(start, base + found.end), Span(start, base + found.header_end)
        return Definition(found.name, found.kind, span, header, doc, parent, (number, row))


class _Made(NamedTuple):
    syntax: Syntax
    outline: Outline


class Outlines:
    """The pieces of outlines, and the last outline whole: one request asks for it several times.

    Threads may share it: at worst an outline is made twice.
    """

    __slots__ = ("last", "pieces")

    def __init__(self, limit: int) -> None:
        """Keep pieces up to `limit` as `pieces.Memory` counts it."""
        self.pieces = Memory(limit)
        self.last: _Made | None = None


_OUTLINES = Outlines(2_000_000)
"""Enough for the files somebody types in at the same time: 40,000 lines, twice."""


def outline(document: Document, memory: Outlines = _OUTLINES) -> Outline:
    """Return what the document defines and imports; nothing without a tree."""
    if document.syntax is None:
        return Outline(NO_KINDS, [])
    last = memory.last
    if last is not None and last.syntax is document.syntax:
        return last.outline
    language = document.syntax.language.id
    maker = _Maker(language, kinds_of(language), memory.pieces)
    if maker.kinds.definitions or maker.kinds.imports:
        maker.descend(document.syntax.root, -1, 0)
    found = Outline(maker.kinds, maker.parts)
    memory.last = _Made(document.syntax, found)
    return found


class _Maker:
    """Collects the parts of one outline."""

    def __init__(self, language: str, kinds: Kinds, memory: Memory) -> None:
        self.parts: list[_Part] = []
        self.kinds = kinds
        self._language = language
        self._memory = memory
        self._opened = kinds.containers | kinds.wrappers | kinds.prefixes | {"ERROR"}
        self._beside = kinds.comments | kinds.decorators

    def descend(self, holder: Node, parent: int, depth: int) -> None:
        """Add what stands directly in a node."""
        language, memory, beside, parts = self._language, self._memory, self._beside, self.parts
        for index, (kind, source) in enumerate(holder.sources()):
            if len(source) < 2 or kind in beside:
                continue
            if len(source) > OPENED_BYTES and kind in self._opened and depth < _DEPTH:
                self._open(holder, index, parent, depth)
                continue
            piece = memory.get(source)
            if piece is None or piece.kind != kind or piece.language != language:
                node = holder.child(index)
                piece = piece_of(node, language, self.kinds)
                if not node.has_error:
                    # What is broken may be read in another way once it is not, though its text is the same.
                    memory.put(source, piece)
            if piece.rows or piece.imports:
                parts.append(_Part(holder, index, parent, piece))

    def _open(self, holder: Node, index: int, parent: int, depth: int) -> None:
        """Add a container too large to remember: its own row now, then its members one by one."""
        kinds, outer = self.kinds, holder.child(index)
        inner: Node | None = outer
        while inner is not None and inner.kind in kinds.prefixes:
            inner = next((child for child in inner.named_children if child.kind in self._opened), None)
        body = body_of(inner, kinds) if inner is not None and inner.kind in kinds.containers else None
        if inner is None or (body is None and inner.kind in kinds.containers):
            self.parts.append(_Part(holder, index, parent, piece_of(outer, self._language, kinds)))
            return
        if body is None:
            self.descend(inner, parent, depth + 1)
            return
        row = row_of(inner, outer, outer, kinds, -1)
        piece = Piece(self._language, inner.kind, (row,), (), frozenset({row.name}))
        self.parts.append(_Part(holder, index, parent, piece))
        self.descend(body, len(self.parts) - 1, depth + 1)
