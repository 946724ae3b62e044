"""Everything one place says about what may be written there, before any definition is looked for.

Names near the cursor, the neighbours of its file, what similar code uses, and what followed lines like those around it.
Pure: it sees what `files` tells it and no disk.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from mai_lsp.context.candidate import Key, Said
from mai_lsp.context.company import Alike, Company, Parts, company, own_parts, parts_of
from mai_lsp.context.near import Near, near
from mai_lsp.context.neighbours import NEIGHBOURS, Neighbour, neighbours
from mai_lsp.context.resolve import Files, Found
from mai_lsp.context.scopes import scopes
from mai_lsp.context.sequel import Lines, around, lines_of, sequel
from mai_lsp.core.facts import File, imports_of, imports_within
from mai_lsp.core.imported import Import, import_words
from mai_lsp.core.outline import outline
from mai_lsp.core.text import Document
from mai_lsp.core.uses import PART_LINES

HEAD_CHARACTERS = 400
"""Of the header of a type around the cursor."""

RECENT = 12
"""Neighbourhoods remembered: those of the files that somebody is going back and forth between."""

WITHIN_LINES = 50
"""Lines around the cursor in which imports inside of functions count."""

_NAME = re.compile(r"[^\W\d][\w$]*")


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of one place in one file."""

    file: File
    text: str
    imports: Sequence[Import]
    own: frozenset[str]
    """Names that the file itself defines outside of types."""
    near: Near
    around: frozenset[str]
    """Names in the headers of the types around the cursor."""
    function: str
    """Name of the innermost function around the cursor; empty outside of functions."""
    neighbours: Sequence[Neighbour]
    company: Company
    following: Mapping[str, float]
    """Names of the lines that followed lines like those around the cursor."""
    parts: Parts
    """Parts of the neighbours."""
    popular: Mapping[str, float]
    """Names that more than one neighbour uses, with the share of the neighbours that do."""
    deep: bool
    """There is room for more than the likeliest."""
    lookups: dict[str, tuple[tuple[Found, float], ...]]
    """What names were found to mean, remembered for all places of the file."""
    fixed: dict[Key, Said]
    """What names say by themselves, remembered for all places of the file."""
    elsewhere: frozenset[str]
    """Names used in the file away from the cursor."""
    defined: frozenset[str]
    """Names of all that the file defines, members of types too."""


def place_of(document: Document, offset: int, here: str, files: Files, *, many: int = NEIGHBOURS) -> Place:
    """Look at one place; `here` is the file's own path in the index, `offset` in code points, `many` its neighbours."""
    outlined, enclosing = outline(document), scopes(document, offset)
    package, imports = imports_of(document, outlined)
    file = File(here, document.language, package)
    imports = (*imports, *imports_within(document.language, _lines_around(document, offset)))
    names = near(document, offset, enclosing)
    heads = [scope.header for scope in enclosing if scope.kind in {"type", "module"}]
    own = own_parts(document, offset)
    beside = _neighbourhood(files, file, imports, many)
    kept = company(beside.parts, names.names, own)
    texts = [lines_of(document.text[part.start : part.end]) for part in own]
    texts += _written(files, kept.alike)
    texts += _closest(document, offset)
    return Place(
        file=file,
        text=document.text,
        imports=imports,
        own=frozenset(outlined.names()),
        near=names,
        around=frozenset(name for head in heads for name in _NAME.findall(document.slice(head)[:HEAD_CHARACTERS])),
        function=next((scope.name for scope in reversed(enclosing) if scope.kind == "function"), ""),
        neighbours=beside.neighbours,
        company=kept,
        following=sequel(texts, *around(document, offset)),
        parts=beside.parts,
        popular=beside.popular,
        deep=many > NEIGHBOURS,
        lookups=beside.lookups,
        fixed=beside.fixed,
        elsewhere=frozenset().union(*(part.names for part in own)),
        defined=outlined.every_name(),
    )


class _Neighbourhood(NamedTuple):
    """What stays the same while nobody changes another file or an import."""

    neighbours: Sequence[Neighbour]
    parts: Parts
    popular: Mapping[str, float]
    lookups: dict[str, tuple[tuple[Found, float], ...]]
    fixed: dict[Key, Said]


def _neighbourhood(files: Files, here: File, imports: Sequence[Import], many: int) -> _Neighbourhood:
    words = tuple(dict.fromkeys(word for one in imports for word in import_words(one)))
    key = (here.path, words, many)
    recent = cast("dict[object, _Neighbourhood]", files.memory.setdefault("neighbourhoods", {}))
    # Put behind all others, so that the first is the one that was not needed for longest.
    known = recent.pop(key, None)
    if known is None:
        while len(recent) >= RECENT:
            del recent[next(iter(recent))]
        nearest = neighbours(files, here, words, many)
        users = Counter(word for one in nearest for word in files.uses(one.file).words)
        popular = {name: count / len(nearest) for name, count in users.items() if count > 1}
        known = _Neighbourhood(nearest, parts_of(files, nearest), popular, {}, {})
    recent[key] = known
    return known


def _written(files: Files, alike: Sequence[Alike]) -> Iterator[Lines]:
    """Yield the names of the lines of similar parts; a file is read once while nothing changes, or once for several."""
    texts: dict[str, str] = {}
    for file, part, _ in alike:
        key = ("lines", file.path, part.start)
        if key not in files.memory:
            if file.path not in texts:
                texts[file.path] = files.source(file)
            files.memory[key] = lines_of(texts[file.path][part.start : part.end])
        yield cast("Lines", files.memory[key])


def _lines_around(document: Document, offset: int) -> str:
    here, last = document.line_at(offset), document.line_count - 1
    start = document.starts[max(0, here - WITHIN_LINES)]
    return document.text[start : document.starts[min(last, here + WITHIN_LINES)]]


def _closest(document: Document, offset: int) -> Iterator[Lines]:
    """Yield the lines around the cursor without those that are compared, above and below apart."""
    here = document.line_at(offset)
    for first, last in ((here - 2 * PART_LINES, here), (here + 1, here + 2 * PART_LINES)):
        if first >= document.line_count:
            continue
        start = document.starts[max(0, first)]
        end = document.starts[last] if last < document.line_count else len(document.text)
        yield lines_of(document.text[start:end])
