"""Which files of a folder a change reaches: found by the index and by reading the text of all, in a thread.

It stops when it is told to and then says that it has not seen everything; without an index it is slower, not blind.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import basename
from typing import NamedTuple

from mai_lsp.context.reach import (
    Tie,
    Uses,
    Wanted,
    imports_file,
    imports_of,
    names_in,
    paths_in,
    tie,
    uses_of,
    words_in,
)
from mai_lsp.core.imported import imported_as
from mai_lsp.core.outline import Definition, outline
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.job import Job
from mai_lsp.reply.edits.wanted import Problem
from mai_lsp.workspace.index.reader import Reader

log = logging.getLogger(__name__)

MAX_PARSED = 400
"""Files with a name in them that are looked at closely; parsing each takes some milliseconds."""

MAX_FOLDER = 2_000
"""Files of a named folder that are looked at."""

MANY = 100
"""Files that the index is asked for, per name."""

GUESSED = 5
"""Files taken for their own names' sake where an instruction names no code."""


@dataclass(slots=True)
class Hit:
    """A file that a change may be about."""

    path: str
    tie: Tie
    why: str
    places: list[Span] = field(default_factory=list)
    """What of it matters, the most telling first."""


@dataclass(slots=True)
class Found:
    """What a search comes to."""

    hits: dict[str, Hit] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Of files that the user named."""
    complete: bool = True
    """False when it was told to stop before everything was seen."""

    def add(self, path: str, tied: Tie, why: str, places: Sequence[Span] = ()) -> None:
        """Note a file; of two reasons the closer one is told."""
        known = self.hits.get(path)
        if known is None:
            self.hits[path] = Hit(path, tied, why, list(places))
            return
        # That it defines what is to be changed says more than that the user named it.
        if tied < known.tie or (known.tie is Tie.NAMED and tied is Tie.DEFINES):
            known.why = why
            known.tie = min(tied, known.tie)
        known.places += places


class Looking(NamedTuple):
    """What a search looks with."""

    connect: Callable[[], Reader | None] | None
    """Opens a reader, in the thread that asks; None, or one that gives None, where there is no index."""
    enough: Callable[[], bool]
    """Says when to stop."""


def search(job: Job, files: Files, looking: Looking) -> Found:
    """Find the files of a job that may change several."""
    index, enough = looking
    found = Found()
    named, folders = _named(job, files, found)
    names = job.names or _names(job)
    reader = _connected(index)
    try:
        first = _indexed(reader, names, named)
    finally:
        if reader is not None:
            reader.close()
    searching = _Searching(files, found, enough)
    bare = {name: name.rpartition(".")[2] for name in names}
    modules = _modules(files, names, bare) if names else []
    for path in modules:
        found.add(path, Tie.NAMED, "named in what you asked for")
    here = job.place.path if job.place is not None else ""
    moved = [path for path in (*modules, *named) if job.resources and not job.names and path != here]
    words = dict.fromkeys([*bare.values(), *(imported_as(path) for path in moved)])
    documents = searching.holding(tuple(words), first) if words else {}
    defined = [name for name in names if searching.reach(job, name, documents, named)]
    for path in moved:
        searching.module(path, documents)
    found.names = tuple(dict.fromkeys(bare[name] for name in defined))
    if folders and not defined and not moved:
        searching.folders(folders, tuple(bare.values()), documents)
    elif folders:
        for path, hit in found.hits.items():
            if _within(path, folders) and hit.tie is not Tie.STRANGER:
                hit.tie = min(hit.tie, Tie.DEFINES)
    if not found.hits:
        searching.using(bare.values(), documents)
    if not found.hits:
        _guess(job, files, found, enough)
    return found


def _named(job: Job, files: Files, found: Found) -> tuple[list[str], list[str]]:
    """Return the files and the folders that the user named, the files noted."""
    named: list[str] = []
    folders: list[str] = []
    if job.place is not None:
        named.append(job.place.path)
        found.add(job.place.path, Tie.NAMED, "where you asked", [job.place.span])
    for path in (*job.paths, *job.creates):
        clean = path.removeprefix("./").rstrip("/") if path not in {"", ".", "/"} else ""
        if not clean or files.is_folder(clean):
            folders.append(clean)
        elif path in job.creates and not files.exists(path):
            continue
        elif isinstance(read := files.read(clean), Problem):
            found.problems += (read,)
        else:
            named.append(clean)
            found.add(clean, Tie.NAMED, "you named it" if path in job.paths else "where the new code goes")
    for path in paths_in(job.instruction):
        if files.is_folder(path):
            folders.append(path)
        elif path not in named and files.exists(path) and not isinstance(files.read(path), Problem):
            named.append(path)
            found.add(path, Tie.NAMED, "named in what you asked for")
    return named, folders


def _names(job: Job) -> tuple[str, ...]:
    """Return the names that an instruction means, and what is defined at the place."""
    found = dict.fromkeys(names_in(job.instruction))
    if (at := _at(job)) is not None:
        found[at.name] = None
    return tuple(found)


def _at(job: Job) -> Definition | None:
    """Return the innermost definition with a name that holds the job's place."""
    if job.place is None:
        return None
    around = [one for one in outline(job.place.document).definitions() if one.name and one.span.holds(job.place.span)]
    return around[-1] if around else None


