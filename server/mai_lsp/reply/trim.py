"""Turns what a model says into what fits at the cursor, while it says it.

`trim` works on the reply as far as it has come and depends on nothing else, so how the stream was cut up can not
matter. It says when nothing that follows can belong to the suggestion; the caller closes the stream then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mai_lsp.core.text import Document, Span, with_line_ends
from mai_lsp.reply import extent, overlap, repeat
from mai_lsp.reply.block import cut_at_block_end
from mai_lsp.reply.brackets import comment_at
from mai_lsp.reply.broken import without_errors
from mai_lsp.reply.checks import NONE, Candidate, Memory, first_objection
from mai_lsp.reply.clean import DAMAGE, clean
from mai_lsp.reply.indent import margins, refit
from mai_lsp.reply.margin import strip_margin
from mai_lsp.reply.packed import Unpacked, unescape, unpack
from mai_lsp.reply.place import Place
from mai_lsp.reply.unwrap import unwrap
from mai_lsp.reply.verdict import Verdict

RAMBLING = 120
"""Columns of a line with a comment behind its code beyond which the comment is the model thinking aloud."""

_LEADING_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A reply made to fit, as far as it has come."""

    text: str
    """What to insert at the cursor; line ends are a newline until `land` gives it the document's."""
    complete: bool = False
    """Nothing that follows can change `text`: close the stream."""
    verdict: Verdict | None = None
    """Set when there is nothing to suggest; `text` is empty then."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A trimmed reply in the document's coordinates."""

    span: Span
    """What it replaces; on the cursor's line."""
    text: str
    verdict: Verdict | None = None


def trim(raw: str, place: Place, *, final: bool) -> Trimmed:
    """Make the reply `raw` fit `place`; `final` says that nothing more will come."""
    around = place.before + place.after
    plain, damaged = clean(raw, around)
    if damaged and (sound := trim(raw[: raw.index(DAMAGE)], place, final=False)).complete:
        return sound
    final |= damaged
    unpacked = unpack(plain, place, final=final) if place.chat else Unpacked(plain)
    if unpacked.waiting:
        return Trimmed("")
    if unpacked.call:
        return Trimmed("", complete=True, verdict=Verdict.CHATTER)
    plain, final = unpacked.text, final or unpacked.closed
    found = unwrap(plain, chat=place.chat, words=place.words, around=around, final=final)
    ended = final or found.closed
    if found.chatter:
        return Trimmed("", complete=True, verdict=Verdict.CHATTER)
    if found.waiting or not found.code.strip():
        return Trimmed("", complete=found.closed, verdict=Verdict.EMPTY if ended else None)
    code = strip_margin(unescape(found.code, place, ended=ended), found.info, place) if place.chat else found.code
    code, shift, verdict = _begin(code, place, ended=ended)
    if verdict is not None or not code.strip():
        return Trimmed("", complete=verdict is not None, verdict=verdict or (Verdict.EMPTY if ended else None))
    for end in margins(code, place) if place.chat else ():
        # What shows another margin may have come too late to matter.
        if (before := _fit(code[:end], shift, place, ended=False, closed=False)).complete:
            return before
    return _fit(code, shift, place, ended=ended, closed=found.closed or damaged or unpacked.closed)


def _fit(code: str, shift: int | None, place: Place, *, ended: bool, closed: bool) -> Trimmed:
    """Indent the code, and cut it where the suggestion ends; `closed` says that nothing behind it can count."""
    text, rambles = _cut_ramble(refit(_hug(code, place), place, shift), place)
    ended |= rambles
    solid = text if ended else text[: text.rfind("\n") + 1]
    without = overlap.strip_end(solid, place)
    repeats = len(without) < len(solid)
    if repeats:
        text = without
    reach = extent.measure(text, place, final=ended or repeats)
    text = text[: reach.end]
    if repeat.is_stuck(text):
        return Trimmed("", complete=True, verdict=Verdict.REPETITIVE)
    complete = reach.complete or repeats or closed or rambles
    if complete or ended:
        text = text.rstrip() if "\n" in text or not place.line_suffix else text
        if not text.strip():
            return Trimmed("", complete=True, verdict=Verdict.DUPLICATE if repeats else Verdict.EMPTY)
    return Trimmed(text, complete=complete)


