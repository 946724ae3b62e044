"""The database of one workspace root: opened for writing by the builder, or for reading by everyone else.

What is not certainly ours and whole is deleted and begun again, never trusted. Raises sqlite3.Error where the disk
fails.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path
from posixpath import dirname

from mai_lsp import __version__
from mai_lsp.core.imported import imported_as
from mai_lsp.system.cache import cache_dir
from mai_lsp.workspace.index.entry import Entry, import_key, import_names, keys_of, unpack

APPLICATION = 0x4D414931
"""In the file's header (`PRAGMA application_id`): "MAI1"."""

SCHEMA = 3
"""Raised with every change of the tables or of what `entry` packs."""

BUSY_MS = 10_000

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL,
    tail TEXT NOT NULL,
    changed INTEGER NOT NULL,
    size INTEGER NOT NULL,
    language TEXT NOT NULL,
    package TEXT NOT NULL,
    packed BLOB NOT NULL,
    used BLOB NOT NULL
);
CREATE INDEX file_tail ON file (tail);
CREATE INDEX file_folder ON file (folder);
CREATE INDEX file_package ON file (package);
CREATE TABLE definition (key INTEGER, file INTEGER, PRIMARY KEY (key, file)) WITHOUT ROWID;
CREATE TABLE import (key INTEGER, file INTEGER, PRIMARY KEY (key, file)) WITHOUT ROWID;
"""

_INSERT = (
    "INSERT INTO file (path, folder, tail, changed, size, language, package, packed, used) VALUES (?,?,?,?,?,?,?,?,?)"
)


def database_of(root: Path) -> Path:
    """Return where the index of a workspace root is kept; neither need exist."""
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:20]
    return cache_dir() / "index" / f"{name}.db"


def open_reader(database: Path, root: Path) -> sqlite3.Connection | None:
    """Open for reading, from any thread; None when there is no index of this root that this version can read."""
    if not database.is_file():
        return None
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=0.0, check_same_thread=False)
    try:
        if _ours(connection, root):
            connection.execute("PRAGMA cache_size = -4000")
            return connection
    except sqlite3.Error:
        connection.close()
        return None
    connection.close()
    return None


class Writer:
    """The one that changes an index. Several processes may have one open: each change is a transaction."""

    def __init__(self, database: Path, root: Path) -> None:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path, self._root = database, root
        try:
            self._db = self._open()
            if not _ours(self._db, root) or self._db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("not our index")  # noqa: TRY301 (either way it is begun again)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}:
                raise
            self._begin_again()
        except sqlite3.DatabaseError:
            self._begin_again()

    def close(self) -> None:
        """Write what is left into the file itself."""
        with closing(self._db):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def known(self) -> dict[str, tuple[int, int]]:
        """Return time and size of every file by its path."""
        return {
            path: (changed, size) for path, changed, size in self._db.execute("SELECT path, changed, size FROM file")
        }

    def languages(self) -> list[str]:
        """Return the languages of the files, that of the most first."""
        rows = self._db.execute("SELECT language FROM file GROUP BY language ORDER BY count(*) DESC, language")
        return [language for (language,) in rows]

    def put(self, entries: Iterable[Entry]) -> None:
        """Store files in one transaction, in place of what was known of them."""
        with self._db:
            for entry in entries:
                self._forget(entry.path)
                row = (entry.path, dirname(entry.path), imported_as(entry.path), *entry[1:5], entry.packed, entry.used)
                file = self._db.execute(_INSERT, row).lastrowid
                self._db.executemany("INSERT INTO definition VALUES (?, ?)", ((key, file) for key in entry.keys))
                self._db.executemany(
                    "INSERT OR IGNORE INTO import VALUES (?, ?)", ((key, file) for key in entry.imported)
                )

    def remove(self, paths: Iterable[str]) -> None:
        """Forget files, and all below a path that was a folder."""
        with self._db:
            for path in paths:
                self._forget(path)
                below = self._db.execute("SELECT path FROM file WHERE path > ? AND path < ?", (f"{path}/", f"{path}0"))
                for (inner,) in below.fetchall():
                    self._forget(inner)

    def settle(self) -> None:
        """Tidy up after many changes."""
        self._db.execute("PRAGMA optimize")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def write_back_later(self) -> None:
        """Leave it to `write_back` to move changes into the file itself; SQLite would do it within one of them."""
        self._db.execute("PRAGMA wal_autocheckpoint = 0")

    def write_back(self) -> None:
        """Move what was changed into the file itself, as far as nobody is reading; waits for the disk."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _forget(self, path: str) -> None:
        row = self._db.execute("SELECT id, packed FROM file WHERE path = ?", (path,)).fetchone()
        if row is None:
            return
        file, packed = row
        try:
            facts = unpack(packed)
        except ValueError:
            for table in ("definition", "import"):
                self._db.execute(f"DELETE FROM {table} WHERE file = ?", (file,))  # noqa: S608 (ours; looks through all)
        else:
            for table, keys in (
                ("definition", keys_of(facts)),
                ("import", map(import_key, import_names(facts.imports))),
            ):
                delete = f"DELETE FROM {table} WHERE key = ? AND file = ?"  # noqa: S608 (one of our two tables)
                self._db.executemany(delete, ((key, file) for key in keys))
        self._db.execute("DELETE FROM file WHERE id = ?", (file,))

    def _open(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        database = sqlite3.connect(self._path, timeout=BUSY_MS / 1000)
        # A file cut off by a crash of the whole machine is begun again anyway.
        database.execute("PRAGMA synchronous = NORMAL")
        return database

    def _begin_again(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()
        for path in files_of(self._path):
            path.unlink(missing_ok=True)
        self._db = self._open()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(_TABLES)
        self._db.execute(f"PRAGMA application_id = {APPLICATION}")
        self._db.execute(f"PRAGMA user_version = {SCHEMA}")
        with self._db:
            self._db.executemany("INSERT INTO meta VALUES (?, ?)", _meta(self._root).items())


def files_of(database: Path) -> Iterator[Path]:
    """Yield the files that SQLite keeps a database in."""
    for ending in ("", "-wal", "-shm"):
        yield database.with_name(database.name + ending)


def _ours(connection: sqlite3.Connection, root: Path) -> bool:
    """Whether a database was made by this version, with these grammars, for this root."""
    one = connection.execute("SELECT * FROM pragma_application_id, pragma_user_version").fetchone()
    return one == (APPLICATION, SCHEMA) and dict(connection.execute("SELECT * FROM meta")) == _meta(root)


_GRAMMARS: list[str] = []


def _meta(root: Path) -> dict[str, str]:
    if not _GRAMMARS:
        found = {
            f"{name}=={distribution.version}"
            for distribution in metadata.distributions()
            if (name := distribution.name or "").startswith(("tree-sitter", "tree_sitter"))
        }
        _GRAMMARS.append(" ".join(sorted(found)))
    return {"root": os.fspath(root), "version": __version__, "grammars": _GRAMMARS[0]}
