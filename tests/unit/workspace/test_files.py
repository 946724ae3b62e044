"""The walk over a workspace: what is found, in which order, and what never is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mai_lsp.workspace.files import walk
from mai_lsp.workspace.ignore import Rules


def make(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def found(root: Path, *folders: Path, max_bytes: int = 1_000) -> list[str]:
    tops = list(folders) or [root]
    return [one.path.relative_to(root).as_posix() for one in walk(tops, Rules(tops), max_bytes=max_bytes)]


def test_it_goes_in_the_order_of_names(tmp_path: Path) -> None:
    make(tmp_path, {"b/z.py": b"", "b/a.py": b"", "a.py": b"x", "c.py": b"", "B/q.py": b""})
    assert found(tmp_path) == ["a.py", "c.py", "B/q.py", "b/a.py", "b/z.py"]
    assert found(tmp_path) == found(tmp_path)


def test_ignored_and_large_files_are_left_out(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "a.py": b"a" * 1000,
            "large.py": b"a" * 1001,
            ".gitignore": b"out/\n",
            "out/a.py": b"",
            ".maiignore": b"*.log\n",
            "deep/a.log": b"",
            ".env": b"",
            ".git/config": b"",
        },
    )
    assert found(tmp_path) == [".gitignore", ".maiignore", "a.py"]


def test_only_wanted_names_are_given_with_time_and_size(tmp_path: Path) -> None:
    make(tmp_path, {"a.py": b"xy", "b.txt": b"", "deep/c.py": b""})
    seen = list(walk([tmp_path], Rules([tmp_path]), wanted=lambda name: name.endswith(".py")))
    assert [one.path.name for one in seen] == ["a.py", "c.py"]
    status = (tmp_path / "a.py").stat()
    assert seen[0][1:] == (status.st_mtime_ns, status.st_size)


def test_a_folder_in_another_is_walked_once(tmp_path: Path) -> None:
    make(tmp_path, {"a/b/c.py": b"", "d/e.py": b""})
    tops = [tmp_path / "d", tmp_path / "a" / "b", tmp_path / "a", tmp_path / "a"]
    assert found(tmp_path, *tops) == ["d/e.py", "a/b/c.py"]


def test_folders_that_are_gone_are_no_trouble(tmp_path: Path) -> None:
    assert found(tmp_path, tmp_path / "gone") == []


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path, {"w/a.py": b"", "w/src/b.py": b"", "else/c.py": b""})
    (tmp_path / "w" / "circle").symlink_to(tmp_path / "w")
    (tmp_path / "w" / "outer").symlink_to(tmp_path / "else")
    (tmp_path / "w" / "c.py").symlink_to(tmp_path / "else" / "c.py")
    (tmp_path / "alias").symlink_to(tmp_path / "w")
    assert found(tmp_path, tmp_path / "w") == ["w/a.py", "w/src/b.py"]
    assert found(tmp_path, tmp_path / "alias") == ["alias/a.py", "alias/src/b.py"]
