"""A syntax tree of one text, kept up to date by editing and re-parsing; tree-sitter's bytes end here.

Offsets given and taken are code points. A tree belongs to exactly one text and never changes: an edit makes a
new `Syntax`, so a snapshot keeps its tree while the user types on.
"""

from __future__ import annotations

import importlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from mai_lsp.core import grammars
from mai_lsp.core.language import Language
from mai_lsp.core.text import Edit, Span

if TYPE_CHECKING:
    import tree_sitter

MAX_CHARACTERS = 2_000_000
"""Larger texts get no tree: a first parse takes about 0.1 s per million characters, and memory ten times the text."""

_CHECKPOINT = 2048
"""Bytes between two counted places when bytes and code points differ."""

_CHUNKS = tuple(bytearray(size) for size in (1, 2, 3, *(1 << bits for bits in range(2, 16))))
"""What text is handed to an interruptible parse in. The binding (0.26.1) keeps a reference to every object it is given
and never lets go: 0.5 MB per keystroke in a large file, were it fresh bytes. So it gets the same few objects again.
From any place a chunk must hold a whole character, or the parser takes its beginning for an error."""

_CONTINUATION = bytes(range(0x80, 0xC0))


class Syntax:
    """The tree of one text."""

    __slots__ = ("_ascii", "_counts", "_data", "_text", "_tree", "language")

    def __init__(
        self, language: Language, text: str, data: bytes, tree: tree_sitter.Tree, counts: list[int] | None = None
    ) -> None:
        self.language = language
        self._text = text
        self._data = data
        self._tree = tree
        self._ascii = len(data) == len(text)
        self._counts = counts or [0]
        """Code points before every `_CHECKPOINT` bytes, as far as they have been asked for."""

    @property
    def root(self) -> Node:
        """The whole file's node."""
        return Node(self._tree.root_node, self)

    def node_at(self, start: int, end: int | None = None) -> Node:
        """Return the smallest named node that holds the span."""
        low = self.to_byte(start)
        high = low if end is None else self.to_byte(end)
        found = self._tree.root_node.named_descendant_for_byte_range(low, high)
        return Node(found, self) if found is not None else self.root

    def leaf_at(self, offset: int) -> Node:
        """Return the smallest node, named or not, that holds the character at `offset`."""
        low = self.to_byte(offset)
        high = min(low + 1, len(self._data))
        found = self._tree.root_node.descendant_for_byte_range(low, high)
        return Node(found, self) if found is not None else self.root

    def edited(self, edits: Sequence[Edit], text: str) -> Syntax | None:
        """Return the tree of `text`, which is this text after `edits`, each in its predecessor's coordinates."""
        if len(text) > MAX_CHARACTERS:
            return None
        data, tree, counts = self._moved(edits)
        fresh = _parse(self.language, data, tree)
        return Syntax(self.language, text, data, fresh, counts) if fresh is not None else None

    def reparsing(self, edits: Sequence[Edit], text: str) -> Parsing | None:
        """Begin what `edited` does at once; None where that gives None."""
        grammar = grammars.load(self.language) if len(text) <= MAX_CHARACTERS else None
        if grammar is None:
            return None
        data, tree, counts = self._moved(edits)
        return Parsing(self.language, grammar, text, data, (tree, counts))

    def matches(self, query: str, *, limit: int, depth: int) -> list[dict[str, Node]]:
        """Run a query in tree-sitter's language; return the first node of each capture for at most `limit` matches.

        No match begins deeper in the tree than `depth`. Raises tree_sitter.QueryError for what is no query.
        """
        binding = importlib.import_module("tree_sitter")
        grammar = grammars.load(self.language)
        if grammar is None:
            return []
        cursor: tree_sitter.QueryCursor = binding.QueryCursor(_query(grammar, query))
        cursor.set_max_start_depth(depth)
        found = cursor.matches(self._tree.root_node)[:limit]
        return [{name: Node(nodes[0], self) for name, nodes in captured.items()} for _, captured in found]

    def _moved(self, edits: Sequence[Edit]) -> tuple[bytes, tree_sitter.Tree, list[int]]:
        """Return the text after `edits`, the tree with its nodes moved to their places in it, and the counts kept."""
        tree = self._tree.copy()
        data, before = self._data, self._text
        # In ASCII offsets are bytes already; most keystrokes in most files need no more than this.
        plain = self._ascii and all(edit.text.isascii() for edit in edits)
        known = row = 0
        first = len(data)
        for number, edit in enumerate(edits):
            start, old_end = edit.span.start, edit.span.end
            if not plain:
                start = self.to_byte(start) if not number else _byte_length(before, start)
                old_end = start + _byte_length(before[edit.span.start : old_end])
            first = min(first, start)
            new = edit.text.encode("utf-8", "surrogatepass")
            new_end = start + len(new)
            after = b"".join((data[:start], new, data[old_end:]))
            # Rows are counted on from the last edit, whose own row no edit at or behind it has changed.
            row += data.count(b"\n", known, start) - data.count(b"\n", start, known)
            known = start
            tree.edit(
                start,
                old_end,
                new_end,
                (row, _column(data, start)),
                (row + data.count(b"\n", start, old_end), _column(data, old_end)),
                (row + new.count(b"\n"), _column(after, new_end)),
            )
            data = after
            if number + 1 < len(edits) and not plain:
                before = before[: edit.span.start] + edit.text + before[edit.span.end :]
        return data, tree, self._counts[: first // _CHECKPOINT + 1]

    def text_of(self, start_byte: int, end_byte: int) -> str:
        """Return the text between two byte offsets."""
        return self._data[start_byte:end_byte].decode("utf-8", "surrogatepass")

    def slice_bytes(self, start_byte: int, end_byte: int) -> bytes:
        """Return the raw bytes between two byte offsets; cheap to hash and compare."""
        return self._data[start_byte:end_byte]

    def to_byte(self, offset: int) -> int:
        """Return the byte offset of a code point offset."""
        if self._ascii:
            return min(offset, len(self._data))
        counts = self._counted(offset=offset)
        nearest = bisect_right(counts, offset) - 1
        at = min(nearest * _CHECKPOINT, len(self._data))
        while at < len(self._data) and self._data[at] & 0xC0 == 0x80:
            at += 1
        return at + _byte_length(self._text[counts[nearest] : offset])

    def to_offset(self, byte: int) -> int:
        """Return the code point offset of a byte offset."""
        if self._ascii:
            return byte
        nearest, rest = divmod(byte, _CHECKPOINT)
        counts = self._counted(checkpoint=nearest)
        return counts[nearest] + _characters(self._data[byte - rest : byte])

    def _counted(self, *, offset: int = -1, checkpoint: int = 0) -> list[int]:
        """Return the counts, which go beyond `offset` and hold `checkpoint`, or go to the end of the text."""
        counts = self._counts
        at = (len(counts) - 1) * _CHECKPOINT
        while at < len(self._data) and (counts[-1] <= offset or len(counts) <= checkpoint):
            counts.append(counts[-1] + _characters(self._data[at : at + _CHECKPOINT]))
            at += _CHECKPOINT
        return counts


class Node:
    """A node of a `Syntax`, with code point offsets."""

    __slots__ = ("_node", "_syntax")

    def __init__(self, node: tree_sitter.Node, syntax: Syntax) -> None:
        self._node = node
        self._syntax = syntax

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self._node == other._node

    def __hash__(self) -> int:
        return hash(self._node)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.start}-{self.end}>"

    @property
    def kind(self) -> str:
        """The grammar's name for it."""
        return self._node.type

    @property
    def start(self) -> int:
        """Offset of its first character."""
        return self._syntax.to_offset(self._node.start_byte)

    @property
    def end(self) -> int:
        """Offset behind its last character."""
        return self._syntax.to_offset(self._node.end_byte)

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)

    @property
    def text(self) -> str:
        """Its source text."""
        return self._syntax.text_of(self._node.start_byte, self._node.end_byte)

    @property
    def source(self) -> bytes:
        """Its source as UTF-8, the cheapest key for remembering something about it."""
        return self._syntax.slice_bytes(self._node.start_byte, self._node.end_byte)

    @property
    def first_byte(self) -> int:
        """Where its source starts in bytes, for `slice_bytes`; `start` is the same place in code points, but dearer."""
        return self._node.start_byte

    @property
    def row(self) -> int:
        """Its first line as tree-sitter counts, which knows no lone carriage return."""
        return self._node.start_point.row

    @property
    def end_row(self) -> int:
        """Its last line as tree-sitter counts."""
        return self._node.end_point.row

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self._node.end_byte - self._node.start_byte

    @property
    def named(self) -> bool:
        """Whether it is a rule of the grammar, not a literal."""
        return self._node.is_named

    @property
    def broken(self) -> bool:
        """Whether it is an ERROR or was made up by the parser (MISSING)."""
        return self._node.is_error or self._node.is_missing

    @property
    def has_error(self) -> bool:
        """Whether anything inside is broken."""
        return self._node.has_error

    @property
    def parent(self) -> Node | None:
        """The node around it."""
        found = self._node.parent
        return Node(found, self._syntax) if found is not None else None

    @property
    def children(self) -> list[Node]:
        """All nodes directly inside."""
        return [Node(child, self._syntax) for child in self._node.children]

    @property
    def named_children(self) -> list[Node]:
        """The named nodes directly inside."""
        return [Node(child, self._syntax) for child in self._node.named_children]

    def child(self, index: int) -> Node:
        """Return one of `children`, as `sources` counts them."""
        return Node(self._node.children[index], self._syntax)

    def sources(self) -> list[tuple[str, bytes]]:
        """Return each child's kind and source: all that a walk over thousands of siblings can afford per keystroke."""
        slice_bytes = self._syntax.slice_bytes
        return [(child.type, slice_bytes(child.start_byte, child.end_byte)) for child in self._node.children]

    @property
    def previous(self) -> Node | None:
        """The node before it, named or not."""
        found = self._node.prev_sibling
        return Node(found, self._syntax) if found is not None else None

    @property
    def next_named(self) -> Node | None:
        """The named node behind it."""
        found = self._node.next_named_sibling
        return Node(found, self._syntax) if found is not None else None

    @property
    def previous_named(self) -> Node | None:
        """The named node before it."""
        found = self._node.prev_named_sibling
        return Node(found, self._syntax) if found is not None else None

    def field(self, name: str) -> Node | None:
        """Return the child with this field name."""
        found = self._node.child_by_field_name(name)
        return Node(found, self._syntax) if found is not None else None

    def ancestors(self) -> Iterator[Node]:
        """Yield the nodes around it, innermost first.

        Found from the root downwards: tree-sitter looks for a parent there too, so asking each for its parent would
        take the square of the depth.
        """
        path: list[tree_sitter.Node] = []
        at: tree_sitter.Node | None = self._syntax.root._node  # noqa: SLF001  - one class
        while at is not None and at != self._node:
            path.append(at)
            at = at.child_with_descendant(self._node)
        return (Node(node, self._syntax) for node in reversed(path))

    def errors(self) -> int:
        """Count the broken nodes inside; descends only where there are any."""
        if not self.has_error:
            return 0
        return int(self.broken) + sum(child.errors() for child in self.children)


