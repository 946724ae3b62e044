"""Where build files lead an import: `tsconfig.json`, `package.json`, `go.mod` and `Cargo.toml`, as the index has them.

Pure over facts, like `context.resolve`, which asks it first; it gives paths that may exist, and looks for none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from posixpath import dirname, normpath
from typing import Protocol, TypeVar, cast

from mai_lsp.core.facts import Facts, File
from mai_lsp.core.projects import BASE, EXPORTS, EXTENDS, IMPORTS, LIBRARY, MAIN, NEEDS, PATHS, RENAMED, REPLACE

CONFIGS = 4
"""Configuration files of one folder looked into: `tsconfig.json`, `tsconfig.app.json` …"""

DEEP = 5
"""Configurations that extend one another."""

_BUILT = re.compile(r"(?:^|/)(?:dist|build|lib|out|esm|cjs|es|types|umd|node|browser)(?=/)")
"""Folders of what a build makes; what it is made from stands in `src`."""

_ENDING = re.compile(r"(?:\.d)?\.(?:[mc]?[jt]s|[jt]sx|json)$")


T = TypeVar("T")


class Files(Protocol):
    """What is asked of an index."""

    memory: dict[object, object]
    """Answers worked out from it, which hold until anything in it changes."""

    def tailed(self, tail: str) -> Sequence[File]:
        """Return the files whose stem this is."""

    def facts(self, file: File) -> Facts:
        """Return what a file says."""


def script_paths(files: Files, here: str, module: str) -> Iterator[str]:
    """Yield what a TypeScript or JavaScript import that is no relative path may mean, without ending or `/index`."""
    yield from _from_configs(files, here, module)
    if module.startswith("#"):
        for package in _around(files, here, "package", "package.json")[:1]:
            for target in _targets(files.facts(package), module, IMPORTS):
                yield from _sources(dirname(package.path), target)
        return
    parts = module.split("/")
    size = 2 if module.startswith("@") else 1
    name, rest = "/".join(parts[:size]), "/".join(parts[size:])
    for package in _called(files, "package", "package.json", name):
        folder, facts = dirname(package.path), files.facts(package)
        inside = f"./{rest}" if rest else "."
        for what in (EXPORTS, MAIN):
            for target in _targets(facts, inside, what):
                yield from _sources(folder, target)
        for source in ("src", "", "lib"):
            yield _bare(_join(folder, f"{source}/{rest or 'index'}"))


def from_registry(files: Files, here: str, module: str) -> bool:
    """Whether a script import means an installed package or one of Node's own, so no file with such an ending."""
    around = _around(files, here, "package", "package.json")
    if around and "/" not in module:
        return True
    name = "/".join(module.split("/")[: 2 if module.startswith("@") else 1])
    needed = (row.names for package in around for row in files.facts(package).imports if not row.module)
    return any((name, NEEDS) in names for names in needed)


def go_folder(files: Files, here: str, module: str) -> str | None:
    """Return the folder of a Go package, None where no `go.mod` says so; raises LookupError when it is another's."""
    known = _modules(files)
    if not known:
        return None
    for own in _around(files, here, "go", "go.mod")[:1]:
        for row in files.facts(own).imports:
            if row.names[0][1] == REPLACE and (rest := _below(module, row.module)) is not None:
                return _join(dirname(own.path), f"{row.names[0][0]}/{rest}")
    for file in known:
        if (rest := _below(module, file.package)) is not None:
            return _join(dirname(file.path), rest)
    raise LookupError(module)


def crate_folder(files: Files, here: str, crate: str) -> str | None:
    """Return the source folder of a crate of the workspace by the name that code uses; None for any other crate."""
    for own in _around(files, here, "Cargo", "Cargo.toml"):
        for row in files.facts(own).imports:
            if row.module == crate and row.names[0][1] == RENAMED:
                crate = row.names[0][0]
    for found in _called(files, "Cargo", "Cargo.toml", crate):
        path = next((row.names[0][0] for row in files.facts(found).imports if row.names[0][1] == LIBRARY), "src/lib.rs")
        return _join(dirname(found.path), dirname(path))
    return None


def _from_configs(files: Files, here: str, module: str) -> Iterator[str]:
    nearest = [*_around(files, here, "tsconfig", ""), *_around(files, here, "jsconfig", "")]
    for config in nearest[:CONFIGS]:
        base, patterns = _kept(files, ("config", config.path), partial(_merged, files, config))
        for target in _matched(module, patterns):
            yield _bare(target)
        if base is not None:
            yield _bare(_join(base, module))


