"""Walks workspace folders for the files that an index may read: not ignored, not large, named like what it wants.

It follows no links, so that nothing is found twice, in circles or outside; it opens no file, so that a start that finds
everything as it was takes a fraction of a second. Whether a file is text, who reads it sees.
"""

# Paths are strings until they are given, for speed.
# ruff: noqa: PTH100, PTH118

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mai_lsp.workspace.ignore import Rules


class Seen(NamedTuple):
    """A file as the walk came by it."""

    path: Path
    changed: int
    """Modification time in nanoseconds."""
    size: int
    """In bytes."""


def walk(
    folders: Sequence[Path],
    rules: Rules,
    *,
    wanted: Callable[[str], bool] = bool,
    max_bytes: int = 1_000_000,
) -> Iterator[Seen]:
    """Yield files with a `wanted` name, folder by folder, in the order of their names; leave out what is not readable.

    A folder that lies in another of them, or is named twice, is walked once.
    """
    tops = [Path(os.path.abspath(folder)) for folder in folders]
    for number, top in enumerate(tops):
        nested = any(top != other and top.is_relative_to(other) for other in tops)
        if nested or top in tops[:number] or rules.ignored(top, directory=True):
            continue
        yield from _walk(str(top), rules, wanted, max_bytes)


def _walk(top: str, rules: Rules, wanted: Callable[[str], bool], max_bytes: int) -> Iterator[Seen]:
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
            try:
                if entry.is_dir(follow_symlinks=False):
                    # A junction of Windows is a folder that leads elsewhere, and no link by its own account.
                    if os.path.realpath(entry.path) == os.path.join(real, entry.name):
                        below.append(entry.path)
                elif wanted(entry.name) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    path = Path(entry.path)
                    if status.st_size <= max_bytes and not rules.ignored(path):
                        yield Seen(path, status.st_mtime_ns, status.st_size)
            except OSError:
                continue
        pending += [one for one in reversed(below) if not rules.ignored(Path(one), directory=True)]
