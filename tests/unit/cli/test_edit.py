"""How `mai-lsp edit` reads the place it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from mai_lsp.cli.edit import BadPlace, Place, parse, span_of
from mai_lsp.core.text import open_document


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("src/a.py", 0, 0), ("src/a.py:12", 12, 12), ("src/a.py:12-30", 12, 30)],
)
def test_lines_stand_behind_the_file(text: str, first: int, last: int) -> None:
    assert parse(text) == Place(Path.cwd() / "src/a.py", first, last)


@pytest.mark.parametrize("text", ["src/a.py:x", "src/a.py:1-", "C:", "a:b"])
def test_what_are_no_lines_belongs_to_the_name(text: str) -> None:
    assert parse(text) == Place(Path(text).absolute())


def test_a_file_whose_name_looks_like_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        (tmp_path / "a:3").write_text("x\n")
    except OSError:
        pytest.skip("no such names here")
    assert parse("a:3") == Place(tmp_path / "a:3")


def test_lines_are_whole_and_without_the_last_lines_end() -> None:
    document = open_document("file:///a.py", "python", None, "one\r\ntwo\r\nthree\r\n")
    assert document.slice(span_of(document, Place(Path("a.py"), 2, 3))) == "two\r\nthree"
    assert document.slice(span_of(document, Place(Path("a.py")))) == document.text


@pytest.mark.parametrize(("first", "last"), [(5, 5), (3, 2), (1, 9)])
def test_lines_that_are_not_there_are_refused(first: int, last: int) -> None:
    document = open_document("file:///a.py", "python", None, "one\ntwo\nthree\n")
    with pytest.raises(BadPlace, match="no lines"):
        span_of(document, Place(Path("a.py"), first, last))
