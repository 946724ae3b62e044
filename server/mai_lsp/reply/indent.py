"""Gives a reply's lines the indentation of the place: the file's unit, and the depth of the cursor."""

from __future__ import annotations

import re
from itertools import pairwise

from mai_lsp.reply.place import Place, opens_block

TAB_COLUMNS = 4
"""Columns a tab stands for when spaces are turned into tabs and the reply's own unit is unknown."""


_INDENTED = re.compile(r"^ +\S", re.MULTILINE)


def refit(text: str, place: Place, shift: int | None) -> str:
    """Return `text` with its first line's own indentation dropped and the other lines moved along with it."""
    lines = text.split("\n")
    columns = _columns(lines) if place.tabs else TAB_COLUMNS
    lines = [_to_unit(line, place, columns) for line in lines]
    if place.chat and not place.tabs:
        lines = _to_step(lines, place, shift)
    if place.blank:
        lead = _lead(lines[0])
        lines[0] = lines[0][lead:]
        if shift is None:
            shift = len(place.indent) - lead
        if lead == 0 and place.chat and place.indent and _stays_left(lines[1:], len(place.indent)):
            shift = len(place.indent)
    elif shift is None and place.chat:
        shift = _guess(lines[1:], place)
    return "\n".join([lines[0], *(_move(line, shift or 0, place) for line in lines[1:])])


def margins(text: str, place: Place) -> list[int]:
    """Return the offsets behind which a line stands further left than all before it, so that `refit` may guess anew."""
    found: list[int] = []
    least: int | None = None
    at = text.find("\n") + 1
    for line in text[at:].split("\n") if at else ():
        if line.strip():
            lead = _lead(line)
            if least is not None and lead < min(least, len(place.indent)):
                found.append(at)
            least = lead if least is None else min(least, lead)
        at += len(line) + 1
    return found


def _to_step(lines: list[str], place: Place, shift: int | None) -> list[str]:
    """Give a reply that was indented by another number of columns per level the file's, if its margin says so, too.

    Only the step below a line that opens a block counts: continued lines are indented as people like.
    """
    if place.blank:
        margin = _lead(lines[0])
    elif shift is not None:
        margin = len(place.indent) - shift
    else:
        return lines
    headers = [line if place.blank or number else place.line_prefix + line for number, line in enumerate(lines)]
    leads = [_lead(line) if place.blank or number else margin for number, line in enumerate(lines)]
    step = next(
        (
            leads[number + 1] - leads[number]
            for number, line in enumerate(headers[:-1])
            if opens_block(line, place.language) and lines[number + 1].strip()
        ),
        place.unit,
    )
    if step == place.unit or step not in {2, 3, 4, 8} or margin * place.unit != len(place.indent) * step:
        return lines
    if not _INDENTED.search(place.before) and not _INDENTED.search(place.after):
        return lines  # Nothing shows what the file's own is.
    return [
        " " * (lead // step * place.unit + lead % step) + line[lead:] if line.strip() else line
        for line, lead in ((line, _lead(line)) for line in lines)
    ]


def _stays_left(lines: list[str], column: int) -> bool:
    """Whether some line stands left of `column`, so that the reply was written without the place's indentation."""
    return any(line.strip() and _lead(line) < column for line in lines)


def _guess(lines: list[str], place: Place) -> int:
    """Work out the shift of a reply that went on in the middle of a line: nothing shows where its margin is."""
    solid = [line for line in lines if line.strip()]
    if not solid:
        return 0
    least = min(_lead(line) for line in solid)
    here = len(place.indent)
    if least >= here:
        return 0
    wanted = here + place.unit if opens_block(place.line_prefix, place.language) and _lead(solid[0]) == least else here
    return wanted - least


def _move(line: str, shift: int, place: Place) -> str:
    if not line.strip():
        return ""
    lead = _lead(line)
    blank = "\t" if place.tabs else " "
    return blank * max(0, lead + shift) + line[lead:]


def _columns(lines: list[str]) -> int:
    """Return the columns of one level in a reply indented with spaces, by its first step, which later lines keep."""
    leads = [_lead(line) for line in lines if line.strip()]
    first = next((abs(b - a) for a, b in pairwise(leads) if a != b), TAB_COLUMNS)
    return first if first in {2, 3, 4, 8} else TAB_COLUMNS


def _to_unit(line: str, place: Place, columns: int) -> str:
    """Turn leading spaces into tabs, or tabs into spaces, where the file uses the other."""
    lead = line[: _lead(line)]
    if place.tabs and " " in lead:
        width = len(lead.expandtabs(columns))
        return "\t" * (width // columns) + " " * (width % columns) + line[len(lead) :]
    if not place.tabs and "\t" in lead:
        return lead.expandtabs(place.unit) + line[len(lead) :]
    return line


def _lead(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
