"""Definitions in other files that the place of the cursor needs: a pure function from the index' answers to candidates.

Names lead through the file's imports first, then to its own package and folder, and last to what only one file of the
workspace defines. A name that could mean anything gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from posixpath import dirname

from mai_lsp.context.near import Near, near
from mai_lsp.context.resolve import (
    BY_PACKAGE,
    SHARED,
    Files,
    Found,
    apart,
    definition,
    modules,
    packaged,
    related,
    submodule,
)
from mai_lsp.context.scopes import scopes
from mai_lsp.core.facts import File, imports_of
from mai_lsp.core.imported import Import
from mai_lsp.core.outline import RIVALS, outline
from mai_lsp.core.text import Document

IMPORTED = 0.25
"""Weight of an imported name that is not used near the cursor: it may be what comes next."""

REACHABLE = 0.02
"""Weight of whatever else an imported module offers."""

OFFERED = 24
"""Definitions of one imported module that count as reachable."""

BASES = 0.5
"""Weight of the types named in a class's header, against the class itself."""

PACKAGE, FOLDER, UNIQUE = 0.8, 0.5, 0.3
"""How far a name without an import is believed to mean what is in the same package, folder, or anywhere."""

MEMBER = 0.35
"""How far a name behind a dot is believed to mean the few methods of that name, whatever the receiver is."""

NAMES = 160
"""Names looked up in one request."""

_WORD = re.compile(r"[a-z]+")
"""A plain word: in a comment it means nothing, and in code without an import hardly anything."""

_NAME = re.compile(r"[^\W\d][\w$]*")


@dataclass(slots=True)
class Candidate:
    """A definition that may be shown."""

    found: Found
    weight: float = 0.0
    members: dict[str, float] = field(default_factory=dict)
    """Its members that are used near the cursor."""


def candidates(document: Document, offset: int, here: str, files: Files) -> list[Candidate]:
    """Return what other files define and this place needs, the most needed first; `here` is the file's own path."""
    if document.syntax is None:
        return []
    outlined, enclosing = outline(document), scopes(document, offset)
    package, imports = imports_of(document, outlined)
    names = near(document, offset, enclosing)
    around = {
        name
        for scope in enclosing
        if scope.kind == "type"
        for name in _NAME.findall(document.slice(scope.header)[:400])
    }
    own = {found.name for found in outlined.definitions() if found.parent is None}
    search = _Search(files, File(here, document.language, package), names)
    search.imported(imports, around)
    loose = {name: weight for name, weight in names.names.items() if name not in own and len(name) > 1}
    loose |= dict.fromkeys(around - own, 1.0)
    for name, weight in sorted(loose.items(), key=lambda item: (-item[1], item[0]))[:NAMES]:
        search.loose(name, weight)
    search.bases()
    return search.ranked()


