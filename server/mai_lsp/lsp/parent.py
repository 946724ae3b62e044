"""Notices when the editor's process has gone without saying `exit`.

A closed stdin says so too, but not when another child of the editor has inherited the pipe. It never signals a process.
"""

from __future__ import annotations

import asyncio
import os
import sys

INTERVAL = 3.0
"""Seconds between two looks; as vscode-languageserver does, and nobody waits for this."""


async def gone(pid: int, interval: float = INTERVAL) -> None:
    """Return once the process `pid` is not there any more."""
    while alive(pid):  # noqa: ASYNC110 (nobody tells; looking is the only way)
        await asyncio.sleep(interval)


def alive(pid: int) -> bool:
    """Whether a process with this id exists."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _alive_on_windows(pid: int) -> bool:
    """Ask the process handle, because `os.kill(pid, 0)` would end the process there."""
    import ctypes  # noqa: PLC0415 (costs start-up time where it is not needed)

    synchronize, wait_timeout = 0x00100000, 0x00000102  # WinNT.h, WinBase.h
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == wait_timeout)
    finally:
        kernel.CloseHandle(handle)
