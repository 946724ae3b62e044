"""What the files of a package define for each other: the ground truth that prompts are held against.

It is found without our index, and kept in the cache folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from _lib import bench_context_grammar as grammar
from _lib.bench_context_recall import Shape, shape_of
from _lib.corpus import Package, corpus_dir, sources, unpacked

VERSION = 5
"""Raised when what is found in a package's files changes."""

WORD = re.compile(r"[A-Za-z_$][\w$]*\Z")

TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|testdata|testFixtures|__tests__|spec|bench(?:es)?|examples?)/|(?:^|/)(?:test_|conftest)"
    r"|(?:_test|\.test|\.spec|_bench|Tests?|_tests)\.\w+\Z|(?:^|/)tests?\.rs\Z",
    re.ASCII,
)


class Definitions(NamedTuple):
    """Everything that the files of one package define."""

    files: Mapping[str, tuple[str, ...]]
    """Paths by name."""
    shapes: Mapping[str, tuple[Shape, ...]]
    """How each definition of a name begins."""
    packages: frozenset[str]
    """What files say they are (Java) or are found below (Go's modules, Rust's crates, Python's folders)."""


def definitions(package: Package) -> Definitions:
    """Return what a package defines; kept in the cache folder, since parsing all of it takes seconds."""
    kept = corpus_dir() / "definitions" / f"{package.label}.json"
    root, paths = unpacked(package), sources(package)
    if kept.exists():
        stored = json.loads(kept.read_text(encoding="utf-8"))
        if stored["version"] == VERSION and stored["inside"] == list(package.inside):
            return _thawed(stored)
    texts = ((path, (root / path).read_bytes()) for path in paths)
    found = define(package.language, texts, _layout(root))
    kept.parent.mkdir(parents=True, exist_ok=True)
    stored = {
        "version": VERSION,
        "inside": package.inside,
        "files": found.files,
        "shapes": found.shapes,
        "packages": sorted(found.packages),
    }
    kept.write_text(json.dumps(stored), encoding="utf-8")
    return found


def define(language: str, texts: Iterable[tuple[str, bytes]], layout: Iterable[str] = ()) -> Definitions:
    """Find the definitions of (path, bytes) of one language."""
    files: dict[str, dict[str, None]] = {}
    shapes: dict[str, dict[Shape, None]] = {}
    packages = set(layout)
    for path, data in texts:
        if b"\0" in data[:8192] or TESTS.search(path):
            continue  # What tests define, nothing but tests can use.
        packages.update(_packages(language, path, data))
        for one in grammar.definitions(grammar.parse(language, path, data), path):
            if WORD.match(one.name):
                files.setdefault(one.name, {})[path] = None
                shapes.setdefault(one.name, {})[shape_of(data, one.start, one.end)] = None
    return Definitions(
        {name: tuple(paths) for name, paths in files.items()},
        {name: tuple(starts) for name, starts in shapes.items()},
        frozenset(packages),
    )


def _packages(language: str, path: str, data: bytes) -> Iterator[str]:
    if language == "python":
        yield path.partition("/")[0].removesuffix(".py")
        if path.startswith("src/"):
            yield path.split("/")[1].removesuffix(".py")
    elif language == "java" and (said := re.search(rb"^\s*package\s+([\w.]+)\s*;", data, re.MULTILINE)):
        yield said[1].decode()


def _layout(root: Path) -> Iterator[str]:
    """Yield Go's modules and Rust's crates, which their own files name."""
    for path in sorted(root.rglob("go.mod")):
        if said := re.search(r"^module\s+(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield said[1]
    for path in sorted(root.rglob("Cargo.toml")):
        if said := re.search(r'^name\s*=\s*"([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE):
            yield said[1].replace("-", "_")


def _thawed(stored: dict[str, Any]) -> Definitions:
    files = {name: tuple(paths) for name, paths in stored["files"].items()}
    shapes = {name: tuple(Shape(*shape) for shape in found) for name, found in stored["shapes"].items()}
    return Definitions(files, shapes, frozenset(stored["packages"]))
