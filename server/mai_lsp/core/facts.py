"""What other files may need to know of a file: its definitions as brief text, and its imports.

Pure and made from the outline alone, which never looks into the bodies of functions; it keeps no more of the source
than a signature and the first line of a docstring.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from mai_lsp.core.brief import doc_of, header_of, lined
from mai_lsp.core.details import Detail, details_of
from mai_lsp.core.imported import Import, exports_in, imports_in, package_in
from mai_lsp.core.outline import Definition, Outline, outline
from mai_lsp.core.pieces import DefinitionKind
from mai_lsp.core.projects import project_in
from mai_lsp.core.symbols import Symbol, Symbols
from mai_lsp.core.text import Document, Span

MAX_SYMBOLS = 1500
"""Definitions kept of one file; more of them are generated."""

HEADER_CHARACTERS = 500
DOC_CHARACTERS = 200
VALUE_LINES = 3
TYPE_LINES = 12
"""Lines of a type without members: an alias, a tuple."""

WHOLE_CHARACTERS = 80
"""A type or object up to this is its own header, with constants, fields and all."""


NO_SYMBOLS = Symbols.of(())


class Facts(NamedTuple):
    """One file's definitions in file order, and its imports."""

    package: str = ""
    symbols: Symbols = NO_SYMBOLS
    imports: tuple[Import, ...] = ()


class File(NamedTuple):
    """A file of the index."""

    path: str
    """Relative to its workspace root, with slashes."""
    language: str
    package: str


def facts_of(document: Document, outlined: Outline | None = None) -> Facts:
    """Collect the facts of a document, with its outline where that is known already; none without a tree."""
    if (project := project_in(document.uri, document.text)) is not None:
        return Facts(project[0], NO_SYMBOLS, project[1])
    outlined = outlined or outline(document)
    package, imports = imports_of(document, outlined)
    definitions = list(islice(outlined.definitions(), MAX_SYMBOLS))
    for found in definitions:
        if found.kind == "module":
            package = package or package_in(document.language, document.slice(found.header))
    symbols = _Maker(document, definitions).symbols()
    if document.language == "python" and (main := _MAIN.search(document.text)) is not None:
        # What runs when the file is a script can not be imported.
        symbols = [one for one in symbols if one.start < main.start() or one.owner or not one.header[:1].isspace()]
    return Facts(package, Symbols.of(symbols), imports)


def imports_of(document: Document, outlined: Outline) -> tuple[str, tuple[Import, ...]]:
    """Return the package that a document says it is in, and its imports."""
    package = ""
    imports: list[Import] = []
    for span in outlined.imports():
        statement = document.slice(span)
        package = package or package_in(document.language, statement)
        imports += imports_in(document.language, statement)
    return package, (*imports, *exports_in(document.language, document.text))


def imports_within(language: str, text: str) -> tuple[Import, ...]:
    """Return the imports that stand inside of functions, one line each; the outline does not look there."""
    pattern = _WITHIN.get(language)
    if pattern is None:
        return ()
    return tuple(one for found in pattern.finditer(text) for one in imports_in(language, found[1]))


_REQUIRED = re.compile(
    r"^[ \t]+((?:const|let|var)[ \t][^\n=]{1,300}=[^\n]{0,40}\b(?:require|import)\([^\n)]{1,200}\))", re.MULTILINE
)
_WITHIN = {
    "python": re.compile(r"^[ \t]+((?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+[^\n]{1,300})", re.MULTILINE),
    "rust": re.compile(r"^[ \t]+(use[ \t][^\n;]{1,300};)", re.MULTILINE),
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _REQUIRED),
}

_MAIN = re.compile(r"^if __name__ ?== ?[\"']__main__", re.MULTILINE)

_RECEIVER = re.compile(r"func\s*\(\s*(?:\w+\s+)?\*?\s*(\w+)")
_OUTSIDE = re.compile(r"([A-Za-z_]\w*)(?:<[^<>]*>)?::(~?\w+)\s*[({\[=;]")
_ASSIGNED = re.compile(r"\s*([A-Za-z_$][\w$]*)\.(?:prototype\.)?[\w$]+\s*=")
_UNNAMED = ("{", "[", "(")
"""A pattern is no name; the names in it are (`core.details`)."""


