"""What engine is wanted: the settings resolved into numbers, files and a name that editors share.

It starts nothing.
"""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from mai_lsp.model.local import weights
from mai_lsp.settings import Settings

GENERATION = 1
"""Raise it when the address file or the engine's flags change, so that old and new servers do not share one."""

MAX_THREADS = 8
"""More threads make a model of this size slower: a token is a few milliseconds of work cut into hundreds of steps."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One engine: two editors with equal plans share it."""

    model: str
    weights: Path
    threads: int
    context: int
    """Tokens."""
    idle_seconds: float
    """The first editor decides; it is no part of the shared name."""
    state: Path
    """Address file; its lock and log lie beside it."""

    @property
    def log(self) -> Path:
        """The engine's log; no prompt and no reply is in it."""
        return self.state.with_suffix(".log")

    def arguments(self) -> list[str]:
        """Return the engine process' arguments; nothing in them is secret."""
        return [
            *("--model", self.model),
            *("--weights", str(self.weights)),
            *("--threads", str(self.threads)),
            *("--context", str(self.context)),
            *("--idle", str(self.idle_seconds)),
            *("--state", str(self.state)),
        ]


def make(settings: Settings, cache: Path) -> Plan:
    """Resolve the settings; may read the whole weights file, once. Raises `WeightsMissing` or `WeightsCorrupt`."""
    wanted = weights.locate(settings.local_model, cache)
    content = weights.check(wanted)
    threads = settings.local_threads or min(usable_cores(), MAX_THREADS)
    identity = f"{GENERATION}:{content}:{threads}:{settings.local_context}:{loopback()}"
    name = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return Plan(
        model=wanted.name,
        weights=wanted.path,
        threads=threads,
        context=settings.local_context,
        idle_seconds=settings.local_idle_minutes * 60,
        state=engines_dir(cache) / f"{name}.json",
    )


def engines_dir(cache: Path) -> Path:
    """Return the folder of address files, locks and logs."""
    return cache / "engines"


def loopback() -> str:
    """Name the machine whose 127.0.0.1 this process sees: containers and hosts can share a cache folder, not a port."""
    try:
        return f"{platform.node()}:{os.stat('/proc/self/ns/net').st_ino}"  # noqa: PTH116 (a link that leads nowhere)
    except OSError:
        return platform.node()


def usable_cores() -> int:
    """Count the cores this process may really use; threads beyond a container's quota would only wait."""
    try:
        cores = len(os.sched_getaffinity(0))  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:
        # macOS and Windows have no such call.
        cores = os.cpu_count() or 1
    return max(1, min(cores, _quota(Path("/sys/fs/cgroup/cpu.max"), cores)))


def _quota(path: Path, otherwise: int) -> int:
    """Read a Linux control group's CPU limit, in cores, from a file like ``200000 100000``."""
    try:
        allowed, period = path.read_text(encoding="ascii").split()
        return round(int(allowed) / int(period))
    except (OSError, ValueError):
        # No control group, or ``max``: no limit.
        return otherwise
