"""Strips what a reply says twice: the text before the cursor at its start, the text behind it at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mai_lsp.reply.brackets import balance, unpaired
from mai_lsp.reply.place import Place, lead

LINES_BACK = 80
"""How many lines before the cursor a chat reply may repeat and is still recognised."""

SHORTEST = 2
"""Fewer characters than this in common with the line before the cursor are chance (minuet's `before` limit)."""

LEAST_REWRITTEN = 4
"""Characters a reply's first line must share with the cursor's line to be a new version of it."""

LEAST_FILE = 4
"""Lines before the cursor from which on a reply that begins like the file is a copy of the file, not a coincidence."""

_BEGINS_ANEW = re.compile(
    r"(?:import\s+[\w{*\"']|from\s+\S+\s+import\b|package\s+\w|#\s*include\b|def\s+\w+\s*\(|class\s+\w+\s*[(:{])"
)
"""What stands at the beginning of a line only, so that it does not go on from one."""

_MODIFIER = re.compile(r"(?:^from\s+\S+|\b(?:async|export|default|static|abstract|final|private|public|protected)|=)$")

_AROUND_MARKS = re.compile(r" ?([^\w\s]) ?")

_TRIVIAL = re.compile(r"^\W*$|^(?:end|else|pass|return|break|continue|fi|done|esac|then|do|\}?\s*else\s*\{)\W*$")


@dataclass(frozen=True, slots=True)
class Started:
    """A reply without what stands before the cursor."""

    text: str
    shift: int | None = None
    """Columns by which the reply's other lines stand too far left, if repeated text showed it; else None."""
    waiting: bool = False
    """It repeats what stands before the cursor and may go on doing so; `text` is empty then."""
    rewrites: bool = False
    """It writes the cursor's line anew, otherwise than it was typed; `text` is empty then."""


def strip_start(code: str, place: Place, *, ended: bool) -> Started:
    """Strip from `code` the lines and the part of the line that stand before the cursor already.

    Blanks may differ, and empty lines, too: models write them as they like.
    """
    lines = code.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    whole = written if ended else [number for number in written if number < len(lines) - 1]
    ours = [_normal(lines[number]) for number in written]
    earlier, theirs = _earlier(place.before)
    typed = _normal(place.line_prefix)
    if not ended and _may_repeat(ours, len(whole), [*theirs, typed] if typed else theirs, typed):
        return Started("", waiting=True)
    for back in range(min(len(theirs), len(whole)), -1, -1):
        first = len(theirs) - back
        if ours[:back] != theirs[first:] or (back and not any(_word(char) for line in ours[:back] for char in line)):
            continue
        shift = lead(earlier[first]) - lead(lines[written[0]]) if back else None
        if not typed:
            if not back:
                break
            return Started("\n".join(lines[written[back - 1] + 1 :]).lstrip("\n"), shift)
        if back == len(written) or (taken := _taken(lines[written[back]].lstrip(), typed)) is None:
            continue
        current = lines[written[back]]
        rest = _join_blanks(current.lstrip()[taken:], place.line_prefix)
        below = lines[written[back] + 1 :]
        return Started("\n".join([rest, *below]).removesuffix("\n"), len(place.indent) - lead(current))
    if common := _common(code, place.line_prefix):
        return Started(code[common:])
    return Started("", rewrites=True) if ours and _rewrites(ours[0], typed, theirs) else Started(code)


@lru_cache(maxsize=2)
def _earlier(before: str) -> tuple[list[str], list[str]]:
    """Return the lines before the cursor's that are not empty, as they are and normal: once for a whole stream."""
    earlier = [line for line in before.split("\n")[:-1] if line.strip()][-LINES_BACK:]
    return earlier, [_normal(line) for line in earlier]


def _may_repeat(ours: list[str], whole: int, theirs: list[str], typed: str) -> bool:
    """Whether a reply that is still coming has so far only repeated some of the lines before the cursor."""
    if not ours:
        return False
    last = ours[whole] if whole < len(ours) else ""
    for first in range(len(theirs)):
        if theirs[first : first + whole] != ours[:whole]:
            continue
        following = theirs[first + whole] if first + whole < len(theirs) else None
        if following is None:
            continue  # All of them, and it goes on behind them.
        at_cursor = bool(typed) and first + whole == len(theirs) - 1
        if following.startswith(last) and not (at_cursor and following == last):
            return True
    return False


def _taken(line: str, typed: str) -> int | None:
    """Return how many characters of `line` say what was typed; None if it does not begin with that."""
    if not _normal(line).startswith(typed):
        return None
    return next((length for length in range(1, len(line) + 1) if _normal(line[:length]) == typed), None)


def _rewrites(line: str, typed: str, theirs: list[str]) -> bool:
    """Whether a reply begins with another version of the cursor's line, with the file's first line, or like a file."""
    if len(theirs) >= LEAST_FILE and line == theirs[0] and len(line) >= LEAST_REWRITTEN:
        return True
    if typed and _BEGINS_ANEW.match(line) and not _MODIFIER.search(typed):
        return True
    shared = next((n for n, (a, b) in enumerate(zip(line, typed, strict=False)) if a != b), min(len(line), len(typed)))
    return shared < len(typed) and shared >= max(LEAST_REWRITTEN, len(typed) // 2)


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
        return _strip_tail(first, suffix), 0
    extra = balance(text, place.language).closing
    wanted = [char for char in bare if char in ")]}"]
    quote = bare[0] if bare[0] in "\"'`" else ""
    if quote and bare.startswith(quote * 3):
        quote *= 3
    if quote and _closes_quote(place.line_prefix + first, quote):
        return _cover_after(text, place, first.rfind(quote), bare)
    if len(bare) > 1 and wanted and unpaired(bare) and unpaired(text).startswith(unpaired(bare)):
        stripped = _strip_tail(text, suffix)
        if stripped != text and text.rstrip().endswith(bare):
            return stripped, 0  # Also where the cursor is inside a string, whose brackets do not count as such.
    if not wanted or len(extra) < len(wanted) or [b.char for b in extra[: len(wanted)]] != wanted:
        return (_strip_tail(text, suffix), 0) if not wanted else (text, 0)
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
    """Cut off the longest end of `text` that `suffix` begins with, if it is more than chance, and blanks said twice."""
    stripped, bare = text.rstrip(), suffix.strip()
    for length in range(min(len(stripped), len(bare)), 0, -1):
        if stripped.endswith(bare[:length]) and (length == len(bare) or length >= 4):
            kept = stripped[: len(stripped) - length]
            return kept.rstrip(" \t") if suffix[:1].isspace() else kept
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
    return _normal(ours) == _normal(theirs)


def _normal(line: str) -> str:
    """Return a line without the blanks that are a matter of taste: those between words stay."""
    return _AROUND_MARKS.sub(r"\1", " ".join(line.split()))


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"
