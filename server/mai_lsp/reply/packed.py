"""Takes a chat reply out of what it was packed in: JSON, a tag of the model's own, HTML entities, cursor marks.

It is asked again for every piece of a stream and decides by what comes first, so that how the stream was cut up can not
matter. Fences and talk are `unwrap`'s.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any

from mai_lsp.reply.brackets import balance, outside_strings
from mai_lsp.reply.place import Place

_KEYS = "completion|code|insertText|insert_text|insert|text|content|answer|output|result|response|suggestion|snippet"
_JSON = re.compile(rf'\s*(?:```json[ \t]*\n\s*)?\{{\s*"(?:{_KEYS})"\s*:')
_CALL = re.compile(
    r'\s*(?:<(?:tool_call|tool_use|function_calls?|invoke)\b|\[TOOL_CALLS\]|\{\s*"(?:tool_calls?|function_call)"\s*:'
    r'|\{\s*"name"\s*:\s*"[\w.-]+"\s*,\s*"(?:arguments|parameters|input)"\s*:)'
)
_TAG = re.compile(r"\s*<(code|completion|answer|output|response|result|insert|fill|middle|snippet)>\n?")
_CURSOR = re.compile(
    r"<\|?(?:cursor|caret|fill_?me|fill|gap|hole)\|?>|\[CURSOR\]|\{\{CURSOR\}\}|[\u2588\u25ae]", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|#0?39|#x27|#34|#60|#62);")
_HALF_CURSOR = re.compile(r"(?:<\|?[a-z_]{0,8}\|?|\[[a-z]{0,6}|\{\{?[a-z]{0,6}\}?)\Z", re.IGNORECASE)
"""The end of what has come so far, which may become one of those."""
_HALF_ENTITY = re.compile(r"&#?\w{0,4}\Z")
_FIRST = re.compile(rf"[<>]|{_ENTITY.pattern}")
_VALUE_ENDS = ("=", "(", "[", "{", ",", ":", "=>", "return")
_MARKUP = frozenset({"javascriptreact", "typescriptreact", "markdown", "php", "restructuredtext"})


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A reply without its packing."""

    text: str
    closed: bool = False
    """Its packing was closed: nothing that follows belongs to it."""
    waiting: bool = False
    """It can not be read before more has come; `text` is empty then."""
    call: bool = False
    """It calls a tool that nobody offered; `text` is empty then."""


def unpack(raw: str, place: Place, *, final: bool) -> Unpacked:
    """Return what a chat model meant to be inserted, fences and talk still around it."""
    around = place.before + place.after
    if not _takes_value(place):
        if _CALL.match(raw):
            return Unpacked("", waiting=not final, call=final)
        if _JSON.match(raw):
            return _from_json(raw, final=final)
    text, closed = _from_tag(raw, place, around)
    if (mark := _CURSOR.search(text)) and mark.group() not in around:
        text = _CURSOR.sub("", text)
    if not final and not closed:
        text = _HALF_CURSOR.sub("", text)
    return Unpacked(text, closed)


def unescape(code: str, place: Place, *, ended: bool) -> str:
    """Undo HTML's escapes from the first on, if it comes before any bare bracket: the code is written with them."""
    if "&" not in code or place.words or place.language.block == "tag" or place.language.id in _MARKUP:
        return code
    if not ended:
        code = _HALF_ENTITY.sub("", code)
    first = _FIRST.search(outside_strings(code, place.language))
    if first is None or len(first.group()) == 1 or _ENTITY.search(place.before + place.after):
        return code
    # What stands before it, if only in a string, may have been a whole suggestion when the stream had come that far.
    return code[: first.start()] + _ENTITY.sub(lambda found: html.unescape(found.group()), code[first.start() :])


def _takes_value(place: Place) -> bool:
    """Whether an object may be just what is missing at the cursor."""
    if place.language.id in {"json", "jsonc", "yaml", "markdown"}:
        return True
    opened = balance(place.before, place.language).opening
    return place.line_prefix.rstrip().endswith(_VALUE_ENDS) or (bool(opened) and opened[-1].char != "{")


def _from_json(raw: str, *, final: bool) -> Unpacked:
    """Read an object; what stands behind it, if only its fence, is none of it."""
    body = raw[raw.find("{") :]
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(body)
    except ValueError:
        # Half an object can not be told from half a string in it: an answer that was cut off is lost.
        return Unpacked("", waiting=not final, call=final)
    text = _text_of(value)
    return Unpacked(raw) if text is None else Unpacked(text, closed=True)


def _text_of(value: Any) -> str | None:
    """Return the first string under one of the usual names."""
    names = _KEYS.split("|")
    found = [value[name] for name in names if isinstance(value, dict) and isinstance(value.get(name), str)]
    return found[0] if found else None


def _from_tag(raw: str, place: Place, around: str) -> tuple[str, bool]:
    found = _TAG.match(raw)
    if found is None or place.language.block == "tag" or place.language.id in _MARKUP:
        return raw, False
    if f"<{found.group(1)}>" in around:
        return raw, False
    text, end, _ = raw[found.end() :].partition(f"</{found.group(1)}>")
    return text.removesuffix("\n") if end else text, bool(end)
