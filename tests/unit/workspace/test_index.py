"""The index on disk: what a scan reads again and what not, and that nothing is trusted that is not ours and whole."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Self

import pytest

from mai_lsp.core.facts import File, facts_of
from mai_lsp.core.uses import uses_of
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.index import store
from mai_lsp.workspace.index.entry import Entry
from mai_lsp.workspace.index.reader import Opened, connect
from mai_lsp.workspace.index.scan import Scanned, scan, update
from mai_lsp.workspace.index.store import Writer
from tests.support.indexed import document_of, reader_of, scanned, write

FILES = {
    "pkg/__init__.py": "from .shapes import Shape\n",
    "pkg/shapes.py": "class Shape:\n    def area(self): ...\n",
    "web/app.ts": "export function area() {}\n",
    "notes.txt": "class Shape\n",
    "build/made.py": "class Shape: ...\n",
    ".gitignore": "build/\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    write(root, FILES)
    return root


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "index.db"


def paths(root: Path, database: Path, name: str, *, member: bool = False) -> list[str]:
    reader = reader_of(root, database)
    try:
        return sorted(file.path for file in reader.defining(name, member=member, limit=50))
    finally:
        reader.close()


def test_a_scan_reads_code_that_is_not_ignored(root: Path, database: Path) -> None:
    assert scanned(root, database) == Scanned(files=3, parsed=3, removed=0)
    assert paths(root, database, "Shape") == ["pkg/shapes.py"]
    assert paths(root, database, "area") == ["web/app.ts"]
    assert paths(root, database, "area", member=True) == ["pkg/shapes.py"]


def test_a_second_scan_reads_only_what_changed(root: Path, database: Path) -> None:
    scanned(root, database)
    write(root, {"web/app.ts": "export function volume() {}\n", "web/new.ts": "export const one = 1;\n"})
    (root / "pkg/shapes.py").unlink()
    assert scanned(root, database) == Scanned(files=3, parsed=2, removed=1)
    assert paths(root, database, "area") == []
    assert paths(root, database, "volume") == ["web/app.ts"]
    assert paths(root, database, "Shape") == []
    assert scanned(root, database) == Scanned(files=3, parsed=0, removed=0)


def test_what_becomes_ignored_is_forgotten(root: Path, database: Path) -> None:
    scanned(root, database)
    write(root, {".maiignore": "pkg/\n"})
    assert scanned(root, database).removed == 2
    assert paths(root, database, "Shape") == []


def test_single_files_are_read_again(root: Path, database: Path) -> None:
    scanned(root, database)
    write(root, {"pkg/shapes.py": "class Circle: ...\n", "build/made.py": "class Circle: ...\n"})
    (root / "web" / "app.ts").unlink()
    (root / "web").rmdir()
    writer = Writer(database, root)
    outside = root.parent / "outside.py"
    outside.write_text("class Circle: ...\n", encoding="utf-8")
    (root / "link.py").symlink_to(outside)
    changed = [root / "pkg/shapes.py", root / "build/made.py", root / "web", outside, root / "link.py", root]
    assert update(root, Rules([root]), writer, changed) == 1
    writer.close()
    assert paths(root, database, "Circle") == ["pkg/shapes.py"]
    assert paths(root, database, "area") == []


def test_two_processes_parse_as_much_as_one(root: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mai_lsp.workspace.index.scan.ALONE", 0)
    monkeypatch.setattr("mai_lsp.workspace.index.scan.CHUNK", 2)
    write(root, {f"many/m{number}.py": f"def f{number}(): ...\n" for number in range(12)})
    writer = Writer(database, root)
    told: list[tuple[int, int]] = []
    found = scan(root, Rules([root]), writer, lambda done, total: told.append((done, total)), cores=2)
    writer.close()
    assert found.parsed == 15
    assert told[0] == (0, 15)
    assert told[-1] == (15, 15)
    assert all(paths(root, database, f"f{number}") == [f"many/m{number}.py"] for number in range(12))


@pytest.mark.parametrize("damage", ["garbage", "truncated", "foreign", "schema", "root", "grammars", "page"])
def test_a_database_that_is_not_ours_and_whole_is_made_again(root: Path, database: Path, damage: str) -> None:
    scanned(root, database)
    data = database.read_bytes()
    if damage == "garbage":
        database.write_bytes(b"not a database" * 100)
    elif damage == "truncated":
        database.write_bytes(data[: len(data) // 2])
    elif damage == "page":
        database.write_bytes(data[:4096] + os.urandom(len(data) - 4096))
    else:
        change = {
            "foreign": "PRAGMA application_id = 1",
            "schema": f"PRAGMA user_version = {store.SCHEMA + 1}",
            "root": "UPDATE meta SET value = '/elsewhere' WHERE name = 'root'",
            "grammars": "UPDATE meta SET value = '' WHERE name = 'grammars'",
        }[damage]
        connection = sqlite3.connect(database)
        with connection:
            connection.execute(change)
        connection.close()
        assert connect(database, root) is None
    assert scanned(root, database).parsed == 3
    assert paths(root, database, "Shape") == ["pkg/shapes.py"]


def test_a_reader_finds_nothing_where_there_is_no_index(root: Path, database: Path) -> None:
    assert connect(database, root) is None
    database.parent.mkdir()
    database.write_bytes(b"garbage " * 4096)
    assert connect(database, root) is None


def test_an_open_document_is_newer_than_its_file(root: Path, database: Path) -> None:
    scanned(root, database)
    reader = reader_of(root, database)
    document = document_of(root, "pkg/shapes.py", "import deque\nclass Square: ...\n")
    facts = facts_of(document)
    file = File("pkg/shapes.py", "python", "")
    reader.begin({"pkg/shapes.py": Opened(file, document.text, facts, uses_of(document))})
    assert reader.importing("deque", 5) == [file]
    assert reader.source(file) == document.text
    assert reader.defining("Shape", member=False, limit=5) == []
    assert reader.defining("Square", member=False, limit=5) == [File("pkg/shapes.py", "python", "")]
    assert [file.path for file in reader.tailed("shapes")] == ["pkg/shapes.py"]
    assert reader.facts(File("pkg/shapes.py", "python", "")) == facts
    reader.close()


def test_only_this_user_can_read_it(root: Path, database: Path) -> None:
    scanned(root, database)
    if os.name == "posix":
        assert database.stat().st_mode & 0o077 == 0
        assert database.parent.stat().st_mode & 0o077 == 0


def test_a_file_is_forgotten_though_its_row_can_not_be_read(root: Path, database: Path) -> None:
    scanned(root, database)
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE file SET packed = x'00' WHERE path = 'pkg/shapes.py'")
    connection.close()
    reader = reader_of(root, database)
    assert reader.facts(File("pkg/shapes.py", "python", "")).symbols == ()
    reader.close()
    write(root, {"pkg/shapes.py": "class Circle: ...\n"})
    scanned(root, database)
    assert paths(root, database, "Circle") == ["pkg/shapes.py"]


class BrokenPool:
    """A pool whose process dies of the first chunk, as `ProcessPoolExecutor` tells it."""

    def __init__(self) -> None:
        self.given = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def submit(self, *_: object) -> Future[list[Entry]]:
        self.given += 1
        future: Future[list[Entry]] = Future()
        future.set_exception(BrokenProcessPool())
        return future


def test_a_process_that_dies_costs_its_files_and_no_others(
    root: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = BrokenPool()
    monkeypatch.setattr("mai_lsp.workspace.index.scan.ALONE", 0)
    monkeypatch.setattr("mai_lsp.workspace.index.scan.CHUNK", 1)
    monkeypatch.setattr("mai_lsp.workspace.index.scan._pool", lambda processes: pool)
    write(root, {f"many/m{number}.py": f"def f{number}(): ...\n" for number in range(12)})
    writer = Writer(database, root)
    told: list[int] = []
    scan(root, Rules([root]), writer, lambda done, total: told.append(done), cores=2)
    assert told[-1] == 15
    assert len(writer.known()) == 15 - pool.given
    assert 0 < pool.given <= 2
    writer.close()
    assert scanned(root, database).parsed == pool.given
