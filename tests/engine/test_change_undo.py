"""Writing a proposal's files and undoing it: all or nothing, whatever fails and whenever."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mai_lsp.core.change import Change
from mai_lsp.core.text import open_document
from mai_lsp.engine.change import undo, writing
from mai_lsp.engine.change.current import follow_all
from mai_lsp.engine.change.files import Files
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.workspace.ignore import Rules
from tests.e2e.editor import ROOT

FILES = {
    "shop/cart.py": b"class Cart:\r\n    pass\r\n",
    "shop/price.py": b"\xef\xbb\xbfPRICE = 1\n",
    "shop/old.py": b"OLD = 1",
    "shop/gone.py": "NAME = 'größe 😀'\n".encode(),
}

AFTER = {
    "shop/cart.py": b"class Basket:\r\n    pass\r\n",
    "shop/price.py": b"\xef\xbb\xbfPRICE = 2\n",
    "shop/fresh/new.py": b"NEW = 1",
    "shop/deep/er/fresh.py": b"FRESH = 1\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAI_LSP_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "project"
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if os.name == "posix":
        (folder / "shop/cart.py").chmod(0o750)
    return folder


def look(root: Path) -> Callable[[str], Any]:
    return Files(root, (), Rules([root], gitignore=False)).current


def proposed(root: Path) -> tuple[Change, ...]:
    """A file edited, one with a byte order mark, one moved and edited, one deleted, one made."""
    files = Files(root, (), Rules([root], gitignore=False))

    def of(path: str, after: str | None, moved_to: str = "") -> Change:
        document = files.current(path)
        assert not isinstance(document, Problem)
        return Change(path, document, after, moved_to)

    return (
        of("shop/cart.py", "class Basket:\r\n    pass\r\n"),
        of("shop/price.py", "PRICE = 2\n"),
        of("shop/old.py", "NEW = 1", "shop/fresh/new.py"),
        of("shop/gone.py", None),
        Change("shop/deep/er/fresh.py", None, "FRESH = 1\n"),
    )


def on_disk(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def folders(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


def bring_back(root: Path, entry: undo.Entry) -> None:
    changes = undo.back(entry, look(root))
    assert not isinstance(changes, Problem), changes
    writing.rewrite(root, changes, marked=entry.marked)


def test_everything_is_written_and_everything_comes_back(root: Path) -> None:
    before = on_disk(root)
    entry = writing.write(root, "Rename Cart", proposed(root))
    assert on_disk(root) == AFTER
    assert entry.complete
    assert undo.entries(root) == [entry]
    if os.name == "posix":
        assert stat.S_IMODE((root / "shop/cart.py").stat().st_mode) == 0o750
        assert stat.S_IMODE(entry.where.stat().st_mode) == 0o600
        assert stat.S_IMODE(entry.where.parent.stat().st_mode) == 0o700
    bring_back(root, entry)
    assert on_disk(root) == before


def test_undoing_twice_does_nothing(root: Path) -> None:
    entry = writing.write(root, "t", proposed(root))
    bring_back(root, entry)
    assert undo.back(entry, look(root)) == ()


def test_a_byte_order_mark_of_a_deleted_file_comes_back(root: Path) -> None:
    document = look(root)("shop/price.py")
    before = on_disk(root)
    entry = writing.write(root, "t", [Change("shop/price.py", document, None)])
    bring_back(root, entry)
    assert on_disk(root) == before


def test_a_file_that_was_changed_since_is_not_undone_and_nor_is_any_other(root: Path) -> None:
    entry = writing.write(root, "t", proposed(root))
    (root / "shop/cart.py").write_bytes(b"class Mine: pass\n")
    problem = undo.back(entry, look(root))
    assert isinstance(problem, Problem)
    assert (problem.refusal, problem.path) == (Refusal.STALE, "shop/cart.py")


@pytest.mark.parametrize("path", ["shop/cart.py", "shop/old.py", "shop/gone.py"])
def test_what_was_changed_between_reading_and_writing_is_refused(root: Path, path: str) -> None:
    changes = proposed(root)
    (root / path).write_bytes(b"mine\n")
    before = on_disk(root)
    with pytest.raises(writing.NotWritten, match=path):
        writing.write(root, "t", changes)
    assert on_disk(root) == before
    assert undo.entries(root) == []
    problem = follow_all(changes, look(root))
    assert isinstance(problem, Problem)
    assert problem.path == path


@pytest.mark.parametrize("path", ["shop/fresh/new.py", "shop/deep/er/fresh.py"])
def test_a_path_that_is_taken_by_now_is_refused(root: Path, path: str) -> None:
    changes = proposed(root)
    (root / path).parent.mkdir(parents=True)
    (root / path).write_bytes(b"mine\n")
    before = on_disk(root)
    with pytest.raises(writing.NotWritten):
        writing.write(root, "t", changes)
    assert on_disk(root) == before
    problem = follow_all(changes, look(root))
    assert isinstance(problem, Problem)
    assert (problem.refusal, problem.path) == (Refusal.EXISTS, path)


def test_what_was_typed_elsewhere_in_a_file_meanwhile_stays(root: Path) -> None:
    path = root / "shop/cart.py"
    path.write_bytes(b"import a\r\n\r\n\r\nclass Cart:\r\n    pass\r\n")
    document = look(root)("shop/cart.py")
    change = Change("shop/cart.py", document, document.text.replace("Cart", "Basket"))
    path.write_bytes(b"import ab\r\n\r\n\r\nclass Cart:\r\n    pass\r\n")
    followed = follow_all([change], look(root))
    assert not isinstance(followed, Problem)
    writing.write(root, "t", followed)
    assert path.read_bytes() == b"import ab\r\n\r\n\r\nclass Basket:\r\n    pass\r\n"


def calls(root: Path, monkeypatch: pytest.MonkeyPatch, fail_at: int, error: BaseException) -> int:
    """Write with the nth call that changes the disk failing; return how many there were."""
    count = 0

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == fail_at:
                raise error
            return real(*args, **named)

        return call

    with monkeypatch.context() as patch:
        for name in ("replace", "unlink", "link", "fsync", "mkdir", "rename"):
            patch.setattr(os, name, failing(getattr(os, name)))
        writing.write(root, "t", proposed(root))
    return count


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["disk full", "interrupted"])
def test_wherever_it_fails_every_byte_and_folder_is_as_before_or_all_is_done(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    before, around = on_disk(root), folders(root)
    failed = 0
    for fail_at in range(1, 200):
        count = fail_at
        with contextlib.suppress(writing.NotWritten, KeyboardInterrupt):
            count = calls(root, monkeypatch, fail_at, error)
        if not undo.entries(root):
            failed += 1
            assert on_disk(root) == before, f"call {fail_at}"
            assert folders(root) == around, f"call {fail_at}"
        else:
            # Cleaning up may fail; what is left over is none of the project's files.
            left = {name: data for name, data in on_disk(root).items() if not name.endswith(writing.TEMPORARY)}
            assert left == AFTER, f"call {fail_at}"
            (entry,) = undo.entries(root)
            bring_back(root, entry)
            undo.forget(entry)
            writing.leftovers(root, entry)
            assert on_disk(root) == before
            for folder in sorted(folders(root) - around, reverse=True):
                (root / folder).rmdir()
            if count < fail_at:
                break
    assert failed > 15


KILLED = """
import os, sys
from pathlib import Path
from tests.engine.test_change_undo import proposed
from mai_lsp.engine.change import writing
count, stop = 0, int(sys.argv[2])
def failing(real):
    def call(*args, **named):
        global count
        count += 1
        if count == stop:
            os._exit(9)
        return real(*args, **named)
    return call
