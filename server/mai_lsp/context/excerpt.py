"""The parts of a long file that a change needs to see: around some places, grown to the borders of functions.

Parts are whole lines, in order and apart; imports and the heads of enclosing types come with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mai_lsp.core.outline import Definition, outline
from mai_lsp.core.text import Document, Span
from mai_lsp.core.tokens import estimate

AROUND = 6
"""Lines on either side of a place outside of functions, or inside of one that is too long."""

LONG = 150
"""Lines of a function above which only lines around the place are shown."""

GAP = 3
"""Fewer lines than this between two parts are shown, too."""

MAX_IMPORTS = 80
"""Import statements at most; more of them are generated."""


def parts(document: Document, places: Iterable[Span], budget: int) -> tuple[Span, ...]:
    """Return the parts around `places`, of about `budget` tokens; the first places count most.

    The whole document as one part where that is not longer. Imports are left out before a place is.
    """
    whole = Span(0, len(document.text))
    if estimate(document.text) <= budget:
        return (whole,)
    outlined = outline(document)
    definitions = list(outlined.definitions())
    head = _merged(_clipped(document, span) for span in outlined.imports()[:MAX_IMPORTS])
    kept: list[tuple[int, int]] = []
    for number, place in enumerate(places):
        wider = _merged([*kept, *_around(document, definitions, place)])
        if number and _size(document, wider) > budget:
            continue
        kept = wider
    with_head = _merged([*head, *kept])
    if _size(document, with_head) <= budget or not kept:
        kept = with_head
    return tuple(_span(document, first, last) for first, last in kept)


def _around(document: Document, definitions: Sequence[Definition], place: Span) -> Iterator[tuple[int, int]]:
    """Yield lines around one place, and the heads of what it stands in."""
    first, last = document.line_at(place.start), document.line_at(place.end)
    around = [one for one in definitions if one.span.holds(place)]
    inner = next((one for one in reversed(around) if one.kind == "function"), None)
    if inner is not None:
        top = inner.doc.start if inner.doc is not None and inner.doc.start < inner.span.start else inner.span.start
        low, high = document.line_at(top), document.line_at(inner.span.end)
        if high - low > LONG:
            yield _clipped(document, inner.header)
        else:
            first, last = min(first, low), max(last, high)
    if inner is None or last - first > LONG or first == document.line_at(place.start):
        first, last = max(0, first - AROUND), min(document.line_count - 1, last + AROUND)
    yield first, last
    for one in around:
        if one is not inner:
            yield _clipped(document, one.header)


def _clipped(document: Document, span: Span) -> tuple[int, int]:
    """Return the first and last line of a span, without blank ones at its end."""
    written = document.slice(span).rstrip()
    return document.line_at(span.start), document.line_at(span.start + max(0, len(written) - 1))


def _merged(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if merged and first - merged[-1][1] <= GAP:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _size(document: Document, kept: Sequence[tuple[int, int]]) -> int:
    return sum(estimate(document.slice(_span(document, first, last))) for first, last in kept)


def _span(document: Document, first: int, last: int) -> Span:
    """Return whole lines with the last one's end."""
    end = document.starts[last + 1] if last + 1 < document.line_count else len(document.text)
    return Span(document.starts[first], end)
