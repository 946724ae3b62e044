"""A workspace of ten thousand source files of real packages, all languages mixed, in a folder that goes away.

It measures nothing. The packages are those of `corpus`, whole ones as long as there is room, each in its own folder.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from _lib import corpus
from _lib.corpus_fetch import Unreachable
from mai_lsp.core.language import find
from mai_lsp.workspace.index.endings import indexable

FILES = 10_000

Source = tuple[str, Path]
"""A file's path in its package, and where it lies."""


class Workspace(NamedTuple):
    """What was made."""

    root: Path
    paths: tuple[str, ...]
    """Relative to the root, with slashes."""
    size: int
    """Bytes in all."""
    lines: int
    languages: str
    """How many files of each, the most first."""

    @property
    def label(self) -> str:
        """Say how large it is."""
        return f"{len(self.paths):,} files, {self.size / 1e6:.0f} MB, {self.lines:,} lines"


class Copy(NamedTuple):
    """One file to be written."""

    path: str
    source: Path
    number: int
    """0 for the file as it is; a later one differs from it in its first line."""


@contextmanager
def workspace(files: int = FILES) -> Iterator[Workspace]:
    """Make it; raises `Unreachable` when no package is there nor can be fetched."""
    packages = _packages()
    if not packages:
        raise Unreachable("no package to make a workspace of")
    with tempfile.TemporaryDirectory(prefix="mai-bench-", ignore_cleanup_errors=True) as folder:
        # As an editor would name it: without links, which a temporary folder may be behind.
        root = Path(folder).resolve()
        languages: Counter[str] = Counter()
        size = lines = 0
        paths = []
        for copy in chosen(packages, files):
            data = _written(root / copy.path, copy)
            size, lines = size + len(data), lines + data.count(b"\n")
            languages[find("", copy.path).name] += 1
            paths.append(copy.path)
        mixed = ", ".join(f"{name} {number:,}" for name, number in languages.most_common())
        yield Workspace(root, tuple(paths), size, lines, mixed)


def chosen(packages: Sequence[tuple[str, Sequence[Source]]], files: int) -> Iterator[Copy]:
    """Yield `files` copies: package by package, and all of them again under other names until there are enough."""
    left = files
    for number in count():
        for label, sources in packages:
            folder = f"{label}-again-{number}" if number else label
            for path, source in sources[:left]:
                yield Copy(f"{folder}/{path}", source, number)
            left -= min(left, len(sources))
        if not left:
            return


def _packages() -> list[tuple[str, list[Source]]]:
    """Return the files of every package that can be had, the languages in turns."""
    by_language: dict[str, list[tuple[str, list[Source]]]] = {}
    for package in (*corpus.TUNING, *corpus.HELD_OUT):
        try:
            folder = corpus.unpacked(package)
        except Unreachable as error:
            print(f"Left out: {error}.", file=sys.stderr)
            continue
        found = sorted(path for path in folder.rglob("*") if indexable(path.name) and path.is_file())
        sources = [(path.relative_to(folder).as_posix(), path) for path in found]
        by_language.setdefault(package.language, []).append((package.label, sources))
    longest = max(map(len, by_language.values()), default=0)
    turns = range(longest)
    return [rows[turn] for turn in turns for rows in by_language.values() if turn < len(rows) and rows[turn][1]]


def _written(place: Path, copy: Copy) -> bytes:
    """Write a copy; a repeated one gets a comment above, so that no two files are the same bytes."""
    place.parent.mkdir(parents=True, exist_ok=True)
    data = copy.source.read_bytes()
    row = find("", copy.path)
    if copy.number and row.id != "json":
        data = f"{row.comment} copy {copy.number} of {copy.path} {row.comment_end}".rstrip().encode() + b"\n" + data
    place.write_bytes(data)
    return data


@contextmanager
def empty_cache() -> Iterator[Path]:
    """Keep indexes in a folder that goes away: of this process and of those that it starts."""
    before = os.environ.get("MAI_LSP_CACHE_DIR")
    folder = tempfile.mkdtemp(prefix="mai-bench-cache-")
    os.environ["MAI_LSP_CACHE_DIR"] = folder
    try:
        yield Path(folder)
    finally:
        if before is None:
            with suppress(KeyError):
                del os.environ["MAI_LSP_CACHE_DIR"]
        else:
            os.environ["MAI_LSP_CACHE_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)
