"""New lines at the depth at which their neighbours stand; never a guessed one."""

from __future__ import annotations

import pytest

from mai_lsp.reply.edits.indent import learn, moved


@pytest.mark.parametrize(
    ("known", "line", "expected"),
    [
        ({"": "    "}, "x", "    x"),
        ({"": "    "}, "    x", "        x"),
        ({"        ": "    "}, "            x", "        x"),
        ({"        ": "    "}, "    x", "x"),
        ({"": "\t", "    ": "\t\t"}, "        x", "\t\t\tx"),
        ({"    ": "\t"}, "        x", "\t\tx"),
        ({"": "\t"}, "    x", "\t\tx"),
        ({"\t": "    ", "\t\t": "        "}, "\t\t\tx", "            x"),
        ({"  ": "    ", "    ": "        "}, "      x", "            x"),
        ({"    ": "    "}, "      x", "      x"),
        ({"\t": "\t\t"}, "\t  x", "\t\t  x"),
    ],
)
def test_lines_are_moved_as_their_neighbours_say(known: dict[str, str], line: str, expected: str) -> None:
    assert moved([line], known) == [expected]


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({"        ": "    "}, "\tx"),
        ({"    ": ""}, "x"),
        ({"    ": "\t", "        ": "\t\t"}, "      x"),
    ],
)
def test_what_can_not_be_told_is_refused(known: dict[str, str], line: str) -> None:
    assert moved([line], known) is None


def test_one_depth_of_the_models_can_not_be_two_of_the_files() -> None:
    assert learn([("x", "  a"), ("y", "    b")]) is None
    assert learn([("x", "  a"), ("", ""), ("y", "  b")]) == {"": "  "}
