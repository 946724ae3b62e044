"""The figures on disk: one small SQLite file in the user's data folder, to which several servers add at a time.

A file that is not ours, of this version and whole is set aside under another name, never trusted and never deleted.
Raises sqlite3.Error and OSError where the disk fails; a caller goes without.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from mai_lsp.system import lock
from mai_lsp.system.cache import data_dir
from mai_lsp.usage.counts import COUNTERS, Book, Key, Timing
from mai_lsp.usage.spending import Costs

SCHEMA = 2
"""Raised with every change of the tables. It is part of the file's name, so that two versions of this server can run
side by side and neither sees a file it does not know; an older one's figures stay in the older file."""

APPLICATION = 0x4D414953
"""In the file's header (`PRAGMA application_id`): "MAIS"."""

KEEP_DAYS = 730
"""Days after which figures are dropped; a year has some 10,000 rows where ten languages are used every day."""

BUSY_SECONDS = 2.0
"""How long others are waited for; a transaction takes milliseconds, and an editor that is closing waits no longer."""

_TABLES = f"""
CREATE TABLE day (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, language TEXT NOT NULL,
    kind TEXT NOT NULL,
    {", ".join(f"{name} INTEGER NOT NULL" for name in COUNTERS)},
    UNIQUE (day, provider, model, language, kind)
);
CREATE TABLE timing (
    id INTEGER REFERENCES day, what TEXT, bucket INTEGER, times INTEGER NOT NULL, PRIMARY KEY (id, what, bucket)
) WITHOUT ROWID;
"""

_ADD = (
    f"INSERT INTO day VALUES (NULL, ?, ?, ?, ?, ?, {', '.join('?' for _ in COUNTERS)}) "  # noqa: S608 (our own names)
    "ON CONFLICT (day, provider, model, language, kind) DO UPDATE SET "
    f"{', '.join(f'{name} = {name} + excluded.{name}' for name in COUNTERS)} RETURNING id"
)

_ADD_TIMING = (
    "INSERT INTO timing VALUES (?, ?, ?, ?) ON CONFLICT (id, what, bucket) DO UPDATE SET times = times + excluded.times"
)


def database() -> Path:
    """Return where the figures are kept; neither file nor folder need exist."""
    return data_dir() / f"usage-{SCHEMA}.db"


def add(path: Path, book: Book, today: date) -> None:
    """Add figures to the file, in one transaction; makes it where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with closing(_open(path)) as db:
            _add(db, book, today)
    except sqlite3.DatabaseError as error:
        if not _broken(error):
            raise
        with closing(_begin_again(path, trust=False)) as db:  # It was found broken only now.
            _add(db, book, today)


def read(path: Path, since: str = "") -> Book:
    """Return the figures from the ISO date `since` on; an empty book where there are none, or none of this version."""
    book = Book()
    if not path.is_file():
        return book
    # Not read-only: SQLite can then not open a file whose last writer left its log behind.
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as db:
        try:
            if _version(db) != (APPLICATION, SCHEMA):
                return book
            keys = {}
            for identity, *row in db.execute("SELECT * FROM day WHERE day >= ?", (since,)):
                keys[identity] = Key(*row[:5])
                numbers = book.at(keys[identity]).numbers
                numbers.update({name: value for name, value in zip(COUNTERS, row[5:], strict=True) if value})
            for identity, what, bucket, times in db.execute("SELECT * FROM timing"):
                if identity in keys:
                    book.at(keys[identity]).timings.setdefault(Timing(what), Counter())[bucket] = times
        except sqlite3.DatabaseError as error:
            if not _broken(error):
                raise
            return Book()
    return book


def costs(path: Path, today: date) -> Costs:
    """Return the USD spent today and in this calendar month, by all servers that have written; None where unknown."""
    if not path.is_file():
        return Costs()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as db:
        if _version(db) != (APPLICATION, SCHEMA):
            return Costs()
        return Costs(_cost(db, today, today), _cost(db, today.replace(day=1), today))


def _cost(db: sqlite3.Connection, first: date, last: date) -> float | None:
    query = "SELECT total(cost_nanousd), total(requests - failed - unpriced) FROM day WHERE day BETWEEN ? AND ?"
    nanousd, priced = db.execute(query, (first.isoformat(), last.isoformat())).fetchone()
    return nanousd / 1e9 if priced else None


def _add(db: sqlite3.Connection, book: Book, today: date) -> None:
    oldest = (today - timedelta(days=KEEP_DAYS)).isoformat()
    with db:
        db.execute("BEGIN IMMEDIATE")
        for key, counts in book.items():
            row = (*key, *(counts.numbers[name] for name in COUNTERS))
            (identity,) = db.execute(_ADD, row).fetchone()
            times = [
                (identity, timing.value, bucket, count)
                for timing, buckets in counts.timings.items()
                for bucket, count in buckets.items()
            ]
            db.executemany(_ADD_TIMING, times)
        db.execute("DELETE FROM timing WHERE id IN (SELECT id FROM day WHERE day < ?)", (oldest,))
        db.execute("DELETE FROM day WHERE day < ?", (oldest,))


def _open(path: Path) -> sqlite3.Connection:
    """Open for writing a file that is certainly ours, after making one if need be."""
    try:
        if path.exists() and (db := _ours(path)) is not None:
            return db
    except sqlite3.DatabaseError as error:
        if not _broken(error):
            raise
    return _begin_again(path, trust=True)


def _begin_again(path: Path, *, trust: bool) -> sqlite3.Connection:
    """Set a file aside and make a new one; with `trust`, only if nobody else has done so meanwhile."""
    handle = lock.take(path.with_name(f"{path.name}.lock"), wait=BUSY_SECONDS)
    if handle is None:
        raise sqlite3.OperationalError("another process is making the file")
    try:
        with contextlib.suppress(sqlite3.DatabaseError):
            if trust and path.exists() and (db := _ours(path)) is not None:
                return db
        # A log without its database could be taken for the new one's; what was set aside before is replaced.
        for old, new in zip(_files(path), _files(path.with_name(f"{path.stem}-set-aside.db")), strict=True):
            new.unlink(missing_ok=True)
            if old.exists():
                old.replace(new)
        return _make(path)
    finally:
        lock.release(handle)


def _make(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        ours = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA};"
        db.executescript(f"BEGIN; {_TABLES} {ours} COMMIT;")
    except BaseException:
        db.close()
        raise
    return db


def _ours(path: Path) -> sqlite3.Connection | None:
    """Open the file; None where it is something else."""
    db = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        if _version(db) == (APPLICATION, SCHEMA) and db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
            # What a crash of the whole machine may lose are the last minutes' figures.
            db.execute("PRAGMA synchronous = NORMAL")
            return db
    except BaseException:
        db.close()
        raise
    db.close()
    return None


def _version(db: sqlite3.Connection) -> tuple[int, int]:
    row: tuple[int, int] = db.execute("SELECT * FROM pragma_application_id, pragma_user_version").fetchone()
    return row


def _broken(error: sqlite3.DatabaseError) -> bool:
    """Whether an error speaks of the file itself; a busy or full disk does not."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # The rest of it are details.
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR}


def _files(path: Path) -> Iterator[Path]:
    """Yield the files that SQLite keeps a database in."""
    for ending in ("", "-wal", "-shm"):
        yield path.with_name(path.name + ending)
