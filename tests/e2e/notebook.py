"""A notebook in the tests' editor: cells that are typed in, put in, moved and taken out, told as LSP 3.17 has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import attrs
from lsprotocol import types

from tests.e2e.editor import Editor
from tests.e2e.profiles import Profile

CODE, PROSE = types.NotebookCellKind.Code, types.NotebookCellKind.Markup


def with_notebooks(profile: Profile) -> Profile:
    """The same editor, if it told of notebooks."""
    sync = types.NotebookDocumentSyncClientCapabilities(dynamic_registration=True)
    able = types.NotebookDocumentClientCapabilities(synchronization=sync)
    return replace(profile, capabilities=attrs.evolve(profile.capabilities, notebook_document=able))


class Notebook:
    """An open notebook; its cells' texts are among the editor's."""

    def __init__(self, editor: Editor, path: Path, *texts: str, language: str = "python") -> None:
        """Open one with these cells; a text that begins as a heading does is prose."""
        self.editor = editor
        self.uri = path.as_uri()
        self.cells: list[str] = []
        self._path = path
        self._version = 1
        self._made = 0
        cells, items = zip(*(self._new(text, language) for text in texts), strict=True)
        self.cells = [cell.document for cell in cells]
        editor.client.notebook_document_did_open(
            types.DidOpenNotebookDocumentParams(
                types.NotebookDocument(self.uri, "jupyter-notebook", 1, cells), cell_text_documents=items
            )
        )

    def type(self, number: int, text: str, at: int | None = None, removed: int = 0) -> None:
        """Replace something in a cell, by default type at its end; offsets are code points."""
        uri = self.cells[number]
        before = self.editor.texts[uri]
        start = len(before) if at is None else at
        places = [self.editor.position(before, offset) for offset in (start, start + removed)]
        self.editor.texts[uri] = before[:start] + text + before[start + removed :]
        self.editor.versions[uri] += 1
        change = types.TextDocumentContentChangePartial(types.Range(*places), text)
        named = types.VersionedTextDocumentIdentifier(uri=uri, version=self.editor.versions[uri])
        self._change(text_content=[types.NotebookDocumentCellContentChanges(named, [change])])

    def put(self, at: int, text: str, language: str = "python") -> None:
        """Put a new cell in."""
        cell, item = self._new(text, language)
        self.cells.insert(at, cell.document)
        self._splice(at, 0, [cell], opened=[item])

    def take(self, at: int) -> None:
        """Take a cell out."""
        uri = self.cells.pop(at)
        del self.editor.texts[uri], self.editor.versions[uri]
        self._splice(at, 1, [], closed=[uri])

    def move(self, start: int, to: int) -> None:
        """Put a cell elsewhere, as VS Code tells it: all cells between are put in anew, none is opened."""
        self.cells.insert(to, self.cells.pop(start))
        low, high = sorted((start, to))
        self._splice(low, high - low + 1, [types.NotebookCell(CODE, uri) for uri in self.cells[low : high + 1]])

    def speak(self, at: int, language: str) -> None:
        """Change a cell's language, as VS Code does after a kernel was chosen: out, and in again."""
        uri = self.cells[at]
        item = types.TextDocumentItem(uri, language, self.editor.versions[uri], self.editor.texts[uri])
        self._splice(at, 1, [], closed=[uri])
        self._splice(at, 0, [types.NotebookCell(CODE, uri)], opened=[item])

    def close(self) -> None:
        for uri in self.cells:
            del self.editor.texts[uri], self.editor.versions[uri]
        named = [types.TextDocumentIdentifier(uri) for uri in self.cells]
        self.editor.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(self.uri), named)
        )

    def _new(self, text: str, language: str) -> tuple[types.NotebookCell, types.TextDocumentItem]:
        uri = f"vscode-notebook-cell:{self._path.as_posix()}#W{self._made}"
        self._made += 1
        prose = text.startswith("# ")
        self.editor.texts[uri], self.editor.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, "markdown" if prose else language, 1, text)
        return types.NotebookCell(PROSE if prose else CODE, uri), item

    def _splice(
        self,
        start: int,
        removed: int,
        cells: list[types.NotebookCell],
        *,
        opened: list[types.TextDocumentItem] | None = None,
        closed: list[str] | None = None,
    ) -> None:
        gone = [types.TextDocumentIdentifier(uri) for uri in closed or []]
        array = types.NotebookCellArrayChange(start, removed, cells)
        self._change(structure=types.NotebookDocumentCellChangeStructure(array, opened or [], gone))

    def _change(self, **cells: Any) -> None:
        self._version += 1
        self.editor.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(self._version, self.uri),
                types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(**cells)),
            )
        )
