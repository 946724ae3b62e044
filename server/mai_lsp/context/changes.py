"""What recent edits changed, word by word: which run of tokens took the place of which.

Pure, from what `core.history` has recorded; it judges nothing, and looks at the lines of an edit alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from mai_lsp.core.history import Region
from mai_lsp.core.text import Document, Span

MAX_CHARACTERS = 2_000
"""Lines longer than this together are data or a paste, and comparing their words would take long."""

CONTEXT = 3
"""Tokens on either side that a change keeps: enough for a receiver and a call."""

TOKEN = re.compile(r"\w+|[^\w\s]")
NAME = re.compile(r"[^\W\d]\w*\Z")


class Token(NamedTuple):
    """A word or a mark, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Change:
    """One run of tokens that stands where another stood; either may be empty, not both."""

    span: Span
    """Where `new` stands, in code points of the document as it is."""
    old: str
    new: str
    before: tuple[str, ...]
    """Tokens right before it on its line, the nearest last; as they are now."""
    after: tuple[str, ...]
    """Tokens right behind it on its line."""
    at: float
    """When the place was last edited."""

    @property
    def renames(self) -> bool:
        """Whether one name took the place of another."""
        return bool(NAME.match(self.old) and NAME.match(self.new))


def changes(document: Document, region: Region) -> tuple[Change, ...]:
    """Return the changes that one edited place comes to, in file order; none where it is too large to compare."""
    text = document.text
    top = document.starts[document.line_at(region.start)]
    bottom = document.line_span(document.line_at(region.end)).end
    if bottom - top > MAX_CHARACTERS or len(region.old) > MAX_CHARACTERS:
        return ()
    old = text[top : region.start] + region.old + text[region.end : bottom]
    was, now = tokens(old), tokens(text[top:bottom])
    matcher = SequenceMatcher(None, [one.text for one in was], [one.text for one in now], autojunk=False)
    found = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        here = now[new_from:new_to]
        start = here[0].start if here else (now[new_from - 1].end if new_from else 0)
        span = Span(top + start, top + (here[-1].end if here else start))
        gone = old[was[old_from].start : was[old_to - 1].end] if old_to > old_from else ""
        before, after = around(document, span)
        found.append(Change(span, gone, document.slice(span), before, after, region.at))
    return tuple(found)


def all_changes(document: Document, regions: Sequence[Region]) -> tuple[Change, ...]:
    """Return those of all places, the latest place first."""
    return tuple(_latest_first(document, regions))


def around(document: Document, span: Span) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tokens on either side of a span on its lines, `CONTEXT` at most on each."""
    top = max(document.starts[document.line_at(span.start)], span.start - 200)
    bottom = min(document.line_span(document.line_at(span.end)).end, span.end + 200)
    before = [one.text for one in tokens(document.text[top : span.start])]
    after = [one.text for one in tokens(document.text[span.end : bottom])]
    return tuple(before[-CONTEXT:]), tuple(after[:CONTEXT])


def tokens(text: str) -> list[Token]:
    """Split into words and marks; blanks are none."""
    return [Token(found.group(), found.start(), found.end()) for found in TOKEN.finditer(text)]


def _latest_first(document: Document, regions: Sequence[Region]) -> Iterator[Change]:
    for region in sorted(regions, key=lambda one: -one.at):
        yield from changes(document, region)
