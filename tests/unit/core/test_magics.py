"""What IPython adds to Python: which lines become comments for the grammar, and that nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.language import LANGUAGES
from mai_lsp.core.magics import foreign, hidden
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import line_starts
from tests.support.texts import texts

PYTHON = LANGUAGES["python"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("%matplotlib inline\nimport os", "#matplotlib inline\nimport os"),
        ("if deep:\n    !ls {folder}\n", "if deep:\n    #ls {folder}\n"),
        ("!pip install \\\n  pandas\nx = 1", "#pip install \\\n  #andas\nx = 1"),
        ("!pip install \\\r\n  pandas\r\nx = 1", "#pip install \\\r\n  #andas\r\nx = 1"),
        ("files = !ls -l", "files = 0#s -l"),
        ("first, rest = %sql select 1", "first, rest = 0#ql select 1"),
        ("?frame", "#frame"),
        ("frame.head??", "#rame.head??"),
        ("%time frame = load()", "1    ;frame = load()"),
        ("%timeit load()", "#timeit load()"),
        ("%%time\nframe = load()", "#%time\nframe = load()"),
        ("%cd é", "#cd é"),
    ],
)
def test_lines_for_ipython_are_comments(text: str, seen: str) -> None:
    assert hidden(text) == seen
    tree = parse(PYTHON, seen)
    assert tree is not None
    assert not tree.root.has_error


@pytest.mark.parametrize(
    "text",
    [
        "rest = a % b",
        "text = ('%s'\n    % name)",
        "same = (a\n    != b)",
        "x != y",
        "x: int = 1  # really?",
        "über?",  # its first character is longer than the mark, so it stays an error of one line
    ],
)
def test_python_stays_as_it_is(text: str) -> None:
    assert hidden(text) == text


LINES = ("%time x = 1", "!ls \\", "  more", "x = !é", "a?", "é?", "%%time", "def f():", "    return 1 % 2", "'''", "")


@given(st.one_of(texts(), st.lists(st.sampled_from(LINES)).map("\n".join)))
def test_length_and_lines_are_kept_in_characters_and_bytes(text: str) -> None:
    seen = hidden(text)
    assert len(seen) == len(text)
    sizes = [[len(char.encode("utf-8", "surrogatepass")) for char in one] for one in (text, seen)]
    assert sizes[0] == sizes[1]
    assert line_starts(seen) == line_starts(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("%%bash\nls", "shellscript"),
        ("\n%%sql\nselect 1", "sql"),
        ("%%writefile a.py\nx = 1", "plaintext"),
        ("%%time\nx = 1", ""),
        ("%time x = 1", ""),
        ("x = 1\n%%bash", ""),
        ("", ""),
    ],
)
def test_a_cell_magic_says_which_language_a_cell_is_in(text: str, language: str) -> None:
    assert foreign(text) == language
