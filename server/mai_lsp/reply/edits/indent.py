"""Moves new lines to the depth at which their neighbours really stand: told from lines that both sides have.

Returns None where the neighbours contradict each other; a depth is never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations

STEPS = (2, 3, 4, 8)
"""How many blanks a step may be where nothing else tells."""


def lead(line: str) -> str:
    """Return the blanks and tabs that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def learn(pairs: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """Return which indentation of the model's is which of the file's, from (model's line, file's line).

    None if one of the model's would have to be two of the file's.
    """
    known: dict[str, str] = {}
    for model, true in pairs:
        if model.strip() and known.setdefault(lead(model), lead(true)) != lead(true):
            return None
    return known


def moved(lines: Sequence[str], known: Mapping[str, str]) -> list[str] | None:
    """Return lines with their indentation moved as `known` says; None where that can not be told."""
    if all(one == other for one, other in known.items()):
        return list(lines)
    widths = [len(lead(line)) for line in lines if lead(line)]
    steps = _steps(known, min(widths, default=0))
    found = []
    for line in lines:
        if not line.strip():
            found.append(line)
            continue
        blanks = lead(line)
        new = known.get(blanks)
        if new is None and steps is not None:
            new = _extended(blanks, known, steps)
        if new is None:
            return None
        found.append(new + line[len(blanks) :])
    return found


_Steps = Mapping[str, tuple[Fraction, str]]
"""How many of the file's characters, and which, one blank or tab of the model's is; others stay as they are."""


def _steps(known: Mapping[str, str], width: int) -> _Steps | None:
    """Work out what one more step is from each two known depths; None where they contradict each other.

    Where only one depth is known, a file with tabs tells by that one, or by the new lines' own smallest `width`.
    """
    found: dict[str, tuple[Fraction, str]] = {}
    for low, high in permutations(known, 2):
        if high.startswith(low) and known[high].startswith(known[low]):
            more, true = high[len(low) :], known[high][len(known[low]) :]
            if len(set(more)) == 1 and len(set(true)) == 1:
                step = (Fraction(len(true), len(more)), true[0])
                if found.setdefault(more[0], step) != step:
                    return None
    if found or len(known) > 1:
        return found
    ((model, true),) = known.items()
    if set(true) == {"\t"} and set(model) <= {" "}:
        if model and len(model) % len(true) == 0:
            return {" ": (Fraction(len(true), len(model)), "\t")}
        if not model and width in STEPS:
            return {" ": (Fraction(1, width), "\t")}
        return None
    return {}


def _converted(blanks: str, steps: _Steps) -> str | None:
    if len(set(blanks)) != 1 or blanks[0] not in steps:
        return blanks
    factor, mark = steps[blanks[0]]
    size = len(blanks) * factor
    return mark * int(size) if size.denominator == 1 else None


def _extended(blanks: str, known: Mapping[str, str], steps: _Steps) -> str | None:
    """Return the file's indentation for one that no known line has: from the nearest shallower one, else a deeper."""
    shallower = [one for one in known if blanks.startswith(one)]
    if shallower:
        nearest = max(shallower, key=len)
        more = _converted(blanks[len(nearest) :], steps)
        return None if more is None else known[nearest] + more
    deeper = [one for one in known if one.startswith(blanks)]
    if not deeper:
        return None
    nearest = min(deeper, key=len)
    less = _converted(nearest[len(blanks) :], steps)
    if less is None or not known[nearest].endswith(less):
        return None
    return known[nearest][: len(known[nearest]) - len(less)]
