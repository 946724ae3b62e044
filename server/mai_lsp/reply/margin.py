"""Takes off what chat models write in front of every line: diff marks, line numbers, prompts.

Which of them it is, the first line says alone, so that how a stream was cut up can not matter.
"""

from __future__ import annotations

import re

from mai_lsp.reply.brackets import balance
from mai_lsp.reply.place import Place

_DIFF_START = re.compile(r"diff --git |@@ -\d|--- (?:a/|/dev/null)|\+\+\+ (?:b/|/dev/null)")
_DIFF_HEADER = re.compile(r"diff --git |index [0-9a-f]+\.\.|@@ |--- |\+\+\+ |\\ No newline")
_RULED = re.compile(r"[ \t]*\d+[ \t]*[|│]")
_COLON = re.compile(r"[ \t]*\d+:(?: |$)")
_GUTTER = re.compile(r"[ \t]*\d+(?:\t| {2,})\S")
_NUMBER = re.compile(r"[ \t]*\d+(?:[ \t]*[|│:])?[ \t]?")
_PROMPTS = {"python": (">>> ", "... "), "shellscript": ("$ ",)}


def strip_margin(code: str, info: str, place: Place) -> str:
    """Return `code` without the margin; `info` is what its fence says."""
    first = next((line for line in code.split("\n") if line.strip()), "")
    if _is_diff(first, info, place):
        return _new_side(code)
    if _is_numbered(first, place):
        return "\n".join(_NUMBER.sub("", line, count=1) for line in code.split("\n"))
    prompts = _PROMPTS.get(place.language.id, ())
    if prompts and first.startswith(prompts[0]) and prompts[0] not in place.before:
        return _typed_at(prompts, code)
    return code


def _is_diff(first: str, info: str, place: Place) -> bool:
    if place.language.id == "diff":
        return False
    if info.partition(" ")[0].lower() in {"diff", "patch", "udiff"} or _DIFF_START.match(first):
        return True
    # Added lines without a header: code of this depth does not begin at the margin with a plus.
    indented = place.blank and bool(place.indent) and place.language.block in {"brace", "indent", "end"}
    return indented and bool(re.match(r"\+(?:[ \t]{2}|\w)", first))


def _new_side(diff: str) -> str:
    """Return the lines as they are after the change."""
    kept = []
    for line in diff.split("\n"):
        if _DIFF_HEADER.match(line) or line.startswith("-"):
            continue
        kept.append(line[1:] if line[:1] in {"+", " "} else line)
    return "\n".join(kept)


def _is_numbered(first: str, place: Place) -> bool:
    if place.language.block not in {"brace", "indent", "end"}:
        return False
    if _RULED.match(first):
        return True
    if _COLON.match(first):
        code = _NUMBER.sub("", first, count=1).strip()
        typed = place.line_prefix.strip()
        known = any(line.strip() == code for line in place.before.split("\n")) or bool(typed and code.startswith(typed))
        # `1: x` can be a key of a mapping, and is nothing else in code.
        mapping = place.language.id in {"yaml", "json", "jsonc"} or bool(balance(place.before, place.language).opening)
        return bool(code) and (known or not mapping)
    return place.language.id != "yaml" and bool(_GUTTER.match(first))


def _typed_at(prompts: tuple[str, ...], code: str) -> str:
    """Return what was typed at the prompts, up to the first line of output."""
    typed = []
    for line in code.strip("\n").split("\n"):
        prompt = next((prompt for prompt in prompts if line.startswith(prompt)), None)
        if prompt is None:
            break
        typed.append(line[len(prompt) :])
    return "\n".join(typed)
