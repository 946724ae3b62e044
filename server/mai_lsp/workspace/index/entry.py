"""One file as the index keeps it: made by parsing, packed small, read back without parsing.

It knows no database and no settings.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from mai_lsp.core.facts import Facts, Symbol, facts_of
from mai_lsp.core.imported import Import
from mai_lsp.core.language import find
from mai_lsp.core.pieces import DefinitionKind
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import open_document

MAX_BYTES = 1_000_000
"""A larger file is data or generated."""

_BINARY = 8192
"""Bytes in which a NUL says that a file is no text; as git does."""

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
    packed: bytes


def key_of(name: str, *, member: bool) -> int:
    """Return the number a definition's name is found by; names may share one, so what is found is compared."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) << 1 | member


def keys_of(facts: Facts) -> tuple[int, ...]:
    """Return the keys of all definitions in a file."""
    return tuple({key_of(symbol.name, member=bool(symbol.owner)) for symbol in facts.symbols})


def tail_of(path: str) -> str:
    """Return the word of a path that an import ends with: the file's stem, or the folder's name for its main file."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    if stem in {"__init__", "index", "mod", "lib", "main"} or name.endswith(".go"):
        return folder.rpartition("/")[2] or stem
    return stem


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
    facts = Facts()
    language = find("", path)
    if b"\0" not in data[:_BINARY]:
        text = data.decode("utf-8-sig", "replace")
        document = open_document(path, language.id, None, text)
        facts = facts_of(replace(document, syntax=parse(language, text)))
    return Entry(path, status.st_mtime_ns, status.st_size, language.id, facts.package, keys_of(facts), pack(facts))


def pack(facts: Facts) -> bytes:
    """Write facts as few bytes."""
    symbols = [
        (name, _KINDS.index(kind), owner, header, doc, start) for name, kind, owner, header, doc, start in facts.symbols
    ]
    text = json.dumps((facts.package, symbols, facts.imports), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


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
