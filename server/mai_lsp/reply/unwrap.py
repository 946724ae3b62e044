"""Takes the code out of what a model said: fences, chatter around them and leaked markers.

It works on the reply as far as it has come; the result depends on that text alone, never on how it was cut up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mai_lsp.core.language import LANGUAGES, find

MARKERS = re.compile(
    r"<\|[a-z][a-z0-9_]*\|>"  # Qwen, CodeGemma, Granite 4, ChatML: <|fim_middle|>, <|im_end|>, <|endoftext|>
    "|<\uff5c[^\uff5c\\n]{1,40}\uff5c>"  # DeepSeek's, with full-width bars
    r"|<fim_[a-z]+>|<\[fim-[a-z]+\]>"  # StarCoder, Mellum; Seed-Coder
    r"|<(?:EOT|PRE|SUF|MID)>|</s>|\[(?:SUFFIX|PREFIX|MIDDLE)\]"  # CodeLlama, Codestral
    r"|</?(?:before|after|file|context)>",  # our own prompts' tags
    re.IGNORECASE,
)
"""Tokens and tags of prompts; a reply ends where one appears, unless the document itself is about them."""

_HALF_MARKER = re.compile(r"\s*(?:</?[^<>\n]{0,44}|\[[A-Z]{0,6}|`+\s*)", re.IGNORECASE)
"""The beginning of a reply that may become one of those, or a fence."""

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})([^`\n]*)$", re.MULTILINE)
_CLOSING_FENCE = re.compile(r"^[ \t]*`{3,}[ \t]*(?:\n|\Z)", re.MULTILINE)
"""What stands where a reply has ended that went on inside a fence."""
_LINE_BEGINS = re.compile(r"\s*[^\n]*\Z")
_FENCE_BEGINS = re.compile(r"\s*(?:[`~][^\n]*)?\Z")
_PROSE = re.compile(
    r"^\s*(?:here(?:'s| is| are)\b|sure\b|certainly\b|of course\b|okay\b|to (?:complete|finish|fix|continue)\b|"
    r"(?:the|this) (?:code|function|completion|missing|following|line|cursor)\b|i (?:have|will|would|think|can|cannot|"
    r"can't|am|need)\b|i'(?:m|ll|ve)\b|you (?:can|could|should|need|may)\b|below\b|let me\b|let's\b|sorry\b|as an ai\b|"
    r"based on\b|it (?:looks|seems|appears)\b|there (?:is|are) (?:no|nothing)\b)",
    re.IGNORECASE,
)
_INLINE = re.compile(r"^\s*(`+)([^`\n]+)\1\s*$")
_WIDE_ENDS = "\u3002\uff01\uff1f\uff1a"
_TALK = re.compile(
    r"^\s*(?:(?:#{1,6}\s|\*\*|\d+[.)]\s|[-*]\s)\s*)?[^\W\d_][^;{}=()\[\]<>|\\$@+/_]*"
    rf"(?:[.:!?\u2026{_WIDE_ENDS}]|\*\*)\s*$|^\s*#{{2,6}}\s[\w\s]+$"
)
"""A line that may be talk in any language: letters, no code, and an end of a sentence, or a Markdown heading."""
_HEADING = re.compile(r"#{1,6}\s+\w")
_PLACEHOLDER = re.compile(
    r"^[ \t]*(?:#|//|--|/\*|<!--|;|%)[ \t]*(?:\.\.\.|…|(?:your|the|rest of|existing|remaining|previous)\b[^\n]*\bcode\b"
    r"|your implementation\b|implementation (?:goes )?here\b)[^\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
"""A comment that stands for code the model left out."""


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
    info: str = ""
    """What the fence around it says."""


def unwrap(raw: str, *, chat: bool, words: bool, around: str, final: bool) -> Unwrapped:
    """Return the code in `raw`.

    `around` is the document's text near the cursor, whose own markers are left alone; `words` says that sentences
    are to be expected there.
    """
    if not final and _HALF_MARKER.fullmatch(raw):
        return Unwrapped("", waiting=True)
    if chat and (marker := MARKERS.match(raw.lstrip())) and marker.group() not in around:
        return Unwrapped("", closed=True)
    if not chat:
        code, closed = _cut_markers(raw, around)
        if not words and (end := _CLOSING_FENCE.search(code)) and "```" not in around:
            # Without its line's end it may go on with an info string.
            return Unwrapped(code[: end.start()], closed=closed or final or end.group().endswith("\n"))
        return Unwrapped(code, closed)
    talk = _talk(raw)
    if (fence := _opening(raw, talk, words=words, final=final)) is not None:
        return _from_fence(raw, fence, around=around, final=final)
    if final and (inline := _INLINE.match(raw)):
        return Unwrapped(_without_tag(inline.group(2).strip(), fence=len(inline.group(1)) >= 3))
    first, _, rest = raw.lstrip("\n").partition("\n")
    if not final and ("\n" not in raw.lstrip("\n") or first.lstrip()[:1] in {"`", "~"}):
        return Unwrapped("", waiting=True)  # A first line that may still turn out to be prose or a fence.
    if _PROSE.match(first) or (not words and _is_chatter(first, rest)):
        return Unwrapped("", chatter=final, waiting=not final)
    if not final and talk and (_FENCE_BEGINS if words else _LINE_BEGINS).match(raw, len(talk)):
        return Unwrapped("", waiting=True)  # The line behind it may be a fence.
    code, closed = _cut_placeholders(*_cut_markers(raw, around), around)
    # A bare answer may be followed by a fence or an explanation after a blank line.
    return Unwrapped(code, closed)


def _from_fence(raw: str, fence: re.Match[str], *, around: str, final: bool) -> Unwrapped:
    """Return the first fenced block that is not empty."""
    while True:
        body = raw[fence.end() :].removeprefix("\n")
        code, end = _fenced(body, fence.group(1), final=final)
        if end is None or code.strip():
            break
        raw = body[end:]
        following = _FENCE.search(raw)
        if following is None or (following.end() == len(raw) and not final):
            return Unwrapped("", waiting=not final)
        fence = following
    code, closed = _cut_placeholders(*_cut_markers(code, around), around)
    return Unwrapped(code, closed or end is not None, info=fence.group(2).strip())


def _without_tag(code: str, *, fence: bool) -> str:
    """Take the language's name off a fenced block that was written on one line."""
    tag, _, rest = code.partition(" ")
    return rest.lstrip() if fence and find(tag).id in LANGUAGES else code


