"""Everything one place says about what may be written there, before any definition is looked for.

Names near the cursor, the neighbours of its file, what similar code uses, and what followed lines like those around it.
Pure: it sees what `files` tells it and no disk.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from mai_lsp.context.company import Alike, Company, company, own_parts
from mai_lsp.context.near import Near, near
from mai_lsp.context.neighbours import Neighbour, neighbours
from mai_lsp.context.resolve import Files
from mai_lsp.context.scopes import scopes
from mai_lsp.context.sequel import Lines, around, lines_of, sequel
from mai_lsp.core.facts import File, imports_of
from mai_lsp.core.imported import Import
from mai_lsp.core.outline import outline
from mai_lsp.core.text import Document
from mai_lsp.core.uses import PART_LINES

HEAD_CHARACTERS = 400
"""Of the header of a type around the cursor."""

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
    popular: Mapping[str, float]
    """Names that more than one neighbour uses, with the share of the neighbours that do."""
    elsewhere: frozenset[str]
    """Names used in the file away from the cursor."""


def place_of(document: Document, offset: int, here: str, files: Files) -> Place:
    """Look at one place; `here` is the file's own path in the index, `offset` in code points."""
    outlined, enclosing = outline(document), scopes(document, offset)
    package, imports = imports_of(document, outlined)
    file = File(here, document.language, package)
    names = near(document, offset, enclosing)
    heads = [scope.header for scope in enclosing if scope.kind in {"type", "module"}]
    own = own_parts(document, offset)
    words = tuple(dict.fromkeys(word for one in imports for word in _words(one)))
    nearest = _neighbours(files, file, words)
    kept = company(files, nearest, names.names, own)
    texts = [lines_of(document.text[part.start : part.end]) for part in own]
    texts += [lines_of(text) for text in _sources(files, kept.alike)]
    texts += _closest(document, offset)
    return Place(
        file=file,
        text=document.text,
        imports=imports,
        own=frozenset(outlined.names()),
        near=names,
        around=frozenset(name for head in heads for name in _NAME.findall(document.slice(head)[:HEAD_CHARACTERS])),
        function=next((scope.name for scope in reversed(enclosing) if scope.kind == "function"), ""),
        neighbours=nearest,
        company=kept,
        following=sequel(texts, *around(document, offset)),
        popular=_popular(files, file, words, nearest),
        elsewhere=frozenset().union(*(part.names for part in own)),
    )


def _neighbours(files: Files, here: File, words: tuple[str, ...]) -> Sequence[Neighbour]:
    key = ("neighbours", here.path, words)
    if key not in files.memory:
        files.memory[key] = neighbours(files, here, words)
    return cast("Sequence[Neighbour]", files.memory[key])


def _popular(files: Files, here: File, words: tuple[str, ...], nearest: Sequence[Neighbour]) -> Mapping[str, float]:
    key = ("popular", here.path, words)
    if key not in files.memory:
        users: Counter[str] = Counter()
        for neighbour in nearest:
            users.update(frozenset().union(*(part.names for part in files.uses(neighbour.file))))
        files.memory[key] = {name: count / len(nearest) for name, count in users.items() if count > 1}
    return cast("Mapping[str, float]", files.memory[key])


def _sources(files: Files, alike: Sequence[Alike]) -> Iterator[str]:
    """Yield the text of similar parts, file by file."""
    texts: dict[str, str] = {}
    for file, part, _ in alike:
        if file.path not in texts:
            texts[file.path] = files.source(file)
        yield texts[file.path][part.start : part.end]


def _closest(document: Document, offset: int) -> Iterator[Lines]:
    """Yield the lines around the cursor without those that are compared, above and below apart."""
    here = document.line_at(offset)
    for first, last in ((here - 2 * PART_LINES, here), (here + 1, here + 2 * PART_LINES)):
        if first >= document.line_count:
            continue
        start = document.starts[max(0, first)]
        end = document.starts[last] if last < document.line_count else len(document.text)
        yield lines_of(document.text[start:end])


def _words(one: Import) -> Iterator[str]:
    """Yield what files that import the same can be found by."""
    yield from re.findall(r"[\w$-]+", re.sub(r"\.(?:[mc]?[jt]sx?|hh?|hpp|rb|php)$", "", one.module))[-1:]
    yield from (there for there, _ in one.names if there != "default")
