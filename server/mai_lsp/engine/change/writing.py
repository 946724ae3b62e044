"""Writes a proposal's files, all or none, for the command line; an editor's files are never written here.

Everything is made ready beside the files first: what can fail for want of room or rights fails before one of them is
touched. Then names are exchanged; if one of those fails, all are exchanged back. If the process dies in between, the
entry that was made before (`engine.change.undo`) leads back.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from errno import EEXIST
from pathlib import Path

from mai_lsp.core.change import Change
from mai_lsp.engine.change import undo
from mai_lsp.engine.change.files import BOM
from mai_lsp.errors import MaiError

TEMPORARY = ".mai-tmp"
"""What names of files end with that are there only while something is being written."""


NOTHING = "Nothing was written."


class NotWritten(MaiError):
    """Files could not be written; all are as they were, unless the advice is to undo."""


@dataclass(slots=True)
class _Step:
    """One file: what is to become of it, and how far that is."""

    name: str
    source: Path | None
    """Behind any link; None: there is no such file yet."""
    target: Path | None
    """None: the source is to be deleted."""
    data: bytes
    """What the target is to hold."""
    fresh: Path | None = None
    """The new text, ready to take the target's name."""
    saved: Path | None = None
    """A second name, or a copy, of what was there before."""
    removed: bool = False
    placed: bool = False

    @property
    def leaves(self) -> bool:
        """Whether the source's name becomes free."""
        return self.source is not None and self.source != self.target


def write(root: Path, title: str, changes: Sequence[Change], *, by: str = "command line") -> undo.Entry:
    """Make the changes on disk, all or none, and return the entry by which they can be undone; raises NotWritten.

    Modes and byte order marks stay. Every file must be as its change has it at this moment.
    """
    steps = [_step(root, change) for change in changes]
    marked = undo.marked(root, changes)
    try:
        entry = undo.record(root, title, changes, by=by, marked=marked, done=False)
    except OSError as error:
        raise NotWritten(f"The way back can not be kept ({_word(error)}). Nothing was written.") from error
    _carry_out(steps, lambda: undo.forget(entry))
    entry = undo.finished(entry)
    _clean(steps)
    return entry


def rewrite(root: Path, changes: Sequence[Change], *, marked: Collection[str] = ()) -> None:
    """Like `write`, but without a way back: to undo; raises NotWritten.

    `marked` are the paths of files that are made anew and began with a byte order mark.
    """
    steps = [_step(root, change, marked=change.path in marked) for change in changes]
    _carry_out(steps, lambda: None)
    _clean(steps)


def leftovers(root: Path, entry: undo.Entry) -> None:
    """Remove what a process that died has left beside an entry's files."""
    for folder in {(root / name).parent for file in entry.files for name in (file.path, file.moved_to) if name}:
        with contextlib.suppress(OSError):
            for path in folder.glob(f".*{TEMPORARY}"):
                path.unlink(missing_ok=True)


def _step(root: Path, change: Change, *, marked: bool = False) -> _Step:
    """Check one file against the disk as it is at this moment, and encode its new text; raises NotWritten."""
    source, target = (_inside(root, path) for path in (change.path, change.moved_to or change.path))
    try:
        if change.before is None:
            if os.path.lexists(source):
                raise NotWritten(f"There is a file {change.path} by now. {NOTHING}")
        else:
            data = source.read_bytes()
            marked = data.startswith(BOM)
            if data.removeprefix(BOM) != change.before.text.encode("utf-8", "surrogatepass"):
                raise NotWritten(f"{change.path} was changed meanwhile. {NOTHING}")
            if not os.access(source, os.W_OK):
                # Taking its name would get around that, but whoever locked the file meant it.
                raise NotWritten(f"{change.path} is read-only. {NOTHING}")
        text = (change.after or "").encode()
    except OSError as error:
        raise NotWritten(f"{change.path} can not be read ({_word(error)}). {NOTHING}") from error
    except UnicodeEncodeError as error:
        raise NotWritten(f"The new text of {change.path} is no Unicode. {NOTHING}") from error
    return _Step(
        change.path,
        source if change.before is not None else None,
        target if change.after is not None else None,
        (BOM if marked else b"") + text,
    )


