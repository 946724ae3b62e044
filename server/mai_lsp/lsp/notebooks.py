"""The open notebooks: their cells as the client has them, and for each language one joined text with its tree.

A request in a cell gets that text up to the cell's end (`view`). Texts and trees are edited, not made anew: what is
typed in a cell is an edit of the joined text, which `Documents` keeps like any other.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mai_lsp.core.difference import difference
from mai_lsp.core.language import find
from mai_lsp.core.notebook import Cell, Joined, change, join, moved
from mai_lsp.core.syntax import Syntax, parse
from mai_lsp.core.text import Document, Edit, Part, Span, open_document
from mai_lsp.lsp.cells import Changed, Item, Listed
from mai_lsp.lsp.convert import Change, offset_at

if TYPE_CHECKING:
    from mai_lsp.core.encoding import Encoding
    from mai_lsp.lsp.documents import Documents

log = logging.getLogger(__name__)

PARSED_ALONE = 200_000
"""Characters up to which a cell by itself gets a tree, which is made anew each time that one is wanted."""


@dataclass(slots=True)
class Effects:
    """What a change did to cells, in the coordinates of their views."""

    edited: list[tuple[str, list[Edit]]] = field(default_factory=list)
    """Cells that somebody has typed in, with the edits, each in the coordinates its predecessor left."""
    pushed: list[tuple[str, Edit]] = field(default_factory=list)
    """Cells below a change, which moved them."""
    gone: list[str] = field(default_factory=list)
    """Cells that are not there any more, or of which nothing that was known holds."""


@dataclass(slots=True)
class _Notebook:
    uri: str
    cells: list[Cell] = field(default_factory=list)
    joined: dict[str, Joined] = field(default_factory=dict)
    """By language."""
    views: dict[str, tuple[Document | None, Document]] = field(default_factory=dict)
    """By cell, with the joined text that a view was made of."""
    spare: dict[str, Document] = field(default_factory=dict)
    """Texts of cells that were taken out and not closed: they may be put in again elsewhere."""


class Notebooks:
    """All open notebooks by URI."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._open: dict[str, _Notebook] = {}
        self._of: dict[str, _Notebook] = {}
        """The notebook of each cell."""

    def cells(self) -> Iterator[Document]:
        """Yield the cells' own texts."""
        for notebook in self._open.values():
            for cell in notebook.cells:
                yield replace(cell.document, part=Part(notebook.uri, 0))

    def cells_of(self, uri: str) -> list[Cell]:
        """Return the cells of a notebook, in its order."""
        notebook = self._open.get(uri)
        return list(notebook.cells) if notebook is not None else []

    def open(self, uri: str, cells: Sequence[Listed], texts: Iterable[Item]) -> None:
        """Take a notebook; opening one that is open replaces it."""
        self.close(uri)
        notebook = self._open[uri] = _Notebook(uri)
        self._settle(notebook, _arranged(cells, {item.uri: _document(item) for item in texts}), Effects())

    def close(self, uri: str) -> list[str]:
        """Forget a notebook; return the URIs of its cells."""
        notebook = self._open.pop(uri, None)
        if notebook is None:
            return []
        gone = [cell.uri for cell in notebook.cells]
        self._settle(notebook, [], Effects())
        return gone

    def change(self, uri: str, changed: Changed) -> Effects:
        """Apply a change of cells, then of their texts."""
        effects = Effects()
        notebook = self._open.get(uri)
        if notebook is None:
            log.debug("a change to a notebook that is not open was ignored")
            return effects
        if changed.splice is not None or changed.opened or changed.closed or changed.kinds:
            self._settle(notebook, _rearranged(notebook, changed), effects)
        for typed in changed.texts:
            index = next((at for at, cell in enumerate(notebook.cells) if cell.uri == typed.uri), None)
            if index is None:
                notebook.spare.pop(typed.uri, None)
                log.debug("a change to a cell that is not there was ignored")
                continue
            before = notebook.cells[index]
            document, edits = _typed(before.document, typed.version, typed.changes, self._documents.encoding)
            cells = [*notebook.cells]
            cells[index] = after = Cell(before.code, document)
            self._settle(notebook, cells, effects, after.uri, edits)
            if (before.language, before.alone) != (after.language, after.alone):
                effects.gone.append(after.uri)
            else:
                start = 0 if after.alone else notebook.joined[after.language].spans[after.uri].start
                effects.edited.append((after.uri, [moved(edit, start) for edit in edits]))
        return effects

    def view(self, uri: str) -> Document | None:
        """Return a cell as the end of the text that it is in; None for a URI that is none of a cell's."""
        notebook = self._of.get(uri)
        if notebook is None:
            return None
        cell = next(cell for cell in notebook.cells if cell.uri == uri)
        whole = None if cell.alone else self._documents.joined(_key(notebook, cell.language))
        known = notebook.views.get(uri)
        if known is not None and known[0] is whole and known[1].version == cell.document.version:
            return known[1]
        made = _alone(notebook, cell) if whole is None else _cut(notebook, cell, whole)
        notebook.views[uri] = (whole, made)
        return made

    def file_of(self, uri: str) -> str:
        """Return the URI of the notebook that a cell is in; that of anything else is its own."""
        notebook = self._of.get(uri)
        return uri if notebook is None else notebook.uri

    def editable(self, uri: str) -> Document | None:
        """Return a cell by itself, as what an action changes: a file of its language, named after its notebook.

        By such a name all that judges a change by its path knows the language; the notebook's own file holds JSON.
        """
        notebook = self._of.get(uri)
        if notebook is None:
            return None
        cell = next(cell for cell in notebook.cells if cell.uri == uri)
        ending = next(iter(find(cell.language).extensions), "")
        part = Part(notebook.uri + ending, 0, f"\n{cell.uri}")
        return replace(cell.document, language=cell.language, part=part, syntax=_parsed(cell.language, cell.seen))

    def _settle(
        self, notebook: _Notebook, cells: list[Cell], effects: Effects, uri: str = "", edits: Sequence[Edit] = ()
    ) -> None:
        """Let the joined texts follow; `uri` is the cell typed in, if nothing else has changed."""
        before, notebook.cells = notebook.cells, cells
        notebook.views.clear()
        there = {cell.uri for cell in cells}
        for cell in before:
            if cell.uri not in there and self._of.get(cell.uri) is notebook:
                effects.gone.append(cell.uri)
                del self._of[cell.uri]
        self._of |= dict.fromkeys(there, notebook)
        languages = dict.fromkeys(cell.language for cell in cells if not cell.alone)
        for language in notebook.joined.keys() - languages:
            del notebook.joined[language]
            self._documents.close(_key(notebook, language))
        if (typed := _same_code(before, cells, uri)) is not None:
            languages = {typed.language: None}
        for language in languages:
            joined, known = join(cells, language), notebook.joined.get(language)
            notebook.joined[language] = joined
            if known is None:
                self._documents.open(_key(notebook, language), language, None, joined.seen, Part(notebook.uri, 0))
            elif known.seen != joined.seen:
                edit = change(known, joined, uri, edits)
                self._documents.edit(_key(notebook, language), edit)
                _push(known, joined, edit, uri, effects)


