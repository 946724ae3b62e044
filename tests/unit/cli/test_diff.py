"""Diffs as git takes them, whatever the files' ends and line ends, and harmless to a terminal."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.cli import diff
from mai_lsp.core.change import Change
from mai_lsp.core.text import open_document


def change(path: str, before: str | None, after: str | None, moved_to: str = "") -> Change:
    document = open_document(f"file:///w/{path}", "python", None, before) if before is not None else None
    return Change(path, document, after, moved_to)


def test_one_changed_line_is_shown_with_what_stands_around_it() -> None:
    old = "".join(f"{n}\n" for n in range(1, 10))
    assert diff.plain([change("a.py", old, old.replace("5", "five"))]) == (
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
    )


def test_a_missing_line_end_is_told_as_git_does() -> None:
    told = diff.plain([change("a.py", "a", "a\n")])
    assert told.endswith("-a\n\\ No newline at end of file\n+a\n")


def test_what_could_steer_a_terminal_only_shows_itself() -> None:
    told = diff.plain([change("a.py", "x\n", "\x1b[31mx\u202e\rx\n")])
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\r" not in told
    assert "+\u241b[31mx\ufffd\u240dx\n" in told


CHANGES = (
    change("edited.py", "a\r\nb\r\nc", "a\r\nB\r\nc"),
    change("ended.py", "a\nb", "a\nb\n"),
    change("emptied.py", "a\n", ""),
    change("new.py", None, "n = 1\n"),
    change("gone.py", "g = 1\n", None),
    change("old.py", "o = 1\np = 1\n", "o = 2\np = 1\n", "sub/moved.py"),
)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_git_makes_of_the_files_just_what_is_proposed(tmp_path: Path) -> None:
    for one in CHANGES:
        if one.before is not None:
            (tmp_path / one.path).write_bytes(one.before.text.encode())
    git_apply(tmp_path, CHANGES)
    found = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.py")}
    assert found == {one.moved_to or one.path: one.after.encode() for one in CHANGES if one.after is not None}


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
@given(st.text("ab\n\r +-", max_size=30), st.text("ab\n\r +-", max_size=30))
def test_any_two_texts_become_each_other(before: str, after: str) -> None:
    if before == after or "\r" in (before + after).replace("\r\n", ""):
        return  # A carriage return within a line is made visible, so such a diff is only for reading.
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.py"
        path.write_bytes(before.encode())
        git_apply(Path(folder), [change("a.py", before, after)])
        assert path.read_bytes() == after.encode()


def git_apply(folder: Path, changes: list[Change] | tuple[Change, ...]) -> None:
    told = diff.plain(changes).encode()
    done = subprocess.run(
        ["git", "apply", "--unidiff-zero", "--whitespace=nowarn", "-"],
        cwd=folder,
        input=told,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stderr, told)


def test_colours_are_only_colours() -> None:
    plain = diff.plain(CHANGES).replace("\r", "")
    assert diff.draw(CHANGES).plain == plain
