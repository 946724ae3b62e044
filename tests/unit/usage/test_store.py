"""The file of figures: adds up, survives crashes and neighbours, and trusts nothing that is not its own."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mai_lsp.usage import store
from mai_lsp.usage.counts import COUNTERS, Book, Counts, Key, Timing, total

TODAY = date(2026, 11, 20)
KEY = Key("2026-11-20", "foundry", "model", "python")


def book(*keys: Key, shown: int = 1) -> Book:
    found = Book()
    for key in keys or (KEY,):
        found.at(key).numbers["shown"] += shown
        found.at(key).time(Timing.WAIT, 500)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "usage.db"


def aside(path: Path) -> Path:
    return path.with_name("usage-set-aside.db")


BOOKS = st.dictionaries(
    st.builds(
        Key, st.dates(TODAY, TODAY + timedelta(3)).map(date.isoformat), st.just("p"), st.text(max_size=3), st.just("l")
    ),
    st.builds(
        Counts,
        st.dictionaries(st.sampled_from(COUNTERS), st.integers(1, 2**40)).map(Counts().numbers.__class__),
        st.dictionaries(
            st.sampled_from(Timing),
            st.dictionaries(st.integers(0, 99), st.integers(1, 9)).map(Counts().numbers.__class__),
        ),
    ),
    max_size=4,
).map(Book)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(BOOKS, min_size=1, max_size=3))
def test_what_is_read_is_the_sum_of_what_was_added(tmp_path: Path, books: list[Book]) -> None:
    path = tmp_path / f"{os.urandom(8).hex()}.db"
    expected = Book()
    for one in books:
        store.add(path, one, TODAY)
        for key, counts in one.items():
            expected.at(key).add(counts)
    found = store.read(path)
    assert found.keys() == expected.keys()
    for key, counts in expected.items():
        assert found[key].numbers == counts.numbers
        assert {k: v for k, v in found[key].timings.items() if v} == {k: v for k, v in counts.timings.items() if v}


def test_figures_are_read_from_a_day_on_and_dropped_when_old(path: Path) -> None:
    old = KEY._replace(day=(TODAY - timedelta(days=store.KEEP_DAYS + 1)).isoformat())
    recent = KEY._replace(day="2026-10-01")
    store.add(path, book(old, recent), TODAY - timedelta(days=60))
    assert store.read(path).keys() == {old, recent}
    store.add(path, book(), TODAY)
    assert store.read(path).keys() == {recent, KEY}
    assert store.read(path, "2026-11-01").keys() == {KEY}
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM timing").fetchone() == (2,)


def test_there_may_be_no_file(path: Path) -> None:
    assert store.read(path) == {}
    assert not path.parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_only_the_user_can_read_it(path: Path) -> None:
    store.add(path, book(), TODAY)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def _garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be read as a header " * 20)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE mine (value)")
        db.execute("INSERT INTO mine VALUES ('precious')")


def _newer(path: Path) -> None:
    store.add(path, book(), TODAY)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA user_version = 99")


def _torn(path: Path) -> None:
    store.add(path, book(*(KEY._replace(model=f"model-{index}") for index in range(300))), TODAY)
    data = bytearray(path.read_bytes())
    data[4096 : 4096 + 6000] = b"\xa5" * 6000
    path.write_bytes(data)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("spoil", [_garbage, _foreign, _newer, _torn, _empty])
def test_what_is_not_ours_and_whole_is_set_aside(path: Path, spoil: object) -> None:
    path.parent.mkdir()
    spoil(path)  # type: ignore[operator]
    before = path.read_bytes()
    assert total(store.read(path).values()).numbers["shown"] in {0, 300}
    store.add(path, book(), TODAY)
    store.add(path, book(), TODAY)
    assert store.read(path)[KEY].numbers["shown"] == 2
    assert aside(path).read_bytes() == before


def test_a_file_whose_tables_are_others_is_set_aside(path: Path) -> None:
    store.add(path, book(), TODAY)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TABLE timing")
    store.add(path, book(), TODAY)
    assert store.read(path)[KEY].numbers["shown"] == 1
    assert aside(path).exists()


def test_a_busy_file_is_not_set_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.add(path, book(), TODAY)
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            store.add(path, book(), TODAY)
        db.execute("ROLLBACK")
    store.add(path, book(), TODAY)
    assert store.read(path)[KEY].numbers["shown"] == 2
    assert not aside(path).exists()


def test_several_servers_add_at_a_time(path: Path) -> None:
    """They all find no file, and begin at once."""
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(store.add, path, book(), TODAY) for _ in range(48)]:
            done.result()
    assert store.read(path)[KEY].numbers["shown"] == 48
    assert store.read(path)[KEY].timings[Timing.WAIT].total() == 48
    assert not aside(path).exists()


_WRITER = """
import sys
from datetime import date
from pathlib import Path
from mai_lsp.usage import store
from mai_lsp.usage.counts import Book, Key
key = Key("2026-11-20", "foundry", "model", "python")
print("ready", flush=True)
for index in range(int(sys.argv[2])):
    book = Book()
    book.at(key).numbers["shown"] = 1
    store.add(Path(sys.argv[1]), book, date(2026, 11, 20))
    print(index + 1, flush=True)
"""


def _writer(path: Path, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(path), str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def test_several_processes_add_at_a_time(path: Path) -> None:
    running = [_writer(path, 20) for _ in range(3)]
    assert [process.communicate(timeout=60)[0].split()[-1] for process in running] == ["20"] * 3
    assert store.read(path)[KEY].numbers["shown"] == 60


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_killed_server_loses_no_more_than_what_it_was_writing(path: Path) -> None:
    with _writer(path, 100_000) as process:
        assert process.stdout is not None
        written = 0
        while written < 10:
            line = process.stdout.readline().strip()
            written = int(line) if line.isdigit() else 0
        process.send_signal(signal.SIGKILL)
        rest = [int(line) for line in process.stdout.read().split() if line.isdigit()]
    reported = max([written, *rest])
    assert store.read(path)[KEY].numbers["shown"] in {reported, reported + 1}
    store.add(path, book(), TODAY)
    assert not aside(path).exists()
