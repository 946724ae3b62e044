"""A suggestion in its place: the lines around the cursor as segments that are kept, new, or replaced.

Pure; it knows no colour and no terminal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from mai_lsp.core.text import Document, split_lines
from mai_lsp.engine.outcome import Suggestion


class Mark(Enum):
    """What becomes of a piece of text when the suggestion is accepted."""

    KEPT = auto()
    NEW = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of one line."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown."""

    number: int | None
    """Counted from 1 in the file as it is; None for a line that the suggestion begins."""
    segments: tuple[Segment, ...]
    cursor: bool = False
    """The cursor's line, and the lines that a suggestion adds to it."""

    @property
    def code(self) -> str:
        """The line once the suggestion is accepted."""
        return "".join(segment.text for segment in self.segments if segment.mark is not Mark.GONE)

    @property
    def all_new(self) -> bool:
        """Nothing of this line was there before."""
        return self.number is None and all(segment.mark is Mark.NEW for segment in self.segments)


def view(document: Document, suggestion: Suggestion | None, cursor: int, *, above: int, below: int) -> list[Line]:
    """Lay out the cursor's line with the suggestion in it, and so many lines of the file above and below."""
    at = document.line_at(cursor)
    first, last = max(0, at - above), min(document.line_count - 1, at + below)
    return [
        *(_plain(document, line) for line in range(first, at)),
        *_lines(at + 1, _cursor_line(document, suggestion, cursor)),
        *(_plain(document, line) for line in range(at + 1, last + 1)),
    ]


def inserted(document: Document, suggestion: Suggestion, cursor: int) -> list[Segment]:
    """Split what the suggestion does behind the cursor into segments.

    Text that the suggestion replaces by itself with something around it, as `)` by `x)`, is kept and not struck out.
    """
    typed = document.text[suggestion.span.start : cursor]
    covered = document.text[cursor : suggestion.span.end]
    text = suggestion.text.removeprefix(typed)
    first = split_lines(text)[0]
    where = first.rfind(covered)
    if where < 0:
        return _filled(Segment(Mark.GONE, covered), Segment(Mark.NEW, text))
    return _filled(
        Segment(Mark.NEW, text[:where]),
        Segment(Mark.KEPT, covered),
        Segment(Mark.NEW, text[where + len(covered) :]),
    )


def _cursor_line(document: Document, suggestion: Suggestion | None, cursor: int) -> list[Segment]:
    line = document.line_span(document.line_at(cursor))
    if suggestion is None:
        return [Segment(Mark.KEPT, document.text[line.start : line.end])]
    return [
        Segment(Mark.KEPT, document.text[line.start : cursor]),
        *inserted(document, suggestion, cursor),
        Segment(Mark.KEPT, document.text[suggestion.span.end : line.end]),
    ]


def _lines(number: int, segments: list[Segment]) -> list[Line]:
    """Break segments into lines; only new text can hold line ends here."""
    rows: list[list[Segment]] = [[]]
    for segment in segments:
        for index, part in enumerate(split_lines(segment.text)):
            if index:
                rows.append([])
            rows[-1] += _filled(Segment(segment.mark, part))
    return [Line(None if index else number, tuple(row), cursor=True) for index, row in enumerate(rows)]


def _plain(document: Document, line: int) -> Line:
    return Line(line + 1, tuple(_filled(Segment(Mark.KEPT, document.line_text(line)))))


def _filled(*segments: Segment) -> list[Segment]:
    return [segment for segment in segments if segment.text]