def land(text: str, document: Document, offset: int, place: Place, memory: Memory = NONE) -> Landed:
    """Fit a complete, trimmed `text` into the document, and ask the filters whether it may be shown.

    Its block's end by the tree, the line's rest, what parses of it, line ends; `memory` is what the user did here.
    """
    text, behind = overlap.covered(text, place)
    span = Span(offset, offset + behind)
    text = cut_at_block_end(text, document, span, place)
    if not place.line_suffix or behind:
        text = text.rstrip("\n")  # Otherwise the last line end is what moves the line's rest down.
    if not text.strip() or (behind and text.strip() == place.line_suffix.strip()):
        return Landed(Span(offset, offset), "", Verdict.EMPTY)
    objection = first_objection(Candidate(text, span, document, place, memory))
    if objection is None:
        sound = without_errors(text, document, span, place)
        if not sound:
            objection = Verdict.BROKEN
        elif sound != text:
            text = sound
            objection = first_objection(Candidate(text, span, document, place, memory))
    if objection is not None:
        return Landed(Span(offset, offset), "", objection)
    return Landed(span, with_line_ends(text, place.line_end))


def _begin(code: str, place: Place, *, ended: bool) -> tuple[str, int | None, Verdict | None]:
    """Settle the reply's start against what was typed: the seam, half words, repeated lines."""
    seam = place.seam
    if place.blank:
        code = _LEADING_BLANK_LINES.sub("", code)
    if place.chat:
        started = overlap.strip_start(code, place, ended=ended)
        return started.text, started.shift, Verdict.MISMATCH if started.rewrites else None
    if seam.word:
        begun = code.lstrip(" \t")
        if not begun.startswith(seam.word):
            waiting = not ended and seam.word.startswith(begun)
            return "", None, None if waiting else Verdict.MISMATCH
        return begun[len(seam.word) :], None, None
    if seam.spaces and not place.blank:
        return code.removeprefix(seam.spaces) if code.startswith(seam.spaces) else code.lstrip(" \t"), None, None
    if place.blank and place.language.block == "indent" and _leaves(code, place, ended=ended):
        return "", None, Verdict.EMPTY
    return code, None, None


def _leaves(code: str, place: Place, *, ended: bool) -> bool:
    """Whether the model ends the cursor's block instead of going on in it, in a language where columns say so."""
    first = code.partition("\n")[0]
    blanks = first[: len(first) - len(first.lstrip())]
    return bool(first.strip() or ended) and len(blanks) < len(place.indent)


def _hug(code: str, place: Place) -> str:
    """Drop blanks behind an opening bracket, where this file writes none (in a shell they mean something)."""
    typed = place.line_prefix
    if typed[-1:] not in {"(", "["} or place.words or typed[-1:] + " " in place.before:
        return code
    bare = code.lstrip(" ")
    mark = place.language.comment
    return code if place.language.id == "shellscript" or (mark and bare.startswith(mark)) else bare


def _cut_ramble(text: str, place: Place) -> tuple[str, bool]:
    """Cut off a comment behind code that makes its line longer than people write: the model has begun to talk."""
    if place.words:
        return text, False
    at = 0
    for number, line in enumerate(text.split("\n")):
        whole = line if number else place.line_prefix + line
        if len(whole) > RAMBLING and (mark := comment_at(whole, place.language)) is not None and whole[:mark].strip():
            return text[: max(0, at + mark - (len(whole) - len(line)))].rstrip(), True
        at += len(line) + 1
    return text, False