class _Search:
    """Collects candidates for one place."""

    def __init__(self, files: Files, here: File, names: Near) -> None:
        self._files, self._here, self._near = files, here, names
        self._found: dict[tuple[str, int], Candidate] = {}
        self._bound: set[str] = set()
        """Names that an import explains."""

    def imported(self, imports: Sequence[Import], around: Iterable[str]) -> None:
        """Follow the file's imports."""
        used = {**dict.fromkeys(around, 1.0), **self._near.names}
        for imported in imports:
            where = modules(self._files, self._here, imported)
            for there, local in imported.names:
                weight = max(used.get(local, 0.0), IMPORTED)
                self._bound.add(local)
                if self._here.language in BY_PACKAGE:
                    found = packaged(self._files, self._here, imported, there)
                else:
                    found = definition(self._files, where, there)
                if found is not None:
                    self._add(found, weight)
                elif inner := submodule(self._files, self._here, imported, there):
                    self._module(inner, used.get(local, 0.0))
            if imported.alias and where:
                self._bound.add(imported.alias)
                self._module(where, used.get(imported.alias, 0.0))
            elif imported.star and where:
                self._star(where, used)

    def loose(self, name: str, weight: float) -> None:
        """Look for a name that no import explains."""
        if name in self._bound:
            return
        if name in self._near.members:
            self._members(name, weight)
        rivals = [
            file
            for file in self._files.defining(name, member=False, limit=60)
            if file.path != self._here.path and related(file.language, self._here.language)
        ]
        if not rivals:
            return
        folder = dirname(self._here.path)
        shared = self._here.language in SHARED
        same = [file for file in rivals if file.package == self._here.package and self._here.package] if shared else []
        if same and self._here.language == "go":
            same = [file for file in same if dirname(file.path) == folder]
        beside = [file for file in rivals if dirname(file.path) == folder]
        trusted = [(same, PACKAGE), (beside, PACKAGE if shared else FOLDER), (rivals, UNIQUE)]
        for chosen, trust in trusted if shared or not _WORD.fullmatch(name) else ():
            if chosen and len(chosen) <= RIVALS:
                nearest = min(chosen, key=lambda file: (apart(file.path, self._here.path), file.path))
                if found := definition(self._files, [nearest], name, 0):
                    self._add(found, weight * trust / len(chosen))
                return

    def bases(self) -> None:
        """Add the types that the best types so far are made from."""
        for candidate in self.ranked()[:8]:
            file, symbol = candidate.found
            if symbol.kind != "type" or candidate.weight < IMPORTED:
                continue
            for name in _NAME.findall(symbol.header.split("\n")[0])[1:6]:
                if name == symbol.name or not name[0].isupper():
                    continue
                found = definition(self._files, [file], name)
                if found is not None and found.file.path != self._here.path:
                    self._add(found, candidate.weight * BASES)

    def ranked(self) -> list[Candidate]:
        """Return all that was found, the most needed first; equal ones in the order of their files."""
        for candidate in self._found.values():
            if candidate.found.symbol.kind == "type":
                facts = self._files.facts(candidate.found.file) if not candidate.members else None
                for symbol in facts.symbols if facts else ():
                    if symbol.owner == candidate.found.symbol.name and symbol.name in self._near.members:
                        candidate.members[symbol.name] = self._near.names[symbol.name]
        return sorted(self._found.values(), key=lambda one: (-one.weight, one.found.file.path, one.found.symbol.start))

    def _module(self, where: Sequence[File], weight: float) -> None:
        """Add what is used of a module behind its name, and what else it offers."""
        for name in self._near.members if weight else ():
            if found := definition(self._files, where, name):
                self._bound.add(name)
                self._add(found, self._near.names[name])
        offered = 0
        for file in where:
            for symbol in self._files.facts(file).symbols:
                if not symbol.owner and not symbol.name.startswith("_") and offered < OFFERED:
                    offered += 1
                    self._add(Found(file, symbol), REACHABLE * (1 + min(weight, 2.0)))

    def _star(self, where: Sequence[File], used: dict[str, float]) -> None:
        for name, weight in used.items():
            if name not in self._bound and (found := definition(self._files, where, name)):
                self._bound.add(name)
                self._add(found, weight)

    def _members(self, name: str, weight: float) -> None:
        rivals = [
            file
            for file in self._files.defining(name, member=True, limit=RIVALS)
            if related(file.language, self._here.language) and file.path != self._here.path
        ]
        if not 0 < len(rivals) <= RIVALS:
            return
        for file in rivals:
            symbols = self._files.facts(file).symbols
            for owner in {symbol.owner for symbol in symbols if symbol.name == name and symbol.owner}:
                top = next((symbol for symbol in symbols if symbol.name == owner and symbol.kind == "type"), None)
                if top is not None:
                    self._add(Found(file, top), weight * MEMBER / len(rivals)).members[name] = weight

    def _add(self, found: Found, weight: float) -> Candidate:
        key = (found.file.path, found.symbol.start)
        candidate = self._found.setdefault(key, Candidate(found))
        if found.file.path == self._here.path:
            return candidate
        candidate.weight = max(candidate.weight, weight)
        return candidate
