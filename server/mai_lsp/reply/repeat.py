"""Notices a model that got stuck and says the same thing over and over."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\w+|[^\w\s]")

_ENDS = " \t\n;,)]}\"'"
"""What closes a loop of words as well as a good statement, and would hide it."""

PATTERNS = ((1, 10), (10, 30), (20, 45), (30, 60))
"""(longest repeating pattern, tokens at the end that must follow it), as in Copilot's open source
(`repetitionFilter` in microsoft/vscode-copilot-chat): 1 token over 10, up to 10 over 30, 20 over 45, 30 over 60."""

SAME_LINES = 3
"""This often in a row the same line of code is a loop (Continue's filter has the same figure)."""


def is_stuck(text: str) -> bool:
    """Whether `text` ends in a repetition."""
    return _lines_repeat(text) or _tokens_repeat(text)


def _tokens_repeat(text: str) -> bool:
    tokens = _TOKEN.findall(text.rstrip(_ENDS))
    tokens.reverse()  # The repetition is at the end; reversed, it is a prefix that the failure function measures.
    for longest, window in PATTERNS:
        if len(tokens) >= window and 0 < _period(tokens[:window]) <= longest:
            # Punctuation alone repeats in tables, rulers and nested brackets.
            return any(token[0].isalnum() for token in tokens[:window])
    return False


def _period(tokens: list[str]) -> int:
    """Return the shortest period of the whole list (Knuth-Morris-Pratt failure function)."""
    failure = [0] * len(tokens)
    length = 0
    for index in range(1, len(tokens)):
        while length and tokens[index] != tokens[length]:
            length = failure[length - 1]
        if tokens[index] == tokens[length]:
            length += 1
        failure[index] = length
    return len(tokens) - failure[-1]


def _lines_repeat(text: str) -> bool:
    run = 1
    last = ""
    for raw in text.split("\n"):
        line = raw.strip()
        if not any(char.isalnum() for char in line):
            continue
        run = run + 1 if line == last else 1
        if run >= SAME_LINES:
            return True
        last = line
    return False
