"""Finds a suggestion that is no code of its own: comments alone, imports alone.

Both are right where the user is writing comments or imports; the place decides.
"""

from __future__ import annotations

import re

from mai_lsp.reply.brackets import bare
from mai_lsp.reply.place import Place

_IMPORT = re.compile(
    r"(?:import\b(?![ \t]*\()|from[ \t]+\S+[ \t]+import\b|\#[ \t]*include\b|(?:pub[ \t]+)?use[ \t]+[\w:\\{]+"
    r"|using[ \t]+(?:static[ \t]+)?[\w.]+[ \t]*;|require(?:_relative)?\b"
    r"|(?:const|let|var|local)[ \t].*\brequire[ \t]*\(|@import\b|export\b.*\bfrom\b)"
)
_NESTED = re.compile(r"[({\[][^(){}\[\]]*[)}\]]")


def only_comment(text: str, place: Place) -> bool:
    """Whether nothing but comments is suggested where code is missing."""
    if place.words or not place.language.comment or bare(text, place.language).strip():
        return False
    above = next((line.strip() for line in reversed(place.before.split("\n")[:-1]) if line.strip()), "")
    # Below a comment one more line of it is welcome; behind code, or with nothing begun, a comment completes nothing.
    return not (place.blank and above and not bare(above, place.language).strip())


def only_imports(text: str, place: Place) -> bool:
    """Whether nothing but imports is suggested on an empty line that is not among the file's imports."""
    if not place.blank or place.begins or place.words or not is_import(text, place):
        return False
    code = bare(place.before, place.language)
    above = next((line for line in reversed(code.split("\n")) if line.strip()), "")
    below = next((line for line in place.after.split("\n")[1:] if line.strip()), "")
    inside = bool(place.indent) or (bool(above.strip()) and not is_import(_statement(code), place))
    return inside and not is_import(below, place) and not (place.indent and is_import(above, place))


def is_import(text: str, place: Place) -> bool:
    """Whether all lines of a text are imports; what brackets enclose may go over several lines."""
    code = bare(text, place.language)
    code = _NESTED.sub(lambda found: found.group().replace("\n", " "), code)
    lines = [line.strip() for line in code.split("\n") if line.strip()]
    return bool(lines) and all(_IMPORT.match(line) for line in lines)


def _statement(code: str) -> str:
    """Return the last lines of `code`, from where its last line's brackets open."""
    code = _NESTED.sub(lambda found: found.group().replace("\n", " "), code.rstrip())
    return code[code.rfind("\n") + 1 :]
