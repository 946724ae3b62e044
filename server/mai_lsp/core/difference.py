"""The one edit that makes a text of another, for clients that send whole texts.

It finds no more than the common beginning and end: it is no diff.
"""

from __future__ import annotations

from mai_lsp.core.text import Edit, Span


def difference(before: str, after: str) -> Edit:
    """Return the smallest single edit that turns `before` into `after`; the common beginning is taken first."""
    shorter = min(len(before), len(after))
    start = _common(before, after, shorter)
    end = _common_end(before, after, shorter - start)
    return Edit(Span(start, len(before) - end), after[start : len(after) - end])


def _common(before: str, after: str, most: int) -> int:
    """Count the characters that are alike at the beginning, by halving: comparing slices beats any loop."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(before: str, after: str, most: int) -> int:
    """Count the characters that are alike at the end."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if before[len(before) - middle : len(before) - low] == after[len(after) - middle : len(after) - low]:
            low = middle
        else:
            high = middle - 1
    return low