def _merged(files: Files, config: File) -> tuple[str | None, list[tuple[str, str]]]:
    """Return a configuration's base folder and its patterns with their full targets, its own or those it extends."""
    base: str | None = None
    patterns: list[tuple[str, str]] = []
    todo, seen = [config], {config.path}
    while todo and len(seen) <= DEEP:
        one = todo.pop(0)
        folder, rows = dirname(one.path), files.facts(one).imports
        own_base = next((path for row in rows for path, what in row.names if what == BASE), None)
        if base is None and own_base is not None:
            base = _join(folder, own_base)
        if not patterns:
            at = _join(folder, own_base) if own_base is not None else base if base is not None else folder
            patterns = [(row.module, _join(at, path)) for row in rows for path, what in row.names if what == PATHS]
        for path in (path for row in rows for path, what in row.names if what == EXTENDS and path.startswith(".")):
            wanted = _join(folder, path)
            for other in files.tailed(wanted.rpartition("/")[2].partition(".")[0]):
                if other.path in {wanted, f"{wanted}.json"} and other.path not in seen:
                    seen.add(other.path)
                    todo.append(other)
    return base, patterns


def _matched(name: str, patterns: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the targets of the patterns that fit a name, the most exact first, with the part behind the star."""
    for pattern, target in sorted(patterns, key=lambda row: -len(row[0].partition("*")[0])):
        before, star, behind = pattern.partition("*")
        if not star and name == pattern:
            yield target
        elif star and len(name) >= len(before) + len(behind) and name.startswith(before) and name.endswith(behind):
            yield target.replace("*", name[len(before) : len(name) - len(behind)])


def _targets(facts: Facts, name: str, what: str) -> Iterator[str]:
    rows = [(row.module, path) for row in facts.imports for path, said in row.names if said == what]
    return _matched(name, rows)


def _sources(folder: str, target: str) -> Iterator[str]:
    """Yield a built file's path and those of what it may be made from."""
    yield _bare(_join(folder, target))
    inside = target.removeprefix("./")
    source = _BUILT.sub("", f"/{inside}").strip("/")
    if source != inside:
        yield _bare(_join(folder, f"src/{source.removeprefix('src/')}"))
        yield _bare(_join(folder, source))


def _called(files: Files, tail: str, name: str, package: str) -> Iterator[File]:
    """Yield the build files of packages that others import by a name."""

    def by_name() -> dict[str, list[File]]:
        found: dict[str, list[File]] = {}
        for file in files.tailed(tail):
            if file.package and file.path.rpartition("/")[2] == name:
                found.setdefault(file.package, []).append(file)
        return found

    yield from _kept(files, ("packages", name), by_name).get(package, ())


def _modules(files: Files) -> list[File]:
    """Return the workspace's Go modules, the innermost names first."""

    def found() -> list[File]:
        known = [file for file in files.tailed("go") if file.path.rpartition("/")[2] == "go.mod" and file.package]
        return sorted(known, key=lambda file: (-len(file.package), file.path))

    return _kept(files, "go.mod", found)


def _around(files: Files, here: str, tail: str, name: str) -> list[File]:
    """Return the build files that stand in a folder around a path, the nearest first."""
    inside = f"{dirname(here)}/"

    def found() -> list[File]:
        around = []
        for file in files.tailed(tail):
            folder, _, last = file.path.rpartition("/")
            fits = last == name if name else last.endswith(".json")
            if fits and (not folder or inside.startswith(f"{folder}/")):
                around.append(file)
        return sorted(around, key=lambda file: (-file.path.count("/"), len(file.path), file.path))

    return _kept(files, ("around", tail, inside), found)


def _kept(files: Files, key: object, make: Callable[[], T]) -> T:
    """Return what was made under a key, or make it: a file's imports ask the same things one after the other."""
    if key not in files.memory:
        files.memory[key] = make()
    return cast("T", files.memory[key])


def _below(path: str, folder: str) -> str | None:
    """Return the rest of a path below a folder, "" for the folder itself, None for another."""
    if path == folder:
        return ""
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None


def _bare(path: str) -> str:
    path = _ENDING.sub("", path)
    return path.removesuffix("/index") if path != "index" else path


def _join(folder: str, rest: str) -> str:
    joined = normpath(f"{folder}/{rest}" if folder else rest)
    return "" if joined == "." else joined
