"""Leads from an import to files of the index, and from a name to its definition there, across re-exports.

It sees paths and facts only: no disk, no compiler. Build files say first what an import means (`context.aliases`);
where they say nothing, the longest matching end of a path decides, and the file nearest to the importing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from posixpath import dirname, normpath
from typing import NamedTuple, Protocol

from mai_lsp.context.aliases import crate_folder, from_registry, go_folder, script_paths
from mai_lsp.core.facts import Facts, File
from mai_lsp.core.imported import Import
from mai_lsp.core.symbols import Symbol
from mai_lsp.core.uses import Uses

HOPS = 4
"""Re-exports followed: a package, its subpackage, a module, and one more."""

STARS = 12
"""Star imports looked into per file on the way."""

MODULE_FILES = 40
"""Files of one package looked into."""


class Files(Protocol):
    """What can be asked of an index."""

    memory: dict[object, object]
    """Answers worked out from it, which hold until anything in it changes."""

    def named(self, file: File, name: str) -> Sequence[Symbol]:
        """Return the definitions of one name in a file."""

    def tailed(self, tail: str) -> Sequence[File]:
        """Return the files whose stem (or folder, for a folder's main file and Go) this is."""

    def defining(self, name: str, *, member: bool, limit: int) -> Sequence[File]:
        """Return at most `limit` + 1 files that may define a name, as a member of a type or at the top."""

    def facts(self, file: File) -> Facts:
        """Return what a file defines and imports."""

    def uses(self, file: File) -> Uses:
        """Return what the parts of a file use."""

    def source(self, file: File) -> str:
        """Return a file's text, if it is still as it was indexed; else nothing."""

    def importing(self, name: str, limit: int) -> Sequence[File]:
        """Return at most `limit` + 1 files that may import a name, or a module whose last word it is."""

    def beside(self, folder: str) -> Sequence[File]:
        """Return the files that stand directly in a folder."""

    def inside(self, package: str) -> Sequence[File]:
        """Return the files that say they are in a package."""


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
_HANDED = _SCRIPT | {"rust"}
"""Languages in which a module's own imports may be meant: handed on by name, or seen by modules inside of it."""

BY_PACKAGE = frozenset({"java", "kotlin", "scala", "csharp", "php"})
"""Languages whose imports name a package that files say they are in, not a path."""

SHARED = BY_PACKAGE | {"go", "swift"}
"""Languages in which a package's files see each other's names without an import."""


@lru_cache(maxsize=1024)
def related(one: str, other: str) -> bool:
    """Whether code in one language can use what is defined in another."""
    return one == other or any(one in family and other in family for family in _FAMILIES)


def modules(files: Files, here: File, imported: Import) -> list[File]:
    """Return the files that an import means; more than one only where a folder or package is a module."""
    if here.language in BY_PACKAGE or not imported.module:
        return []
    if here.language == "go":
        try:
            folder = go_folder(files, here.path, imported.module)
        except LookupError:
            return []
        if folder is not None:
            return [file for file in files.beside(folder) if file.language == "go" and _is_code(file)][:MODULE_FILES]
    for exact, end in _ends(files, here, imported.module):
        fitting = [
            file
            for file in files.tailed(_tail(end, here.language))
            if related(file.language, here.language)
            and file.path != here.path
            and _fits(file, end, exact, here.language)
            and (exact or here.language != "python" or _starts_at_root(files, file, end, here))
        ]
        if fitting:
            if here.language == "go":
                folder = dirname(min(fitting, key=lambda file: (apart(file.path, here.path), file.path)).path)
                return [file for file in fitting if dirname(file.path) == folder][:MODULE_FILES]
            return [
                min(fitting, key=lambda file: (apart(file.path, here.path), _made(file), len(file.path), file.path))
            ]
    return []


def _is_code(file: File) -> bool:
    return not file.path.endswith("_test.go")


def _made(file: File) -> bool:
    """Whether a file only declares what another one has."""
    return file.path.endswith(".pyi") or ".d." in file.path


def _starts_at_root(files: Files, file: File, end: str, here: File) -> bool:
    """Whether a Python path begins where imports may: `json` is no module of a package that has one of this name."""
    stem = re.sub(r"(?:/__init__)?\.\w+$", "", file.path)
    root = stem.removesuffix(end).rstrip("/")
    if not root or root == dirname(here.path):
        return True
    return all(not other.path.startswith(f"{root}/__init__.") for other in files.tailed(root.rpartition("/")[2]))


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
            if not imported.public and file.language not in _HANDED:
                continue
            there = next((there for there, local in imported.names if local == name), "")
            stars += imported.star
            if not there and not (imported.star and stars <= STARS):
                continue
            # `export { a as b }` hands on what is its own.
            further = modules(files, file, imported) if imported.module else [file]
            found = definition(files, further, there or name, hops - 1)
            if found is not None:
                return found
    return None


def namespace(files: Files, where: Sequence[File], name: str, hops: int = HOPS) -> list[File]:
    """Return the file that a module hands on whole under a name: `export * as ns from …`, `from . import a as ns`."""
    for file in where[:1]:
        stars = 0
        for imported in files.facts(file).imports:
            if imported.alias == name:
                return modules(files, file, imported)
            stars += imported.star
            there = next((there for there, local in imported.names if local == name), "")
            if there and (found := submodule(files, file, imported, there)):
                return found
            if hops and (there or (imported.star and stars <= STARS)):
                further = modules(files, file, imported) if imported.module else []
                if found := namespace(files, further, there or name, hops - 1):
                    return found
    return []


def packaged(files: Files, here: File, imported: Import, name: str) -> Found | None:
    """Find a name in the package an import names, for languages whose files say which package they are in."""
    for file in files.defining(name, member=False, limit=60):
        if file.package == imported.module and related(file.language, here.language) and file.path != here.path:
            found = _own(file, files.facts(file), name)
            if found is not None:
                return found
    # A nested type, or what is static in one: the file is called as the outermost type.
    parts = imported.module.split("\\" if here.language == "php" else ".")
    for at in range(len(parts) - 1, -1, -1):
        around = files.tailed(parts[at]) if parts[at][:1].isupper() else ()
        inside = [file for file in around if file.package == ".".join(parts[:at])]
        for file in inside or around:
            for symbol in files.named(file, name):
                if symbol.owner == parts[-1]:
                    return Found(file, symbol)
    return None


def _own(file: File, facts: Facts, name: str) -> Found | None:
    if name == "default" and file.language in _SCRIPT:
        for at, header in enumerate(facts.symbols.columns.headers):
            if header.lstrip().startswith("export default"):
                return Found(file, facts.symbols[at])
        return None
    best = None
    for symbol in facts.symbols.named(name):
        if not symbol.owner:
            if symbol.kind != "value":
                return Found(file, symbol)
            best = best or Found(file, symbol)
    return best


def _ends(files: Files, here: File, module: str) -> Iterator[tuple[bool, str]]:
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
        bare = re.sub(r"(?:/index)?(?:\.(?:[mc]?[jt]s|[jt]sx))?$", "", module, count=1)
        if module.startswith("."):
            yield True, _join(folder, bare)
        else:
            for path in script_paths(files, here.path, module):
                yield True, path
            if from_registry(files, here.path, module):
                return
            bare = re.sub(r"^(?:#/?|[@~]/)", "", bare)
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
        yield from _crate_ends(files, here, module.split("::"))
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


def _crate_ends(files: Files, here: File, parts: list[str]) -> Iterator[tuple[bool, str]]:
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
    elif (folder_of := crate_folder(files, here.path, parts[0])) is not None:
        at, parts = folder_of, parts[1:]
    else:
        yield True, _join(at, "/".join(parts))
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
    path = _as_module(file.path, language, whole=end.rpartition("/")[2] in {"index", "__init__"})
    return path == end or (not exact and path.endswith(f"/{end}"))


@lru_cache(maxsize=8192)
def _as_module(path: str, language: str, *, whole: bool) -> str:
    """Return a path as imports write it: without its ending, and a folder's main file as the folder."""
    if language == "go":
        return dirname(path)
    if language in {"c", "cpp", "php"}:
        return path
    path = re.sub(r"\.(?:d\.ts|\w+)$", "", path)
    if whole:
        return path
    path = re.sub(r"/(?:__init__|index|mod)$", "", path)
    return re.sub(r"/(?:lib|main)$", "", path) if language == "rust" else path


def apart(one: str, other: str) -> int:
    """Count the folders between two files."""
    a, b = one.split("/")[:-1], other.split("/")[:-1]
    common = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        common += 1
    return len(a) + len(b) - 2 * common
