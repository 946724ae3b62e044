"""Definitions in other files that the place of the cursor may need: from the index' answers to weighted candidates.

It collects what imports, the package, the file's neighbours and the names around lead to, with the hints for each
(`chance`). A name that could mean anything gives nothing. Pure: it sees what `files` tells it and no disk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import dirname
from typing import NamedTuple, cast

from mai_lsp.context.candidate import (
    IMPORTED,
    INHERITED,
    OWNER,
    REACHABLE,
    RECEIVER,
    RIVALRY,
    UNUSED,
    Candidate,
    Expected,
    Sayings,
    There,
    subwords,
    there,
)
from mai_lsp.context.place import Place
from mai_lsp.context.resolve import (
    BY_PACKAGE,
    HOPS,
    SHARED,
    Files,
    Found,
    apart,
    definition,
    modules,
    namespace,
    packaged,
    related,
    submodule,
)
from mai_lsp.core.facts import File
from mai_lsp.core.imported import Import, imported_as
from mai_lsp.core.outline import RIVALS

BESIDE = 16
"""Further files of the same package that are considered, for their names."""

NEAREST = 3.0
"""Affinity that counts as the nearest there is."""


class Breadth(NamedTuple):
    """How far a search goes."""

    offered: int
    """Definitions of one imported module, or of one neighbour, that are considered though nothing speaks for them."""
    names: int
    """Names looked up in one request."""
    types: int
    """Types whose members are considered, the likeliest."""
    members: int
    """Members considered of one type though nothing speaks for them."""
    popular: float
    """Share of the neighbours that must use a name for it to be looked up."""


SMALL = Breadth(offered=10, names=140, types=12, members=30, popular=0.25)
"""For a small prompt: twice as many of each took longer and, on the tuning packages, showed no more."""

DEEP = Breadth(offered=40, names=700, types=20, members=60, popular=0.06)
"""For a large one, which has room for what is less likely."""

HEADER, BASES = 300, 9
"""Characters of a type's header, and words in it, among which are the types that it is made from."""

HANDED = 6
"""Modules whose names a module hands on that are looked into."""

MANY = 8
"""So many others with the same name are as bad as any more."""

RIVALED = 60
"""Files with a name that are looked at."""

LEAST = 0.03
"""Share of similar code below which its names are not looked up."""

RECEIVERS = 40
"""Names near the cursor that a type may have given its name to."""

_WORD = re.compile(r"[a-z]+")
"""A plain word: without an import it hardly means a definition elsewhere."""

_NAME = re.compile(r"[^\W\d][\w$]*")

_INTERNAL = re.compile(r"\.|(?:crate|super|self)::")
"""An import that says itself that it means this package."""


def candidates(place: Place, files: Files) -> list[Candidate]:
    """Return what other files define and the place needs, the most needed first."""
    search = _Search(place, files)
    search.imported()
    search.loose()
    search.beside()
    search.members()
    return search.ranked()


def _unused(text: str, name: str) -> bool:
    """Whether a name stands in a text no more than once: in its own import."""
    found, at = 0, text.find(name)
    while at >= 0 and found < 2:
        # A search for a pattern with word borders takes twenty times as long.
        end = at + len(name)
        before, behind = text[at - 1 : at], text[end : end + 1]
        found += not (before.isalnum() or before == "_" or behind.isalnum() or behind == "_")
        at = text.find(name, end)
    return found < 2


def _type_name(name: str) -> str:
    """Return the type that a variable may be named after: `Session` for `session` or `_session`; empty for none."""
    bare = name.strip("_")
    if not bare[:1].islower():
        return ""
    return "".join(part[:1].upper() + part[1:] for part in bare.split("_"))


