"""Answers questions about one workspace root from its index, and from open documents before that.

It only reads; what is broken gives no answer and no error. One thread at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from mai_lsp.core.facts import Facts, File
from mai_lsp.workspace.index.entry import key_of, tail_of, unpack
from mai_lsp.workspace.index.store import open_reader

KEPT = 400
"""Files whose facts are kept unpacked: those that one place in the workspace needs, several times over."""


class Reader:
    """One connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._kept: dict[str, tuple[int, int, Facts]] = {}
        self._open: Mapping[str, tuple[str, Facts]] = {}

    def overlay(self, documents: Mapping[str, tuple[str, Facts]]) -> None:
        """Put (language, facts) of open documents over those of the files with the same paths."""
        self._open = documents

    def close(self) -> None:
        """Give the connection back."""
        self._db.close()

    def tailed(self, tail: str) -> Sequence[File]:
        """Return the files whose path ends in this word (`entry.tail_of`)."""
        rows = self._db.execute("SELECT path, language, package FROM file WHERE tail = ? LIMIT 400", (tail,))
        new = [self._opened(path) for path in self._open if tail_of(path) == tail]
        return self._merged(map(File._make, rows), new)

    def defining(self, name: str, *, member: bool, limit: int) -> Sequence[File]:
        """Return at most `limit` + 1 files that may define a name; the caller looks whether they do."""
        rows = self._db.execute(
            "SELECT path, language, package FROM definition JOIN file ON file.id = definition.file"
            " WHERE key = ? LIMIT ?",
            (key_of(name, member=member), limit + 1),
        )
        new = [
            self._opened(path)
            for path, (_, facts) in self._open.items()
            if any(symbol.name == name and bool(symbol.owner) == member for symbol in facts.symbols)
        ]
        return self._merged(map(File._make, rows), new)

    def facts(self, file: File) -> Facts:
        """Return what a file defines and imports; nothing for a file that is not there."""
        if file.path in self._open:
            return self._open[file.path][1]
        row = self._db.execute("SELECT changed, size FROM file WHERE path = ?", (file.path,)).fetchone()
        if row is None:
            return Facts()
        kept = self._kept.pop(file.path, None)
        if kept is None or kept[:2] != row:
            packed = self._db.execute("SELECT packed FROM file WHERE path = ?", (file.path,)).fetchone()
            try:
                kept = (*row, unpack(packed[0]))
            except ValueError:
                return Facts()
        self._kept[file.path] = kept
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return kept[2]

    def _opened(self, path: str) -> File:
        language, facts = self._open[path]
        return File(path, language, facts.package)

    def _merged(self, rows: map[File], new: list[File]) -> list[File]:
        return [*new, *(row for row in rows if row.path not in self._open)]


def connect(database: Path, root: Path) -> Reader | None:
    """Open the index of a root for reading; None when there is none that can be read."""
    connection = open_reader(database, root)
    return Reader(connection) if connection is not None else None
