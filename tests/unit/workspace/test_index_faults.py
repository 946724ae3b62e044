"""A scan that is cut off, a full disk, files that are no text: nothing wrong is kept, and the next scan goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mai_lsp.core.facts import File
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.index.scan import Scanned, scan
from mai_lsp.workspace.index.store import Writer
from tests.support.indexed import reader_of, scanned, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "root", {f"pkg/m{number:02}.py": f"def f{number}(): ...\n" for number in range(20)})
    return tmp_path / "root"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "index.db"


class CutOffError(Exception):
    """Stands for the end of the process."""


def test_what_was_written_before_a_crash_is_not_parsed_again(
    root: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mai_lsp.workspace.index.scan.CHUNK", 4)

    def report(done: int, total: int) -> None:
        if done >= 8:
            raise CutOffError

    writer = Writer(database, root)
    with pytest.raises(CutOffError):
        scan(root, Rules([root]), writer, report, cores=1)
    del writer  # Never closed, as a crash leaves it.
    assert scanned(root, database) == Scanned(files=20, parsed=12, removed=0)


def test_a_full_disk_is_an_error_and_costs_only_what_was_not_written(
    root: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mai_lsp.workspace.index.scan.CHUNK", 2)
    scanned(root, database)
    write(root, {f"more/m{number}.py": f"class Word{number}Class: ...\n" * 400 for number in range(40)})
    writer = Writer(database, root)
    pages = writer._db.execute("PRAGMA page_count").fetchone()[0]
    writer._db.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        scan(root, Rules([root]), writer, lambda done, total: None, cores=1)
    writer.close()
    found = scanned(root, database)
    assert found.files == 60
    assert 0 < found.parsed <= 40
    assert scanned(root, database).parsed == 0


def test_a_file_that_is_no_text_defines_nothing_and_is_read_once(root: Path, database: Path) -> None:
    (root / "pkg" / "m00.py").write_bytes(b"def planted(): ...\n\0")
    assert scanned(root, database).parsed == 20
    reader = reader_of(root, database)
    try:
        assert reader.facts(File("pkg/m00.py", "python", "")).symbols == ()
        assert reader.defining("planted", member=False, limit=5) in ([], ())
    finally:
        reader.close()
    assert scanned(root, database).parsed == 0


def test_what_grows_too_large_is_forgotten(root: Path, database: Path) -> None:
    scanned(root, database)
    (root / "pkg" / "m00.py").write_text("# " + "x" * 1_000_000, encoding="utf-8")
    assert scanned(root, database) == Scanned(files=19, parsed=0, removed=1)


def test_build_files_are_kept_beside_code(root: Path, database: Path) -> None:
    write(root, {"web/package.json": '{"name": "web"}', "web/tsconfig.app.json": "{}", "web/data.json": "{}"})
    assert scanned(root, database).parsed == 22
    reader = reader_of(root, database)
    try:
        assert [(file.path, file.package) for file in reader.tailed("package")] == [("web/package.json", "web")]
        assert [file.path for file in reader.tailed("tsconfig")] == ["web/tsconfig.app.json"]
        assert list(reader.tailed("data")) == []
    finally:
        reader.close()