def _talk(raw: str) -> str:
    """Return the complete lines at the start of `raw` that may be talk."""
    end = 0
    while (line_end := raw.find("\n", end)) >= 0:
        line = raw[end:line_end]
        if line.strip() and not _TALK.match(line):
            break
        end = line_end + 1
    return raw[:end] if raw[:end].strip() else ""


def _is_chatter(first: str, rest: str) -> bool:
    """Whether a reply without a fence is talk, by its first line: a sentence, or an announcement and an empty line."""
    if first.lstrip().startswith(("```", "~~~")):
        return True  # A fence that is none: there is no telling what of it is code.
    if _HEADING.match(first):
        below = next((line for line in rest.split("\n") if line.strip()), "")
        return bool(_TALK.match(below)) and len(below.split()) > 3 and not below.lstrip().startswith("#")
    if not _TALK.match(first) or first.lstrip()[:1] in {"#", "-", "*"}:
        return False
    last = first.rstrip()[-1]
    if last in _WIDE_ENDS:
        return True
    count = len(first.split())
    return (last in ".!?" and count > 3) or (last == ":" and count > 2 and rest.startswith("\n"))


def _opening(raw: str, talk: str, *, words: bool, final: bool) -> re.Match[str] | None:
    """Find the fence that opens the code: the first one, with nothing but talk or blanks before it."""
    found = _FENCE.search(raw)
    if found is None or (found.end() == len(raw) and not final):
        return None
    before = raw[: found.start()].strip()
    if not before or _PROSE.match(before) or _looks_like_talk(before):
        return found
    # If code came first, a fence below it belongs to what the model said afterwards.
    return None if words or raw[len(talk) : found.start()].strip() else found


def _looks_like_talk(text: str) -> bool:
    """Whether a text before a fence is sentences: ends with a colon or full stop and has no line of code in it."""
    last = text.rstrip().rpartition("\n")[2]
    return last.endswith((":", ".", "!")) and len(last.split()) > 3 and not re.search(r"[;{}=()\[\]]", text)


def _fenced(body: str, fence: str, *, final: bool) -> tuple[str, int | None]:
    """Return the text up to the closing fence, and where what follows that begins.

    A fence with an info string inside opens one more level.
    """
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
            return body[: found.start()].removesuffix("\n"), found.end()
    # A line that has begun like a fence is held back; one that is too short to close this fence ends a cut reply.
    least = 3 if final else 1
    return re.sub(rf"(?:^|\n)[ \t]*{re.escape(fence[0])}{{{least},}}[^\n]*\Z", "", body), None


def _cut_placeholders(code: str, closed: bool, around: str) -> tuple[str, bool]:
    """Drop comments that stand for left out code: before the code, or with all that follows."""
    at = 0
    for found in _PLACEHOLDER.finditer(code):
        if found.group().strip() in around:
            continue
        if code[at : found.start()].strip():
            return code[at : found.start()], True
        at = min(found.end() + 1, len(code))
    return code[at:], closed


def _cut_markers(code: str, around: str) -> tuple[str, bool]:
    for found in MARKERS.finditer(code):
        if found.group() not in around:
            return code[: found.start()], True
    return code, False