def _modules(files: Files, names: Sequence[str], bare: dict[str, str]) -> list[str]:
    """Return the files that dotted names are of: `shop.cart`."""
    found = []
    for name in names:
        if bare[name] != name:
            found += [
                path
                for ending in (".py", "/__init__.py", ".ts", ".js", ".go", ".java", ".rs", ".rb")
                if files.exists(path := name.replace(".", "/") + ending)
            ]
    return found


def _connected(index: Callable[[], Reader | None] | None) -> Reader | None:
    try:
        reader = index() if index is not None else None
        if reader is not None:
            reader.begin({})
    except sqlite3.Error as error:
        log.warning("the index can not be read: %s", type(error).__name__)
        return None
    return reader


def _indexed(reader: Reader | None, names: Sequence[str], named: Sequence[str]) -> list[str]:
    """Return the files that the index knows to define or import something: they are looked at first."""
    if reader is None:
        return []
    found: dict[str, None] = {}
    try:
        for name in (one.rpartition(".")[2] for one in names):
            for member in (False, True):
                found.update((file.path, None) for file in reader.defining(name, member=member, limit=MANY))
            found.update((file.path, None) for file in reader.importing(name, MANY))
        for path in named:
            found.update((file.path, None) for file in reader.importing(imported_as(path), MANY))
    except sqlite3.Error as error:
        log.warning("the index can not be read: %s", type(error).__name__)
    return list(found)


def _guess(job: Job, files: Files, found: Found, enough: Callable[[], bool]) -> None:
    """Take files that are called as a word of the instruction: better than none, and the user is told why."""
    words = {word.rstrip("s") for word in words_in(job.instruction)}
    for path in files.listed():
        if enough() or len(found.hits) == GUESSED:
            break
        stem = basename(path).partition(".")[0].lower()
        if stem.rstrip("s") in words and len(stem) > 2:
            found.add(path, Tie.USES, f"is called {stem}")


