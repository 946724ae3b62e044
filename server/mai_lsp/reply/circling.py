"""Notices a long answer that has begun to go round in circles, as small models do until their limit ends it.

It is for code and prose that is waited for as a whole; completions have a stricter eye (`reply.repeat`).
"""

from __future__ import annotations

LEAST = 1_500
"""Characters that the same must go on for; nothing that somebody would write repeats itself for so long."""

TIMES = 4
"""How often a longer piece must stand there in a row."""

LONGEST = 2_000
"""Characters of a piece that is looked for."""

_PROBE = 80
_WORDS = 0.25
"""Share of a piece that must be letters: rows of a table of numbers may well be alike."""


def circling(text: str) -> int | None:
    """Return where in `text` the repetition begins, behind the piece's first copy; None if it does not end in one."""
    if len(text) < LEAST:
        return None
    probe = text[-_PROBE:]
    before = text.rfind(probe, max(0, len(text) - _PROBE - LONGEST), len(text) - 1)
    if before < 0:
        return None
    size = len(text) - _PROBE - before
    long = max(LEAST, TIMES * size)
    if len(text) < long or text[-long:-size] != text[-long + size :]:
        return None
    if sum(map(str.isalpha, text[-size:])) < _WORDS * size:
        return None
    start = len(text) - long
    while start and text[start - 1] == text[start - 1 + size]:
        start -= 1
    return start + size
