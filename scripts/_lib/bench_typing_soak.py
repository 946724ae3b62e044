"""An hour's keys through the real server, as fast as it takes them: memory, open files, connections and requests.

Documents are opened, written and closed one after the other. The server's cap on requests counts in real time, as ever.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import psutil

from _lib.bench_figures import Row, Table
from _lib.bench_typing_keys import Key, keys
from _lib.bench_typing_model import Script
from mai_lsp.core.text import Document, Edit, Span, open_document
from tests.support.lsp_client import LspClient
from tests.support.model_server import Asked, ModelServer, Steps, threaded

KEYS = 28_800
"""Eight keys a second for an hour."""

PAUSE_EVERY = 60
"""Keys after which an answer is waited for, as who stops to look: about two lines."""

ABREAST = 20
"""Keys after which the server is waited for, so that what is measured is not its queue of input."""

CAP = 60
MINUTE = 60.0
GROWTH = 6.0
"""MiB that may come on top in the second half: the allocator keeps some."""

MIB = 2**20

Answering = Callable[[Script, str], Callable[[Asked], Steps]]
"""Makes of what is written and a seed what answers requests for it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The server at one moment."""

    keys: int
    resident: int
    files: int
    """Open descriptors, or handles."""
    threads: int
    connections: int
    """To the model."""


class Counting:
    """A scripted model that says when it was asked."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.steps: Callable[[Asked], Steps] = lambda _: ()
        """What answers for the document that is being written."""

    def __call__(self, asked: Asked) -> Steps:
        self.at.append(time.monotonic())
        return self.steps(asked)

    def most_in_a_minute(self) -> int:
        """Return how many requests came within any minute at most."""
        window: deque[float] = deque()
        most = 0
        for at in self.at:
            window.append(at)
            while at - window[0] >= MINUTE:
                window.popleft()
            most = max(most, len(window))
        return most


def run(texts: Sequence[Script], answering: Answering, wanted: int, seed: str) -> Table:
    """Press so many keys, and say how the server was at four moments."""
    counting = Counting()
    model = ModelServer()
    model.default = counting
    began = time.monotonic()
    with threaded(model) as server, _client(f"{server.url}/v1") as client:
        marks = list(_marks(client, model, _written(texts, answering, counting, seed), wanted))
        took = time.monotonic() - began
        # Cancelled requests are closed by the server after it has answered.
        client.request("workspace/executeCommand", {"command": "mai.status", "arguments": []})
        left = sum(not (asked.answered.is_open or asked.hung_up.is_open) for asked in model.requests)
    first, quarter, half, last = marks
    rows = [
        *(Row(f"resident after {mark.keys:,} keys", mark.resident / MIB, unit="MiB") for mark in marks),
        Row("  more in the second half", (last.resident - half.resident) / MIB, unit="MiB", goal_p50=GROWTH),
        *(Row(f"open files after {mark.keys:,} keys", mark.files, unit="") for mark in marks),
        Row("  more since the first quarter", last.files - quarter.files, unit="", goal_p50=2),
        Row("threads, more since the first mark", last.threads - first.threads, unit="", goal_p50=2),
        Row("connections to the model at the end", last.connections, unit="", goal_p50=4),
        Row("requests that nobody ended", left, unit="", goal_p50=0),
        Row("requests in any one minute at most", counting.most_in_a_minute(), unit="", goal_p50=CAP),
    ]
    note = f"{wanted:,} keys in {took:.0f} s, {len(counting.at):,} requests; cap {CAP} a minute; seed {seed}"
    return Table("typing", "Typing, an hour's keys at full speed", tuple(rows), note)


def _client(url: str) -> LspClient:
    chosen = {
        "MAI_LSP_PROVIDER": "openai-compatible",
        "MAI_LSP_BASE_URL": url,
        "MAI_LSP_COMPLETION_MODEL": "scripted",
        "MAI_LSP_COMPLETION_REQUESTS_PER_MINUTE": str(CAP),
        "MAI_LSP_INDEX_ENABLE": "false",
    }
    return LspClient([sys.executable, "-m", "mai_lsp", "--stdio"], env=chosen)


def _marks(client: LspClient, model: ModelServer, written: Iterator[tuple[Script, str]], wanted: int) -> Iterator[Mark]:
    """Press the keys; yield a mark soon after the beginning, at a quarter, at the half and at the end."""
    client.on_notification = lambda _: None
    client.initialize({"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"inlineCompletion": {}}})
    process = psutil.Process(client.pid)
    due = [wanted // 20, wanted // 4, wanted // 2, wanted]
    pressed = 0
    for script, seed in written:
        page = _Page(client, script, f"file:///soak/{seed}/{script.path}")
        for key in keys(script.typed, seed):
            pressed += 1
            page.press(key, pause=pressed % PAUSE_EVERY == 0)
            if pressed % ABREAST == 0:
                client.request("workspace/executeCommand", {"command": "mai.acceptCompletion", "arguments": [""]})
            if pressed >= due[0]:
                del due[0]
                page.settle()
                resident = int(process.memory_info().rss)
                yield Mark(pressed, resident, _files(process), process.num_threads(), model.open_connections)
                if not due:
                    return
        page.close()


def _files(process: psutil.Process) -> int:
    if sys.platform == "win32":
        return int(process.num_handles())
    return int(process.num_fds())


def _written(
    texts: Sequence[Script], answering: Answering, counting: Counting, seed: str
) -> Iterator[tuple[Script, str]]:
    """Yield what is written, with a seed of its own, one after the other for ever; the model knows what it is."""
    for number in itertools.count():
        script, own = texts[number % len(texts)], f"{seed}-{number}"
        counting.steps = answering(script, own)
        yield script, own


class _Page:
    """A document that is being written: each key cancels the request before it and makes one."""

    def __init__(self, client: LspClient, script: Script, uri: str) -> None:
        self._client = client
        self._document: Document = open_document(uri, script.language, 1, script.head + script.tail)
        self._cursor = len(script.head)
        self._asked: tuple[int, Future[Any]] | None = None
        client.open(uri, script.language, self._document.text)

    def press(self, key: Key, *, pause: bool) -> None:
        """Take a key; with `pause`, wait for what comes of it."""
        document = self._document
        edit = Edit(Span(self._cursor - key.delete, self._cursor), key.insert)
        start, end = (self._position(document, at) for at in (edit.span.start, edit.span.end))
        self._document = document.edited([edit], (document.version or 0) + 1)
        self._cursor = edit.span.start + len(key.insert)
        if self._asked is not None and not self._asked[1].done():
            self._client.notify("$/cancelRequest", {"id": self._asked[0]})
        self._client.replace(document.uri, self._document.version or 0, start, end, edit.text)
        line, column = self._position(self._document, self._cursor)
        params = {
            "textDocument": {"uri": document.uri},
            "position": {"line": line, "character": column},
            "context": {"triggerKind": 2},
        }
        self._asked = self._client.send("textDocument/inlineCompletion", params)
        if pause:
            self.settle()

    def settle(self) -> None:
        """Wait for the last answer."""
        if self._asked is not None:
            self._asked[1].exception(120)
            self._asked = None

    def close(self) -> None:
        """Close the document."""
        self._client.notify("textDocument/didClose", {"textDocument": {"uri": self._document.uri}})

    @staticmethod
    def _position(document: Document, offset: int) -> tuple[int, int]:
        line = document.line_at(offset)
        return line, offset - document.starts[line]
