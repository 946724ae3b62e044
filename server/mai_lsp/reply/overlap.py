"""Strips what a reply says twice: the text before the cursor at its start, the text behind it at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mai_lsp.reply.brackets import balance
from mai_lsp.reply.place import Place

LINES_BACK = 40
"""How many lines before the cursor a chat reply may repeat and is still recognised."""

SHORTEST = 2
"""Fewer characters than this in common with the line before the cursor are chance (minuet's `before` limit)."""

_TRIVIAL = re.compile(r"^\W*$|^(?:end|else|pass|return|break|continue|fi|done|esac|then|do|\}?\s*else\s*\{)\W*$")


@dataclass(frozen=True, slots=True)
class Started:
    """A reply without what stands before the cursor."""

    text: str
    shift: int | None
    """Columns by which the reply's other lines stand too far left, if repeated text showed it; else None."""


def strip_start(code: str, place: Place) -> Started:
    """Strip from `code` the lines and the part of the line that stand before the cursor already."""
    lines = code.split("\n")
    before = place.before.split("\n")
    typed = before[-1].strip()
    if lines[-1].strip():
        lines.append("")  # A reply may end before it comes to the cursor's line.
    for back in range(min(LINES_BACK, len(before), len(lines)) - 1, -1, -1):
        repeated = before[len(before) - 1 - back : -1]
        if back and not any(line.strip() for line in repeated):
            continue
        if [line.strip() for line in lines[:back]] != [line.strip() for line in repeated]:
            continue
        current = lines[back]
        if not current.strip().startswith(typed) or (not back and not typed):
            continue
        indent = current[: len(current) - len(current.lstrip())]
        rest = current.lstrip()[len(typed) :]
        shift: int | None = len(place.indent) - len(indent)
        if typed:
            rest = _join_blanks(rest, place.line_prefix)
        else:
            rest = current
            first = next((n for n, line in enumerate(repeated) if line.strip()), None)
            shift = None if first is None else _lead(repeated[first]) - _lead(lines[first])
        return Started("\n".join([rest, *lines[back + 1 :]]).removesuffix("\n"), shift)
    common = _common(code, place.line_prefix)
    return Started(code[common:], None)


def strip_end(text: str, place: Place) -> str:
    """Cut `text` where it begins to repeat the lines behind the cursor."""
    following = [line for line in place.after.split("\n")[1:] if line.strip()]
    if not following:
        return text
    lines = text.split("\n")
    first_whole = 0 if place.blank and not place.line_suffix else 1
    for number in range(first_whole, len(lines)):
        candidate = lines[number] if number else place.line_prefix + lines[number]
        if not candidate.strip() or not _same(candidate, following[0]):
            continue
        rest = [line for line in lines[number:] if line.strip()]
        agree = sum(1 for ours, theirs in zip(rest, following, strict=False) if _same(ours, theirs))
        if agree < 2 and _TRIVIAL.match(following[0].strip()) and candidate.rstrip() != following[0].rstrip():
            continue  # A lone closing brace at another depth is no evidence.
        return "\n".join(lines[:number])
    return text


def covered(text: str, place: Place) -> tuple[str, int]:
    """Settle who writes what stands behind the cursor on its line.

    Returns the text and how many characters behind the cursor it replaces. Closing brackets the reply writes
    although the line has them are cut off its end; if the reply goes on behind them, it replaces the line's own.
    """
    suffix = place.line_suffix
    if not suffix:
        return text, 0
    first, newline, rest = text.partition("\n")
    bare = suffix.strip()
    if place.single_line:
        return _strip_tail(first, bare), 0
    extra = balance(text, place.language).closing
    wanted = [char for char in bare if char in ")]}"]
    quote = bare[0] if bare[0] in "\"'`" else ""
    if quote and _closes_quote(place.line_prefix + first, quote):
        return _cover_after(text, place, first.rfind(quote), bare)
    if not wanted or len(extra) < len(wanted) or [b.char for b in extra[: len(wanted)]] != wanted:
        return (_strip_tail(text, bare), 0) if not wanted else (text, 0)
    return _cover_after(text, place, extra[0].at, bare) if newline or rest or extra else (text, 0)


def _cover_after(text: str, place: Place, at: int, bare: str) -> tuple[str, int]:
    """Either cut `text` at its own copy of the line's rest, or let it replace that rest."""
    tail = text[at:]
    squeezed = re.sub(r"\s+", "", tail)
    if squeezed == re.sub(r"\s+", "", bare):
        return text[:at].rstrip() if "\n" not in text[:at] else text[:at], 0
    position = 0
    for char in bare:  # The client can only show a replacement that contains what it replaces, in order.
        position = text.find(char, max(position, at))
        if position < 0:
            return text[:at], 0
        position += 1
    return text, len(place.line_suffix)


def _closes_quote(line: str, quote: str) -> bool:
    """Whether the quote that is open at the cursor is closed within `line`."""
    return line.count(quote) - line.count("\\" + quote) >= 2 and (line.count(quote) % 2 == 0)


def _strip_tail(text: str, suffix: str) -> str:
    """Cut off the longest end of `text` that `suffix` begins with, if it is more than chance."""
    stripped = text.rstrip()
    for length in range(min(len(stripped), len(suffix)), 0, -1):
        if stripped.endswith(suffix[:length]) and (length == len(suffix) or length >= 4):
            return stripped[: len(stripped) - length]
    return text


def _common(code: str, line_prefix: str) -> int:
    """Return how many characters at the start of `code` the cursor's line already ends with."""
    typed = line_prefix.lstrip()
    for length in range(min(len(code), len(typed)), SHORTEST - 1, -1):
        if not typed.endswith(code[:length]):
            continue
        start = len(typed) - length
        inside_word = start and _word(typed[start - 1]) and _word(typed[start])
        if not inside_word and any(_word(char) for char in code[:length]):
            return length
    return 0


def _join_blanks(rest: str, line_prefix: str) -> str:
    """Drop the blanks a repeated line has where the cursor's line has them before the cursor."""
    trailing = len(line_prefix) - len(line_prefix.rstrip())
    return rest[min(trailing, len(rest) - len(rest.lstrip(" \t"))) :]


def _same(ours: str, theirs: str) -> bool:
    return re.sub(r"\s+", " ", ours.strip()) == re.sub(r"\s+", " ", theirs.strip())


def _lead(line: str) -> int:
    return len(line) - len(line.lstrip())


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"
