"""Imports that led to a definition before a change and lead nowhere after it: what a rename or a move has forgotten.

It sees imports and facts only, so what is reached without an import by name (members, parameters) it can not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import dirname
from typing import NamedTuple

from mai_lsp.context.bound import binds
from mai_lsp.context.resolve import (
    BY_PACKAGE,
    HOPS,
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

_INSIDE = (".", "crate", "self", "super")
"""What a module begins with that is none of another package."""

_REBOUND = r"(?<![\w.$])NAME\s*:?=(?!=)|\bfor\s+NAME\b|[(,]\s*NAME\s*(?:[,)]|:(?!:)|[\w*&\[])"
"""What may give a module's name another meaning somewhere in a file."""

IMPORTERS = 400
"""Files that import one name and are looked at."""


class Lost(NamedTuple):
    """An import that leads nowhere."""

    path: str
    name: str
    """Empty for a whole module."""
    module: str
    used: bool = False
    """It is imported with its module, and used by the module's name."""


class Changed:
    """What an index would answer with some files as given; None for one that is not there (`resolve.Files`).

    Without an index it answers from these files alone.
    """

    def __init__(self, files: Files | None, documents: Mapping[str, Document | None]) -> None:
        self.memory: dict[object, object] = {}
        self._files = files
        self._hidden = documents.keys()
        self._facts: dict[str, Facts] = {}
        self._mine: list[File] = []
        self._documents = documents
        for path, document in documents.items():
            if document is not None:
                facts = self._facts[path] = facts_of(document)
                self._mine.append(File(path, document.language, facts.package))

    def named(self, file: File, name: str) -> Sequence[Symbol]:
        """Return the definitions of one name in a file."""
        return [symbol for symbol in self.facts(file).symbols if symbol.name == name]

    def tailed(self, tail: str) -> Sequence[File]:
        """Return the files whose stem this is."""
        return self._merged(
            self._files.tailed(tail) if self._files else (),
            (one for one in self._mine if imported_as(one.path) == tail),
        )

    def defining(self, name: str, *, member: bool, limit: int) -> Sequence[File]:
        """Return files that may define a name."""
        mine = (
            one
            for one in self._mine
            if any(found.name == name and bool(found.owner) == member for found in self._facts[one.path].symbols)
        )
        return self._merged(self._files.defining(name, member=member, limit=limit) if self._files else (), mine)

    def facts(self, file: File) -> Facts:
        """Return what a file defines and imports."""
        if self._files is None or file.path in self._hidden:
            return self._facts.get(file.path, Facts())
        return self._files.facts(file)

    def uses(self, file: File) -> Uses:
        """Return nothing for a file that is given: nobody asks."""
        return NO_USES if self._files is None or file.path in self._hidden else self._files.uses(file)

    def source(self, file: File) -> str:
        """Return a file's text."""
        given = self._documents.get(file.path)
        if given is not None or self._files is None or file.path in self._hidden:
            return given.text if given is not None else ""
        return self._files.source(file)

    def makes(self, file: File, name: str) -> bool:
        """Whether a file that is given may have a name that its facts do not tell of."""
        given = self._documents.get(file.path)
        return given is not None and binds(given, name)

    def importing(self, name: str, limit: int) -> Sequence[File]:
        """Return files that may import a name."""
        mine = (
            one
            for one in self._mine
            if any(name in import_words(imported) for imported in self._facts[one.path].imports)
        )
        return self._merged(self._files.importing(name, limit) if self._files else (), mine)

    def beside(self, folder: str) -> Sequence[File]:
        """Return the files of a folder."""
        return self._merged(
            self._files.beside(folder) if self._files else (),
            (one for one in self._mine if dirname(one.path) == folder),
        )

    def inside(self, package: str) -> Sequence[File]:
        """Return the files of a package."""
        return self._merged(
            self._files.inside(package) if self._files else (), (one for one in self._mine if one.package == package)
        )

    def mine(self) -> Sequence[File]:
        """Return the files that are given and there."""
        return self._mine

    def _merged(self, rows: Iterable[File], mine: Iterable[File]) -> list[File]:
        return [*mine, *(row for row in rows if row.path not in self._hidden)]


