"""What other files may need to know of a file: its definitions as brief text, and its imports.

Pure and made from the outline alone, which never looks into the bodies of functions; it keeps no more of the source
than a signature and the first line of a docstring.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mai_lsp.core.brief import doc_of, header_of, lined
from mai_lsp.core.imported import Import, exports_in, imports_in, package_in
from mai_lsp.core.outline import Definition, Outline, outline
from mai_lsp.core.pieces import DefinitionKind
from mai_lsp.core.text import Document

MAX_SYMBOLS = 1500
"""Definitions kept of one file; more of them are generated."""

HEADER_CHARACTERS = 500
DOC_CHARACTERS = 200
VALUE_LINES = 3
TYPE_LINES = 12
"""Lines of a type without members that the outline sees: an enum, an alias."""


class Symbol(NamedTuple):
    """A definition as other files see it."""

    name: str
    kind: DefinitionKind
    owner: str
    """Name of the type it is a member of; empty at the top of a file or namespace."""
    header: str
    """The signature, or a short value, indented as in its file; ends in ``{`` where members follow in braces."""
    doc: str
    """First line of the docstring or comment, as source; empty without one."""
    start: int
    """Offset in its file, in code points."""


class Facts(NamedTuple):
    """One file's definitions in file order, and its imports."""

    package: str = ""
    symbols: tuple[Symbol, ...] = ()
    imports: tuple[Import, ...] = ()


class File(NamedTuple):
    """A file of the index."""

    path: str
    """Relative to its workspace root, with slashes."""
    language: str
    package: str


def facts_of(document: Document) -> Facts:
    """Collect the facts of a document; none without a tree."""
    outlined = outline(document)
    package, imports = imports_of(document, outlined)
    definitions = [found for found in outlined.definitions() if found.name][:MAX_SYMBOLS]
    with_members = {found.parent.span.start for found in definitions if found.parent is not None}
    symbols = []
    for found in definitions:
        if found.kind == "module":
            package = package or package_in(document.language, document.slice(found.header))
        elif found.kind != "region":
            symbols.append(_symbol(document, found, opened=found.span.start in with_members))
    return Facts(package, tuple(symbols), imports)


def imports_of(document: Document, outlined: Outline) -> tuple[str, tuple[Import, ...]]:
    """Return the package that a document says it is in, and its imports."""
    package = ""
    imports: list[Import] = []
    for span in outlined.imports():
        statement = document.slice(span)
        package = package or package_in(document.language, statement)
        imports += imports_in(document.language, statement)
    return package, (*imports, *exports_in(document.language, document.text))


_RECEIVER = re.compile(r"func\s*\(\s*(?:\w+\s+)?\*?\s*(\w+)")
_OUTSIDE = re.compile(r"([A-Za-z_]\w*)(?:<[^<>]*>)?::~?\w+\s*\(")


def _symbol(document: Document, found: Definition, *, opened: bool) -> Symbol:
    if found.kind == "value":
        header = lined(document, found.span, VALUE_LINES)
    elif found.kind == "type" and not opened:
        header = lined(document, found.span, TYPE_LINES)
    else:
        header = header_of(document, found)
        if opened and document.text[found.header.end : found.header.end + 1] == "{":
            header += " {"
    header = header[:HEADER_CHARACTERS]
    doc = doc_of(document, found, 1)
    inside = found.doc is not None and header == lined(document, found.span, TYPE_LINES)[:HEADER_CHARACTERS]
    doc = "" if len(doc) > DOC_CHARACTERS or (inside and doc.strip() in header) else doc
    return Symbol(found.name, found.kind, _owner(document, found, header), header, doc, found.span.start)


def _owner(document: Document, found: Definition, header: str) -> str:
    """Name the type a definition belongs to, as the language writes it."""
    around = found.parent
    if around is not None and around.kind == "type":
        return around.name
    if around is not None and around.kind == "module":
        if document.language == "rust":
            return around.name if re.match(r"\s*(?:unsafe\s+)?impl\b", document.slice(around.header)) else ""
        if around.parent is not None and around.parent.kind == "type":
            return around.parent.name  # A companion object's members are called on the class.
    if found.kind == "function" and document.language == "go" and (receiver := _RECEIVER.match(header)):
        return receiver[1]
    if found.kind == "function" and document.language == "cpp" and (outside := _OUTSIDE.search(header)):
        return outside[1]
    return ""
