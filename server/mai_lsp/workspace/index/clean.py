"""Removes indexes that nobody has opened for long, so that the cache folder does not grow with every project ever seen.

It never touches an index in use: the builder marks its own when it starts, and changes keep the mark fresh.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from mai_lsp.workspace.index.store import files_of

DAY = 86_400

KEPT_DAYS = 30
"""Days for which an index of a workspace is kept since it was last opened or changed."""

GONE_DAYS = 7
"""The same where the workspace is not there: deleted, or on a drive that is not mounted just now."""


def mark(database: Path) -> None:
    """Say that an index is in use; a disk that can not be written to is found out elsewhere."""
    with contextlib.suppress(OSError):
        os.utime(database)


def clean(folder: Path, now: float) -> int:
    """Remove old indexes from the folder that holds them all; `now` as `time.time`. Return how many."""
    removed = 0
    for database in folder.glob("*.db"):
        try:
            age = (now - max(path.stat().st_mtime for path in files_of(database) if path.exists())) / DAY
            if age > KEPT_DAYS or (age > GONE_DAYS and not _root_of(database).is_dir()):
                for path in (*files_of(database), database.with_suffix(".lock")):
                    path.unlink(missing_ok=True)
                removed += 1
        except (OSError, ValueError):
            continue  # Another process is at it, or a system that removes no open file; the next start tries again.
    return removed


def _root_of(database: Path) -> Path:
    """Return the workspace that an index is of; its own folder when it does not say."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=0.0)) as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = 'root'").fetchone()
    except sqlite3.Error:
        row = None
    return Path(str(row[0])) if row else database.parent
