"""Finds a suggestion that says what the file says already: below the cursor, or on the line above.

Exact repeats are cut while the reply streams (`overlap`); here is what differs by a typing error's worth.
"""

from __future__ import annotations

from mai_lsp.reply.place import Place

COMPARED_LINES = 3
TOLERATED = 0.05
"""A suggestion of several lines repeats the code below if its first three differ from it by no more than a twentieth of
their characters (Tabby, `clients/tabby-agent`: `dropDuplicated`, three lines, max(1, 5 %) edits)."""

LEAST_ABOVE = 8
"""Letters and digits a line must have before its repetition right below itself counts as one: `i++` may come twice."""


def repeats_below(text: str, place: Place) -> bool:
    """Whether the suggestion is what stands behind the cursor: exactly its next lines, or nearly its next three."""
    if place.line_suffix and text.strip() == place.line_suffix.strip():
        return True
    below = _solid(place.after.split("\n")[1:])
    ours = _solid((place.line_prefix + text).split("\n"))
    if not ours or not below or not any(char.isalnum() for char in "".join(ours)):
        return False
    if ours == below[: len(ours)]:
        return True
    if len(ours) == 1:
        return _letters(ours[0]) == _letters(below[0]) and len(_letters(ours[0])) >= LEAST_ABOVE
    mine, theirs = "\n".join(ours[:COMPARED_LINES]), "\n".join(below[: min(len(ours), COMPARED_LINES)])
    return within(mine, theirs, max(1, int(TOLERATED * len(theirs))))


def repeats_above(text: str, place: Place) -> bool:
    """Whether the suggestion is a single line and the line above it, word for word and equally deep."""
    if not place.blank or "\n" in text.strip("\n"):
        return False
    above = next((line for line in reversed(place.before.split("\n")[:-1]) if line.strip()), "")
    same = (place.indent + text.strip()) == above.rstrip()
    return same and len(_letters(above)) >= LEAST_ABOVE


def within(one: str, other: str, most: int) -> bool:
    """Whether two texts are at most `most` edits of one character apart (Levenshtein, the diagonal band only)."""
    if abs(len(one) - len(other)) > most:
        return False
    far = most + 1
    row = {column: column for column in range(min(most, len(other)) + 1)}
    for line, char in enumerate(one, start=1):
        fresh: dict[int, int] = {}
        for column in range(max(0, line - most), min(len(other), line + most) + 1):
            if not column:
                fresh[0] = line
                continue
            change = row.get(column - 1, far) + (char != other[column - 1])
            fresh[column] = min(change, row.get(column, far) + 1, fresh.get(column - 1, far) + 1)
        if min(fresh.values(), default=far) > most:
            return False
        row = fresh
    return row.get(len(other), far) <= most


def _solid(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def _letters(line: str) -> str:
    """Return what of a line is not a matter of taste: no blanks, quotes, commas and semicolons."""
    return "".join(char for char in line if not char.isspace() and char not in "\"'`,;")
