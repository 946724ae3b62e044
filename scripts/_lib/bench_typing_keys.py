"""Generated human typing: which keys somebody presses to write a text, and how long before each.

Seeded and pure. The figures are those of large studies of transcription (Dhakal et al., CHI 2018: 240 ms between keys
on average, six of a hundred keys correct something) with the longer stops before words and lines that composing has.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import NamedTuple

IN_WORD = (0.150, 0.45)
WORD_START = (0.230, 0.60)
LINE_START = (0.600, 0.90)
THOUGHT = (1.500, 0.60)
"""Median in seconds and sigma of the lognormal gaps: inside a word, before one, behind Enter, and when stopping to
think, which happens before `THOUGHTS` of the words."""

THOUGHTS = 0.04
SLIP = 0.02
"""Share of letters that are mistyped first."""

NOTICED = (0, 1, 2, 3)
"""Keys that are pressed on until a slip is noticed."""

NOTICING = (0.350, 0.40)
"""Gap before the first Backspace."""


class Key(NamedTuple):
    """One key."""

    wait: float
    """Seconds since the key before."""
    insert: str = ""
    """What comes into the text; Enter brings the next line's indentation along, as editors do."""
    delete: int = 0
    """Characters that are taken away before the cursor."""


def keys(text: str, seed: str) -> Iterator[Key]:
    """Yield the keys that write `text`; what they come to is exactly that."""
    dice = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    at = 0
    while at < len(text):
        if text[at].isalpha() and dice.random() < SLIP:
            wrong = dice.choice([char for char in "etaoinsrhldcumfpgwybv" if char != text[at].lower()])
            yield Key(_gap(text, at, dice), wrong)
            on = at + 1
            for _ in range(dice.choice(NOTICED)):
                if on >= len(text) or text[on] == "\n":
                    break
                yield Key(_gap(text, on, dice), text[on])
                on += 1
            for number in range(on - at):
                yield Key(_drawn(NOTICING if number == 0 else IN_WORD, dice), "", 1)
            yield Key(_drawn(IN_WORD, dice), text[at])
            at += 1
            continue
        piece = text[at]
        if piece == "\n":
            rest = text[at + 1 :]
            piece += rest[: len(rest) - len(rest.lstrip(" \t"))]
        yield Key(_gap(text, at, dice), piece)
        at += len(piece)


def _gap(text: str, at: int, dice: random.Random) -> float:
    before, char = text[at - 1 : at], text[at]
    if not text[text.rfind("\n", 0, at) + 1 : at].strip():
        return _drawn(LINE_START, dice)
    if char.isalnum() and not (before.isalnum() or before == "_"):
        return _drawn(THOUGHT if dice.random() < THOUGHTS else WORD_START, dice)
    return _drawn(IN_WORD, dice)


def _drawn(kind: tuple[float, float], dice: random.Random) -> float:
    median, sigma = kind
    return median * math.exp(dice.gauss(0, sigma))
