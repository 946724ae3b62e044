"""What build files say about where modules are: names of packages, aliases of paths, source roots; as facts.

It reads one file's text and believes nothing it can not read. It keeps names and paths, no scripts, versions or
addresses. `context.aliases` follows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from mai_lsp.core.imported import MAX_NAMES, Import

PATHS, BASE, EXTENDS = "paths", "baseUrl", "extends"
EXPORTS, MAIN, IMPORTS, NEEDS = "exports", "main", "imports", "dependencies"
REPLACE, LIBRARY, RENAMED = "replace", "lib", "package"
"""What a row says: the second half of `Import.names`, whose first half is a path as the file writes it."""

Project = tuple[str, tuple[Import, ...]]
"""The name that others import, and the rows."""


def named(path: str) -> bool:
    """Whether a file of this name is one that is read here."""
    return _reader(path.rpartition("/")[2]) is not None


def project_in(path: str, text: str) -> Project | None:
    """Read a build file; None for any other file, nothing for one that is broken."""
    read = _reader(path.rpartition("/")[2])
    if read is None:
        return None
    try:
        name, *rows = read(text)
        return name.module, tuple(rows[:MAX_NAMES])
    except (ValueError, RecursionError, AttributeError, TypeError):
        return "", ()


def _reader(name: str) -> Callable[[str], Iterator[Import]] | None:
    if _CONFIG.fullmatch(name):
        return _config
    return _READERS.get(name)


_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_CONFIG = re.compile(r"(?:ts|js)config(?:[.-][\w.-]+)?\.json")
_COMMENTED = re.compile(r'("(?:\\.|[^"\\\n])*")|//[^\n\r]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r'("(?:\\.|[^"\\\n])*")|,(?=\s*[}\]])')


def _loose_json(text: str) -> Any:
    """Parse JSON that may have comments and trailing commas, as TypeScript does."""
    for pattern in (_COMMENTED, _TRAILING):
        text = pattern.sub(lambda found: found[1] or " ", text)
    return json.loads(text)


def _row(pattern: str, paths: Any, what: str) -> Iterator[Import]:
    found = [path for path in (paths if isinstance(paths, list) else [paths]) if isinstance(path, str) and path]
    if found:
        yield Import(pattern, tuple((path, what) for path in found[:MAX_NAMES]))


def _config(text: str) -> Iterator[Import]:
    config = _loose_json(text)
    options = config.get("compilerOptions") or {}
    yield Import("")
    yield from _row("", config.get("extends"), EXTENDS)
    yield from _row("", options.get("baseUrl"), BASE)
    for pattern, targets in (options.get("paths") or {}).items():
        yield from _row(pattern, targets, PATHS)


def _package(text: str) -> Iterator[Import]:
    package = json.loads(text)
    name = package.get("name")
    yield Import(name if isinstance(name, str) else "")
    exports = package.get("exports")
    if isinstance(exports, dict) and any(key.startswith(".") for key in exports):
        for key, value in exports.items():
            yield from _row(key, list(_conditions(value)), EXPORTS)
    elif exports:
        yield from _row(".", list(_conditions(exports)), EXPORTS)
    yield from _row(".", [package.get(key) for key in ("source", "types", "typings", "module", "main")], MAIN)
    for key, value in (package.get("imports") or {}).items():
        yield from _row(key, list(_conditions(value)), IMPORTS)
    needed = [name for kind in _DEPENDENCIES for name in package.get(kind) or {}]
    yield from _row("", needed, NEEDS)


def _conditions(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the paths of all conditions: which one holds, only a bundler knows."""
    if isinstance(value, str):
        yield value
    elif depth < 8 and isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _conditions(inner, depth + 1)


def _go_module(text: str) -> Iterator[Import]:
    found = re.search(r'^\s*module\s+"?([^\s"]+)', text, re.MULTILINE)
    yield Import(found[1] if found else "")
    for old, new in re.findall(r"^\s*(?:replace\s+)?([^\s(]+)(?:\s+v\S+)?\s+=>\s+(\.{1,2}/\S*)", text, re.MULTILINE):
        yield from _row(old, new, REPLACE)


def _cargo(text: str) -> Iterator[Import]:
    import tomllib  # noqa: PLC0415 (most workspaces have no such file, and start-up time counts)

    manifest = tomllib.loads(text)
    library = manifest.get("lib") or {}
    name = library.get("name") or (manifest.get("package") or {}).get("name")
    yield Import(name.replace("-", "_") if isinstance(name, str) else "")
    yield from _row("", library.get("path"), LIBRARY)
    workspace = manifest.get("workspace") or {}
    for table in (manifest, workspace):
        for kind in ("dependencies", "dev-dependencies"):
            for local, dependency in (table.get(kind) or {}).items():
                if isinstance(dependency, dict) and dependency.get("package"):
                    yield from _row(local.replace("-", "_"), dependency["package"].replace("-", "_"), RENAMED)


_READERS: dict[str, Callable[[str], Iterator[Import]]] = {
    "package.json": _package,
    "go.mod": _go_module,
    "Cargo.toml": _cargo,
}
