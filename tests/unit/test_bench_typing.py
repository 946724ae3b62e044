"""The typing bench measures what it says: keys that write the text, a model as right as told, what a screen shows."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.text import Document, Edit

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from _lib.bench_typing_client import Baseline, Screen, Show, write
from _lib.bench_typing_keys import keys
from _lib.bench_typing_model import Script, place_in, reply_to
from _lib.bench_typing_soak import Counting
from tests.support.timed_model import TimedModel
from tests.support.virtual_time import run

BODY = "".join(f"    value_{n} = compute(value_{n - 1}, {n})\n" for n in range(1, 30))
SCRIPT = Script("python", "a.py", "def work(value_0):\n", BODY, "\n\ndef rest():\n    return 1\n")


@given(st.text(alphabet="ab (\n\t", max_size=60), st.integers())
def test_the_keys_write_the_text(text: str, seed: int) -> None:
    written = ""
    for key in keys(text, str(seed)):
        assert key.wait > 0
        written = written[: len(written) - key.delete] + key.insert
    assert written == text


def test_people_type_about_four_keys_a_second_and_make_slips() -> None:
    pressed = list(keys(BODY, "1"))
    assert 0.15 < sum(key.wait for key in pressed) / len(pressed) < 0.4
    assert 0.01 < sum(bool(key.delete) for key in pressed) / len(pressed) < 0.12


def prompt(before: str) -> str:
    return (
        f"Code after the cursor:\n<after>\n</after>\n\nCode before the cursor:\n<before>\n{before}</before>\n\nGo on."
    )


@pytest.mark.parametrize("typed", [0, 4, 30, 200, len(BODY)])
def test_the_place_is_found_in_the_prompt(typed: int) -> None:
    before = SCRIPT.head + BODY[:typed]
    assert place_in(before, SCRIPT) == len(before)
    assert place_in(before + "§", SCRIPT) is None


def test_answers_are_right_as_often_as_told_and_the_same_for_the_same_prompt() -> None:
    right = 0
    for typed in range(400):
        before = SCRIPT.head + BODY[:typed]
        reply = reply_to(prompt(before), SCRIPT, latency=0.8, correct=0.6, seed="1")
        assert reply == reply_to(prompt(before), SCRIPT, latency=0.8, correct=0.6, seed="1")
        line = before[before.rfind("\n") + 1 :]
        text = reply.text.removeprefix(f"```python\n{line}").removesuffix("\n```")
        assert SCRIPT.whole.startswith(text, len(before)) == reply.correct
        assert "".join(reply.pieces()) == reply.text
        right += reply.correct
    assert 0.5 < right / 400 < 0.7


def test_a_suggestion_is_on_the_screen_until_it_is_contradicted_or_used_up() -> None:
    screen = Screen()
    assert screen.rest("x = ", 4) is None
    screen.put(4, "foo()")
    assert screen.rest("x = fo", 6) == "o()"
    assert screen.rest("x = fx", 6) is None
    assert screen.rest("x = fo", 6) is None


class Oracle:
    """A policy that always shows the truth at once, or always something else."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._show: Show | None = None

    async def open(self, document: Document, show: Show) -> None:
        self._show = show

    def key(self, document: Document, cursor: int, edit: Edit) -> None:
        assert self._show is not None
        self._show(document, cursor, self._text or SCRIPT.whole[cursor : cursor + 20])

    async def close(self) -> None:
        await asyncio.sleep(0)


def test_what_is_right_and_wrong_on_the_screen() -> None:
    seen = run(write(SCRIPT, Oracle(""), "1", seconds=60))
    assert seen.right > 0.8 * seen.keys
    assert seen.wrong < 0.1 * seen.keys  # Behind a slip nothing is right.
    seen = run(write(SCRIPT, Oracle("§"), "1", seconds=60))
    assert (seen.right, seen.wrong) == (0, seen.keys - 1)


def test_the_others_ask_at_pauses_and_show_what_comes_in_time() -> None:
    model = TimedModel(lambda _: [(0.3, "    value_1 = compute(value_0, 1)\n")])
    seen = run(write(SCRIPT, Baseline(model, pause=0.35), "1", seconds=60))
    assert 0 < len(model.asked) < seen.keys / 4
    assert model.open == 0


def test_the_soak_counts_requests_in_any_minute() -> None:
    counting = Counting()
    counting.at = [0.0, 30.0, 59.0, 61.0, 89.0, 200.0]
    assert counting.most_in_a_minute() == 4
    counting.at = [0.0, 60.0, 120.0]
    assert counting.most_in_a_minute() == 1
