"""Leads from an import to files of the index, and from a name to its definition there, across re-exports.

It sees paths and facts only: no disk, no compiler. Where a language's own rules need a build file (path aliases, source
roots), the longest matching end of a path decides, and the file nearest to the importing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import dirname, normpath
from typing import NamedTuple, Protocol

from mai_lsp.core.facts import Facts, File, Symbol
from mai_lsp.core.imported import Import

HOPS = 4
"""Re-exports followed: a package, its subpackage, a module, and one more."""

STARS = 12
"""Star imports looked into per file on the way."""

MODULE_FILES = 40
"""Files of one package looked into."""


class Files(Protocol):
    """What can be asked of an index."""

    def tailed(self, tail: str) -> Sequence[File]:
        """Return the files whose stem (or folder, for a folder's main file and Go) this is."""

    def defining(self, name: str, *, member: bool, limit: int) -> Sequence[File]:
        """Return at most `limit` + 1 files that may define a name, as a member of a type or at the top."""

    def facts(self, file: File) -> Facts:
        """Return what a file defines and imports."""


class Found(NamedTuple):
    """A definition in a file."""

    file: File
    symbol: Symbol


_SCRIPT = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})

_FAMILIES = (
    _SCRIPT,
    frozenset({"c", "cpp"}),
    frozenset({"java", "kotlin", "scala"}),
)
BY_PACKAGE = frozenset({"java", "kotlin", "scala", "csharp", "php"})
"""Languages whose imports name a package that files say they are in, not a path."""

SHARED = BY_PACKAGE | {"go", "swift"}
"""Languages in which a package's files see each other's names without an import."""


def related(one: str, other: str) -> bool:
    """Whether code in one language can use what is defined in another."""
    return one == other or any(one in family and other in family for family in _FAMILIES)


def modules(files: Files, here: File, imported: Import) -> list[File]:
    """Return the files that an import means; more than one only where a folder or package is a module."""
    if here.language in BY_PACKAGE:
        return []
    ends = list(_ends(here, imported.module))
    for exact, end in ends:
        tail = _tail(end, here.language)
        fitting = [
            file
            for file in files.tailed(tail)
            if related(file.language, here.language)
            and file.path != here.path
            and _fits(file, end, exact, here.language)
        ]
        if fitting:
            if here.language == "go":
                folder = dirname(min(fitting, key=lambda file: (apart(file.path, here.path), file.path)).path)
                return [file for file in fitting if dirname(file.path) == folder][:MODULE_FILES]
            return [min(fitting, key=lambda file: (apart(file.path, here.path), len(file.path), file.path))]
    return []


def submodule(files: Files, here: File, imported: Import, name: str) -> list[File]:
    """Return the file that an imported name means where it is a module itself."""
    if here.language not in {"python", "rust"}:
        return []
    joint = "::" if here.language == "rust" else "" if imported.module.endswith(".") else "."
    return modules(files, here, Import(f"{imported.module}{joint}{name}"))


def definition(files: Files, where: Sequence[File], name: str, hops: int = HOPS) -> Found | None:
    """Find a top-level name in a module, or in what the module hands on."""
    for file in where:
        if found := _own(file, files.facts(file), name):
            return found
    if not hops:
        return None
    for file in where[:1] if len(where) > 1 else where:
        stars = 0
        for imported in files.facts(file).imports:
            if not imported.public and file.language not in _SCRIPT:
                continue
            there = next((there for there, local in imported.names if local == name), "")
            stars += imported.star
            if not there and not (imported.star and stars <= STARS):
                continue
            found = definition(files, modules(files, file, imported), there or name, hops - 1)
            if found is not None:
                return found
    return None


def packaged(files: Files, here: File, imported: Import, name: str) -> Found | None:
    """Find a name in the package an import names, for languages whose files say which package they are in."""
    for file in files.defining(name, member=False, limit=60):
        if file.package == imported.module and related(file.language, here.language) and file.path != here.path:
            found = _own(file, files.facts(file), name)
            if found is not None:
                return found
    outer = imported.module.rpartition("." if here.language != "php" else "\\")[2]
    for file in files.tailed(outer) if outer[:1].isupper() else ():
        for symbol in files.facts(file).symbols:
            if symbol.name == name and symbol.owner == outer:
                return Found(file, symbol)
    return None


