"""What has become of accepted text some time later.

Pure: a mark moves along with the edits around it, and `share` compares what it covers by then with what was accepted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mai_lsp.core.text import Edit, Span, split_lines

MAX_CELLS = 250_000
"""Pairs of tokens to be compared at most, some 30 ms; longer texts are compared line by line."""

_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Accepted text and where it is now."""

    span: Span
    text: str
    """As it was accepted."""


def moved(mark: Mark, edit: Edit) -> Mark:
    """Take an edit, in the coordinates before it.

    One that reaches into the text, or over all of it, makes part of the text what it put there: a formatter replaces
    more than it changes.
    """
    start, end = mark.span.start, mark.span.end
    delta = len(edit.text) - len(edit.span)
    if edit.span.end <= start and not (edit.span.start < start == end == edit.span.end):
        return Mark(Span(start + delta, end + delta), mark.text)
    if edit.span.start >= end:
        return mark
    return Mark(Span(min(start, edit.span.start), max(end, edit.span.end) + delta), mark.text)


def share(accepted: str, now: str) -> float:
    """Return how much of `accepted` is still there in `now`, from 0 to 1; blanks do not count, order does.

    It is the longest common subsequence of words and symbols, each as heavy as it is long: one minus the part that an
    edit distance without substitutions would delete. What was added in between does not count against it.
    """
    if accepted in now:
        return 1.0
    before, after = _TOKEN.findall(accepted), _TOKEN.findall(now)
    if not before:
        return 1.0 if not accepted.strip() and now else 0.0
    if len(before) * len(after) > MAX_CELLS:
        before, after = (_lines(text) for text in (accepted, now))
    return _common(before, after) / sum(map(len, before))


def _lines(text: str) -> list[str]:
    """Return lines without blanks, at most as many as can be compared."""
    lines = ["".join(line.split()) for line in split_lines(text)]
    return [line for line in lines if line][:500]


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """Return the weight of the heaviest common subsequence."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    best = [0] * (len(after) - start + 1)
    for token in before[start:]:
        diagonal = 0
        for index, other in enumerate(after[start:], 1):
            above = best[index]
            if token == other:
                best[index] = diagonal + len(token)
            elif best[index - 1] > above:
                best[index] = best[index - 1]
            diagonal = above
    return sum(map(len, before[:start])) + best[-1]
