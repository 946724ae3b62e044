"""Reading the one file: encodings, languages, the project it belongs to."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from mai_lsp.cli.source import BadSource, open_file, open_stdin, project_root


def test_a_file_is_opened_with_its_language_and_tree(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    opened = open_file(str(tmp_path / "a.py"), "")
    assert opened.document.language == "python"
    assert opened.document.syntax is not None
    assert opened.latest(opened.document.uri) is opened.document
    assert opened.latest("file:///else") is None


def test_the_language_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("", encoding="utf-8")
    assert open_file(str(tmp_path / "script"), "py").document.language == "python"


def test_the_model_is_told_the_path_inside_the_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("", encoding="utf-8")
    opened = open_file(str(tmp_path / "src" / "a.py"), "")
    assert opened.display_path(opened.document.uri) == "src/a.py"


def test_without_a_project_the_model_is_told_the_name_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("", encoding="utf-8")
    opened = open_file(str(tmp_path / "a.py"), "")
    assert opened.display_path(opened.document.uri) == "a.py"


def test_line_ends_stay_as_they_are_and_a_byte_order_mark_is_no_column(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfx = 1\r\ny\r")
    assert open_file(str(tmp_path / "a.py"), "").document.text == "x = 1\r\ny\r"


def test_another_encoding_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("x = 1\ns = 'ä'\n".encode("latin-1"))
    with pytest.raises(BadSource, match=r"not UTF-8 \(line 2, byte 11\)"):
        open_file(str(tmp_path / "a.py"), "")


def test_a_missing_file_is_said_with_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSource) as caught:
        open_file("no.py", "")
    assert "no file no.py" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="is a folder"):
        open_file(str(tmp_path), "")


def test_standard_input_needs_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSource, match="--language"):
        open_stdin("")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("s = 'ä'\n".encode())))
    opened = open_stdin("python")
    assert opened.document.text == "s = 'ä'\n"
    assert opened.display_path(opened.document.uri) == "untitled.py"


def test_a_project_ends_at_its_nearest_mark(tmp_path: Path) -> None:
    outer, inner = tmp_path / "outer", tmp_path / "outer" / "inner"
    (inner / "deep").mkdir(parents=True)
    (outer / ".mai.toml").write_text("", encoding="utf-8")
    assert project_root(inner / "deep") == outer
    (inner / ".git").mkdir()
    assert project_root(inner / "deep") == inner
