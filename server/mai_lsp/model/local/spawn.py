"""Start the engine's process, detached from the editor, and learn how it ended.

It decides nothing: whether and when to start is `share`'s business.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from mai_lsp.model.local.native import OPENMP
from mai_lsp.model.local.plan import Plan
from mai_lsp.system import child

COMMAND = (sys.executable, "-P", "-m", "mai_lsp.model.local.process")
"""``-P`` keeps the working directory, which may be somebody's repository, off the import path."""

if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _CREATION_FLAGS = 0


class Child:
    """A process that outlives us; `code` is None while it runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.code: int | None = None
        self.process = process
        # A daemon thread reaps it: no zombie while we live, and no wait for it when we end.
        threading.Thread(target=self._reap, name="mai-lsp engine reaper", daemon=True).start()

    def _reap(self) -> None:
        self.code = self.process.wait()

    def kill(self) -> None:
        """End it at once; safe, since it is our own child and not yet reaped."""
        self.process.kill()


def spawn(plan: Plan, command: Sequence[str] = COMMAND) -> Child:
    """Start an engine, or a contender that ends at once if another holds the lock. Raises OSError."""
    folder = plan.state.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with plan.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, *plan.arguments()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment(os.environ),
            close_fds=True,
            start_new_session=True,  # POSIX
            creationflags=_CREATION_FLAGS,  # Windows
        )
    return Child(process)


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return the engine's environment: that of any child of ours, and what OpenMP is told.

    Its priority is left alone. Measured with two cores busy: nice 5 and 10 leave 8.5 and 3.5 tokens per second of 14,
    while an editor-like process wakes within 3 ms (p95) either way.
    """
    return {**OPENMP, **child.environment(ours)}