def _same_code(before: Sequence[Cell], after: Sequence[Cell], uri: str) -> Cell | None:
    """Return the cell that was typed in, if that concerns no language but its own: prose is a part of each."""
    for old, new in zip(before, after, strict=False):
        if new.uri == uri:
            same = new.code and not new.alone and (old.language, old.alone) == (new.language, new.alone)
            return new if same else None
    return None


class WithCell:
    """The files that are open, and one cell, which is the file for a change that is made in it."""

    def __init__(self, documents: Documents, uri: str) -> None:
        self._documents = documents
        self._uri = uri

    def __iter__(self) -> Iterator[Document]:
        yield from self._documents
        if (cell := self._documents.editable(self._uri)) is not None:
            yield cell


def _push(before: Joined, after: Joined, edit: Edit, typed: str, effects: Effects) -> None:
    """Note which cells a change has moved, but for the one that somebody has `typed` in."""
    by = len(edit.text) - len(edit.span)
    for uri, old in before.spans.items():
        new = after.spans.get(uri)
        if new is None or uri == typed or old.end <= edit.span.start:
            continue
        if edit.span.end <= old.start and new == Span(old.start + by, old.end + by):
            effects.pushed.append((uri, edit))
        else:
            effects.gone.append(uri)


def _cut(notebook: _Notebook, cell: Cell, whole: Document) -> Document:
    """Return the joined text up to the end of a cell, with the tree of just that."""
    joined = notebook.joined[cell.language]
    span = joined.spans[cell.uri]
    starts, syntax = whole.starts, whole.syntax
    if span.end < len(joined.text):
        starts = starts[: bisect_right(starts, span.end)]
        if joined.text[span.end - 1 : span.end] == "\r" and starts[-1] != span.end:
            starts = [*starts, span.end]  # It is no line end together with what stands between cells.
        rest = Edit(Span(span.end, len(joined.seen)), "")
        syntax = syntax.edited([rest], joined.seen[: span.end]) if syntax is not None else None
    return Document(
        cell.uri,
        cell.language,
        cell.document.version,
        joined.text[: span.end],
        starts,
        syntax,
        Part(notebook.uri, span.start, _key(notebook, cell.language)),
    )