def left_behind(before: Changed, after: Changed) -> list[Lost]:
    """Return the imports of any file that led somewhere `before` and lead nowhere `after`, by path."""
    gone, words = set[str](), set[str]()
    for file in before.mine():
        words.add(imported_as(file.path))
        gone |= _gone(before, after, file)
    looked = {file.path: file for file in after.mine()}
    for word in sorted(words | gone) if gone else ():
        for file in after.importing(word, IMPORTERS):
            looked.setdefault(file.path, file)
    known = {file.path: file for file in before.mine()}
    return [
        lost
        for path in sorted(looked)
        for lost in dict.fromkeys(_lost(before, after, known.get(path, looked[path]), looked[path], gone))
    ]


def _gone(before: Changed, after: Changed, file: File) -> set[str]:
    """Return the words by which those may be found that import what is not there any more."""
    now = next((one for one in after.mine() if one.path == file.path), None)
    there = {symbol.name for symbol in after.facts(now).symbols} if now is not None else set()
    names = {symbol.name for symbol in before.facts(file).symbols if symbol.name not in there}
    return names if now is not None else {*names, imported_as(file.path)}


def _lost(before: Changed, after: Changed, then: File, now: File, gone: set[str]) -> Iterator[Lost]:
    new = {file.path for file in after.mine()}
    former = set(before.facts(then).imports)
    for imported in after.facts(now).imports:
        fresh = imported not in former
        for name in [there for there, _ in imported.names] or [""]:
            if _leads(after, before, now, imported, name):
                module = f"{imported.module}.{name}".replace("..", ".") if name else imported.module
                if gone:
                    yield from (
                        Lost(now.path, one, module, used=True)
                        for one in _used((before, after), then, now, imported, name)
                        if one in gone
                    )
                continue
            if not fresh and _leads(before, before, then, imported, name):
                yield Lost(now.path, name, imported.module)
            elif fresh and name and any(file.path in new for file in modules(after, now, imported)):
                # A new import from a file that was just written, which has no such name.
                yield Lost(now.path, name, imported.module)


def _used(both: tuple[Changed, Changed], then: File, now: File, imported: Import, name: str) -> Iterator[str]:
    """Yield what a file uses of a module, by the module's name, that was there `before` and is not `after`."""
    before, after = both
    local = next((here for there, here in imported.names if there == name), imported.alias)
    # `import a.b` makes a known, and what is used is written a.b.c.
    dotted = not name and local == imported.module.partition(".")[0]
    spelled = re.escape(imported.module if dotted else local)
    was, where = (
        submodule(files, file, imported, name) if name else modules(files, file, imported)
        for files, file in ((before, then), (after, now))
    )
    if not local or not was or not where:
        return
    text = after.source(now)
    used = set(re.findall(rf"(?<![\w.$:]){spelled}(?:\.|::)(\w+)", text))
    missing = [
        one for one in sorted(used) if definition(before, was, one) is not None and not _has(after, before, where, one)
    ]
    if missing and not re.search(_REBOUND.replace("NAME", re.escape(local)), text):
        yield from missing


def _leads(files: Changed, before: Changed, here: File, imported: Import, name: str) -> bool:
    """Whether an import of a name, or of a module where there is none, leads to something in the workspace."""
    if here.language in BY_PACKAGE:
        wanted = name or imported.module.replace("\\", ".").rpartition(".")[2]
        return imported.star or packaged(files, here, imported, wanted) is not None
    where = modules(files, here, imported)
    if not name or imported.star:
        return bool(where)
    # In Rust a path that ends in an item leads to the item's own file.
    further = submodule(files, here, imported, name)
    return _has(files, before, where, name) or any(file not in where for file in further)


def _has(files: Changed, before: Changed, where: Sequence[File], name: str) -> bool:
    found = definition(files, where, name) is not None or bool(namespace(files, where, name))
    return found or _may_have(files, before, where, name)


def _may_have(files: Changed, before: Changed, where: Sequence[File], name: str, hops: int = HOPS) -> bool:
    """Whether a module may have a name by what no fact tells: from outside the workspace, or made while it runs."""
    for file in where:
        if files.makes(file, name):
            return True
        for imported in files.facts(file).imports:
            there = next((there for there, here in imported.names if here == name), name if imported.star else "")
            if not there:
                continue
            further = modules(files, file, imported) if imported.module else []
            outside = not imported.module.startswith(_INSIDE) and not modules(before, file, imported)
            if (imported.module and not further and outside) or (
                hops and _may_have(files, before, further, there, hops - 1)
            ):
                return True
    return False
