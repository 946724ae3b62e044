"""A region as a model wrote it anew, to edits of the document: the few places that differ, and why not others.

Pure. It trusts nothing about the reply: lines the model repeated from around the region are taken off, a reply that
stops before the region's end is no rewriting, and each edit must pass the filters by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from mai_lsp.core.difference import difference
from mai_lsp.core.history import Region
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Edit, Span, line_end_of, split_lines, with_line_ends
from mai_lsp.reply.clean import clean
from mai_lsp.reply.unwrap import unwrap

MOST_LINES = 12
"""Lines that one edit may bring or take; more is a rewriting that nobody asked for."""


class Objection(StrEnum):
    """Why a rewritten region, or an edit of it, is not proposed. The set is closed."""

    EMPTY = "empty"
    """The model said nothing that is code."""
    CUT = "cut"
    """The reply ends before the region does."""
    UNCHANGED = "unchanged"
    """Nothing is to be changed here."""
    BLANKS = "blanks"
    """It changes nothing but blanks."""
    LARGE = "large"
    """It changes more than an edit is."""
    UNDOES = "undoes"
    """It takes back what was just changed."""
    IMPORTS = "imports"
    """It changes nothing but imports."""
    REJECTED = "rejected"
    """It was turned down before."""
    TYPING = "typing"
    """It changes the line that is being typed."""
    BROKEN = "broken"
    """It brings in a syntax error."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What happened in the document before."""

    regions: Sequence[Region] = ()
    """Its recent edits."""
    rejected: Collection[tuple[str, str]] = ()
    """Edits that were turned down, as (what stood there, what was proposed)."""
    typing: int | None = None
    """Number of the line that is being typed, if one is."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The edits of a rewritten region, in file order; where there are none, the first objection."""

    edits: tuple[Edit, ...] = ()
    objection: Objection | None = None


def rewrite(raw: str, document: Document, region: Span, memory: Memory = Memory(), *, whole: bool = True) -> Rewritten:
    """Compare a reply with the region it rewrites, whole lines of `document`; without `whole` a limit cut it off."""
    around = document.slice(region)
    text, damaged = clean(unwrap(raw, chat=True, words=False, around=around, final=True).code, around)
    if not text.strip():
        return Rewritten(objection=Objection.EMPTY)
    old = split_lines(around)
    new = _fitted(_without_surroundings(split_lines(text.strip("\n")), old, document, region), old)
    new = [*_blank(old), *new, *_blank(old[::-1])]
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    # What ends before the region does was cut off, or left out: nobody asked for its last lines to go.
    shorter = bool(codes) and codes[-1][0] != "equal" and codes[-1][2] - codes[-1][1] > codes[-1][4] - codes[-1][3]
    if not whole or damaged or shorter:
        return Rewritten(objection=Objection.CUT)
    edits = tuple(_hunks(codes, new, document, region))
    if not edits:
        return Rewritten(objection=Objection.UNCHANGED)
    return _passed(edits, document, memory)


def _passed(edits: tuple[Edit, ...], document: Document, memory: Memory) -> Rewritten:
    """Take out what the filters object to."""
    first: Objection | None = None
    kept = []
    for edit in edits:
        objection = next((name for name, objects in CHECKS if objects(edit, document, memory)), None)
        first = first or objection
        if objection is None:
            kept.append(edit)
    if not kept:
        return Rewritten(objection=first)
    sound = [edit for edit in kept if not broken([edit], document)]
    if len(sound) == len(kept):
        return Rewritten(tuple(sound))
    if not broken(kept, document):
        return Rewritten((_joined(kept, document),))  # They go together only: brackets, or a block and its end.
    return Rewritten(tuple(sound)) if sound else Rewritten(objection=Objection.BROKEN)


def broken(edits: Sequence[Edit], document: Document) -> bool:
    """Whether edits bring in syntax errors; those that were there before do not count."""
    if document.syntax is None:
        return False
    after = document.edited_descending(sorted(edits, key=lambda one: -one.span.start), document.version).syntax
    return after is not None and after.root.errors() > document.syntax.root.errors()


def _blanks(edit: Edit, document: Document, _: Memory) -> bool:
    old = document.slice(edit.span)
    line = document.line_span(document.line_at(edit.span.start)).start
    indents = not document.text[line : edit.span.start].strip() and find(document.language).block == "indent"
    same = old.split() == edit.text.split() and (not old.split() or len(old.split()) == len(edit.text.split()))
    return same and not (indents and old.strip())


def _large(edit: Edit, document: Document, _: Memory) -> bool:
    return max(len(split_lines(edit.text)), len(split_lines(document.slice(edit.span)))) > MOST_LINES


def _undoes(edit: Edit, document: Document, memory: Memory) -> bool:
    """Whether accepting gives back what stood in one of the edited places before."""
    text = document.text
    for region in memory.regions:
        start, end = min(edit.span.start, region.start), max(edit.span.end, region.end)
        if end - start > len(region.old) + len(edit.text) + len(edit.span) + 1:
            continue
        accepted = text[start : edit.span.start] + edit.text + text[edit.span.end : end]
        before = text[start : region.start] + region.old + text[region.end : end]
        if accepted.split() == before.split():
            return True
    return False