class Parsing:
    """A parse that can be left and taken up again, so that a long one need not hold everything else up.

    A thread would not do: tree-sitter's binding keeps the GIL from the beginning of a parse to its end. All parses must
    go on in the same thread. Where the text is broken, an interrupted parse may recover from it in another way.
    """

    __slots__ = ("_counts", "_data", "_language", "_old", "_parser", "_text")

    def __init__(
        self,
        language: Language,
        grammar: tree_sitter.Language,
        text: str,
        data: bytes,
        old: tuple[tree_sitter.Tree, list[int]] | None = None,
    ) -> None:
        self._language = language
        self._text = text
        self._data = data
        self._old = old[0] if old is not None else None
        self._counts = old[1] if old is not None else None
        self._parser: tree_sitter.Parser = importlib.import_module("tree_sitter").Parser(grammar)

    def go_on(self, enough: Callable[[], bool]) -> Syntax | None:
        """Parse until it is done or `enough` says to stop, which it is asked often; None then: call again."""
        stopped = False

        def progress(_offset: int, _has_error: bool) -> bool:
            nonlocal stopped
            stopped = enough()
            return stopped

        try:
            if self._old is None:
                tree = self._parser.parse(self._read, progress_callback=progress)
            else:
                tree = self._parser.parse(self._read, self._old, progress_callback=progress)
        except ValueError:
            if stopped:  # The parser keeps what it has; its next parse goes on from there.
                return None
            raise
        return Syntax(self._language, self._text, self._data, tree, self._counts)

    def _read(self, byte: int, _point: object) -> bytes | bytearray:
        left = len(self._data) - byte
        if left <= 0:
            return b""
        chunk = _CHUNKS[left - 1 if left < 4 else min(left.bit_length(), len(_CHUNKS) - 1)]
        chunk[:] = self._data[byte : byte + len(chunk)]
        return chunk


