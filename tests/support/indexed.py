"""Workspaces for tests: files on disk, their index made by the real scan, and a reader of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.index.reader import Reader, connect
from mai_lsp.workspace.index.scan import Scanned, scan
from mai_lsp.workspace.index.store import Writer


def write(root: Path, files: Mapping[str, str]) -> None:
    """Put files on disk."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="\n")


def scanned(root: Path, database: Path) -> Scanned:
    """Bring an index up to date, in this process alone."""
    writer = Writer(database, root)
    try:
        return scan(root, Rules([root]), writer, lambda done, total: None, cores=1)
    finally:
        writer.close()


def reader_of(root: Path, database: Path) -> Reader:
    """Open an index that must be there."""
    reader = connect(database, root)
    assert reader is not None
    return reader


def document_of(root: Path, name: str, text: str) -> Document:
    """A document as an editor has it open."""
    language = find("", name)
    document = open_document((root / name).as_uri(), language.id, 1, text)
    return replace(document, syntax=parse(language, text))
