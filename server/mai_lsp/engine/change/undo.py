"""The way back: what each applied proposal made of which text, kept in the user's data folder, and what undoes it.

Nothing here changes a file of a project. Entries hold source code, so only their owner may read them; they are few, and
the oldest are dropped.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from mai_lsp.core.change import Change
from mai_lsp.core.text import Document
from mai_lsp.engine.change.current import Look
from mai_lsp.engine.change.files import BOM
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.system.cache import data_dir

KEEP = 20
"""Entries of one folder."""

KEEP_BYTES = 64 * 1024 * 1024
"""Of all entries together; a refactor of 50 files of 20 kB takes 2 MB."""

FORMAT = 1
"""Raised when entries change; those of another format are left alone until they are the oldest."""

_DONE, _BEGUN = ".json", ".begun.json"


@dataclass(frozen=True, slots=True)
class File:
    """One file before and after."""

    path: str
    before: str | None
    """None: it was made."""
    after: str | None
    """None: it was deleted."""
    moved_to: str = ""
    mark: bool = False
    """It begins with a byte order mark, which is in neither text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One applied proposal."""

    where: Path
    """The entry's own file."""
    root: str
    title: str
    at: float
    """Seconds since 1970."""
    by: str
    """``editor`` or ``command line``."""
    files: tuple[File, ...]

    @property
    def marked(self) -> frozenset[str]:
        """Return the paths of files that begin with a byte order mark."""
        return frozenset(file.path for file in self.files if file.mark)

    @property
    def complete(self) -> bool:
        """False where the writing was begun and never reached its end."""
        return not self.where.name.endswith(_BEGUN)


def record(
    root: Path,
    title: str,
    changes: Sequence[Change],
    *,
    by: str,
    marked: frozenset[str] = frozenset(),
    done: bool = True,
) -> Entry:
    """Keep the way back from changes that are applied (`done`) or about to be; raises OSError.

    `marked` are the paths of files with a byte order mark.
    """
    files = tuple(
        File(one.path, one.before.text if one.before else None, one.after, one.moved_to, one.path in marked)
        for one in changes
    )
    folder = _folder(root)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = time.time_ns()
    entry = Entry(folder / f"{now:020d}{_DONE if done else _BEGUN}", _real(root), title, now / 1e9, by, files)
    data = {"format": FORMAT, **asdict(entry), "where": ""}
    _write(entry.where, json.dumps(data).encode())
    _prune(folder, entry.where)
    return entry


def marked(root: Path, changes: Sequence[Change]) -> frozenset[str]:
    """Return the paths of files that begin with a byte order mark, which is in no text; ask before they are changed."""
    found = set()
    for change in changes:
        with contextlib.suppress(OSError), (root / change.path).open("rb") as file:
            if change.before is not None and file.read(len(BOM)) == BOM:
                found.add(change.path)
    return frozenset(found)


def finished(entry: Entry) -> Entry:
    """Take note that a writing that was begun has reached its end."""
    done = entry.where.with_name(entry.where.name.removesuffix(_BEGUN) + _DONE)
    try:
        entry.where.rename(done)
    except OSError:
        return entry  # It leads back as it is, too.
    return replace(entry, where=done)


def forget(entry: Entry) -> None:
    """Drop an entry."""
    with contextlib.suppress(OSError):
        entry.where.unlink(missing_ok=True)


def entries(root: Path) -> list[Entry]:
    """Return what can be undone in a folder, the last first; what can not be read is no entry."""
    found = []
    with contextlib.suppress(OSError):
        for path in sorted(_folder(root).glob(f"*{_DONE}"), reverse=True):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                found.append(_read(path))
    return [entry for entry in found if entry.root == _real(root)]


def back(entry: Entry, look: Look) -> tuple[Change, ...] | Problem:
    """Return the changes that bring back what was before; none for files that are as they were already.

    A problem where a file is neither as it was nor as it was left: then nothing may be undone.
    """
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    for file in entry.files:
        here = file.moved_to or file.path
        before.setdefault(here, None)
        after.setdefault(file.path, None)
        before[file.path] = file.before
        after[here] = file.after
    now: dict[str, Document | None] = {}
    for path, first in before.items():
        there = look(path)
        if isinstance(there, Problem) and there.refusal is not Refusal.MISSING:
            return there
        now[path] = None if isinstance(there, Problem) else there
        text = there.text if not isinstance(there, Problem) else None
        # While files are written, the old name of a moved one is nobody's for a moment.
        if text not in {first, after[path]} and (text is not None or entry.complete):
            return Problem(Refusal.STALE, path, f"{path} is not as the change left it.")
    return tuple(_changes(entry, before, now))


def _changes(entry: Entry, before: Mapping[str, str | None], now: Mapping[str, Document | None]) -> Iterator[Change]:
    """Yield what makes the texts before of those now; a file that was moved goes back as one."""
    changed = {path for path, text in before.items() if text != _text(now[path])}
    for file in entry.files:
        here = file.moved_to
        if here and {file.path, here} <= changed and before[here] is None and now[file.path] is None:
            changed -= {file.path, here}
            yield Change(here, now[here], before[file.path], moved_to=file.path)
    for path, text in before.items():
        if path in changed:
            yield Change(path, now[path], text)


def _text(document: Document | None) -> str | None:
    return document.text if document is not None else None


def _folder(root: Path) -> Path:
    """One folder per project; its name says nothing about where that is."""
    return data_dir() / "undo" / sha256(_real(root).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _real(root: Path) -> str:
    """Return the same for a folder however it was come by: the editor and the shell may name it differently."""
    return os.path.normcase(os.path.realpath(root))


def _read(path: Path) -> Entry:
    data: dict[str, Any] = json.loads(path.read_bytes())
    if data.pop("format") != FORMAT:
        raise ValueError("another format")
    data["where"] = path
    data["files"] = tuple(File(**one) for one in data["files"])
    return Entry(**data)


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all, readable for nobody else."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123 (a handle, not a path)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _prune(folder: Path, kept: Path) -> None:
    """Drop the oldest beyond what is kept; other servers may do so at the same moment."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.glob(f"*{_DONE}"))[:-KEEP]:
            path.unlink(missing_ok=True)
        # Names begin with the time, so they sort by age across folders.
        everything = sorted(folder.parent.glob(f"*/*{_DONE}"), key=lambda path: path.name, reverse=True)
        total = 0
        for path in everything:
            total += path.stat().st_size
            if total > KEEP_BYTES and path != kept:
                path.unlink(missing_ok=True)
