"""Calls of the function being written, from files that know it: how it is used says what it must do.

It looks only into parts that the index says use the name, and gives whole lines as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mai_lsp.context.place import Place
from mai_lsp.context.resolve import Files
from mai_lsp.core import tokens
from mai_lsp.core.snippet import Kind, Snippet

FILES = 2
"""Files shown."""

CALLS = 1
"""Calls shown of one file."""

LINE_CHARACTERS = 160
"""A longer line says more of other things."""

SHARE = 0.05
"""Part of the room for other files that calls may take."""


def callers(place: Place, files: Files, budget: int) -> tuple[Snippet, ...]:
    """Return calls of the function around the cursor within `budget` tokens, in the order of their files' paths."""
    if not place.function:
        return ()
    called = re.compile(rf"^.*(?<![\w.]def )(?<!func )(?<!fn )\b{re.escape(place.function)}\s*[(<!].*$", re.MULTILINE)
    found: dict[str, list[tuple[int, str]]] = {}
    for path, start, line in _calls(place, files, called):
        if path in found or len(found) < FILES:
            found.setdefault(path, []).append((start, line))
    snippets = []
    left = budget
    for path in sorted(found):
        lines = found[path][:CALLS]
        text = "\n".join(line for _, line in lines)
        size = tokens.estimate(f"{path}\n{text}\n") + 2
        if size <= left:
            left -= size
            snippets.append(Snippet(Kind.CALLER, path, text, lines[0][0], size, place.function))
    return tuple(snippets)


def _calls(place: Place, files: Files, called: re.Pattern[str]) -> Iterator[tuple[str, int, str]]:
    """Yield path, offset and text of lines that call the function, the nearest files first."""
    for number in place.parts.users(place.function):
        file, part = place.parts.at(number)
        for found in called.finditer(files.source(file), part.start, part.end):
            line = found[0].strip()
            if len(line) <= LINE_CHARACTERS and not line.startswith(_COMMENTS):
                yield file.path, found.start(), line


_COMMENTS = ("#", "//", "/*", "*", "--")
