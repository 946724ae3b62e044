"""Paths as models write them: what a line names, which shown file is meant, and which lead out."""

from __future__ import annotations

import pytest

from mai_lsp.reply.edits.paths import leads_out, path_above, path_in, resolve

KNOWN = ("src/shop/cart.py", "src/bank/cart.py", "src/shop/item.py", "index.html", "My Notes.md")


@pytest.mark.parametrize(
    "line",
    [
        "src/shop/item.py",
        "`src/shop/item.py`",
        "**src/shop/item.py**",
        "**`src/shop/item.py`**:",
        "### src/shop/item.py",
        "### 2. File: `src/shop/item.py`",
        "# src/shop/item.py",
        "// src/shop/item.py",
        "/* src/shop/item.py */",
        "<!-- src/shop/item.py -->",
        "File: src/shop/item.py",
        "Filename: `src/shop/item.py`",
        "In `src/shop/item.py`:",
        "- src/shop/item.py (modified)",
        "./src/shop/item.py",
        "src\\shop\\item.py",
        "Now I change `src/shop/item.py` so that it counts.",
    ],
)
def test_a_line_names_its_path(line: str) -> None:
    assert path_in(line, KNOWN) == "src/shop/item.py"


@pytest.mark.parametrize("path", ["index.html", "format.py", "file.py", "path.ts", "in.c", "My Notes.md", "Makefile"])
def test_a_path_is_not_taken_for_the_word_before_it(path: str) -> None:
    assert path_in(path, KNOWN) == path
    assert path_in(f"`{path}`", KNOWN) == path


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Here is the change:",
        "def f(x):",
        "x = 1",
        "Done.",
        "...",
        "see https://example.org/a.py",
        "`a.py` or `b.py`?",
    ],
)
def test_other_lines_name_none(line: str) -> None:
    assert path_in(line, KNOWN) == ""


def test_a_line_that_is_a_path_goes_before_a_nearer_one_that_speaks_of_one() -> None:
    assert path_above(["src/shop/item.py", "as in `index.html`:"], KNOWN) == "src/shop/item.py"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("src/shop/cart.py", "src/shop/cart.py"),
        ("a/src/shop/cart.py", "src/shop/cart.py"),
        ("/src/shop/cart.py", "src/shop/cart.py"),
        ("item.py", "src/shop/item.py"),
        ("shop/cart.py", "src/shop/cart.py"),
        ("cart.py", "cart.py"),
        ("tests/index.html", "tests/index.html"),
        ("/etc/index.html", "/etc/index.html"),
        ("../index.html", "../index.html"),
    ],
)
def test_one_shown_file_is_meant_or_none(written: str, meant: str) -> None:
    assert resolve(written, KNOWN) == meant


def test_a_new_file_is_never_taken_for_a_shown_one_in_another_folder() -> None:
    assert resolve("item.py", KNOWN, shortened=False) == "item.py"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "~/.bashrc",
        "../x",
        "a/../../x",
        "C:/x",
        "a//b",
        "a/./b",
        ".git/config",
        "a/.GIT/hooks/x",
        "a\0b",
    ],
)
def test_paths_that_lead_out(path: str) -> None:
    assert leads_out(path)


@pytest.mark.parametrize("path", ["a.py", "src/a.py", ".github/a.yml", ".env", "a..b/c", "git/a"])
def test_paths_that_do_not(path: str) -> None:
    assert not leads_out(path)
