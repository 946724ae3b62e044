"""What the scripted model of the typing bench says: the true continuation, or what follows a similar place of the file.

Seeded by the place, so that the same prompt always has the same answer, as at temperature 0. It knows nothing of who
asks: the place is found in the prompt alone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

TOKEN = 4
"""Characters of a streamed piece."""

TOKEN_SECONDS = 0.012
"""Seconds between two pieces: 80 tokens per second, what hosted small models stream at."""

SPREAD = 0.25
"""Sigma of the lognormal latency."""

LINES = 8
"""Lines that an answer goes on for."""

SIMILAR = 12
"""Characters before the cursor by which a similar place is looked for; the longest run found elsewhere counts."""

_BEFORE, _BEHIND = "Code before the cursor:\n<before>\n", "</before>"


@dataclass(frozen=True, slots=True)
class Script:
    """A file that is being written: what stood there, what is typed into it, and what follows."""

    language: str
    path: str
    head: str
    typed: str
    tail: str

    @property
    def whole(self) -> str:
        """The file as it will be."""
        return self.head + self.typed + self.tail


class Reply(NamedTuple):
    """One answer and when its pieces come."""

    text: str
    correct: bool
    latency: float
    """Seconds until the first piece."""

    def pieces(self) -> Iterator[str]:
        """Yield the text as it is streamed, `TOKEN_SECONDS` apart."""
        for at in range(0, len(self.text), TOKEN):
            yield self.text[at : at + TOKEN]


def reply_to(prompt: str, script: Script, *, latency: float, correct: float, seed: str) -> Reply:
    """Answer a user message: with probability `correct` what the user is going to write, after about `latency` s."""
    start = prompt.index(_BEFORE) + len(_BEFORE)
    before = prompt[start : prompt.index(_BEHIND, start)]
    dice = random.Random(f"{seed}/{before[-400:]}")  # noqa: S311 (repeatable, not secret)
    seconds = latency * math.exp(dice.gauss(0, SPREAD))
    at = place_in(before, script)
    right = dice.random() < correct and at is not None
    text = _lines(script.whole[at:]) if right and at is not None else _elsewhere(before, at, script, dice)
    line = before[before.rfind("\n") + 1 :]
    return Reply(f"```{script.language}\n{line}{text}\n```", right, seconds)


def place_in(before: str, script: Script) -> int | None:
    """Return the offset in the finished file that a prompt's text leads up to; None if it holds a slip."""
    whole = script.whole
    first, last = len(script.head), len(script.head) + len(script.typed)
    tail = before[-200:]
    bare = tail.rstrip(" \t")
    for wanted in (tail, bare) if bare.endswith("\n") else (tail,):
        at = whole.find(wanted, max(0, first - len(wanted)))
        while at >= 0 and at + len(wanted) <= last + 1:
            end = at + len(wanted)
            if first <= end:
                return end
            at = whole.find(wanted, at + 1)
    return None


def _lines(text: str) -> str:
    return "\n".join(text.split("\n")[:LINES]).rstrip("\n")


def _elsewhere(before: str, at: int | None, script: Script, dice: random.Random) -> str:
    """Return what follows another place that looks the same from the cursor back, and reads on otherwise."""
    whole = script.whole
    truth = whole[at : at + 12] if at is not None else None
    for length in range(SIMILAR, 0, -1):
        wanted = before[-length:]
        found = []
        place = whole.find(wanted)
        while place >= 0:
            end = place + len(wanted)
            if end != at and whole[end : end + 12] != truth and whole[end:].strip():
                found.append(end)
            place = whole.find(wanted, place + 1)
        if found:
            return _lines(whole[dice.choice(found) :])
    return "pass"


def user_message(body: Any) -> str:
    """Return the last message of a chat request."""
    return str(body["messages"][-1]["content"])
