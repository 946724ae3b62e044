"""Answers questions about one workspace root from its index, and from open documents before that.

It only reads; what is broken gives no answer and no error. One thread at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from posixpath import dirname
from typing import NamedTuple, TypeVar

from mai_lsp.core.facts import Facts, File
from mai_lsp.core.imported import imported_as
from mai_lsp.core.symbols import Symbol
from mai_lsp.core.uses import NO_USES, Uses
from mai_lsp.workspace.index.entry import import_key, import_names, key_of, unpack, unpack_uses
from mai_lsp.workspace.index.store import open_reader

KEPT = 400
"""Files whose facts are kept unpacked: those that one place in the workspace needs, several times over."""

MANY = 400
"""Files of one folder or one name that are looked at."""

MEMORIES = 20_000
"""Answers remembered at most; a place needs some hundred."""

ANSWERS = 8_000
"""Answers of the database remembered at most; what comes of them is in `memory`."""

T = TypeVar("T")

_QUERIES = {
    "tail": "SELECT id FROM file WHERE tail = ? LIMIT ?",
    "folder": "SELECT id FROM file WHERE folder = ? LIMIT ?",
    "package": "SELECT id FROM file WHERE package = ? LIMIT ?",
    "top": "SELECT file FROM definition WHERE key = ? LIMIT ?",
    "member": "SELECT file FROM definition WHERE key = ? LIMIT ?",
    "import": "SELECT file FROM import WHERE key = ? LIMIT ?",
}
_FILE = "SELECT path, language, package FROM file WHERE id = ?"
_VALUES: dict[str, Callable[[str], str | int]] = {
    "tail": str,
    "folder": str,
    "package": str,
    "top": partial(key_of, member=False),
    "member": partial(key_of, member=True),
    "import": import_key,
}


class Opened(NamedTuple):
    """An open document as the index sees it."""

    file: File
    text: str
    facts: Facts
    uses: Uses


@dataclass(slots=True)
class _Kept:
    """What is unpacked of one file."""

    stamp: tuple[int, int]
    version: int
    """The database's, when the stamp was last compared."""
    facts: Facts | None = None
    uses: Uses | None = None