class _Maker:
    """Writes one document's definitions and details as symbols."""

    def __init__(self, document: Document, definitions: Sequence[Definition]) -> None:
        self._document = document
        self._definitions = definitions
        self._starts = [found.span.start for found in definitions]
        self._opened = {found.parent.key for found in definitions if found.parent is not None and found.name}
        self._details: dict[tuple[int, int], list[Detail]] = {}
        """Of the definitions they belong to, by the keys of those."""
        self._free: list[Detail] = []

    def symbols(self) -> list[Symbol]:
        """Return them in file order."""
        self._sort_details()
        symbols = [symbol for found in self._definitions for symbol in self._all(found)]
        symbols += [self._free_symbol(detail) for detail in self._free]
        return sorted(symbols, key=lambda symbol: symbol.start)[:MAX_SYMBOLS]

    def _sort_details(self) -> None:
        """Give each detail to its definition; what is local to a function belongs to none."""
        syntax = self._document.syntax
        seen: set[int] = set()
        for detail in sorted(details_of(syntax), key=_by_role) if syntax is not None else ():
            if detail.start in seen:
                continue
            around = self._around(detail)
            if detail.role == "constant":
                if around is None or around.kind != "function":
                    seen.add(detail.start)
                    self._free.append(detail)
            elif around is not None:
                seen.add(detail.start)
                self._details.setdefault(around.key, []).append(detail)

    def _around(self, detail: Detail) -> Definition | None:
        """Return the definition that a detail belongs to, or the function that it is local to."""
        at = bisect_right(self._starts, detail.start) - 1
        found = self._definitions[at] if at >= 0 else None
        while found is not None and (detail.start >= found.span.end or not found.name):
            found = found.parent
        if found is None or detail.role == "constant":
            return found
        if detail.of_end >= 0 and self._document.text[detail.of_end : found.span.end].strip("; \t\r\n"):
            return None
        if detail.role == "field":
            while found is not None and found.kind == "function":
                found = found.parent
        elif found.kind == "function" and (detail.role != "also" or detail.of_end < 0):
            return None
        return found if found is None or found.kind not in ("module", "region") else None

    def _all(self, found: Definition) -> Iterator[Symbol]:
        """Yield a definition, its further names, and those of its members that are no definitions themselves."""
        if not found.name or found.kind in ("module", "region"):
            return
        details = self._details.get(found.key, [])
        members = [detail for detail in details if detail.role != "also" and not self._handed_on(found, detail)]
        opened = found.key in self._opened
        whole = bool(members) and not opened and self._whole(found)
        top = self._symbol(found, opened=opened or bool(members and not whole))
        if members and found.kind == "value":
            top = top._replace(kind="type")
        if not found.name.startswith(_UNNAMED):
            yield top
        names = {found.name}
        for detail in sorted(details):
            if detail.role == "also" and detail.name not in names:
                names.add(detail.name)
                yield top._replace(name=detail.name)
        own = {found.name}
        if opened:
            own = {one.name for one in self._definitions if one.parent is not None and one.parent.key == found.key}
        for detail in members:
            if detail.name not in own:
                own.add(detail.name)
                yield self._member(top, detail, whole=whole)

    def _member(self, top: Symbol, detail: Detail, *, whole: bool) -> Symbol:
        text = lined(self._document, detail.text, VALUE_LINES).rstrip()
        exported = self._exports(top.name)
        shown = not exported and (whole or text.strip() in top.header)
        if not shown and self._document.text[detail.text.end : detail.text.end + 1] in {",", ";"}:
            text += self._document.text[detail.text.end]
        called = text.endswith((")", "=>")) and "(" in text and self._document.language != "rust"
        kind: DefinitionKind = "function" if called else "value"
        owner, header = "" if exported else top.name, "" if shown else text[:HEADER_CHARACTERS]
        return Symbol(detail.name, kind, owner, header, "", detail.start)

    def _exports(self, name: str) -> bool:
        """Whether a value of this name is what the module gives: `module.exports = {…}`."""
        return name == "exports" and self._document.language.startswith("javascript")

    def _handed_on(self, found: Definition, detail: Detail) -> bool:
        """Whether a member of the exports only names something that is defined elsewhere in the file."""
        return self._exports(found.name) and self._document.slice(detail.text) == detail.name

    def _free_symbol(self, detail: Detail) -> Symbol:
        """Write a constant that can be used without its type's name, as in C, with the type around it."""
        text = self._document.slice(detail.text).rstrip()
        around = self._around(detail)
        if around is not None and self._whole(around):
            whole = self._symbol(around, opened=False)
            return whole._replace(name=detail.name, kind="value", owner="")
        if around is not None and around.kind == "type":
            text = f"{self._document.slice(around.header).strip()} {{ {text} }}"
        return Symbol(detail.name, "value", "", text[:HEADER_CHARACTERS], "", detail.start)

    def _whole(self, found: Definition) -> bool:
        """Whether all of a definition's text is short enough to be its header."""
        text = self._document.slice(found.span)
        return len(text) <= WHOLE_CHARACTERS or len(" ".join(text.split())) <= WHOLE_CHARACTERS

    def _symbol(self, found: Definition, *, opened: bool) -> Symbol:
        document = self._document
        if opened:
            header = self._opening(found)
        elif found.kind == "function":
            header = header_of(document, found)
        else:
            header = lined(document, found.span, VALUE_LINES if found.kind == "value" else TYPE_LINES)
        header = header[:HEADER_CHARACTERS]
        doc = doc_of(document, found, 1) if found.doc is not None else ""
        if len(doc) > DOC_CHARACTERS or (found.doc is not None and not opened and doc.strip() in header):
            doc = ""
        return Symbol(found.name, found.kind, _owner(document, found, header), header, doc, found.span.start)

    def _opening(self, found: Definition) -> str:
        """Write what stands before the members, with the brace."""
        document, head = self._document, found.header
        if found.kind == "value":
            brace = document.text.find("{", found.span.start, found.span.end)
            end = found.span.end if brace < 0 else brace
            return lined(document, Span(found.span.start, end), VALUE_LINES) + (" {" if brace >= 0 else "")
        return header_of(document, found) + (" {" if document.text[head.end : head.end + 1] == "{" else "")


def _by_role(detail: Detail) -> tuple[bool, int]:
    """Order details so that, of what two patterns say about one name, the more exact is first."""
    return detail.role == "constant", detail.start


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
    language = document.language
    if language == "go":
        receiver = _RECEIVER.match(header) if found.kind == "function" else None
        return receiver[1] if receiver else ""
    if language == "cpp":
        return next((outside[1] for outside in _OUTSIDE.finditer(header) if outside[2] == found.name), "")
    if language.startswith(("javascript", "typescript")) and (assigned := _ASSIGNED.match(header)):
        return "" if assigned[1] in {"exports", "module"} else assigned[1]
    return ""