def _own(file: File, facts: Facts, name: str) -> Found | None:
    if name == "default" and file.language in _SCRIPT:
        for symbol in facts.symbols:
            if symbol.header.lstrip().startswith("export default"):
                return Found(file, symbol)
        return None
    best = None
    for symbol in facts.symbols:
        if symbol.name == name and not symbol.owner:
            if symbol.kind != "value":
                return Found(file, symbol)
            best = best or Found(file, symbol)
    return best


def _ends(here: File, module: str) -> Iterator[tuple[bool, str]]:
    """Yield what the module's path may be, most certain first: exactly, or what it ends with; without an ending."""
    folder = dirname(here.path)
    if here.language == "python":
        dots = len(module) - len(module.lstrip("."))
        rest = module.lstrip(".").replace(".", "/")
        if dots:
            yield True, _join(folder, "../" * (dots - 1) + rest)
        else:
            yield False, rest
    elif here.language in _SCRIPT:
        bare = re.sub(r"\.(?:[mc]?[jt]s|[jt]sx)$", "", module)
        if module.startswith("."):
            yield True, _join(folder, bare)
        else:
            yield False, bare
            parts = bare.split("/")
            for cut in range(1, len(parts)):
                yield False, "/".join(parts[cut:])
    elif here.language == "go":
        parts = module.split("/")
        for cut in range(max(1, len(parts) - 1)):
            yield False, "/".join(parts[cut:])
        yield True, parts[-1]
    elif here.language == "rust":
        yield from _crate_ends(here, module.split("::"))
    elif here.language in {"c", "cpp"}:
        yield True, _join(folder, module)
        yield False, module.removeprefix("./")
    elif here.language == "ruby":
        if module.startswith("."):
            yield True, _join(folder, module.removesuffix(".rb"))
        else:
            yield False, module.removesuffix(".rb")
    else:
        yield False, module


def _crate_ends(here: File, parts: list[str]) -> Iterator[tuple[bool, str]]:
    folder, _, name = here.path.rpartition("/")
    at = folder if name in {"mod.rs", "lib.rs", "main.rs"} else f"{folder}/{name.removesuffix('.rs')}"
    source = here.path.rpartition("src/")
    exact = True
    if parts[0] == "crate" and source[1]:
        at, parts = (source[0] + "src").strip("/"), parts[1:]
    elif parts[0] in {"self", "super"}:
        while parts and parts[0] in {"self", "super"}:
            at = dirname(at) if parts[0] == "super" else at
            parts = parts[1:]
    else:
        yield False, "/".join((parts[0].replace("_", "-"), "src", *parts[1:]))
        yield False, "/".join((parts[0], "src", *parts[1:]))
        exact, at = False, ""
    for length in (len(parts), len(parts) - 1):
        if length >= (0 if exact else 2):
            yield exact, _join(at, "/".join(parts[:length])) if exact else "/".join(parts[:length])


def _join(folder: str, rest: str) -> str:
    return normpath(f"{folder}/{rest}").strip("/").removeprefix("./") if folder or rest else ""


def _tail(end: str, language: str) -> str:
    last = end.rstrip("/").rpartition("/")[2]
    if language == "rust" and last == "src":
        return last
    return last.partition(".")[0] if language in {"c", "cpp", "php"} or language in _SCRIPT else last


def _fits(file: File, end: str, exact: bool, language: str) -> bool:
    """Whether a file's path, read as this language reads paths, is `end`, or ends with it."""
    path = dirname(file.path) if language == "go" else file.path
    if language not in {"c", "cpp", "php", "go"}:
        path = re.sub(r"\.(?:d\.ts|\w+)$", "", path)
        if end.rpartition("/")[2] not in {"index", "__init__"}:
            path = re.sub(r"/(?:__init__|index|mod)$", "", path)
            if language == "rust":
                path = re.sub(r"/(?:lib|main)$", "", path)
    return path == end or (not exact and path.endswith(f"/{end}"))


def apart(one: str, other: str) -> int:
    """Count the folders between two files."""
    a, b = one.split("/")[:-1], other.split("/")[:-1]
    common = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        common += 1
    return len(a) + len(b) - 2 * common
