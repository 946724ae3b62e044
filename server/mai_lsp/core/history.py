"""What was edited in a document lately: where, what stood there before, and when; one small value per document.

It never holds a whole text, and works out no differences: a key costs microseconds, and who wants to show the edits
compares the few lines that they are about. The clock is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mai_lsp.core.text import Edit, Span

NEAR_LINES = 8
NEAR_SECONDS = 1.0
"""Edits so near in place and time are one, as Zed has it; those that touch are one whenever they are made, as Copilot
has it, so that what is left is what they come to."""

NEAR_CHARACTERS = 2_000
"""What `NEAR_LINES` may hold at most; lines of data are long."""

MAX_CHARACTERS = 8_000
"""A change larger than this, before or after, is a file's replacement and not an edit: it is forgotten."""

MAX_REGIONS = 16
"""Per document; prompts show eight of all documents (Copilot), next edits 25 (Copilot NES)."""


@dataclass(frozen=True, slots=True)
class Region:
    """A place that was edited, in code points of the document as it is now."""

    start: int
    end: int
    old: str
    """What stood there before its first edit."""
    at: float
    """When it was last edited, in seconds of the clock that `record` is given."""

    @property
    def span(self) -> Span:
        """Where it is now; empty where text was only taken away."""
        return Span(self.start, self.end)


Regions = tuple[Region, ...]
"""Disjoint, in file order, with at least one character between two."""


def record(regions: Regions, text: str, edit: Edit, now: float) -> Regions:
    """Return the regions after `edit`, which is about to be made in `text`."""
    start, end = edit.span.start, edit.span.end
    delta = len(edit.text) - (end - start)
    joined = [region for region in regions if _joins(region, edit.span, text, now)]
    first = min([start, *(region.start for region in joined)])
    last = max([end, *(region.end for region in joined)])
    # An older one can lie between two that join.
    joined = [region for region in regions if region.end >= first and region.start <= last]
    above = [region for region in regions if region.end < first]
    below = [_moved(region, delta) for region in regions if region.start > last]
    if last - first > 2 * MAX_CHARACTERS or len(edit.text) > MAX_CHARACTERS:
        return (*above, *below)
    old = _undone(text, first, last, joined)
    new = text[first:start] + edit.text + text[end:last]
    if old == new or len(old) > MAX_CHARACTERS or len(new) > MAX_CHARACTERS:
        return (*above, *below)
    found = (*above, Region(first, last + delta, old, now), *below)
    if len(found) <= MAX_REGIONS:
        return found
    oldest = min(found, key=lambda region: region.at)
    return tuple(region for region in found if region is not oldest)


def undone(text: str, span: Span, regions: Iterable[Region]) -> str:
    """Return what stood in a part of a text before the edits of the `regions` that lie in it, given in file order."""
    return _undone(text, span.start, span.end, regions)


def _joins(region: Region, span: Span, text: str, now: float) -> bool:
    if region.end >= span.start and region.start <= span.end:
        return True
    if not 0 <= now - region.at <= NEAR_SECONDS:
        return False
    low, high = (region.end, span.start) if region.end < span.start else (span.end, region.start)
    return high - low <= NEAR_CHARACTERS and text.count("\n", low, high) <= NEAR_LINES


def _undone(text: str, first: int, last: int, regions: Iterable[Region]) -> str:
    parts, at = [], first
    for region in regions:
        parts += [text[at : region.start], region.old]
        at = region.end
    return "".join((*parts, text[at:last]))


def _moved(region: Region, by: int) -> Region:
    return replace(region, start=region.start + by, end=region.end + by) if by else region
