"""Imports that led to a definition before a change and lead nowhere after it: what a rename or a move has forgotten.

It sees imports and facts only, so what is reached without an import by name (members, parameters) it can not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import dirname
from typing import NamedTuple

from mai_lsp.context.resolve import (
    BY_PACKAGE,
    Files,
    definition,
    modules,
    namespace,
    packaged,
    submodule,
)
from mai_lsp.core.facts import Facts, File, facts_of
from mai_lsp.core.imported import Import, import_words, imported_as
from mai_lsp.core.symbols import Symbol
from mai_lsp.core.text import Document
from mai_lsp.core.uses import NO_USES, Uses

IMPORTERS = 400
"""Files that import one name and are looked at."""


class Lost(NamedTuple):
    """An import that leads nowhere."""

    path: str
    name: str
    """Empty for a whole module."""
    module: str


class Changed:
    """What an index would answer with some files as given; None for one that is not there (`resolve.Files`)."""

    def __init__(self, files: Files, documents: Mapping[str, Document | None]) -> None:
        self.memory: dict[object, object] = {}
        self._files = files
        self._hidden = documents.keys()
        self._facts: dict[str, Facts] = {}
        self._mine: list[File] = []
        for path, document in documents.items():
            if document is not None:
                facts = self._facts[path] = facts_of(document)
                self._mine.append(File(path, document.language, facts.package))

    def named(self, file: File, name: str) -> Sequence[Symbol]:
        """Return the definitions of one name in a file."""
        return [symbol for symbol in self.facts(file).symbols if symbol.name == name]

    def tailed(self, tail: str) -> Sequence[File]:
        """Return the files whose stem this is."""
        return self._merged(self._files.tailed(tail), (one for one in self._mine if imported_as(one.path) == tail))

    def defining(self, name: str, *, member: bool, limit: int) -> Sequence[File]:
        """Return files that may define a name."""
        mine = (
            one
            for one in self._mine
            if any(found.name == name and bool(found.owner) == member for found in self._facts[one.path].symbols)
        )
        return self._merged(self._files.defining(name, member=member, limit=limit), mine)

    def facts(self, file: File) -> Facts:
        """Return what a file defines and imports."""
        return self._facts.get(file.path, Facts()) if file.path in self._hidden else self._files.facts(file)

    def uses(self, file: File) -> Uses:
        """Return nothing for a file that is given: nobody asks."""
        return NO_USES if file.path in self._hidden else self._files.uses(file)

    def source(self, file: File) -> str:
        """Return nothing for a file that is given: nobody asks."""
        return "" if file.path in self._hidden else self._files.source(file)

    def importing(self, name: str, limit: int) -> Sequence[File]:
        """Return files that may import a name."""
        mine = (
            one
            for one in self._mine
            if any(name in import_words(imported) for imported in self._facts[one.path].imports)
        )
        return self._merged(self._files.importing(name, limit), mine)

    def beside(self, folder: str) -> Sequence[File]:
        """Return the files of a folder."""
        return self._merged(self._files.beside(folder), (one for one in self._mine if dirname(one.path) == folder))

    def inside(self, package: str) -> Sequence[File]:
        """Return the files of a package."""
        return self._merged(self._files.inside(package), (one for one in self._mine if one.package == package))

    def mine(self) -> Sequence[File]:
        """Return the files that are given and there."""
        return self._mine

    def _merged(self, rows: Iterable[File], mine: Iterable[File]) -> list[File]:
        return [*mine, *(row for row in rows if row.path not in self._hidden)]


def left_behind(before: Changed, after: Changed) -> list[Lost]:
    """Return the imports of any file that led somewhere `before` and lead nowhere `after`, by path."""
    words = set(_gone(before, after))
    looked = {file.path: file for file in after.mine()}
    for word in sorted(words):
        for file in after.importing(word, IMPORTERS):
            looked.setdefault(file.path, file)
    known = {file.path: file for file in before.mine()}
    return [
        lost
        for path in sorted(looked)
        for lost in dict.fromkeys(_lost(before, after, known.get(path, looked[path]), looked[path]))
    ]


def _gone(before: Changed, after: Changed) -> Iterator[str]:
    """Yield the words by which those may be found that import what is not there any more."""
    now = {file.path: file for file in after.mine()}
    for file in before.mine():
        there = {symbol.name for symbol in after.facts(now[file.path]).symbols} if file.path in now else set()
        if file.path not in now:
            yield imported_as(file.path)
        yield from (symbol.name for symbol in before.facts(file).symbols if symbol.name not in there)


def _lost(before: Changed, after: Changed, then: File, now: File) -> Iterator[Lost]:
    new = {file.path for file in after.mine()}
    former = set(before.facts(then).imports)
    for imported in after.facts(now).imports:
        fresh = imported not in former
        for name in [there for there, _ in imported.names] or [""]:
            if _leads(after, now, imported, name):
                continue
            if not fresh and _leads(before, then, imported, name):
                yield Lost(now.path, name, imported.module)
            elif fresh and name and any(file.path in new for file in modules(after, now, imported)):
                # A new import from a file that was just written, which has no such name.
                yield Lost(now.path, name, imported.module)


def _leads(files: Changed, here: File, imported: Import, name: str) -> bool:
    """Whether an import of a name, or of a module where there is none, leads to something in the workspace."""
    if here.language in BY_PACKAGE:
        wanted = name or imported.module.replace("\\", ".").rpartition(".")[2]
        return imported.star or packaged(files, here, imported, wanted) is not None
    where = modules(files, here, imported)
    if not name or imported.star:
        return bool(where)
    found = definition(files, where, name) is not None or bool(namespace(files, where, name))
    # In Rust a path that ends in an item leads to the item's own file.
    return found or any(file not in where for file in submodule(files, here, imported, name))
