"""The index on disk: what a scan reads again and what not, and that nothing is trusted that is not ours and whole."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from array import array
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.facts import File, facts_of
from mai_lsp.core.language import LANGUAGES
from mai_lsp.core.uses import Part, Uses, uses_of
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.index import store
from mai_lsp.workspace.index.entry import MAX_IMPORTS, Entry, import_names, pack_uses, unpack_uses, warm_up
from mai_lsp.workspace.index.reader import MEMORIES, Opened, Reader, connect
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


def test_the_languages_of_an_index_are_known_and_can_be_made_ready(root: Path, database: Path) -> None:
    scanned(root, database)
    writer = Writer(database, root)
    try:
        assert writer.languages() == ["python", "typescript"]
    finally:
        writer.close()
    for language in (*LANGUAGES, "no such language"):
        warm_up(language)


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


def opened(root: Path, path: str, text: str) -> Opened:
    document = document_of(root, path, text)
    facts = facts_of(document)
    return Opened(File(path, document.language, facts.package), text, facts, uses_of(document))


SHAPES = File("pkg/shapes.py", "python", "")


@pytest.fixture
def reader(root: Path, database: Path) -> Iterator[Reader]:
    """A reader that has begun to answer, with something in its memory."""
    scanned(root, database)
    found = reader_of(root, database)
    found.begin({})
    found.memory["known"] = 1
    yield found
    found.close()


def test_memory_lasts_while_nothing_changes(reader: Reader, root: Path) -> None:
    reader.begin({})
    assert reader.memory == {"known": 1}
    one = opened(root, "pkg/shapes.py", "class Square: ...\n")
    reader.begin({"pkg/shapes.py": one})
    reader.memory["known"] = 2
    reader.begin({"pkg/shapes.py": one})
    assert reader.memory == {"known": 2}


def test_memory_is_forgotten_when_the_database_changes(reader: Reader, root: Path, database: Path) -> None:
    assert [symbol.name for symbol in reader.named(SHAPES, "Shape")] == ["Shape"]
    assert reader.defining("Circle", member=False, limit=5) == ()
    write(root, {"pkg/shapes.py": "class Circle: ...\n"})
    scanned(root, database)
    reader.begin({})
    assert reader.memory == {}
    assert not reader.named(SHAPES, "Shape")
    assert [symbol.name for symbol in reader.named(SHAPES, "Circle")] == ["Circle"]
    assert [file.path for file in reader.defining("Circle", member=False, limit=5)] == ["pkg/shapes.py"]


def test_memory_is_forgotten_when_a_document_is_opened_changed_or_closed(reader: Reader, root: Path) -> None:
    for documents in (
        {"pkg/shapes.py": opened(root, "pkg/shapes.py", "class Square: ...\n")},
        {"pkg/shapes.py": opened(root, "pkg/shapes.py", "class Square: x = 1\n")},
        {"other.py": opened(root, "other.py", "class Square: x = 1\n")},
        {},
    ):
        reader.memory["known"] = 1
        reader.begin(documents)
        assert reader.memory == {}


def test_memory_does_not_grow_for_ever(reader: Reader) -> None:
    reader.memory.update(dict.fromkeys(range(MEMORIES)))
    reader.begin({})
    assert reader.memory == {}


def test_a_name_is_looked_up_in_the_open_document(reader: Reader, root: Path) -> None:
    reader.begin({"pkg/shapes.py": opened(root, "pkg/shapes.py", "class Square: ...\n")})
    assert [symbol.name for symbol in reader.named(SHAPES, "Square")] == ["Square"]
    assert not reader.named(SHAPES, "Shape")
    reader.begin({})
    assert [symbol.name for symbol in reader.named(SHAPES, "Shape")] == ["Shape"]


def test_a_source_is_given_as_it_was_indexed_and_not_otherwise(reader: Reader, root: Path) -> None:
    assert reader.source(SHAPES) == FILES["pkg/shapes.py"]
    assert reader.source(File("build/made.py", "python", "")) == ""
    assert reader.source(File("../outside.py", "python", "")) == ""
    write(root, {"pkg/shapes.py": FILES["pkg/shapes.py"] + "# more\n"})
    assert reader.source(SHAPES) == ""
    (root / "pkg/shapes.py").unlink()
    assert reader.source(SHAPES) == ""


def test_a_source_of_the_same_size_that_was_written_again_is_not_given(reader: Reader, root: Path) -> None:
    place = root / "pkg/shapes.py"
    before = place.stat().st_mtime_ns
    write(root, {"pkg/shapes.py": FILES["pkg/shapes.py"].replace("area", "tell")})
    os.utime(place, ns=(before + 1_000_000, before + 1_000_000))
    assert reader.source(SHAPES) == ""


@pytest.mark.skipif(os.name != "posix", reason="making a link takes a right that users of Windows lack")
def test_a_source_is_not_read_through_a_link(reader: Reader, root: Path, tmp_path: Path) -> None:
    place, outside = root / "pkg/shapes.py", tmp_path / "outside.py"
    status = place.stat()
    place.rename(outside)
    os.utime(outside, ns=(status.st_mtime_ns, status.st_mtime_ns))
    place.symlink_to(outside)
    assert place.stat().st_size == status.st_size
    assert reader.source(SHAPES) == ""


def test_files_are_found_by_folder_package_and_what_they_import(root: Path, database: Path) -> None:
    write(
        root,
        {
            "a/One.java": "package p.q;\nimport r.Tool;\nclass One {}\n",
            "b/Two.java": "package p.q;\nclass Two {}\n",
            "web/page.ts": "import { area } from './lib/app.js';\n",
            "lib/rows.go": 'package lib\nimport "example.com/m/store"\n',
        },
    )
    scanned(root, database)
    reader = reader_of(root, database)
    reader.begin({})
    assert sorted(file.path for file in reader.inside("p.q")) == ["a/One.java", "b/Two.java"]
    assert sorted(file.path for file in reader.beside("web")) == ["web/app.ts", "web/page.ts"]
    found = {
        name: sorted(file.path for file in reader.importing(name, 5)) for name in ("Tool", "area", "app", "store", "x")
    }
    assert found == {
        "Tool": ["a/One.java"],
        "area": ["web/page.ts"],
        "app": ["web/page.ts"],
        "store": ["lib/rows.go"],
        "x": [],
    }
    moved = opened(root, "b/Two.java", "package s;\nimport r.Tool;\nclass Two {}\n")
    reader.begin({"b/Two.java": moved})
    assert [file.path for file in reader.inside("p.q")] == ["a/One.java"]
    assert reader.inside("s") == [moved.file]
    assert [file.path for file in reader.importing("Tool", 5)] == ["b/Two.java", "a/One.java"]
    reader.close()


def test_what_parts_use_is_read_back_as_it_was_found(root: Path, database: Path) -> None:
    text = "def one():\n    use_one()\n\ndef two():\n    use_two(ÄrgerlichGroß)\n"
    write(root, {"pkg/use.py": text})
    scanned(root, database)
    reader = reader_of(root, database)
    reader.begin({})
    file = File("pkg/use.py", "python", "")
    assert reader.uses(file) == uses_of(document_of(root, "pkg/use.py", text))
    assert reader.uses(File("gone.py", "python", "")) == ()
    reader.begin({"pkg/use.py": opened(root, "pkg/use.py", "use_three()\n")})
    assert [part.names for part in reader.uses(file)] == [{"use_three"}]
    reader.close()


def test_changes_reach_the_file_itself_when_it_is_asked_for(root: Path, database: Path) -> None:
    write(root, {"a.py": "class Shape: ...\n"})
    writer = Writer(database, root)
    scan(root, Rules([root]), writer, lambda *_: None)
    writer.write_back_later()
    before = database.read_bytes()
    write(root, {"b.py": "class Other: ...\n"})
    update(root, Rules([root]), writer, [root / "b.py"])
    assert database.read_bytes() == before
    writer.write_back()
    assert b"b.py" in database.read_bytes()
    writer.close()


NAME = st.text("abÄ字_1", min_size=1, max_size=5)
PARTS = st.lists(
    st.builds(Part, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.frozensets(NAME, max_size=8)), max_size=8
)


@given(PARTS)
def test_packed_uses_are_unpacked_as_they_were(parts: list[Part]) -> None:
    assert unpack_uses(pack_uses(Uses.of(parts))) == tuple(parts)


@given(st.binary(max_size=60))
def test_what_was_not_packed_by_us_raises_no_other_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="packed"):
        unpack_uses(data)


@given(PARTS, st.data())
def test_packed_uses_that_are_damaged_give_nothing_or_a_value_error(parts: list[Part], data: st.DataObject) -> None:
    plain = zlib.decompress(pack_uses(Uses.of(parts)))
    at = data.draw(st.integers(0, len(plain) - 1))
    damaged = plain[:at] + data.draw(st.binary(max_size=3)) + plain[at + 1 :]
    with contextlib.suppress(ValueError):
        assert all(isinstance(part, Part) for part in unpack_uses(zlib.compress(damaged)))


def test_uses_that_can_not_be_read_are_none(reader: Reader, database: Path) -> None:
    # One part with one name, the fifth of a list of one.
    damaged = zlib.compress(b"only" + b"\0" + array("I", [0, 1, 1, 5]).tobytes())
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE file SET used = ? WHERE path = 'pkg/shapes.py'", (damaged,))
    connection.close()
    reader.begin({})
    assert reader.uses(SHAPES) == ()


def test_imports_are_found_by_their_last_words_and_names() -> None:
    text = "import a.b.tool\nfrom ..shapes import Circle as Round, Square\nfrom . import *\n"
    facts = facts_of(document_of(Path("/w"), "a.py", text))
    assert [*import_names(facts.imports)] == ["tool", "shapes", "Circle", "Square"]
    many = "from x import " + ", ".join(f"n{number}" for number in range(2 * MAX_IMPORTS))
    assert len(import_names(facts_of(document_of(Path("/w"), "a.py", many)).imports)) == MAX_IMPORTS


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
