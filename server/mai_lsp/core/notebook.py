"""A notebook as ordered cells, and the one text that the cells of a language make, each below the other.

Cells run from the top, so what a cell knows is what stands above it: its text ends where the cell does,
and nothing of the cells below can be taken for what stands behind the cursor. Prose between them is in that text as
comments, for it says what the code is about to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mai_lsp.core import magics
from mai_lsp.core.difference import difference
from mai_lsp.core.language import Language, find
from mai_lsp.core.text import Document, Edit, Span, split_lines

BETWEEN = "\n\n"
"""Stands behind each cell: a blank line, as between paragraphs of code."""

PROSE_LINES = 12
"""Of a cell of prose; its heading and first words say most, and room for context is scarce."""

PROSE_COLUMNS = 200
"""Of such a line: a picture may be written in one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, with what is worked out of its text once."""

    code: bool
    """Otherwise prose, in Markdown as a rule."""
    document: Document
    """Its own text under its own URI, as the client has it; without a tree."""
    language: str = field(init=False)
    """LSP language id of what is written in it."""
    alone: bool = field(init=False)
    """A magic says that it is in another language than its notebook: it shares nothing with other cells."""
    seen: str = field(init=False)
    """Its text as a grammar can read it, of the same length."""
    said: tuple[str, ...] = field(init=False)
    """The first lines of its prose; none of code."""

    def __post_init__(self) -> None:
        text, row = self.document.text, find(self.document.language)
        other = magics.foreign(text) if self.code and row.id == "python" else ""
        seen = magics.hidden(text) if self.code and row.id == "python" and not other else text
        lines = () if self.code else islice((line for line in split_lines(text) if line.strip()), PROSE_LINES)
        said = tuple(line[:PROSE_COLUMNS] for line in lines)
        known = {"language": other or row.id, "alone": bool(other), "seen": seen, "said": said}
        for name, value in known.items():
            object.__setattr__(self, name, value)

    @property
    def uri(self) -> str:
        """The client's name for it."""
        return self.document.uri


@dataclass(frozen=True, slots=True)
class Joined:
    """The cells of one language as one text."""

    text: str
    seen: str
    """The same as its grammar can read it; as long, with the same lines."""
    spans: Mapping[str, Span]
    """Where the cells stand that can be edited in it, by URI."""


def join(cells: Iterable[Cell], language: str) -> Joined:
    """Put the cells of a language one below the other."""
    row = find(language)
    texts: list[str] = []
    seen: list[str] = []
    spans: dict[str, Span] = {}
    at = 0
    for cell in cells:
        if cell.alone:
            continue
        if own := cell.language == language:
            spans[cell.uri] = Span(at, at + len(cell.seen))
        text, read = (cell.document.text, cell.seen) if own else (prose(cell, row),) * 2
        if own or text:
            texts += (text, BETWEEN)
            seen += (read, BETWEEN)
            at += len(text) + len(BETWEEN)
    return Joined("".join(texts[:-1]), "".join(seen[:-1]), spans)


def prose(cell: Cell, language: Language) -> str:
    """Return a cell of prose as comments of a language; empty for code, or where a comment needs an end as well."""
    if not cell.said or not language.comment or language.comment_end:
        return ""
    return "\n".join([f"{language.comment} {line}" for line in cell.said])


def readable(document: Document | None, text: str) -> str:
    """Return a text that a document has, or is to have, as its grammar can read it."""
    in_cell = document is not None and document.part is not None and document.language == "python"
    return magics.hidden(text) if in_cell else text


def change(before: Joined, after: Joined, uri: str = "", edits: Sequence[Edit] = ()) -> Edit:
    """Return the one edit of `seen` that leads from one to the other.

    `edits` are those of the cell `uri`, if nothing else was changed: where a key was pressed is not to be told from the
    texts alone, if the same character stood there before.
    """
    here, there = before.spans.get(uri), after.spans.get(uri)
    if len(edits) == 1 and here is not None and there is not None:
        edit = moved(edits[0], here.start)
        new = after.seen[edit.span.start : edit.span.start + len(edit.text)]
        if before.seen[: edit.span.start] + new + before.seen[edit.span.end :] == after.seen:
            return Edit(edit.span, new)
    return difference(before.seen, after.seen)


def moved(edit: Edit, by: int) -> Edit:
    """Return an edit of a cell as one of the text that the cell begins in at `by`."""
    return Edit(Span(edit.span.start + by, edit.span.end + by), edit.text)
