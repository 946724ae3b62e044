"""An answer that goes round in circles is noticed, and nothing that somebody would write is taken for one."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

import mai_lsp
from mai_lsp.reply.circling import LEAST, LONGEST, circling

BEGINNING = "The function looks for a value in sorted numbers.\n\n"
PIECE = "If the array is empty, it does not work. If the array is not sorted, it does not work, either. "


@pytest.mark.parametrize("size", [1, 7, len(PIECE), 600])
def test_says_where_the_repetition_begins(size: int) -> None:
    piece = (PIECE * 8)[: size - 1] + "\n" if size != 1 else "a"
    piece = piece if size < 200 else "".join(Random(3).choices("abcdefgh ", k=size))
    text = BEGINNING + piece * (max(LEAST, 4 * size) // size + 2)
    end = circling(text)
    assert end is not None
    assert text[:end].startswith(BEGINNING)
    assert len(text[:end]) <= len(BEGINNING) + 2 * size
    assert circling(text[:end]) is None


def test_it_is_noticed_whatever_the_last_piece_was_cut_at() -> None:
    for cut in range(len(PIECE)):
        text = BEGINNING + PIECE * 30 + PIECE[:cut]
        end = circling(text)
        assert end is not None
        assert text[:end] == BEGINNING + PIECE


def test_a_piece_must_come_often_and_for_long() -> None:
    assert circling(BEGINNING + PIECE * (LEAST // len(PIECE) - 1)) is None
    long = "".join(Random(1).choices("abcdefgh ", k=900))
    assert circling(BEGINNING + long * 3) is None
    assert circling(BEGINNING + long * 4) is not None
    assert circling("".join(Random(1).choices("abcdefgh ", k=LONGEST + 100)) * 5) is None


def test_tables_of_numbers_are_not_circles() -> None:
    assert circling("rows = [\n" + "    [0, 0, 0, 0, 0, 0],\n" * 200) is None


def test_our_own_code_has_none_wherever_it_is_cut() -> None:
    for path in sorted(Path(mai_lsp.__file__).parent.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert all(circling(text[:end]) is None for end in range(LEAST, len(text), 375)), path
