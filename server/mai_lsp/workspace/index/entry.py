"""One file as the index keeps it: made by parsing, packed small, read back without parsing.

It knows no database and no settings.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from mai_lsp.core.facts import Facts, Symbol, facts_of
from mai_lsp.core.imported import Import, import_words
from mai_lsp.core.language import LANGUAGES, find
from mai_lsp.core.outline import outline
from mai_lsp.core.pieces import DefinitionKind
from mai_lsp.core.projects import named
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import open_document
from mai_lsp.core.uses import Part, uses_of

MAX_BYTES = 1_000_000
"""A larger file is data or generated."""

_BINARY = 8192
"""Bytes in which a NUL says that a file is no text; as git does."""

MAX_IMPORTS = 120
"""Words kept that one file's imports are found by."""

_CPP = re.compile(r"^[ \t]*(?:template[ \t]*<|namespace\b[\w: \t]*\s\{|class(?:[ \t]+\w+)+\s*[:{;])", re.MULTILINE)
"""What only C++ has in a header, whose name ends like C's."""

_KINDS: tuple[DefinitionKind, ...] = ("function", "type", "value")


class Entry(NamedTuple):
    """A row to be stored."""

    path: str
    """Relative to the root, with slashes."""
    changed: int
    """Modification time in nanoseconds."""
    size: int
    language: str
    package: str
    keys: tuple[int, ...]
    """What its definitions are found by (`key_of`)."""
    imported: tuple[int, ...]
    """What it imports is found by (`import_keys`)."""
    packed: bytes
    """Its facts."""
    used: bytes
    """The names its parts use."""


def key_of(name: str, *, member: bool) -> int:
    """Return the number a definition's name is found by; names may share one, so what is found is compared."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) << 1 | member


def keys_of(facts: Facts) -> tuple[int, ...]:
    """Return the keys of all definitions in a file."""
    return tuple({key_of(symbol.name, member=bool(symbol.owner)) for symbol in facts.symbols})


def import_key(name: str) -> int:
    """Return the number that the importers of a name or module are found by."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass"))


def import_names(imports: Iterable[Import]) -> dict[str, None]:
    """Return the words that what is imported can be found by: imported names, and the last word of each module."""
    found = dict.fromkeys(word for one in imports for word in import_words(one))
    return dict(islice(found.items(), MAX_IMPORTS))


def read_entry(root: Path, path: str) -> Entry | None:
    """Parse a file; None when it is gone, not readable, or no text. Keeps the GIL while parsing."""
    place = root / path
    try:
        status = place.stat()
        if status.st_size > MAX_BYTES:
            return None
        data = place.read_bytes()
    except OSError:
        return None
    facts, uses = Facts(), tuple[Part, ...]()
    language = find("", path)
    if b"\0" not in data[:_BINARY]:
        text = data.decode("utf-8-sig", "replace")
        if path.endswith(".h") and _CPP.search(text):
            language = LANGUAGES["cpp"]
        document = open_document(path, language.id, None, text)
        if named(path):
            facts = facts_of(document)  # It says where modules are; it has no code, and some are long.
        else:
            document = replace(document, syntax=parse(language, text))
            outlined = outline(document)
            facts, uses = facts_of(document, outlined), uses_of(document, outlined)
    return Entry(
        path,
        status.st_mtime_ns,
        status.st_size,
        language.id,
        facts.package,
        keys_of(facts),
        tuple(map(import_key, import_names(facts.imports))),
        pack(facts),
        pack_uses(uses),
    )


def pack(facts: Facts) -> bytes:
    """Write facts as few bytes."""
    symbols = [
        (name, _KINDS.index(kind), owner, header, doc, start) for name, kind, owner, header, doc, start in facts.symbols
    ]
    text = json.dumps((facts.package, symbols, facts.imports), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def pack_uses(parts: Sequence[Part]) -> bytes:
    """Write what parts use as few bytes: the words, then three numbers per part and those of its words."""
    words: dict[str, int] = {}
    numbers = array("I")
    for part in parts:
        numbers.extend((part.start, part.end, len(part.names)))
        numbers.extend([words.setdefault(name, len(words)) for name in sorted(part.names)])
    if sys.byteorder == "big":
        numbers.byteswap()
    return zlib.compress("\n".join(words).encode("utf-8", "surrogatepass") + b"\0" + numbers.tobytes(), 3)


def unpack_uses(packed: bytes) -> tuple[Part, ...]:
    """Read what `pack_uses` wrote; raises ValueError for anything else."""
    try:
        text, _, rest = zlib.decompress(packed).partition(b"\0")
    except zlib.error as error:
        raise ValueError("not packed by us") from error
    words = text.decode("utf-8", "surrogatepass").split("\n")
    numbers = array("I")
    numbers.frombytes(rest)
    if sys.byteorder == "big":
        numbers.byteswap()
    flat, at, parts = numbers.tolist(), 0, []
    while at + 3 <= len(flat):
        start, end, count = flat[at : at + 3]
        at += 3
        try:
            names = frozenset([words[number] for number in flat[at : at + count]])
        except IndexError as error:
            raise ValueError("not packed by us") from error
        parts.append(Part(start, end, names))
        at += count
    return tuple(parts)


def unpack(packed: bytes) -> Facts:
    """Read what `pack` wrote; raises ValueError for anything else."""
    try:
        return _unpack(packed)
    except (LookupError, TypeError, zlib.error) as error:
        raise ValueError("not packed by us") from error


def _unpack(packed: bytes) -> Facts:
    package, symbols, imports = json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))
    return Facts(
        package,
        tuple(
            Symbol(name, _KINDS[kind], owner, header, doc, start) for name, kind, owner, header, doc, start in symbols
        ),
        tuple(_import(*row) for row in imports),
    )


def _import(module: str, names: list[Any], alias: str, star: bool, public: bool) -> Import:
    return Import(module, tuple((there, here) for there, here in names), alias, star, public)


def relative(root: Path, paths: Iterator[Path]) -> Iterator[str]:
    """Give paths below the root as the index writes them."""
    prefix = len(os.fspath(root).rstrip(os.sep)) + 1
    for path in paths:
        yield os.fspath(path)[prefix:].replace(os.sep, "/")
