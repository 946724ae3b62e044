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
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from mai_lsp.core.facts import Facts, facts_of
from mai_lsp.core.imported import Import, import_words
from mai_lsp.core.language import LANGUAGES, Language, find
from mai_lsp.core.outline import outline
from mai_lsp.core.projects import named
from mai_lsp.core.symbols import Columns, Symbols
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.core.uses import NO_USES, Rows, Uses, uses_of

MAX_BYTES = 1_000_000
"""A larger file is data or generated."""

_BINARY = 8192
"""Bytes in which a NUL says that a file is no text; as git does."""

MAX_IMPORTS = 120
"""Words kept that one file's imports are found by."""

_CPP = re.compile(r"^[ \t]*(?:template[ \t]*<|namespace\b[\w: \t]*\s\{|class(?:[ \t]+\w+)+\s*[:{;])", re.MULTILINE)
"""What only C++ has in a header, whose name ends like C's."""


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
    columns = facts.symbols.columns
    return tuple({key_of(name, member=bool(owner)) for name, owner in zip(columns.names, columns.owners, strict=True)})


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
    facts, uses = Facts(), NO_USES
    language = find("", path)
    if b"\0" not in data[:_BINARY]:
        text = data.decode("utf-8-sig", "replace")
        if path.endswith(".h") and _CPP.search(text):
            language = LANGUAGES["cpp"]
        document = open_document(path, language.id, None, text)
        if named(path):
            facts = facts_of(document)  # It says where modules are; it has no code, and some are long.
        else:
            facts, uses = _read(document, language)
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


def warm_up(language: str) -> None:
    """Load what reading files in a language needs, which takes longer than most files do; takes any word for one."""
    row = find(language)
    _read(open_document("", row.id, None, ""), row)


def _read(document: Document, language: Language) -> tuple[Facts, Uses]:
    document = replace(document, syntax=parse(language, document.text))
    outlined = outline(document)
    return facts_of(document, outlined), uses_of(document, outlined)


def pack(facts: Facts) -> bytes:
    """Write facts as few bytes."""
    text = json.dumps((facts.package, facts.symbols.columns, facts.imports), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def pack_uses(uses: Uses) -> bytes:
    """Write what parts use as few bytes: the words, then three numbers per part and those of its words."""
    numbers = array("I")
    for at, (low, high) in enumerate(pairwise(uses.borders)):
        numbers.extend((uses.starts[at], uses.ends[at], high - low))
        numbers.extend(uses.numbers[low:high])
    if sys.byteorder == "big":
        numbers.byteswap()
    return zlib.compress("\n".join(uses.words).encode("utf-8", "surrogatepass") + b"\0" + numbers.tobytes(), 3)


def unpack_uses(packed: bytes) -> Uses:
    """Read what `pack_uses` wrote; raises ValueError for anything else."""
    try:
        text, _, rest = zlib.decompress(packed).partition(b"\0")
    except zlib.error as error:
        raise ValueError("not packed by us") from error
    words = tuple(text.decode("utf-8", "surrogatepass").split("\n")) if text else ()
    flat = array("I")
    flat.frombytes(rest)
    if sys.byteorder == "big":
        flat.byteswap()
    starts, ends, borders, numbers = array("I"), array("I"), array("I", [0]), array("I")
    at = 0
    while at + 3 <= len(flat):
        starts.append(flat[at])
        ends.append(flat[at + 1])
        end = at + 3 + flat[at + 2]
        numbers += flat[at + 3 : end]
        borders.append(len(numbers))
        at = end
    if numbers and max(numbers) >= len(words):
        raise ValueError("not packed by us")
    return Uses(words, starts, ends, Rows(numbers, borders))


def unpack(packed: bytes) -> Facts:
    """Read what `pack` wrote; raises ValueError for anything else."""
    try:
        return _unpack(packed)
    except (LookupError, TypeError, zlib.error) as error:
        raise ValueError("not packed by us") from error


def _unpack(packed: bytes) -> Facts:
    package, columns, imports = json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))
    names, kinds, *others = columns
    owners, headers, docs, starts = map(tuple, others)
    return Facts(
        package,
        Symbols(Columns(tuple(names), kinds, owners, headers, docs, starts)),
        tuple(_import(*row) for row in imports),
    )


def _import(module: str, names: list[Any], alias: str, star: bool, public: bool) -> Import:
    return Import(module, tuple((there, here) for there, here in names), alias, star, public)


def relative(root: Path, paths: Iterator[Path]) -> Iterator[str]:
    """Give paths below the root as the index writes them."""
    prefix = len(os.fspath(root).rstrip(os.sep)) + 1
    for path in paths:
        yield os.fspath(path)[prefix:].replace(os.sep, "/")