def _imports(edit: Edit, document: Document, _: Memory) -> bool:
    """Whether an edit consists of imports."""
    language = find(document.language, document.uri)
    kinds = kinds_of(language.id)
    alone = parse(language, edit.text.strip() + "\n") if edit.text.strip() else None
    if alone is None or not kinds.imports or alone.root.has_error:
        return False
    parts = alone.root.named_children
    return bool(parts) and all(part.kind in kinds.imports for part in parts)


def _rejected(edit: Edit, document: Document, memory: Memory) -> bool:
    return (document.slice(edit.span), edit.text) in memory.rejected


def _typing(edit: Edit, document: Document, memory: Memory) -> bool:
    if memory.typing is None:
        return False
    return document.line_at(edit.span.start) <= memory.typing <= document.line_at(edit.span.end)


CHECKS: tuple[tuple[Objection, Callable[[Edit, Document, Memory], bool]], ...] = (
    (Objection.BLANKS, _blanks),
    (Objection.LARGE, _large),
    (Objection.UNDOES, _undoes),
    (Objection.IMPORTS, _imports),
    (Objection.REJECTED, _rejected),
    (Objection.TYPING, _typing),
)


def _hunks(
    codes: Sequence[tuple[str, int, int, int, int]], new: Sequence[str], document: Document, region: Span
) -> Iterator[Edit]:
    """Yield one edit for each run of lines that differs, as small as it can be."""
    top = document.line_at(region.start)
    line_end = line_end_of(document.text)
    for tag, old_from, old_to, new_from, new_to in codes:
        if tag == "equal":
            continue
        lines = new[new_from:new_to]
        start = document.starts[top + old_from] if top + old_from < document.line_count else region.end
        if tag == "insert":
            at_end = top + old_from >= document.line_count or start > region.end
            text = line_end.join(lines)
            yield (
                Edit(Span(region.end, region.end), line_end + text)
                if at_end
                else Edit(Span(start, start), text + line_end)
            )
        elif tag == "delete":
            yield Edit(Span(start, document.starts[top + old_to]), "")
        elif old_to - old_from == new_to - new_from:
            for number, line in enumerate(lines):
                yield from _within(document, document.line_span(top + old_from + number), line)
        else:
            end = document.line_span(top + old_to - 1).end
            yield Edit(Span(start, end), with_line_ends("\n".join(lines), line_end))


def _within(document: Document, span: Span, line: str) -> Iterator[Edit]:
    """Yield the edit that makes a line of another, from one word's border to another's."""
    old = document.slice(span)
    if old == line:
        return
    edit = difference(old, line)
    start, end = edit.span.start, edit.span.end
    while start and _word(old[start - 1]) and (_word(old[start : start + 1]) or _word(edit.text[:1])):
        start -= 1
    grown = 0
    while end < len(old) and _word(old[end]) and (_word(old[end - 1 : end]) or _word(edit.text[-1:])):
        end += 1
        grown += 1
    text = line[start : len(line) - (len(old) - end)]
    yield Edit(Span(span.start + start, span.start + end), text)


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _without_surroundings(new: list[str], old: Sequence[str], document: Document, region: Span) -> list[str]:
    """Take off the lines right above and below the region that a model repeated with it."""
    above = split_lines(document.text[: region.start])[:-1]
    below = split_lines(document.text[region.end :])[1:]
    for count in range(min(len(above), len(new) - 1), 0, -1):
        if new[:count] == above[-count:] and any(map(str.strip, above[-count:])) and new[:count] != list(old[:count]):
            new = new[count:]
            break
    for count in range(min(len(below), len(new) - 1), 0, -1):
        if new[-count:] == below[:count] and any(map(str.strip, below[:count])) and new[-count:] != list(old[-count:]):
            return new[:-count]
    return new


def _fitted(new: list[str], old: Sequence[str]) -> list[str]:
    """Give back the indentation of the first line where the model took it off all lines."""
    mine = next((line for line in new if line.strip()), "")
    theirs = next((line for line in old if line.strip()), "")
    indent, wanted = _lead(mine), _lead(theirs)
    if indent == wanted or not wanted.endswith(indent) or mine.strip() != theirs.strip():
        return new
    missing = wanted[: len(wanted) - len(indent)]
    return [missing + line if line.strip() else line for line in new]


def _lead(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _blank(lines: Sequence[str]) -> list[str]:
    """Return the blank lines that a region begins with, which a fence swallows."""
    found = []
    for line in lines[:-1]:
        if line.strip():
            break
        found.append(line)
    return found


def _joined(edits: Sequence[Edit], document: Document) -> Edit:
    """Return one edit for several and what stands between them."""
    parts, at = [], edits[0].span.start
    for edit in edits:
        parts += [document.text[at : edit.span.start], edit.text]
        at = edit.span.end
    return Edit(Span(edits[0].span.start, at), "".join(parts))
