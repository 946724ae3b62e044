"""What one node defines and imports, remembered by its source so that an edit elsewhere costs nothing.

A piece knows only its own source, never where that stands. Function bodies are never walked.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from mai_lsp.core.kinds import Kinds
from mai_lsp.core.shape import body_of, header_end, inner_doc, name_of, value_of
from mai_lsp.core.syntax import Node

DefinitionKind = Literal["function", "type", "module", "value", "region"]

_DEPTH = 60
"""Nesting beyond this is not source that anybody wrote, and recursion is not free."""


class Row(NamedTuple):
    """A definition inside a `Piece`, in code points from the piece's start."""

    name: str
    kind: DefinitionKind
    start: int
    end: int
    header_end: int
    doc_start: int
    """-1 without docstring."""
    doc_end: int
    parent: int
    """Index of the row around it in the same piece, or -1."""


class Piece(NamedTuple):
    """What one node's source defines and imports, wherever that source stands."""

    language: str
    kind: str
    """The node's kind: the same source may mean something else elsewhere."""
    rows: tuple[Row, ...]
    imports: tuple[tuple[int, int], ...]
    names: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.rows and not self.imports


class Lead(NamedTuple):
    """What stands right above a definition."""

    mark: Node | None
    """The first of the decorators beside it."""
    doc: tuple[Node, Node] | None
    """The first and the last comment above those."""


class Memory:
    """Pieces by their source; forgets what has not been asked for lately.

    Two generations of at most `limit` bytes of source each. Threads may share it: at worst a piece is walked twice.
    """

    __slots__ = ("_limit", "_old", "_size", "_young")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._young: dict[bytes, Piece] = {}
        self._old: dict[bytes, Piece] = {}

    def get(self, source: bytes) -> Piece | None:
        """Return the piece last kept for a source; the caller compares its language and kind."""
        found = self._young.get(source)
        if found is None:
            found = self._old.get(source)
            if found is not None:
                self.put(source, found)
        return found

    def put(self, source: bytes, piece: Piece) -> None:
        """Keep a piece."""
        self._size += len(source)
        if self._size > self._limit:
            self._old, self._young, self._size = self._young, {}, len(source)
        self._young[source] = piece


def piece_of(top: Node, language: str, kinds: Kinds) -> Piece:
    """Walk one node."""
    rows: list[Row] = []
    imports: list[tuple[int, int]] = []
    definitions, known = kinds.definitions | kinds.modules, kinds.definitions | kinds.modules | kinds.prefixes

    def walk(node: Node, outer: Node, parent: int, depth: int) -> None:
        kind = node.kind
        body = body_of(node, kinds) if kind in kinds.containers else None
        if _imports(node, kinds, has_body=body is not None):
            start = outer.first_byte - top.first_byte
            imports.append((_count(top, start), _count(top, start + outer.size)))
        elif kind in definitions:
            rows.append(row_of(node, outer, top, kinds, parent))
            if body is not None and depth < _DEPTH:
                inside(body, len(rows) - 1, depth)
        elif kind in kinds.prefixes:
            children = [child for child in node.named_children if child.kind not in kinds.comments]
            alone = sum(child.kind in known for child in children) == 1
            for child in children:
                walk(child, outer if alone else child, parent, depth + 1)
        elif (kind in kinds.wrappers or kind == "ERROR") and depth < _DEPTH:
            inside(node, parent, depth)

    def inside(holder: Node, parent: int, depth: int) -> None:
        beside = holder.kind in kinds.bodies  # A comment above the first member may stand before the body.
        for child in holder.children:
            if child.kind in kinds.comments or child.kind in kinds.decorators:
                beside = True
                continue
            if not child.named:
                continue
            before = len(rows)
            walk(child, child, parent, depth + 1)
            if beside and len(rows) > before:
                rows[before] = _led(rows[before], lead_of(child, kinds), top)
            beside = False

    walk(top, top, -1, 0)
    names = frozenset(row.name for row in rows if row.name)
    return Piece(language, top.kind, tuple(rows), tuple(imports), names)


def row_of(node: Node, outer: Node, top: Node, kinds: Kinds, parent: int) -> Row:
    """Describe a definition whose text is that of `outer`, counted from `top`."""
    start = outer.first_byte - top.first_byte
    end = start + outer.size
    body = body_of(node, kinds)
    signed = end if body is None else node.first_byte - top.first_byte + header_end(node, kinds)
    doc = inner_doc(body, kinds) if body is not None else None
    row = Row(
        name_of(node, kinds),
        kind_of(node, kinds),
        _count(top, start),
        _count(top, end),
        _count(top, signed),
        -1,
        -1,
        parent,
    )
    return row if doc is None else _documented(row, doc, doc, top)


def lead_of(node: Node, kinds: Kinds) -> Lead:
    """Find the decorators and the comment above a definition, as far as no blank line parts them."""
    mark: Node | None = None
    doc: tuple[Node, Node] | None = None
    below, beside, besides = node, node.previous, kinds.comments | kinds.decorators
    if beside is None and (holder := node.parent) is not None and holder.kind in kinds.bodies:
        beside = holder.previous  # Some grammars put a body's first comment before the body.
    while beside is not None and beside.kind in besides and below.row - beside.end_row <= 1:
        before = beside.previous
        if before is not None and before.end_row == beside.row and before.kind not in besides:
            break  # A comment behind a statement on its line speaks of that statement.
        if beside.kind in kinds.comments:
            doc = (beside, doc[1] if doc is not None else beside)
        elif doc is None:
            mark = beside
        else:
            break
        below, beside = beside, before
    return Lead(mark, doc)


def _imports(node: Node, kinds: Kinds, *, has_body: bool) -> bool:
    if node.kind in kinds.imports:
        return not (has_body and node.kind in kinds.modules)
    if node.kind in kinds.import_calls and kinds.import_pattern is not None:
        return kinds.import_pattern.match(node.source) is not None
    return False


def kind_of(node: Node, kinds: Kinds) -> DefinitionKind:
    """Say what a definition is."""
    if node.kind in kinds.functions:
        return "function"
    if node.kind in kinds.modules:
        return "module"
    if node.kind in kinds.types:
        return "type"
    value = value_of(node)
    return "function" if value is not None and value.kind in kinds.regions else "value"


def _led(row: Row, lead: Lead, top: Node) -> Row:
    """Give a row the comment and decorators that stand above it in the same piece."""
    if lead.mark is not None:
        row = row._replace(start=_count(top, lead.mark.first_byte - top.first_byte))
    if lead.doc is not None and row.doc_start < 0 and lead.doc[0].first_byte >= top.first_byte:
        row = _documented(row, *lead.doc, top)
    return row


def _documented(row: Row, first: Node, last: Node, top: Node) -> Row:
    start, end = first.first_byte - top.first_byte, last.first_byte + last.size - top.first_byte
    return row._replace(doc_start=_count(top, start), doc_end=_count(top, end))


def _count(top: Node, byte: int) -> int:
    """Return how many code points of `top` come before a byte of it."""
    source = top.source[:byte]
    return byte if source.isascii() else len(source.decode("utf-8", "surrogatepass"))
