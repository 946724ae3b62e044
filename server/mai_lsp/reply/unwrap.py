"""Takes the code out of what a model said: fences, chatter around them and leaked markers.

It works on the reply as far as it has come; the result depends on that text alone, never on how it was cut up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARKERS = re.compile(
    r"<\|[a-z][a-z0-9_]*\|>"  # Qwen, CodeGemma, Granite 4, ChatML: <|fim_middle|>, <|im_end|>, <|endoftext|>
    "|<\uff5c[^\uff5c\\n]{1,40}\uff5c>"  # DeepSeek's, with full-width bars
    r"|<fim_[a-z]+>|<\[fim-[a-z]+\]>"  # StarCoder, Mellum; Seed-Coder
    r"|<(?:EOT|PRE|SUF|MID)>|</s>|\[(?:SUFFIX|PREFIX|MIDDLE)\]"  # CodeLlama, Codestral
    r"|</?(?:before|after|cursor|file|context)>",  # our own prompts' tags
    re.IGNORECASE,
)
"""Tokens and tags of prompts; a reply ends where one appears, unless the document itself is about them."""

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})([^`\n]*)$", re.MULTILINE)
_PROSE = re.compile(
    r"^\s*(?:here(?:'s| is| are)\b|sure\b|certainly\b|of course\b|okay\b|to (?:complete|finish|fix|continue)\b|"
    r"(?:the|this) (?:code|function|completion|missing|following|line|cursor)\b|i (?:have|will|would|think|can|cannot|"
    r"can't|am|need)\b|i'(?:m|ll|ve)\b|you (?:can|could|should|need|may)\b|below\b|let me\b|let's\b|sorry\b|as an ai\b|"
    r"based on\b|it (?:looks|seems|appears)\b|there (?:is|are) (?:no|nothing)\b)",
    re.IGNORECASE,
)
_INLINE = re.compile(r"^\s*`([^`\n]+)`\s*$")


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The code of a reply as far as it has come."""

    code: str
    closed: bool = False
    """Nothing that follows can belong to it: its fence was closed or a marker appeared."""
    waiting: bool = False
    """Too little has come to say what is code; `code` is empty then."""
    chatter: bool = False
    """The reply is talk, without code."""
    fenced: bool = False


def unwrap(raw: str, *, chat: bool, around: str, final: bool) -> Unwrapped:
    """Return the code in `raw`; `around` is the document's text near the cursor, whose own markers are left alone."""
    if not chat:
        code, closed = _cut_markers(raw, around)
        return Unwrapped(code, closed)
    fence = _opening(raw, final=final)
    if fence is not None:
        body = raw[fence.end() :].removeprefix("\n")
        code, closed = _fenced(body, fence.group(1), final=final)
        code, marked = _cut_markers(code, around)
        return Unwrapped(code, closed or marked, fenced=True)
    inline = _INLINE.match(raw)
    if inline and final:
        return Unwrapped(inline.group(1))
    first = raw.lstrip("\n").partition("\n")[0]
    if _PROSE.match(first):
        return Unwrapped("", chatter=final, waiting=not final)
    if not final and ("\n" not in raw.lstrip("\n") or first.lstrip()[:1] in {"`", "~"}):
        return Unwrapped("", waiting=True)  # A first line that may still turn out to be prose or a fence.
    code, closed = _cut_markers(raw, around)
    # A bare answer may be followed by a fence or an explanation after a blank line.
    return Unwrapped(code, closed)


def _opening(raw: str, *, final: bool) -> re.Match[str] | None:
    """Find the fence that opens the code: the first one, with nothing but prose or blanks before it."""
    found = _FENCE.search(raw)
    if found is None or (found.end() == len(raw) and not final):
        return None
    talk = raw[: found.start()].strip()
    if talk and not _PROSE.match(talk) and not _looks_like_talk(talk):
        return None  # Code came first; a fence below it belongs to what the model said afterwards.
    return found


def _looks_like_talk(text: str) -> bool:
    """Whether a text before a fence is sentences: ends with a colon or full stop and has no line of code in it."""
    last = text.rstrip().rpartition("\n")[2]
    return last.endswith((":", ".", "!")) and len(last.split()) > 3 and not re.search(r"[;{}=()\[\]]", last)


def _fenced(body: str, fence: str, *, final: bool) -> tuple[str, bool]:
    """Return the text up to the closing fence; a fence with an info string inside opens one more level."""
    depth = 1
    for found in _FENCE.finditer(body):
        mark, info = found.group(1), found.group(2).strip()
        if mark[0] != fence[0] or len(mark) < len(fence):
            continue
        if found.end() == len(body) and not final:
            break  # It may go on with an info string.
        if info:
            depth += 1
        else:
            depth -= 1
        if not depth:
            return body[: found.start()].removesuffix("\n"), True
    if not final:
        # A line that has begun like a fence is held back.
        body = re.sub(r"(?:^|\n)[ \t]*[`~]{1,}[^\n]*\Z", "", body)
    return body, False


def _cut_markers(code: str, around: str) -> tuple[str, bool]:
    for found in MARKERS.finditer(code):
        if found.group() not in around:
            return code[: found.start()], True
    return code, False
