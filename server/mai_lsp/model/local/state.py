"""The address file of a running engine: how editors find it, and how they know that it is really it.

Liveness is never read off a process id, which the system gives to others in time: the engine holds a lock while it
lives, and answers with a word (`instance`) that only readers of its private address file know.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from pathlib import Path
from typing import Any

from mai_lsp.model.local.files import read_json, write_json
from mai_lsp.system import lock

INSTANCE_PREFIX = "~instance-"
"""The engine lists its instance word as a second alias of its model; ``~`` sorts it behind the model's name."""

_LOOPBACK = "http://127.0.0.1:"
_GRACE_SECONDS = 4.0


class Health(Enum):
    """What a probe found."""

    ALIVE = auto()
    GONE = auto()
    """Nobody listens there, or somebody else does."""
    SILENT = auto()
    """It accepts connections but does not answer."""


class Exit(IntEnum):
    """Why the process ended; anything else is a crash."""

    DONE = 0
    """Idle, or asked to stop."""
    FAILED = 1
    """The model could not be loaded; the log's last line says why."""
    LOST = 3
    """Another process is this engine already."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """Content of an address file."""

    instance: str
    """A word that the engine shows and nobody else knows."""
    pid: int
    model: str
    weights: str
    threads: int
    context: int
    started: float
    """Unix time."""
    address: str = ""
    """``http://127.0.0.1:PORT``; empty while the engine is still loading."""
    key: str = field(default="", repr=False)

    @property
    def ready(self) -> bool:
        """Whether it takes requests."""
        return bool(self.address)


def read(path: Path) -> EngineState | None:
    """Read an address file; None when there is none, or it is not one this user's engine wrote."""
    if sys.platform != "win32":
        try:
            if path.stat().st_uid != os.getuid():
                return None
        except OSError:
            return None
    data = read_json(path)
    return None if data is None else _parse(data)


def _parse(data: dict[str, Any]) -> EngineState | None:
    types = {"instance": str, "pid": int, "model": str, "weights": str, "threads": int, "context": int}
    types |= {"started": float, "address": str, "key": str}
    if data.keys() != types.keys() or not all(isinstance(data[name], kind) for name, kind in types.items()):
        return None
    if data["address"] and not data["address"].startswith(_LOOPBACK):
        return None
    return EngineState(**data)


def write(path: Path, state: EngineState) -> None:
    """Write an address file in one step, for this user's eyes only."""
    write_json(path, dataclasses.asdict(state))


def probe(state: EngineState, *, timeout: float = 3.0) -> Health:
    """Ask the engine, as itself, whether it is there; at most `timeout` seconds for each step.

    The key alone proves nothing to us: any server on a port that was used again could answer 200 to it.
    """
    connection = http.client.HTTPConnection("127.0.0.1", int(state.address.removeprefix(_LOOPBACK)), timeout=timeout)
    try:
        connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {state.key}"})
        listing = json.loads(connection.getresponse().read(1 << 20))
        aliases = listing["data"][0]["aliases"]
    except TimeoutError:
        return Health.SILENT
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        return Health.GONE
    finally:
        connection.close()
    return Health.ALIVE if INSTANCE_PREFIX + state.instance in aliases else Health.GONE


def running(engines: Path) -> list[tuple[Path, EngineState]]:
    """List the engines whose address files are in this folder and whose locks are held."""
    found = []
    for path in sorted(engines.glob("*.json")):
        state = read(path)
        if state is not None and not _free(path.with_suffix(".lock"), wait=0.0):
            found.append((path, state))
    return found


def stop(path: Path, *, grace: float = _GRACE_SECONDS) -> bool:
    """Stop the engine of this address file and wait until it is gone; False when none was running.

    It is asked by taking its address file away, which works alike on every system. Only an engine that does not
    react is killed, and only while its lock proves that the process id in the file is still its own.
    """
    state = read(path)
    held = path.with_suffix(".lock")
    if _free(held, wait=0.0):
        path.unlink(missing_ok=True)
        return False
    path.unlink(missing_ok=True)
    if not _free(held, wait=grace) and state is not None:
        _kill(state.pid)
        _free(held, wait=grace)
    return True


def _kill(pid: int) -> None:
    # It may go in this very moment, which the lock then shows.
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.kill(pid, signal.SIGKILL)


def _free(path: Path, *, wait: float) -> bool:
    """Whether nobody holds the lock within `wait` seconds."""
    if not path.parent.is_dir():
        return True
    handle = lock.take(path, wait=wait)
    if handle is None:
        return False
    lock.release(handle)
    return True
