"""A lock between processes that the operating system releases when its holder dies, however it dies.

It never blocks: a caller that wants to wait says for how long. The file itself stays and means nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

POLL_SECONDS = 0.05


def take(path: Path, *, wait: float = 0.0) -> int | None:
    """Take the lock on `path` within `wait` seconds; return the handle that holds it, or None if it is held.

    Raises OSError when the file can not be made at all. A handle is not inherited by child processes.
    """
    deadline = time.monotonic() + wait
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        if _try(handle):
            return handle
        if time.monotonic() >= deadline:
            os.close(handle)
            return None
        time.sleep(POLL_SECONDS)


def release(handle: int) -> None:
    """Give the lock back."""
    # Windows keeps a region lock until "some time" after the handle is closed, so it is taken off by hand.
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists on this platform only

        with contextlib.suppress(OSError):
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
    os.close(handle)


@contextlib.contextmanager
def held(path: Path, *, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock on `path`, waiting as long as it takes; `on_wait` is called once if there is a wait."""
    handle = take(path)
    if handle is None:
        on_wait()
    while handle is None:
        handle = take(path, wait=60.0)
    try:
        yield
    finally:
        release(handle)


def _try(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on this platform only

            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists on these platforms only

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
