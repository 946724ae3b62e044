"""Walks workspace folders for the text files that an index may read: not ignored, not large, not binary.

It follows no links, so that nothing is found twice, in circles or outside; it gives paths and keeps nothing.
"""

# Paths are strings until they are given, for speed.
# ruff: noqa: PTH100, PTH118

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from mai_lsp.workspace.ignore import Rules

SNIFFED = 8192
"""Bytes in which a NUL says that a file is binary (as git does, `buffer_is_binary`, in 8,000)."""


def walk(folders: Sequence[Path], rules: Rules, *, max_bytes: int = 1_000_000) -> Iterator[Path]:
    """Yield files folder by folder, in the order of their names; what can not be read is left out."""
    tops = [Path(os.path.abspath(folder)) for folder in folders]
    for number, top in enumerate(tops):
        nested = any(top != other and top.is_relative_to(other) for other in tops)
        if nested or top in tops[:number] or rules.ignored(top, directory=True):
            continue
        yield from _walk(str(top), rules, max_bytes)


def _walk(top: str, rules: Rules, max_bytes: int) -> Iterator[Path]:
    pending = [top]
    while pending:
        folder = pending.pop()
        real = os.path.realpath(folder)
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        below = []
        for entry in entries:
            path = Path(entry.path)
            try:
                if entry.is_dir(follow_symlinks=False):
                    # A junction of Windows is a folder that leads elsewhere, and no link by its own account.
                    if os.path.realpath(entry.path) == os.path.join(real, entry.name):
                        below.append(entry.path)
                elif _is_candidate(entry, max_bytes) and not rules.ignored(path) and _is_text(path):
                    yield path
            except OSError:
                continue
        pending += [one for one in reversed(below) if not rules.ignored(Path(one), directory=True)]


def _is_candidate(entry: os.DirEntry[str], max_bytes: int) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size <= max_bytes


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(SNIFFED)
