"""Brings an index up to date with the disk: parses what is new or has changed, forgets what is gone.

It says nothing to anybody but through `report`, and shares its work with at most one process per further core.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mai_lsp.workspace.files import walk
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.index.endings import indexable
from mai_lsp.workspace.index.entry import MAX_BYTES, Entry, read_entry, relative
from mai_lsp.workspace.index.store import Writer

CHUNK = 48
"""Files parsed between two commits: a quarter of a second, and what a crash costs."""

ALONE = 200
"""Up to so many files a second process takes longer to start than it saves."""

MAX_FILES = 50_000
"""Of a larger workspace (somebody's home folder, say) the first so many in the order of their paths are kept."""

AHEAD = 2
"""Chunks handed to each other process before it has answered: it never waits, and little is lost at the end."""

Report = Callable[[int, int], None]
"""Is told how many of how many files have been looked at."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan came to."""

    files: int
    """In the index now."""
    parsed: int
    removed: int


def scan(root: Path, rules: Rules, writer: Writer, report: Report, *, cores: int | None = None) -> Scanned:
    """Compare the whole root with the index and mend the index."""
    known = writer.known()
    wanted: list[str] = []
    found = list(islice(walk([root], rules, wanted=indexable, max_bytes=MAX_BYTES), MAX_FILES))
    for path, one in zip(relative(root, (one.path for one in found)), found, strict=True):
        if known.pop(path, None) != (one.changed, one.size):
            wanted.append(path)
    writer.remove(known)
    chunks = [wanted[at : at + CHUNK] for at in range(0, len(wanted), CHUNK)]
    others = max(1, cores or os.cpu_count() or 1) - 1
    seen = len(found)
    done = seen - len(wanted)
    report(done, seen)
    for size, entries in _parsed(root, chunks, others if len(wanted) > ALONE else 0):
        writer.put(entries)
        done += size
        report(done, seen)
    if wanted or known:
        writer.settle()
    return Scanned(seen, len(wanted), len(known))


def update(root: Path, rules: Rules, writer: Writer, paths: Iterable[Path]) -> int:
    """Look at single files again, changed, new or gone; return how many are in the index now."""
    entries, gone = [], []
    inside = (path for path in paths if path != root and path.is_relative_to(root))
    for path in relative(root, inside):
        place = root / path
        fits = indexable(place.name) and not place.is_symlink() and not rules.ignored(place)
        entry = read_entry(root, path) if fits else None
        if entry is None:
            gone.append(path)
        else:
            entries.append(entry)
    writer.remove(gone)
    writer.put(entries)
    return len(entries)


def _parsed(root: Path, chunks: Sequence[list[str]], others: int) -> Iterator[tuple[int, list[Entry]]]:
    """Yield chunks of entries as they are parsed, by this process and others."""
    left = deque(chunks)
    if others:
        with _pool(others) as pool:
            yield from _shared(root, left, pool, others * AHEAD)
    for chunk in left:
        yield len(chunk), _parse(root, chunk)


def _shared(
    root: Path, left: deque[list[str]], pool: ProcessPoolExecutor, ahead: int
) -> Iterator[tuple[int, list[Entry]]]:
    """Work through `left` together with a pool; when that breaks, what it had not begun is left over."""
    running: deque[tuple[list[str], Future[list[Entry]]]] = deque()
    while left or running:
        try:
            while left and len(running) < ahead:
                running.append((left[0], pool.submit(_parse, root, left[0])))
                left.popleft()
        except BrokenProcessPool:
            ahead = 0
        if left and ahead:
            chunk = left.popleft()
            yield len(chunk), _parse(root, chunk)
        while running and (running[0][1].done() or not left or not ahead):
            chunk, future = running.popleft()
            try:
                found = future.result()
            except BrokenProcessPool:
                # A process died of one of these files, or of somebody's hand. This one must not die of it, too.
                found, ahead = [], 0
            yield len(chunk), found
        if not ahead:
            return


def _parse(root: Path, paths: list[str]) -> list[Entry]:
    return [entry for path in paths if (entry := read_entry(root, path)) is not None]


def _pool(processes: int) -> ProcessPoolExecutor:
    import multiprocessing  # noqa: PLC0415 (a warm start needs none)

    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=follow_parent)


def follow_parent() -> None:
    """End this worker with the process that started it, however that ends."""
    import multiprocessing  # noqa: PLC0415 (a warm start needs none)
    import threading  # noqa: PLC0415 (same)

    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def lower_priority() -> None:
    """Let everything else on this machine go first."""
    if sys.platform != "win32":
        os.nice(10)
