"""The engine's own process: ``python -m mai_lsp.model.local.process``, started by `spawn` and by nobody else.

It never logs a prompt or a reply, holds its lock while it lives, and ends by itself: when nobody asked for a while, or
when its address file is gone or was replaced.
"""

from __future__ import annotations

import argparse
import dataclasses
import faulthandler
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TextIO

from mai_lsp.model.local import state
from mai_lsp.model.local.native import NativeServer, Options, Server
from mai_lsp.model.local.state import Exit
from mai_lsp.system import lock

log = logging.getLogger("mai_lsp.engine")

LOCK_WAIT_SECONDS = 0.15
"""Longer than anybody holds the lock just to look whether it is free; short, so that nobody inherits by waiting."""

TICK_SECONDS = 0.5
LOG_BYTES = 128 * 1024


class Reason(IntEnum):
    """Why `watch` returned."""

    STOPPED = 0
    IDLE = 1
    REPLACED = 2


def main(argv: Sequence[str] | None = None, open_server: Callable[[Options], Server] = NativeServer) -> int:
    """Run one engine from load to end; `open_server` is replaced in tests that need no model."""
    arguments = _parse(argv)
    path: Path = arguments.state
    held = lock.take(path.with_suffix(".lock"), wait=LOCK_WAIT_SECONDS)
    if held is None:
        return Exit.LOST
    own_log = _open_log()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    mine = state.EngineState(
        instance=secrets.token_hex(16),
        pid=os.getpid(),
        model=arguments.model,
        weights=str(arguments.weights),
        threads=arguments.threads,
        context=arguments.context,
        started=time.time(),
        key=secrets.token_urlsafe(32),
    )
    # Written before the model is loaded: an engine that is still starting is one that everybody can find and stop.
    state.write(path, mine)
    log.info("loading %s with %d threads", mine.weights, mine.threads)
    began = time.monotonic()
    try:
        server = open_server(
            Options(mine.weights, mine.model, mine.threads, mine.context, key=mine.key, instance=mine.instance)
        )
    except Exception as error:  # noqa: BLE001 - whatever the native library raises becomes the log's last line
        log.error("the model could not be loaded: %s", error)  # noqa: TRY400 - the trace is xllamacpp's, not ours
        _remove(path, mine)
        return Exit.FAILED
    if not _is_mine(path, mine):
        log.info("stopped while loading")
        return Exit.DONE
    state.write(path, dataclasses.replace(mine, address=server.address))
    log.info("ready after %.1f s at %s", time.monotonic() - began, server.address)
    # From here on requests come in, and llama.cpp prints grammars that it can not parse, with the user's half word.
    _discard_native_output()

    reason = watch(server, stop=stop, is_mine=lambda: _is_mine(path, mine), idle_seconds=arguments.idle)
    _remove(path, mine)
    log.info("ending: %s", reason.name.lower())
    _trim(own_log)
    server.close()
    return Exit.DONE


def watch(
    server: Server,
    *,
    stop: threading.Event,
    is_mine: Callable[[], bool],
    idle_seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> Reason:
    """Wait until the engine has to end: `stop` is set, its address file is no longer its own, or nobody asks."""
    seen = server.work()
    since = clock()
    while not stop.wait(min(TICK_SECONDS, idle_seconds / 4)):
        if not is_mine():
            return Reason.REPLACED
        now = server.work()
        if now != seen or now.running:
            seen, since = now, clock()
        elif clock() - since >= idle_seconds:
            return Reason.IDLE
    return Reason.STOPPED


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mai_lsp.model.local.process", description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--weights", required=True, type=Path)
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--context", required=True, type=int)
    parser.add_argument("--idle", required=True, type=float, help="seconds")
    parser.add_argument("--state", required=True, type=Path)
    return parser.parse_args(argv)


def _is_mine(path: Path, mine: state.EngineState) -> bool:
    found = state.read(path)
    return found is not None and found.instance == mine.instance


def _remove(path: Path, mine: state.EngineState) -> None:
    if _is_mine(path, mine):
        path.unlink(missing_ok=True)


def _open_log() -> TextIO:
    """Log to where standard error goes now (a file that `spawn` opened), even when that is closed later."""
    own = os.fdopen(os.dup(2), "a+", encoding="utf-8", buffering=1)
    _trim(own)
    handler = logging.StreamHandler(own)
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    # A native abort leaves at least its signal in the log.
    faulthandler.enable(own)
    return own


def _trim(file: TextIO) -> None:
    """Keep the log's last half when it has grown; cut in place, since Windows does not rename open files."""
    handle = file.fileno()
    try:
        size = os.fstat(handle).st_size
        if size <= LOG_BYTES:
            return
        os.lseek(handle, size - LOG_BYTES // 2, os.SEEK_SET)
        tail = os.read(handle, LOG_BYTES // 2).partition(b"\n")[2]
        os.ftruncate(handle, 0)
        os.write(handle, tail)
    except OSError:
        # Standard error is no file when a person runs this by hand.
        log.debug("the log can not be trimmed", exc_info=True)


def _discard_native_output() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)


if __name__ == "__main__":
    sys.exit(main())