def _alone(notebook: _Notebook, cell: Cell) -> Document:
    document = replace(cell.document, language=cell.language, part=Part(notebook.uri, 0, f"\n{cell.uri}"))
    return replace(document, syntax=_parsed(cell.language, cell.seen))


def _parsed(language: str, text: str) -> Syntax | None:
    return parse(find(language), text) if len(text) <= PARSED_ALONE else None


def _typed(
    document: Document, version: int | None, changes: Sequence[Change], encoding: Encoding
) -> tuple[Document, list[Edit]]:
    """Apply the changes of a cell's text; return it with the edits, a whole new text as the one that makes it."""
    edits: list[Edit] = []
    for one in changes:
        if one.start is None or one.end is None:
            edit = difference(document.text, one.text)
        else:
            low, high = sorted(offset_at(document, place, encoding) for place in (one.start, one.end))
            edit = Edit(Span(low, high), one.text)
        edits.append(edit)
        document = document.edited([edit], version)
    return replace(document, version=document.version if version is None else version), edits


def _arranged(cells: Iterable[Listed], texts: dict[str, Document]) -> list[Cell]:
    """Return cells in order; one without a text, or named twice, is none."""
    named = dict.fromkeys(cell.uri for cell in cells)
    kinds = {cell.uri: cell.code for cell in cells}
    return [Cell(kinds[uri], texts[uri]) for uri in named if uri in texts]


def _rearranged(notebook: _Notebook, changed: Changed) -> list[Cell]:
    """Apply a change of structure: cells put in, taken out and moved, and their texts opened and closed."""
    texts = notebook.spare | {cell.uri: cell.document for cell in notebook.cells}
    texts = {uri: document for uri, document in texts.items() if uri not in changed.closed}
    texts |= {item.uri: _document(item) for item in changed.opened}
    order = [Listed(cell.uri, cell.code) for cell in notebook.cells]
    if (splice := changed.splice) is not None:
        order[splice.start : splice.start + splice.removed] = splice.cells
    kinds = {cell.uri: cell.code for cell in changed.kinds}
    cells = _arranged([Listed(cell.uri, kinds.get(cell.uri, cell.code)) for cell in order], texts)
    notebook.spare = {uri: document for uri, document in texts.items() if uri not in {cell.uri for cell in cells}}
    return cells


def _document(item: Item) -> Document:
    return open_document(item.uri, item.language, item.version, item.text)


def _key(notebook: _Notebook, language: str) -> str:
    """Name a joined text as no client names a document: this is no URI."""
    return f"{language}\n{notebook.uri}"