class _Search:
    """Collects candidates for one place."""

    def __init__(self, place: Place, files: Files) -> None:
        self._place, self._files, self._here = place, files, place.file
        self._near, self._company, self._next = place.near, place.company.names, place.following
        self._folder, self._breadth = dirname(place.file.path), DEEP if place.deep else SMALL
        self._found: dict[tuple[str, int, str], Candidate] = {}
        self._bound: set[str] = set()
        """Names that an import explains."""
        self._known = {neighbour.file.path for neighbour in place.neighbours}
        """Files that have to do with this one."""
        self._affinity = {one.file.path: min(1.0, one.affinity / NEAREST) for one in place.neighbours}
        expected = Expected(place.company.names, place.following, place.popular, place.elsewhere)
        self._sayings = Sayings(place.near, expected, place.fixed)
        self._written = self._sayings.written
        self._modules_seen: set[tuple[str, ...]] = set()
        """Modules that were considered: several imports may lead to one."""
        self._there: dict[str, There] = {}
        """What files say for all they define, by their paths."""
        self._types = place.around | place.near.names.keys()
        """Types that the cursor is in, or that are named near it."""
        self._expected = {*place.near.names, *self._company, *self._next, *place.popular}
        """Names that may well come up."""
        self._receivers = {name.lower().replace("_", "") for name in place.near.names}

    def imported(self) -> None:
        """Follow the file's imports."""
        for imported in self._place.imports:
            where = self._modules(imported)
            self._known.update(file.path for file in where)
            for original, local in imported.names:
                self._bound.add(local)
                found = self._imported(imported, where, original)
                if found is not None:
                    self._known.add(found.file.path)
                    unused = local not in self._near.names and original == local and _unused(self._place.text, local)
                    self._add(found, local, (IMPORTED, 1.0), (UNUSED, float(unused)))
                elif inner := self._modules(imported, original) or self._namespace(where, original):
                    self._known.update(file.path for file in inner)
                    self._module(inner)
                elif _INTERNAL.match(imported.module):
                    # It is in this workspace, even if the way there could not be followed.
                    self._look_up(original)
            if imported.alias and where:
                self._bound.add(imported.alias)
                self._module(where)
            elif imported.star and where:
                self._star(where)

    def loose(self) -> None:
        """Look for the names near the cursor and of its company that no import explains."""
        mine = self._place.own | self._bound
        used = self._near.names
        weights: dict[str, float] = dict.fromkeys(self._place.around, 1.0)
        weights.update({name: 1 + min(1.0, weight) for name, weight in used.items()})
        for name, share in self._company.items():
            if share >= LEAST:
                weights[name] = weights.get(name, 0.0) + 3 * share
        for name, share in self._next.items():
            weights[name] = weights.get(name, 0.0) + 2 * share
        for name, share in self._place.popular.items():
            if share >= self._breadth.popular:
                weights[name] = weights.get(name, 0.0) + share
        chosen = sorted((-weight, name) for name, weight in weights.items() if name not in mine and len(name) > 1)
        for _, name in chosen[: self._breadth.names]:
            self._look_up(name)
        for name in sorted(used, key=lambda name: (-used[name], name))[:RECEIVERS]:
            if (named := _type_name(name)) and named not in mine and named not in weights:
                self._look_up(named)

    def _look_up(self, name: str) -> None:
        known = self._place.lookups.get(name)
        if known is None:
            known = self._place.lookups[name] = self._looked_up(name)
        if not known:
            return
        expected = name in self._company or name in self._next
        plain = not expected and self._here.language not in SHARED and _WORD.fullmatch(name) is not None
        for found, rivals in known:
            if found.symbol.owner or not plain:
                self._add(found, name, (RIVALRY, rivals))

    def _looked_up(self, name: str) -> tuple[tuple[Found, float], ...]:
        """Return the definitions a name may mean without an import, with how many others have the name."""
        found = []
        members = self._rivals(name, member=True)
        chosen = [file for file in members if file.path in self._known] or members
        for file in chosen if len(chosen) <= RIVALS else ():
            found += [
                (Found(file, symbol), (len(members) - 1) / MANY)
                for symbol in self._files.named(file, name)
                if symbol.owner
            ]
        rivals = self._rivals(name, member=False)
        folder, shared = self._folder, self._here.language in SHARED
        same = [file for file in rivals if file.package == self._here.package and self._here.package] if shared else []
        if self._here.language == "go":
            same = [file for file in same if dirname(file.path) == folder]
        near_by = [file for file in rivals if file.path in self._known]
        beside = [file for file in rivals if dirname(file.path) == folder]
        for some in same, near_by, beside, rivals:
            if some and len(some) <= RIVALS:
                nearest = min(some, key=lambda file: (apart(file.path, self._here.path), file.path))
                if top := self._definition((nearest,), name, 0):
                    found.append((top, (len(rivals) - 1) / MANY))
                break
        return tuple(found)

    def beside(self) -> None:
        """Consider what files that belong to this one define."""
        for neighbour in self._place.neighbours:
            self._offer(neighbour.file)
        if self._here.language not in SHARED:
            return
        scored = []
        package = self._here.package if self._here.language in BY_PACKAGE else ""
        for file in self._files.inside(package) if package else self._files.beside(self._folder):
            words = subwords(imported_as(file.path))
            likeness = sum([self._written.get(word, 0.0) for word in words]) / (len(words) or 1)
            if likeness and file.path not in self._affinity and file.path != self._here.path:
                scored.append((-likeness, file))
        for _, file in sorted(scored)[:BESIDE]:
            self._offer(file)

    def _offer(self, file: File) -> None:
        free, left = self._here.language in SHARED or self._place.deep, self._breadth.offered
        symbols = self._files.facts(file).symbols
        for at, (name, owner) in enumerate(zip(symbols.columns.names, symbols.columns.owners, strict=True)):
            if owner:
                # Methods may stand in another file than their type, and a part of a class, too.
                own = owner in self._place.own and owner in self._types
                if own or (self._place.deep and self._sounds_alike(name)):
                    self._add(Found(file, symbols[at]), name, (RECEIVER, float(own)))
            elif name.startswith("_"):
                continue
            # Where it takes an import to use it, something here should at least sound like it.
            elif self._sounds_alike(name):
                self._add(Found(file, symbols[at]), name)
            elif free and left:
                left -= 1
                self._add(Found(file, symbols[at]), name)

    def members(self) -> None:
        """Consider the members of the likeliest types, and of what those are made from."""
        done: set[tuple[str, str]] = set()
        types = [one for one in self._found.values() if one.found.symbol.kind == "type"]
        for one in types:
            one.reckon()
        todo = [(one.found, one.chance) for one in sorted(types, key=_order)[: self._breadth.types]]
        for found, likely in todo:
            file, top = found
            if (file.path, top.name) in done:
                continue
            done.add((file.path, top.name))
            inherited = float(top.name in self._place.around)
            receiver = float(top.name in self._near.names or top.name.lower() in self._receivers)
            left = self._breadth.members
            for member in self._files.facts(file).symbols.owned(top.name):
                if left:
                    left -= 1
                elif member.name not in self._expected and not self._sounds_alike(member.name):
                    continue
                self._add(
                    Found(file, member),
                    member.name,
                    (OWNER, likely),
                    (INHERITED, inherited),
                    (RECEIVER, receiver),
                )
            if len(todo) > 3 * self._breadth.types:
                continue
            for name in _NAME.findall(top.header[:HEADER])[1:BASES]:
                if name == top.name or not name[0].isupper():
                    continue
                base = self._definition((file,), name)
                if base is not None and base.file.path != self._here.path:
                    self._add(base, name, (OWNER, likely))
                    todo.append((base, likely / 2))

    def ranked(self) -> list[Candidate]:
        """Return all that was found, the most needed first; equal ones in the order of their files."""
        for one in self._found.values():
            one.reckon()
        return sorted(self._found.values(), key=_order)

    def _module(self, where: Sequence[File]) -> None:
        """Consider what a module defines or hands on: what is expected, what sounds alike, some of the rest."""
        paths = tuple(file.path for file in where)
        if paths in self._modules_seen:
            return
        self._modules_seen.add(paths)
        left, todo, handed = self._breadth.offered, list(where), 0
        for file in todo:
            facts = self._files.facts(file)
            for imported in facts.imports:
                if imported.public and imported.star and imported.module and handed < HANDED:
                    handed += 1
                    todo += [one for one in self._modules(imported, here=file) if one not in todo]
            symbols = facts.symbols
            for at, (name, owner) in enumerate(zip(symbols.columns.names, symbols.columns.owners, strict=True)):
                if owner:
                    continue
                if name in self._expected:
                    self._bound.add(name)
                elif left and not name.startswith("_"):
                    left -= 1
                elif not self._sounds_alike(name):
                    continue
                self._add(Found(file, symbols[at]), name, (REACHABLE, 1.0))

    def _star(self, where: Sequence[File]) -> None:
        """Look for all that is expected here in a module whose names can all be used as they are."""
        for name in {*self._near.names, *self._company, *self._next}:
            # Following re-exports takes long, and most names are not defined at the top of any file.
            if name in self._bound or not self._files.defining(name, member=False, limit=RIVALED):
                continue
            if found := self._definition(where, name):
                self._bound.add(name)
                self._add(found, name, (REACHABLE, 1.0))

    def _modules(self, imported: Import, name: str = "", here: File | None = None) -> Sequence[File]:
        """Return the files an import means, or those that one of its names means; remembered while nothing changes."""
        here = here or self._here
        key = ("modules", here.path, imported.module, name)
        known = self._files.memory.get(key)
        if known is None:
            files = self._files
            found = submodule(files, here, imported, name) if name else modules(files, here, imported)
            known = self._files.memory[key] = tuple(found)
        return cast("tuple[File, ...]", known)

    def _namespace(self, where: Sequence[File], name: str) -> Sequence[File]:
        key = ("namespace", where[0].path if where else "", name)
        known = self._files.memory.get(key)
        if known is None:
            known = self._files.memory[key] = tuple(namespace(self._files, where, name))
        return cast("tuple[File, ...]", known)

    def _imported(self, imported: Import, where: Sequence[File], name: str) -> Found | None:
        if self._here.language not in BY_PACKAGE:
            return self._definition(where, name)
        key = ("packaged", self._here.path, imported.module, name)
        if key not in self._files.memory:
            self._files.memory[key] = packaged(self._files, self._here, imported, name)
        return cast("Found | None", self._files.memory[key])

    def _definition(self, where: Sequence[File], name: str, hops: int = HOPS) -> Found | None:
        if not where:
            return None
        key = ("definition", where[0].path, len(where), name, hops)
        if key not in self._files.memory:
            self._files.memory[key] = definition(self._files, where, name, hops)
        return cast("Found | None", self._files.memory[key])

    def _sounds_alike(self, name: str) -> bool:
        return self._sayings.sounds_alike(name)

    def _rivals(self, name: str, *, member: bool) -> Sequence[File]:
        """Return the other files that may define a name."""
        here, found = self._here, self._files.defining(name, member=member, limit=RIVALED)
        path, own = here.path, here.language
        return [file for file in found if (file.language == own or related(file.language, own)) and file.path != path]

    def _add(self, found: Found, name: str, *led: tuple[int, float]) -> None:
        """Consider a definition that goes by a name here, with what says that which led to it (`Hint`)."""
        file, symbol = found
        path = file.path
        if path == self._here.path:
            return
        key = (path, symbol.start, symbol.name)
        known = self._found.get(key)
        if known is None:
            where = self._there.get(path)
            if where is None:
                beside = path.rpartition("/")[0] == self._folder
                where = self._there[path] = there(package=beside, affinity=self._affinity.get(path, 0.0))
            known = self._found[key] = Candidate(found, self._sayings.of(symbol, name), where)
        for hint, value in led:
            if value > known.led.get(hint, 0.0):
                known.led[hint] = value


def _order(one: Candidate) -> tuple[float, str, int]:
    return -one.chance, one.found.file.path, one.found.symbol.start