def _inside(root: Path, path: str) -> Path:
    """Return where a path really leads; raises NotWritten where that is outside of the folder."""
    real = Path(os.path.realpath(root / path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise NotWritten(f"{path} leads out of the folder through a link. {NOTHING}")
    return real


def _carry_out(steps: Sequence[_Step], taken_back: Callable[[], None]) -> None:
    """Make everything ready, then exchange names; raises NotWritten after taking back what was done.

    `taken_back` is called when all files are as they were: whatever ends this before needs the way back still.
    """
    made: list[Path] = []
    try:
        for step in steps:
            _make_ready(step, made)
        # All old names are free before one is taken, so the order of moves does not matter.
        for step in steps:
            if step.leaves and step.source is not None:
                step.removed = True  # Before, since an interrupt may come between the two.
                step.source.unlink()
        for step in steps:
            _place(step)
    except BaseException as error:
        lost = _take_back(steps)
        _clean(steps, kept=lost)
        if lost:
            raise NotWritten(
                f"Writing failed, and {', '.join(lost)} could not be brought back.",
                advice="Run `mai-lsp undo` in this folder.",
            ) from error
        for folder in reversed(made):
            with contextlib.suppress(OSError):  # Somebody else may have put a file into it.
                folder.rmdir()
        taken_back()
        if isinstance(error, OSError):
            raise NotWritten(f"Writing failed ({_word(error)}). All files are as they were.") from error
        raise


def _make_ready(step: _Step, made: list[Path]) -> None:
    """Write the new text beside its place, and give what is there a second name."""
    if step.target is not None:
        _make_folders(step.target.parent, made)
        fresh = _beside(step.target)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        step.fresh = fresh
        with os.fdopen(handle, "wb") as file:
            file.write(step.data)
            file.flush()
            os.fsync(file.fileno())
        if step.source is not None:
            shutil.copystat(step.source, fresh)
            os.utime(fresh)
    if step.source is not None:
        step.saved = saved = _beside(step.source)
        try:
            os.link(step.source, saved)
        except OSError:  # A file system without hard links.
            shutil.copy2(step.source, saved)


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir()
        made.append(one)


def _beside(path: Path) -> Path:
    """Return a name in the same folder, and so on the same file system, that nobody has."""
    return path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}{TEMPORARY}")


def _place(step: _Step) -> None:
    if step.target is None or step.fresh is None:
        return
    if step.source != step.target and os.path.lexists(step.target):
        raise FileExistsError(EEXIST, os.strerror(EEXIST))
    step.placed = True  # Before, for the same reason.
    step.fresh.replace(step.target)


def _take_back(steps: Sequence[_Step]) -> list[str]:
    """Bring back all names; return the files for which that failed.

    Renaming a file to another name of the same file does nothing (POSIX), so `saved` may still be there afterwards.
    """
    lost = []
    for step in steps:
        # First all that is new, since a name may have been given to another file.
        if step.placed and step.source != step.target and step.target is not None and not _still_beside(step):
            with contextlib.suppress(OSError):
                step.target.unlink(missing_ok=True)
    for step in steps:
        if step.saved is not None and step.source is not None and (step.removed or step.placed):
            try:
                step.saved.replace(step.source)
            except OSError:
                lost.append(step.name)
    return lost


def _still_beside(step: _Step) -> bool:
    """Whether the new text never got its name: what has that name is not ours."""
    return step.fresh is not None and step.fresh.exists()


def _clean(steps: Sequence[_Step], kept: Collection[str] = ()) -> None:
    """Remove what is needed no more, but for what was saved of some files."""
    for step in steps:
        for path in (step.fresh, step.saved if step.name not in kept else None):
            if path is not None:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def _word(error: OSError) -> str:
    return error.strerror or type(error).__name__
