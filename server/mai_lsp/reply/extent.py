"""Decides how far a suggestion goes: the rest of the statement, or the whole of an empty block, and no further.

Works on lines, indentation and brackets, so it can cut while the text still streams; `reply.block` does the same
with the tree once all of it is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mai_lsp.reply.brackets import balance
from mai_lsp.reply.place import Place, opens_block

_CONTINUES = re.compile(
    r"^(?:\}?\s*(?:else|elif|elsif|elseif|except|finally|catch|rescue|ensure)\b|end\b|fi\b|done\b|esac\b|"
    r"[)\]}]|\.|\|\||&&|\?|:[^:]|then\b|do\b)"
)
_DECORATOR = re.compile(r"@[\w.]+(?:\(.*\)?)?$")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_BODY_END = re.compile(r"^(?:end|fi|done|esac)\b")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of the text belongs to the suggestion."""

    end: int
    """Offset behind the last character that does."""
    complete: bool
    """What follows does not, so the stream can be closed."""


def measure(text: str, place: Place, *, final: bool) -> Extent:
    """Return where the suggestion ends; while streaming, an unfinished last line is judged by its start only."""
    if place.single_line:
        end = text.find("\n")
        return Extent(end, complete=True) if end >= 0 else Extent(len(text), complete=False)
    if place.text_end:
        return _of_text(text, place)
    stop = _unwanted_closer(text, place)
    limit = len(text) if stop is None else stop
    lines = text.split("\n")
    at = last = len(lines[0])
    if at >= limit:
        return Extent(limit, complete=stop is not None)
    opened = opens_block(place.line_prefix + lines[0], place.language)
    if opened and place.deeper and _closed_below(place.line_prefix + lines[0], place):
        return Extent(at, complete=len(lines) > 1)  # Its body is there already.
    begun = not (place.blank and _leads(lines[0], place))
    for number, line in enumerate(lines[1:], start=1):
        start, at = at + 1, at + 1 + len(line)
        unfinished = number == len(lines) - 1 and not final
        so_far = place.line_prefix + text[: start - 1]
        inside = bool(balance(so_far, place.language).opening) or _in_fence(so_far, place)
        if not line.strip():
            # Bodies have blank lines inside, statements do not.
            if not (unfinished or inside or place.opens_block or opened):
                return Extent(last, complete=True)
            continue
        if unfinished and (line.strip().isalnum() or line.strip() in {":", "|", "&", "{"}):
            break  # It may still become `else`, or `::`.
        if line.strip() == "{" and _wants_brace(lines[number - 1], place):
            opened = True  # Its body begins on a line of its own.
        elif number >= place.max_lines or not (inside or not begun or _belongs(line, place, opened=opened)):
            return Extent(last, complete=True)
        if not begun and not unfinished:
            # Comments and decorators before the statement are part of it.
            begun = not _leads(line, place)
            opened = opens_block(line, place.language)
        if start >= limit:
            break
        last = min(at, limit)
    if stop is not None and stop <= last:
        return Extent(stop, complete=True)
    return Extent(min(last if final else len(text), limit), complete=False)


def _of_text(text: str, place: Place) -> Extent:
    """Measure inside a string of several lines: its words go on to its end, whatever they look like."""
    end = text.find(place.text_end)
    closed = end >= 0
    if closed:
        line = text.rfind("\n", 0, end) + 1
        end = max(0, line - 1) if line and not text[line:end].strip() else end
    else:
        end = len(text)
    lines = text[:end].split("\n")
    if len(lines) > place.max_lines:
        return Extent(len("\n".join(lines[: place.max_lines])), complete=True)
    return Extent(end, complete=closed)


def _belongs(line: str, place: Place, *, opened: bool) -> bool:
    """Whether a line at bracket depth 0 is part of the statement, or of the empty block, at the cursor."""
    code = line.strip()
    lead = len(line) - len(line.lstrip())
    base = len(place.indent)
    if lead > base:
        return True
    if lead < base:
        return (place.needs_end and bool(_BODY_END.match(code))) or place.missing[:1] == (code[0],)
    if place.opens_block and place.blank:
        return True
    return bool(_CONTINUES.match(code)) and (opened or code[0] in ".|&?:)]}" or place.opens_block)


def _closed_below(line: str, place: Place) -> bool:
    """Whether the brackets that `line` opens, if any, are closed by the code behind the cursor."""
    return len(balance(line, place.language).opening) <= len(place.surplus)


def _leads(line: str, place: Place) -> bool:
    """Whether a line only leads to the statement below it: a comment, a decorator or an attribute."""
    mark, code = place.language.comment, line.strip()
    if mark and code.startswith(mark):
        return True
    if code.startswith("@") and place.language.block in {"brace", "indent"}:
        return bool(_DECORATOR.match(code)) and place.language.id not in {"css", "yaml"}
    return place.language.id == "rust" and code.startswith("#[") and code.endswith("]")


def _wants_brace(header: str, place: Place) -> bool:
    """Whether a line may be the header of a block whose brace stands on the next line."""
    return place.language.block == "brace" and header.rstrip()[-1:] not in {"", ";", "{", "}", ","}


def _in_fence(text: str, place: Place) -> bool:
    """Whether a Markdown text ends inside a fenced block."""
    return place.language.id == "markdown" and len(_FENCE.findall(text)) % 2 == 1


def _unwanted_closer(text: str, place: Place) -> int | None:
    """Return the offset of the first closing bracket that closes something the code behind the cursor closes."""
    closing = balance(text, place.language).closing
    if not closing:
        return None
    allowed = list(place.missing)
    behind = [char for char in place.line_suffix if char in ")]}"]
    for bracket in closing:
        if allowed and allowed[0] == bracket.char:
            allowed.pop(0)
            continue
        if behind and behind[0] == bracket.char:
            behind.pop(0)  # It repeats the line's own rest; `overlap.covered` settles who writes it.
            continue
        cut = bracket.at
        line = text.rfind("\n", 0, cut) + 1
        return max(0, line - 1) if line and not text[line:cut].strip() else cut
    return None
