"""Old indexes are removed, those in use and those of drives that are away for a while are not."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from mai_lsp.workspace.index.clean import DAY, GONE_DAYS, KEPT_DAYS, clean, mark
from mai_lsp.workspace.index.store import files_of
from tests.support.indexed import scanned, write


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An index of the workspace `root`."""
    write(tmp_path / "root", {"a.py": "x = 1\n"})
    scanned(tmp_path / "root", tmp_path / "cache" / "one.db")
    return tmp_path / "cache" / "one.db"


def aged(database: Path, days: float) -> None:
    for path in files_of(database):
        if path.exists():
            os.utime(path, (time.time() - days * DAY,) * 2)


@pytest.mark.parametrize(
    ("days", "gone", "left"),
    [
        (KEPT_DAYS - 1, False, True),
        (KEPT_DAYS + 1, False, False),
        (GONE_DAYS - 1, True, True),
        (GONE_DAYS + 1, True, False),
    ],
)
def test_age_decides_and_sooner_where_the_workspace_is_gone(
    database: Path, tmp_path: Path, days: int, gone: bool, left: bool
) -> None:
    if gone:
        shutil.rmtree(tmp_path / "root")
    database.with_suffix(".lock").touch()
    aged(database, days)
    assert clean(database.parent, time.time()) == (not left)
    assert database.exists() is left
    assert bool(list(database.parent.iterdir())) is left


def test_what_is_opened_again_is_kept(database: Path) -> None:
    aged(database, KEPT_DAYS + 1)
    mark(database)
    assert clean(database.parent, time.time()) == 0
    assert database.exists()


def test_what_can_not_be_read_goes_by_its_age(database: Path) -> None:
    database.write_bytes(b"garbage " * 1000)
    assert clean(database.parent, time.time()) == 0
    aged(database, GONE_DAYS + 1)
    assert clean(database.parent, time.time()) == 0
    aged(database, KEPT_DAYS + 1)
    assert clean(database.parent, time.time()) == 1


def test_an_index_that_is_written_to_is_in_use(database: Path) -> None:
    connection = sqlite3.connect(database)
    try:
        connection.execute("CREATE TABLE more (x)")
        connection.commit()
        os.utime(database, (0, 0))
        assert database.with_name(database.name + "-wal").exists()
        assert clean(database.parent, time.time()) == 0
    finally:
        connection.close()


def test_other_files_and_no_folder_are_no_trouble(tmp_path: Path) -> None:
    assert clean(tmp_path / "gone", time.time()) == 0
    (tmp_path / "notes.txt").touch()
    os.utime(tmp_path / "notes.txt", (0, 0))
    assert clean(tmp_path, time.time()) == 0
    assert (tmp_path / "notes.txt").exists()