class _Searching:
    """One search: the files it goes through and what has come of it."""

    def __init__(self, files: Files, found: Found, enough: Callable[[], bool]) -> None:
        self._files, self._found, self._enough = files, found, enough

    def holding(self, words: tuple[str, ...], first: Sequence[str]) -> dict[str, Document]:
        """Read the files that hold one of some words, those that are likely before all others."""
        documents: dict[str, Document] = {}
        encoded = [word.encode() for word in words]
        for path in self._paths(first):
            if self._enough() or len(documents) >= MAX_PARSED:
                self._found.complete = False
                break
            held = self._files.glimpse(path)
            has = any(word in held for word in words) if isinstance(held, str) else any(map(held.__contains__, encoded))
            if has and not isinstance(read := self._files.read(path), Problem):
                documents[path] = read
        return documents

    def _paths(self, first: Sequence[str]) -> Iterator[str]:
        """Yield every path once."""
        known = dict.fromkeys([*self._found.hits, *first])
        yield from (path for path in known if self._files.exists(path))
        yield from (path for path in self._files.listed() if path not in known)

    def reach(self, job: Job, name: str, documents: dict[str, Document], named: Sequence[str]) -> bool:
        """Note what has to do with a name; False when nobody defines it, so that it may be no name at all."""
        owner, _, bare = name.rpartition(".")
        owner = owner.rpartition(".")[2]
        defined: dict[str, list[Definition]] = {}
        for path, document in documents.items():
            if bare not in document.text:
                continue
            own = [one for one in outline(document).definitions() if one.name == bare and one.kind != "module"]
            if own:
                defined[path] = own
        if not defined and name not in job.names:
            return False
        wanted = _wanted(bare, owner, defined, job.place.document if job.place is not None else None, named)
        for path, document in documents.items():
            uses = uses_of(document, bare) if bare in document.text else Uses()
            if not uses.code and not uses.prose:
                continue
            tied, why = tie(path, document, wanted, uses)
            spans = [one.span for one in defined.get(path, ()) if path in wanted.homes]
            spans += [Span(at, at + len(bare)) for at in (*uses.code, *uses.prose)]
            self._found.add(path, tied, why, spans)
        return True

    def folders(self, folders: Sequence[str], names: Sequence[str], documents: Mapping[str, Document]) -> None:
        """Note the files of folders: those that use one of some names as code, or all if none does."""
        inside = {path: document for path, document in documents.items() if _within(path, folders)}
        self.using(names, inside)
        if any(path in self._found.hits for path in inside):
            return
        for folder in folders:
            for number, path in enumerate(self._files.listed(folder)):
                if number == MAX_FOLDER or self._enough():
                    self._found.complete = False
                    return
                self._found.add(path, Tie.NAMED, f"in {folder}" if folder else "in the folder")

    def using(self, names: Iterable[str], documents: Mapping[str, Document]) -> None:
        """Note files that use a name as code which none of them defines: `print`."""
        for name in names:
            for path, document in documents.items():
                if code := uses_of(document, name).code:
                    self._found.add(path, Tie.USES, f"uses {name}", [Span(at, at + len(name)) for at in code])

    def module(self, home: str, documents: dict[str, Document]) -> None:
        """Note the importers of a file, which may be moved."""
        word = imported_as(home)
        for path, document in documents.items():
            if path == home or word not in document.text:
                continue
            outlined = outline(document)
            if imports_file(list(imports_of(document, outlined)), home):
                self._found.add(path, Tie.IMPORTS, f"imports {home}", outlined.imports()[:1])


def _within(path: str, folders: Sequence[str]) -> bool:
    return any(not folder or path.startswith(f"{folder}/") for folder in folders)


def _wanted(
    name: str,
    owner: str,
    defined: Mapping[str, Sequence[Definition]],
    here: Document | None,
    named: Sequence[str],
) -> Wanted:
    """Say which of the files that define a name are meant, and whether that is certain; `here` was asked in."""
    homes = [path for path, own in defined.items() if owner and any(_owner(one) == owner for one in own)]
    homes = [path for path in homes or defined if path in named] or homes
    if not homes and here is not None:
        imported = list(imports_of(here, outline(here)))
        homes = [path for path in defined if imports_file(imported, path)]
    certain = bool(homes) or len(defined) == 1
    homes = homes or list(defined)
    rows = [one for path in homes for one in defined[path] if not owner or _owner(one) in {owner, ""}]
    member = bool(rows) and all(_owner(one) for one in rows)
    owner = _owner(rows[0]) if member else ""
    rivals = tuple(path for path in defined if path not in homes)
    return Wanted(name, owner, tuple(homes), rivals, member, certain)


def _owner(one: Definition) -> str:
    """Name the type that something is a member of; empty for what is none."""
    return one.parent.name if one.parent is not None and one.parent.kind == "type" else ""
