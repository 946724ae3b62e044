"""The index's builder by itself: a cold build and its memory, warm starts, single changed files.

The process is the real one, spoken to over its own pipes; nothing of it runs in here.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import psutil

from mai_lsp.system import child
from mai_lsp.workspace.index.process import COMMAND
from mai_lsp.workspace.index.store import database_of, files_of

CHANGED = 30
"""Files that are changed one by one."""

ALONE = 2.0
"""Seconds."""

MIB = 2**20


class Built(NamedTuple):
    """What a start of the builder came to."""

    seconds: float
    """From starting the process to its word that the index is ready."""
    files: int
    parsed: int
    memory: int
    """Bytes: the most that was resident in the builder and its helpers, each at its own peak."""
    shared: int
    """Bytes: the most at any one time, pages that several of them hold counted once (`proportional`)."""
    resting: int
    """Bytes resident once it is ready, counted so."""
    processes: int
    processor: float
    """Seconds of processor time they took together, which other work on the machine hardly changes."""
    database: int
    """Bytes of the database's files."""


class Builder:
    """A running builder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._peaks: dict[int, int] = {}
        self._shared = 0
        self._processor: dict[int, float] = {}
        self._started = time.perf_counter()
        self._process = subprocess.Popen(
            [*COMMAND, "--", os.fspath(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child.environment(os.environ),
        )
        assert self._process.stdin is not None  # noqa: S101 (we made the pipes)
        assert self._process.stdout is not None  # noqa: S101 (same)
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stdin.close()  # which ends it
        self._process.wait(10)
        self._stdout.close()

    def ready(self) -> Built:
        """Wait until it has scanned everything."""
        word = self._until("ready", watching=True)
        seconds = time.perf_counter() - self._started
        resting = proportional(family(self._process.pid))
        database = sum(path.stat().st_size for path in files_of(database_of(self._root)) if path.exists())
        return Built(
            seconds,
            word["files"],
            word["parsed"],
            sum(self._peaks.values()),
            self._shared,
            resting,
            len(self._peaks),
            sum(self._processor.values()),
            database,
        )

    def changed(self, path: Path) -> float:
        """Say that a file has changed; return the seconds until the index has it."""
        started = time.perf_counter()
        self._stdin.write(json.dumps({"changed": [os.fspath(path)]}).encode() + b"\n")
        self._stdin.flush()
        if self._until("updated")["updated"] != 1:
            raise RuntimeError("the builder did not take a changed file")
        return time.perf_counter() - started

    def _until(self, what: str, *, watching: bool = False) -> dict[str, Any]:
        for line in self._stdout:
            if watching:
                processes = family(self._process.pid)
                watch(processes, self._peaks)
                self._shared = max(self._shared, proportional(processes))
                for one in processes:
                    self._processor[one.pid] = max(self._processor.get(one.pid, 0.0), busy(one))
            word: dict[str, Any] = json.loads(line)
            if "error" in word:
                raise RuntimeError(f"the index can not be kept: {word['error']}")
            if what in word:
                return word
        raise RuntimeError("the builder ended early")


def build(root: Path) -> Built:
    """Start a builder, wait until it is ready, and end it."""
    with Builder(root) as builder:
        return builder.ready()


def change(root: Path, paths: Sequence[str]) -> list[float]:
    """Write into files one by one, tell the builder, and return the seconds each took to be in the index.

    It is left alone first for as long as somebody takes at the least to save a file after opening an editor.
    """
    with Builder(root) as builder:
        builder.ready()
        time.sleep(ALONE)
        samples = []
        for path in paths:
            place = root / path
            place.write_bytes(place.read_bytes() + b"\n")
            samples.append(builder.changed(place))
    return samples


def of_all_sizes(root: Path, paths: Sequence[str], count: int = CHANGED) -> list[str]:
    """Return files from the smallest to the largest, in equal steps of their rank."""
    ordered = sorted(paths, key=lambda path: ((root / path).stat().st_size, path))
    return [ordered[(2 * step + 1) * len(ordered) // (2 * count)] for step in range(count)]


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all that it has started."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def watch(processes: Sequence[psutil.Process], peaks: dict[int, int]) -> None:
    """Note the most bytes that were resident in each process."""
    for one in processes:
        peaks[one.pid] = max(peaks.get(one.pid, 0), *resident(one))


def busy(process: psutil.Process) -> float:
    """Return the seconds of processor time a process has taken."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0  # It has ended.
    return float(times.user + times.system)


def proportional(processes: Sequence[psutil.Process]) -> int:
    """Return the bytes that processes hold together now, each shared page once where the system says it (Linux).

    A page shared with processes outside of these counts for its part, as in the `Pss` of ``smaps_rollup``.
    """
    total = 0
    for one in processes:
        try:
            lines = Path(f"/proc/{one.pid}/smaps_rollup").read_text(encoding="ascii").split("\n")
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        except OSError:
            total += resident(one)[0]
    return total


def resident(process: psutil.Process) -> tuple[int, int]:
    """Return the bytes of a process resident now, and the most that ever were where the system says it."""
    try:
        memory = process.memory_info()
        now = int(memory.rss)
        if (peak := getattr(memory, "peak_wset", None)) is not None:
            return now, int(peak)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        lines = (line for line in status.split("\n") if line.startswith("VmHWM:"))
        return now, int(next(lines, f"VmHWM: {now // 1024}").split()[1]) * 1024
    except psutil.Error:
        return 0, 0  # It has ended.
    except OSError:
        return now, now
