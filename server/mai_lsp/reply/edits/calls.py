"""Reads function calls with JSON arguments: those of `core.editformat`, and what models that learned others write.

Nothing is called, and no path judged.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from mai_lsp.reply.edits.paths import clean, resolve
from mai_lsp.reply.edits.wanted import Delete, Move, Problem, Reading, Refusal, Replace, Wanted, Write

_NAMES = {
    "replace_in_file": "replace",
    "str_replace": "replace",
    "edit_file": "replace",
    "search_replace": "replace",
    "create_file": "create",
    "write_file": "write",
    "delete_file": "delete",
    "move_file": "move",
    "remove_file": "delete",
    "rename_file": "move",
}
_FIELDS = {
    "path": ("path", "file_path", "filepath", "filename", "file", "from"),
    "search": ("search", "old_string", "old_str", "old"),
    "replace": ("replace", "new_string", "new_str", "new"),
    "text": ("text", "content", "contents", "file_text"),
    "to": ("to", "new_path", "destination"),
}
"""What models that learned other functions call them and their arguments."""


def read_calls(calls: Sequence[tuple[str, str]], known: Collection[str], *, finished: bool) -> Reading:
    """Read all calls of an answer."""
    wanted: list[Wanted] = []
    problems: list[Problem] = []
    for name, arguments in calls:
        one = _read(name, arguments, known)
        if isinstance(one, Problem):
            problems.append(one)
        else:
            wanted.append(one)
    if not finished:
        problems.insert(0, Problem(Refusal.TRUNCATED, "", "The answer stopped before its last call was complete."))
    return Reading(tuple(wanted), tuple(problems))


def _read(name: str, arguments: str, known: Collection[str]) -> Wanted | Problem:
    try:
        # Control characters are allowed: models write line ends into strings as they are.
        given = json.loads(arguments, strict=False)
    except (ValueError, RecursionError):
        return Problem(Refusal.MALFORMED, "", f"The arguments of {name[:40]} are no valid JSON.")
    what = _NAMES.get(name.rpartition(".")[2])
    if what is None or not isinstance(given, dict):
        return Problem(Refusal.MALFORMED, "", f"There is no function {name[:40]} with such arguments.")
    written = clean(_field(given, "path") or "")
    path = resolve(written, known)
    if not path:
        return Problem(Refusal.MALFORMED, "", f"A call of {name[:40]} does not say which file it is about.")
    search, replace, text, to = (_field(given, key) for key in ("search", "replace", "text", "to"))
    if what == "replace" and search is not None and replace is not None:
        return Replace(resolve(written, known, shortened=bool(search)), search, replace, inline=True)
    if what == "write" and text is not None:
        return Write(resolve(written, known, shortened=False), text)
    if what == "create" and text is not None:
        return Write(written, text, new=True)
    if what == "delete":
        return Delete(path)
    if what == "move" and to:
        return Move(path, clean(to))
    return Problem(Refusal.MALFORMED, path, f"A call of {name[:40]} lacks an argument.")


def _field(given: Mapping[str, object], key: str) -> str | None:
    """Return an argument under any of its names; None where it is missing or no string."""
    for name in _FIELDS[key]:
        if isinstance(value := given.get(name), str):
            return value
    return None
