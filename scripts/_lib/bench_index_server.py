"""The real server while it builds an index from nothing: how fast completions and keystrokes are meanwhile.

A user types in a long file of the workspace, a completion every 300 ms; the model answers at once, and the same request
sent without the server between each two completions is taken off, as in `bench_completion`.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from _lib.bench_completion import REPLY, Keystroke, keystrokes, post, settle
from _lib.bench_index_build import family, proportional, watch
from _lib.bench_sources import python_file
from tests.support.lsp_client import LspClient
from tests.support.model_server import Asked, ModelServer, spawned, threaded
from tests.support.model_steps import send

EVERY = 0.3
"""Seconds between completions."""

LINES = 10_000
"""Of the document that is typed in."""

WARM_UP = 3

AFTERWARDS = 30
"""Completions when the index is there."""

BODIES = 8

LONGEST = 600.0
"""Seconds after which it is given up."""


@dataclass(slots=True)
class Phase:
    """What one stretch of typing took, in seconds."""

    completions: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    keystrokes: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """What was measured."""

    seconds: float = 0.0
    """From `initialized` to the end of the index's progress."""
    during: Phase = field(default_factory=Phase)
    after: Phase = field(default_factory=Phase)
    server: int = 0
    """Bytes: the most that was resident in the server alone."""
    together: int = 0
    """Bytes: the most in the server, the builder and its helpers, each at its own peak."""
    shared: int = 0
    """Bytes: the most in them at any one time, shared pages counted once (`bench_index_build.proportional`)."""
    settled: int = 0
    """Bytes in the server and the builder at the end, counted so."""


def measure(root: Path) -> Session:
    """Open the workspace with no index of it, and type until the index is there and a while longer."""
    text = python_file(LINES)
    bodies = _bodies(root, text)
    found = Session()
    peaks: dict[int, int] = {}
    with spawned(*REPLY) as url, asyncio.Runner() as runner, _client(url) as client:
        ended = threading.Event()
        client.on_notification = lambda word: ended.set() if _is_end(word) else None
        http = httpx.AsyncClient(trust_env=False)
        started = time.perf_counter()
        client.initialize(_CAPABILITIES, root=root.as_uri())
        typist = _Typist(client, root, text)
        for _ in range(WARM_UP):
            typist.complete()
        turn, left = 0, AFTERWARDS
        while left:
            if time.perf_counter() - started > LONGEST:
                raise RuntimeError("the index was not ready in time")
            over = ended.is_set()
            if over and not found.seconds:
                found.seconds = time.perf_counter() - started
            phase = found.after if over else found.during
            left -= over
            began = time.perf_counter()
            phase.completions.append(typist.complete())
            phase.bare.append(runner.run(post(http, url, bodies[turn % BODIES])))
            phase.keystrokes.append(typist.take_back())
            processes = family(client.pid)
            watch(processes, peaks)
            found.settled = proportional(processes)
            found.shared = max(found.shared, found.settled)
            turn += 1
            time.sleep(max(0.0, began + EVERY - time.perf_counter()))
        runner.run(http.aclose())
        found.server = peaks[client.pid]
    found.together = sum(peaks.values())
    return found


_CAPABILITIES = {"textDocument": {"inlineCompletion": {}}, "window": {"workDoneProgress": True}}


def _is_end(word: dict[str, Any]) -> bool:
    """Whether a notification says that the index's progress is over."""
    if word["method"] != "$/progress" or not str(word["params"]["token"]).startswith("mai-index"):
        return False
    return bool(word["params"]["value"]["kind"] == "end")


class _Typist:
    """Types, asks, and takes back what was typed."""

    def __init__(self, client: LspClient, root: Path, text: str) -> None:
        self._client = client
        self._uri = (root / "typed_in.py").as_uri()
        self._version = 1
        self._strokes: Iterator[Keystroke] = keystrokes(text)
        self._last: Keystroke | None = None
        self._lines: set[int] = set()
        client.open(self._uri, "python", text)
        settle(client)

    def complete(self) -> float:
        """Type a character and ask; returns the seconds until the suggestion is there."""
        if self._last is not None:
            self.take_back()
        # Where a suggestion was turned down, it is not shown again.
        stroke = self._last = next(stroke for stroke in self._strokes if stroke.line not in self._lines)
        self._lines.add(stroke.line)
        if stroke.begun:
            self._replace((stroke.line, stroke.character), (stroke.line, stroke.character), stroke.begun)
            settle(self._client)
        started = time.perf_counter()
        self._replace(stroke.place, stroke.place, stroke.typed)
        # By hand: an automatic request waits for the next key on purpose, and there is a cap on them.
        answer = self._client.complete(self._uri, *stroke.cursor, automatic=False)
        elapsed = time.perf_counter() - started
        if not answer["items"]:
            raise RuntimeError(f"nothing was suggested below line {stroke.line + 1}")
        return elapsed

    def take_back(self) -> float:
        """Take back what was typed; returns the seconds until the server answers something cheap behind that."""
        stroke, self._last = self._last, None
        if stroke is None:
            return 0.0
        started = time.perf_counter()
        self._replace((stroke.line, stroke.character), stroke.cursor, "")
        self._client.request("workspace/executeCommand", {"command": "mai.acceptCompletion", "arguments": [""]})
        elapsed = time.perf_counter() - started
        settle(self._client)
        return elapsed

    def _replace(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        self._version += 1
        self._client.replace(self._uri, self._version, start, end, text)


def _bodies(root: Path, text: str) -> list[Asked]:
    """Return requests that the server really sends; it has no index meanwhile."""
    with threaded(ModelServer(send(*REPLY))) as model, _client(model.url, index=False) as client:
        client.initialize(_CAPABILITIES, root=root.as_uri())
        typist = _Typist(client, root, text)
        for _ in range(BODIES):
            typist.complete()
        return model.requests


def _client(url: str, *, index: bool = True) -> LspClient:
    chosen = {
        "MAI_LSP_PROVIDER": "openai-compatible",
        "MAI_LSP_BASE_URL": f"{url}/v1",
        "MAI_LSP_COMPLETION_MODEL": "qwen2.5-coder",
        "MAI_LSP_WIRE": "fim",
        "MAI_LSP_COMPLETION_REQUESTS_PER_MINUTE": "0",
        "MAI_LSP_COMPLETION_ALTERNATIVES": "1",
        "MAI_LSP_INDEX_ENABLE": str(index).lower(),
    }
    return LspClient([sys.executable, "-m", "mai_lsp", "--stdio"], env=chosen)
