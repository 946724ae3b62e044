"""The lines by which a reply deletes and moves files in formats that have no words for it.

    DELETE src/old.py
    MOVE src/a.py TO src/b.py

Each on a line of its own, in a fence or not (``*** Delete File: path`` and ``*** Move File: path -> path`` mean the
same). An edit of a moved file may name either path. Nothing is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from mai_lsp.reply.edits.paths import clean, path_in, resolve
from mai_lsp.reply.edits.wanted import Delete, Move

_DELETE = re.compile(
    r"^[ \t]*(?:[-*] )?`?(?:\*\*\* (?:Delete|Remove) File|DELETE(?: FILE)?):? +(?P<path>\S.*?)`?[ \t]*$"
)
_MOVE = re.compile(
    r"^[ \t]*(?:[-*] )?`?(?:\*\*\* (?:Move|Rename) File|(?:MOVE|RENAME)(?: FILE)?):? +(?P<path>\S.*?) +(?:TO|to|->|→) +"
    r"(?P<to>\S.*?)`?[ \t]*$"
)


def resource_in(line: str, known: Collection[str]) -> Delete | Move | None:
    """Return what a line says is to become of a file; None for any other line."""
    if (moved := _MOVE.match(line)) and _are_paths(known, moved["path"], moved["to"]):
        return Move(resolve(clean(moved["path"]), known), clean(moved["to"]))
    if (deleted := _DELETE.match(line)) and _are_paths(known, deleted["path"]):
        return Delete(resolve(clean(deleted["path"]), known))
    return None


def _are_paths(known: Collection[str], *paths: str) -> bool:
    return all(path_in(path, known) for path in paths)
