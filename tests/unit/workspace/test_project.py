"""The project file is hostile input: it is read within limits, never raises, and is never quoted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mai_lsp.workspace.project import FILE_NAME, MAX_BYTES, read_project
from mai_lsp.workspace.uris import name_of, path_of


def project(folder: Path, content: bytes) -> list[Path]:
    (folder / FILE_NAME).write_bytes(content)
    return [folder]


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert read_project([]) == ({}, [])
    assert read_project([tmp_path, tmp_path / "missing"]) == ({}, [])


@pytest.mark.parametrize(
    "content",
    [b"[completion]\nmaxLines = 3\n", b"[mai.completion]\nmaxLines = 3\n", b"\xef\xbb\xbfcompletion.maxLines = 3"],
)
def test_settings_are_read(tmp_path: Path, content: bytes) -> None:
    assert read_project(project(tmp_path, content)) == ({"completion": {"maxLines": 3}}, [])


def test_the_first_folder_with_a_file_counts(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in "abc")
    for folder in (first, second, third):
        folder.mkdir()
    project(second, b"a = 2")
    project(third, b"a = 3")
    assert read_project([first, second, third]) == ({"a": 2}, [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"planted = = 1", "not valid TOML (at line 1"),
        (b"\xff\xfe planted", "not UTF-8"),
        (b"# planted\n" * (MAX_BYTES // 8), "larger than"),
        (b"planted = " + b"[" * 5000, "not valid TOML"),
    ],
)
def test_a_broken_file_is_a_problem_that_does_not_quote_it(tmp_path: Path, content: bytes, words: str) -> None:
    layer, problems = read_project(project(tmp_path, content))
    assert layer == {}
    (problem,) = problems
    assert words in problem
    assert "planted" not in problem


def test_a_folder_of_that_name_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    assert "not a regular file" in read_project([tmp_path])[1][0]


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes need rights there")
def test_links_out_of_the_project_and_pipes_are_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "project"
    inside.mkdir()
    (tmp_path / "elsewhere").write_text("a = 1")
    (inside / FILE_NAME).symlink_to(tmp_path / "elsewhere")
    assert "points out of the project" in read_project([inside])[1][0]
    (inside / FILE_NAME).unlink()
    (inside / FILE_NAME).symlink_to(inside / "nowhere")
    assert len(read_project([inside])[1]) == 1
    (inside / FILE_NAME).unlink()
    os.mkfifo(inside / FILE_NAME)
    assert "not a regular file" in read_project([inside])[1][0]


@pytest.mark.skipif(sys.platform == "win32", reason="paths are written otherwise there")
@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b%20c.py", "/a/b c.py"),
        ("file://localhost/a", "/a"),
        ("FILE:///a", "/a"),
        ("file://server/share/a", None),
        ("untitled:Untitled-1", None),
        ("https://example.com/a", None),
        ("file:///a%00b", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_paths_of_uris(uri: str, path: str | None) -> None:
    assert path_of(uri) == (Path(path) if path else None)


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///a/b%20c.py", "b c.py"),
        ("vscode-vfs://github/x/y.ts?q#f", "y.ts"),
        ("untitled:Untitled-1", "untitled:Untitled-1"),
    ],
)
def test_names_of_uris(uri: str, name: str) -> None:
    assert name_of(uri) == name
