"""The definitions of one file in columns, so that the many that nobody asks for are never made one by one.

A server holds hundreds of files' definitions; as objects of their own they would make every collection of garbage a
pause that is felt. It reads no source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, overload

from mai_lsp.core.pieces import DefinitionKind

KINDS: tuple[DefinitionKind, ...] = ("function", "type", "value")


class Symbol(NamedTuple):
    """A definition as other files see it."""

    name: str
    kind: DefinitionKind
    """`type` for whatever has members: a class, an enum, an object literal."""
    owner: str
    """Name of the type or object it is a member of; empty at the top of a file or namespace."""
    header: str
    """The signature, or a short value, indented as in its file; ends in ``{`` where members follow in braces. Empty for
    a member that its owner's own header shows."""
    doc: str
    """First line of the docstring or comment, as source; empty without one."""
    start: int
    """Offset in its file, in code points; names of one declaration share its."""


class Columns(NamedTuple):
    """One value for each definition, in file order: in tuples, since the collector looks at what is in lists."""

    names: tuple[str, ...]
    kinds: str
    """A digit each, the place in `KINDS`."""
    owners: tuple[str, ...]
    headers: tuple[str, ...]
    docs: tuple[str, ...]
    starts: tuple[int, ...]


class Symbols(Sequence[Symbol]):
    """A sequence of symbols, each made when it is first asked for."""

    __slots__ = ("_made", "columns")

    def __init__(self, columns: Columns) -> None:
        """Take columns of equal length; raises ValueError for others, or a kind that there is not."""
        if len({*map(len, columns)}) > 1 or not {*columns.kinds} <= {"0", "1", "2"}:
            raise ValueError("not columns of symbols")
        self.columns = columns
        self._made: dict[int, Symbol] = {}

    @classmethod
    def of(cls, symbols: Iterable[Symbol]) -> Symbols:
        """Return symbols in columns."""
        rows = list(symbols)
        names, kinds, owners, headers, docs, starts = zip(*rows, strict=True) if rows else ((),) * 6
        digits = "".join(str(KINDS.index(kind)) for kind in kinds)
        return cls(Columns(names, digits, owners, headers, docs, starts))

    def __len__(self) -> int:
        return len(self.columns.names)

    @overload
    def __getitem__(self, at: int) -> Symbol: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Symbol]: ...
    def __getitem__(self, at: int | slice) -> Symbol | Sequence[Symbol]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        made = self._made.get(at)
        if made is None:
            names, kinds, owners, headers, docs, starts = self.columns
            made = Symbol(names[at], KINDS[int(kinds[at])], owners[at], headers[at], docs[at], starts[at])
            self._made[at] = made
        return made

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Symbols):
            return self.columns == other.columns
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.columns.starts)

    def __repr__(self) -> str:
        return f"Symbols({list(self)!r})"

    def named(self, name: str) -> list[Symbol]:
        """Return the definitions of a name."""
        return self._where(self.columns.names, name)

    def owned(self, owner: str) -> list[Symbol]:
        """Return the members of a type; those at the top for an empty name."""
        return self._where(self.columns.owners, owner)

    def _where(self, column: tuple[str, ...], value: str) -> list[Symbol]:
        # As good as a table up to some thousand of them, and nothing is made nor kept.
        found, at = [], -1
        for _ in range(column.count(value)):
            at = column.index(value, at + 1)
            found.append(self[at])
        return found