class Reader:
    """One connection."""

    def __init__(self, connection: sqlite3.Connection, root: Path) -> None:
        self._db, self._root = connection, root
        self._version = -1
        self._answers: dict[tuple[str, str, int], tuple[File, ...]] = {}
        """What queries gave since the database last changed."""
        self._files: dict[int, File] = {}
        """Files by their numbers in the database as it is."""
        self._kept: dict[str, _Kept] = {}
        self._open: Mapping[str, Opened] = {}
        self.memory: dict[object, object] = {}
        """Answers that others worked out from ours: forgotten with any change of the database or an open document."""
        self.epoch = object()
        """Another one whenever that was forgotten."""

    def begin(self, documents: Mapping[str, Opened]) -> None:
        """Begin to answer for one place, with open documents in place of the files with the same paths."""
        same = documents.keys() == self._open.keys() and all(
            opened.facts is self._open[path].facts for path, opened in documents.items()
        )
        self._open = documents
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._answers.clear()
            self._files.clear()
            same = False
        if len(self._answers) > ANSWERS:
            self._answers.clear()
        if not same or len(self.memory) > MEMORIES:
            self.memory.clear()
            self.epoch = object()

    def close(self) -> None:
        """Give the connection back."""
        self._db.close()

    def tailed(self, tail: str) -> Sequence[File]:
        """Return the files whose path ends in this word (`core.imported.imported_as`)."""
        new = [opened.file for path, opened in self._open.items() if imported_as(path) == tail]
        return self._merged(self._asked("tail", tail, MANY), new)

    def beside(self, folder: str) -> Sequence[File]:
        """Return files that stand directly in a folder."""
        new = [opened.file for path, opened in self._open.items() if dirname(path) == folder]
        return self._merged(self._asked("folder", folder, MANY), new)

    def inside(self, package: str) -> Sequence[File]:
        """Return files that say they are in a package."""
        new = [opened.file for opened in self._open.values() if opened.file.package == package]
        return self._merged(self._asked("package", package, MANY), new)

    def defining(self, name: str, *, member: bool, limit: int) -> Sequence[File]:
        """Return at most `limit` + 1 files that may define a name; the caller looks whether they do."""
        new = [
            opened.file
            for opened in self._open.values()
            if any(bool(symbol.owner) == member for symbol in opened.facts.symbols.named(name))
        ]
        return self._merged(self._asked("member" if member else "top", name, limit + 1), new)

    def importing(self, name: str, limit: int) -> Sequence[File]:
        """Return at most `limit` + 1 files that may import a name, or a module whose last word it is."""
        new = [opened.file for opened in self._open.values() if name in import_names(opened.facts.imports)]
        return self._merged(self._asked("import", name, limit + 1), new)

    def facts(self, file: File) -> Facts:
        """Return what a file defines and imports; nothing for a file that is not there."""
        if file.path in self._open:
            return self._open[file.path].facts
        kept = self._current(file.path)
        if kept is None:
            return Facts()
        if kept.facts is None:
            kept.facts = self._unpacked(file.path, "packed", unpack) or Facts()
        return kept.facts

    def named(self, file: File, name: str) -> Sequence[Symbol]:
        """Return the definitions of one name in a file."""
        return self.facts(file).symbols.named(name)

    def uses(self, file: File) -> Uses:
        """Return what the parts of a file use; nothing for a file that is not there."""
        if file.path in self._open:
            return self._open[file.path].uses
        kept = self._current(file.path)
        if kept is None:
            return NO_USES
        if kept.uses is None:
            kept.uses = self._unpacked(file.path, "used", unpack_uses) or NO_USES
        return kept.uses

    def source(self, file: File) -> str:
        """Return a file's text, if it is still as it was indexed; else nothing."""
        if file.path in self._open:
            return self._open[file.path].text
        kept, place = self._current(file.path), self._root / file.path
        try:
            status = place.stat()
            if kept is None or place.is_symlink() or (status.st_mtime_ns, status.st_size) != kept.stamp:
                return ""
            return place.read_bytes().decode("utf-8-sig", "replace")
        except OSError:
            return ""

    def _asked(self, what: str, word: str, limit: int) -> tuple[File, ...]:
        key = (what, word, limit)
        found = self._answers.get(key)
        if found is None:
            rows = self._db.execute(_QUERIES[what], (_VALUES[what](word), limit)).fetchall()
            found = self._answers[key] = tuple([file for (number,) in rows if (file := self._file(number)) is not None])
        return found

    def _file(self, number: int) -> File | None:
        """Return a file by its number: one value for all answers that it is in, since most are in many."""
        file = self._files.get(number)
        if file is None:
            row = self._db.execute(_FILE, (number,)).fetchone()
            if row is None:
                return None
            file = self._files[number] = File._make(row)
        return file

    def _current(self, path: str) -> _Kept | None:
        """Return what is kept of a file if that is what the database says now."""
        kept = self._kept.pop(path, None)
        if kept is None or kept.version != self._version:
            row = self._db.execute("SELECT changed, size FROM file WHERE path = ?", (path,)).fetchone()
            if row is None:
                return None
            if kept is None or kept.stamp != row:
                kept = _Kept(row, self._version)
            kept.version = self._version
        self._kept[path] = kept
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return kept

    def _unpacked(self, path: str, column: str, read: Callable[[bytes], T]) -> T | None:
        row = self._db.execute(f"SELECT {column} FROM file WHERE path = ?", (path,)).fetchone()  # noqa: S608 (ours)
        try:
            return read(row[0]) if row is not None else None
        except ValueError:
            return None

    def _merged(self, rows: Sequence[File], new: list[File]) -> Sequence[File]:
        if not self._open:
            return rows
        return [*new, *(row for row in rows if row.path not in self._open)]


def connect(database: Path, root: Path) -> Reader | None:
    """Open the index of a root for reading; None when there is none that can be read."""
    connection = open_reader(database, root)
    return Reader(connection, root) if connection is not None else None
