"""Finds syntax errors that a suggestion brings in, by the tree of the document with the suggestion in it.

Code that is only unfinished is none: what is wrong at the suggestion's end, or reaches beyond it, is left alone, and
where the place does not parse even with a harmless word in it, nothing is judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from mai_lsp.core.syntax import Node, parse
from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.reply.brackets import balance
from mai_lsp.reply.inserted import inserted
from mai_lsp.reply.place import Place, lead

LARGE = 100_000
"""Characters of a file from which on even an edited tree costs milliseconds: there a suggestion that is code by itself
passes, though something else may belong at its place."""

JUDGED = frozenset({"brace", "indent", "end"})
"""How blocks end in languages whose grammars know all that is written in them; templates and prose are not judged."""


def without_errors(text: str, document: Document, span: Span, place: Place) -> str:
    r"""Return `text` as far as it parses: all of it, its lines above the first error, or "" if nothing is left.

    `text` has ``\n`` line ends and replaces `span`.
    """
    if document.syntax is None or place.language.block not in JUDGED or place.language.id in {"yaml", "json", "jsonc"}:
        return text
    if len(document.text) > LARGE and _parses_alone(text, place):
        return text
    at = _first_error(text, document, span, place)
    if at is None or not _is_clean(document, span, place):
        return text
    lines = text[: max(0, at - span.start)].split("\n")[:-1]
    while lines:
        shorter = "\n".join(lines).rstrip()
        if shorter and not _ends_open(shorter, document, span, place):
            return shorter
        lines.pop()
    return ""


def _parses_alone(text: str, place: Place) -> bool:
    """Whether the cursor's line and the suggestion are code by themselves, without the file around them."""
    depth = len(place.indent)
    lines = (place.line_prefix + text + place.line_suffix).split("\n")
    alone = parse(place.language, "\n".join(line[min(depth, lead(line)) :] for line in lines) + "\n")
    return alone is not None and not alone.root.has_error


def _first_error(text: str, document: Document, span: Span, place: Place) -> int | None:
    """Return where the first error inside the suggestion is, in the edited document."""
    after = inserted(text, document, span, place).syntax
    if after is None or not after.root.has_error:
        return None
    end = span.start + len(text.rstrip())
    # On a line that has its rest behind the cursor, or behind a semicolon, nothing is left to be written.
    last = end if place.line_suffix or _is_ended(text, place) else end - 1
    for node in _broken(after.root, span.start, end):
        if node.start >= span.start and (node.end <= last or (place.line_suffix and node.start <= end)):
            return node.start
    return None


def _is_ended(text: str, place: Place) -> bool:
    """Whether a suggestion ends with the end of a statement, and not inside the header of a loop."""
    return text.rstrip().endswith(";") and not balance(place.line_prefix + text, place.language).opening


def _ends_open(text: str, document: Document, span: Span, place: Place) -> bool:
    """Whether a shortened suggestion leaves anything open, so that it is no statement by itself."""
    after = inserted(text, document, span, place).syntax
    if after is None:
        return True
    line = document.starts[document.line_at(span.start)]
    return any(True for _ in _broken(after.root, line, span.start + len(text) + 1))


def _is_clean(document: Document, span: Span, place: Place) -> bool:
    """Whether the cursor's line parses without a suggestion, empty or with a word and the brackets it lacks."""
    line = document.line_span(document.line_at(span.start))
    rest = "" if place.line_suffix else "".join(place.missing[: _depth(place)])
    for filler in ("", "_" + rest, "_" + rest + ";"):
        syntax = document.edited([Edit(Span(span.start, span.start), filler)], document.version).syntax
        if syntax is None:
            return False
        if not any(True for _ in _broken(syntax.root, line.start, line.end + len(filler))):
            return True
    return False


def _depth(place: Place) -> int:
    """Return how many brackets the cursor's own line has open."""
    return max(0, sum(place.line_prefix.count(mark) for mark in "([{") - sum(map(place.line_prefix.count, ")]}")))


def _broken(node: Node, start: int, end: int) -> Iterator[Node]:
    """Yield the broken nodes that touch a range, in order."""
    if node.broken and node.start <= end and node.end >= start:
        yield node
    if not node.has_error:
        return
    for child in node.children:
        if child.has_error or child.broken:
            if child.start > end:
                return
            if child.end >= start:
                yield from _broken(child, start, end)