for name in ("replace", "unlink", "link"):
    setattr(os, name, failing(getattr(os, name)))
root = Path(sys.argv[1])
writing.write(root, "t", proposed(root))
"""


@pytest.mark.parametrize("stop", [3, 6, 8, 9, 10, 12, 13, 15])
def test_a_process_that_is_killed_leaves_a_way_back(root: Path, stop: int) -> None:
    before = on_disk(root)
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "server")])}
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), str(stop)], env=env, check=False)
    assert done.returncode == 9
    (entry,) = undo.entries(root)
    bring_back(root, entry)
    writing.leftovers(root, entry)
    assert on_disk(root) == before


def test_files_may_change_places(root: Path) -> None:
    changes = [
        Change("shop/old.py", look(root)("shop/old.py"), "OLD = 1", "shop/gone.py"),
        Change("shop/gone.py", look(root)("shop/gone.py"), "x = 1\n", "shop/old.py"),
    ]
    before = on_disk(root)
    entry = writing.write(root, "t", changes)
    assert (root / "shop/gone.py").read_bytes() == b"OLD = 1"
    assert (root / "shop/old.py").read_bytes() == b"x = 1\n"
    bring_back(root, entry)
    assert on_disk(root) == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights mean nothing to root")
def test_a_folder_that_can_not_be_written_to_leaves_all_as_it_is(root: Path) -> None:
    before = on_disk(root)
    (root / "shop").chmod(0o500)
    try:
        with pytest.raises(writing.NotWritten):
            writing.write(root, "t", proposed(root))
    finally:
        (root / "shop").chmod(0o700)
    assert on_disk(root) == before


def test_a_link_that_leads_out_is_not_written_through(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_bytes(b"OLD = 1")
    change = Change("shop/old.py", look(root)("shop/old.py"), "NEW = 1")
    (root / "shop/old.py").unlink()
    try:
        (root / "shop/old.py").symlink_to(outside)
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(writing.NotWritten, match="link"):
        writing.write(root, "t", [change])
    assert outside.read_bytes() == b"OLD = 1"


def test_entries_are_few_and_what_is_no_entry_is_ignored(root: Path) -> None:
    for number in range(undo.KEEP + 3):
        change = Change("a.py", open_document((root / "a.py").as_uri(), "python", None, "a"), f"{number}")
        undo.record(root, f"change {number}", [change], by="editor")
    found = undo.entries(root)
    assert len(found) == undo.KEEP
    assert found[0].title == f"change {undo.KEEP + 2}"
    found[0].where.write_bytes(b"{")
    found[1].where.write_bytes(b"[]")
    assert undo.entries(root) == found[2:]


def test_the_oldest_entries_of_all_folders_make_room(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = root / "other"
    change = Change("a.py", open_document("file:///a.py", "python", None, "a" * 1000), "b" * 1000)
    undo.record(other, "first", [change], by="editor")
    monkeypatch.setattr(undo, "KEEP_BYTES", 3000)
    undo.record(root, "second", [change], by="editor")
    assert undo.entries(other) == []
    assert [entry.title for entry in undo.entries(root)] == ["second"]