def parsing(language: Language, text: str) -> Parsing | None:
    """Begin what `parse` does at once; None where that gives None."""
    grammar = grammars.load(language) if len(text) <= MAX_CHARACTERS else None
    return Parsing(language, grammar, text, text.encode("utf-8", "surrogatepass")) if grammar is not None else None


def parse(language: Language, text: str) -> Syntax | None:
    """Parse from scratch; None without a grammar or for a text that is too large. Keeps the GIL while parsing."""
    if len(text) > MAX_CHARACTERS:
        return None
    data = text.encode("utf-8", "surrogatepass")
    tree = _parse(language, data, None)
    return Syntax(language, text, data, tree) if tree is not None else None


def _parse(language: Language, data: bytes, old: tree_sitter.Tree | None) -> tree_sitter.Tree | None:
    grammar = grammars.load(language)
    if grammar is None:
        return None
    parser: tree_sitter.Parser = importlib.import_module("tree_sitter").Parser(grammar)
    return parser.parse(data, old) if old is not None else parser.parse(data)


@cache
def _query(grammar: tree_sitter.Language, source: str) -> tree_sitter.Query:
    """Compile a query, which takes milliseconds."""
    query: tree_sitter.Query = importlib.import_module("tree_sitter").Query(grammar, source)
    return query


def _byte_length(text: str, end: int | None = None) -> int:
    part = text if end is None else text[:end]
    return len(part) if part.isascii() else len(part.encode("utf-8", "surrogatepass"))


def _characters(data: bytes) -> int:
    return len(data.translate(None, _CONTINUATION))


def _column(data: bytes, byte: int) -> int:
    """Return the byte column as tree-sitter counts it: rows end at a newline only."""
    return byte - (data.rfind(b"\n", 0, byte) + 1)
