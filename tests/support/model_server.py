"""The scripted model server: real HTTP/1.1 on loopback, every wire format, every fault, every request recorded.

It never sleeps and never chooses a port itself; what has to wait, waits for a `Gate`.

Inside a test's own event loop::

    async with ModelServer() as server:
        server.enqueue(send("return ", "a + b"))              # the next request's reply
        server.enqueue(status(429, headers={"retry-after": "1"}))
        gate = Gate()
        server.enqueue(send("re"), stall(gate), drop())
        ...                                                   # talk to server.url + "/v1"
        asked = await server.next_request()                   # path, headers, JSON body
        await asked.hung_up.wait()                            # the client closed before the reply's end

Without a script every request is answered with ``server.default`` (steps, or a function of the request). For a
client in another process run it in a thread (`threaded`), or as a process of its own (`spawned`, or
``python -m tests.support.model_server --text "..."``, which prints its URL).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.gate import Gate
from tests.support.model_steps import Step, send
from tests.support.model_wires import Chat, Counts, WireFormat, for_path

Steps = Sequence[Step]


@dataclass(slots=True)
class Asked:
    """One request that came, and what became of it."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    raw: bytes
    connection: int
    """Number of the TCP connection it came over, from 1."""
    hung_up: Gate = field(default_factory=Gate)
    """Opens when the client closes the connection before the reply is complete."""
    answered: Gate = field(default_factory=Gate)
    """Opens when the reply is complete."""

    @property
    def body(self) -> Any:
        """The JSON body."""
        return json.loads(self.raw)


class ModelServer:
    """One listening server; `enqueue` says how it answers."""

    def __init__(self, *default: Step) -> None:
        self.url = ""
        """``http://127.0.0.1:PORT``, without a trailing slash; set once it listens."""
        self.requests: list[Asked] = []
        """Every POST that came, oldest first."""
        self.catalogue: list[Asked] = []
        """Every GET and HEAD that came."""
        self.default: Steps | Callable[[Asked], Steps] = default or (send("pass"),)
        self.models: list[dict[str, Any]] = [{"id": "scripted"}]
        """Entries that GET ``…/models`` gives."""
        self.models_reply: Steps = ()
        """Steps that answer GET ``…/models`` instead, when set."""
        self.connections = 0
        """TCP connections accepted so far."""
        self._scripts: deque[Steps] = deque()
        self._fresh: deque[Asked] = deque()
        self._arrived = Gate()
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    @property
    def open_connections(self) -> int:
        """TCP connections open now."""
        return len(self._open)

    def enqueue(self, *steps: Step) -> None:
        """Answer the next POST that has no script yet with these steps; then the stream is ended properly."""
        self._scripts.append(steps)

    async def next_request(self) -> Asked:
        """Wait for the next POST that no `next_request` has given yet."""
        while not self._fresh:
            await self._arrived.wait()
        return self._take()

    def next_request_blocking(self, timeout: float = 10.0) -> Asked:
        """Like `next_request`, for a plain thread."""
        while not self._fresh:
            self._arrived.wait_blocking(timeout)
        return self._take()

    def _take(self) -> Asked:
        asked = self._fresh.popleft()
        if not self._fresh:
            self._arrived = Gate()
        return asked

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Close the port and every connection."""
        assert self._server is not None
        self._server.close()
        for connection in list(self._open):
            await connection.close()
        await self._server.wait_closed()

    async def close_idle(self) -> None:
        """Close the connections that wait for a request, as servers do with old ones."""
        for connection in [connection for connection in self._open if connection.running is None]:
            connection.transport.close()
            await connection.lost.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def note(self, asked: Asked) -> Steps:
        """Record a request and choose its reply."""
        if asked.method != "POST":
            self.catalogue.append(asked)
            return ()
        self.requests.append(asked)
        self._fresh.append(asked)
        self._arrived.open()
        if self._scripts:
            return self._scripts.popleft()
        return self.default(asked) if callable(self.default) else self.default


class _Connection(asyncio.Protocol):
    """One TCP connection: reads requests, runs their scripts, and notices when the client hangs up."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.number = 0
        self.transport: asyncio.Transport
        self.buffer = bytearray()
        self.running: asyncio.Task[None] | None = None
        self.asked: Asked | None = None
        self.writable = asyncio.Event()
        self.writable.set()
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.connections += 1
        self.number = self.server.connections
        self.server._open.add(self)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._next()

    def eof_received(self) -> bool:
        self._gone()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone()
        self.lost.set()
        self.server._open.discard(self)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    async def close(self) -> None:
        self.transport.abort()
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)

    def _gone(self) -> None:
        self.writable.set()
        if self.asked is not None:
            self.asked.hung_up.open()
            if self.running is not None:
                self.running.cancel()

    def _next(self) -> None:
        """Start answering as soon as a whole request is there; one at a time, as HTTP/1.1 wants."""
        if self.running is not None:
            return
        if self.buffer and not self.buffer[:1].isalpha():
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")  # TLS, most likely
            self.transport.close()
            return
        head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self.buffer = bytearray(rest[length:])
        self.asked = Asked(method, path, headers, rest[:length], self.number)
        steps = self.server.note(self.asked)
        self.running = asyncio.get_running_loop().create_task(self._answer(self.asked, steps))
        self.running.add_done_callback(self._done)

    async def _answer(self, asked: Asked, steps: Steps) -> None:
        reply = _Reply(self, asked, for_path(asked.path) or Chat())
        if asked.method != "POST":
            if asked.path.partition("?")[0].endswith("/models") and self.server.models_reply:
                steps = self.server.models_reply
            else:
                listing = json.dumps({"object": "list", "data": self.server.models}).encode()
                await reply.plain(200, {"content-type": "application/json"}, listing)
        elif for_path(asked.path) is None:
            await reply.plain(404, {"content-type": "application/json"}, b'{"error": {"message": "no such path"}}')
            steps = ()
        for step in steps:
            await step(reply)
        await reply.end()

    def _done(self, task: asyncio.Task[None]) -> None:
        asked, self.asked, self.running = self.asked, None, None
        if task.cancelled():
            return
        if error := task.exception():
            self.transport.abort()
            if not isinstance(error, ConnectionError):
                raise error
        elif asked is not None:
            asked.answered.open()
        self._next()


class _Reply:
    """The `Channel` that steps write to: one HTTP response with a chunked body."""

    def __init__(self, connection: _Connection, asked: Asked, wire: WireFormat) -> None:
        self.connection = connection
        self.asked = asked
        self.wire = wire
        self.text = ""
        self.piece_bytes = 0
        self.finish = "stop"
        self.counts: Counts | None = Counts()
        self.done_marker = wire.done_marker
        self.calls = 0
        self.closed = False
        self._started = False
        self._opened = False

    async def event(self, data: Any) -> None:
        if not self._opened:
            self._opened = True
            for opening in self.wire.opening():
                await self.event(opening)
        name = ""
        if self.wire.named_events and isinstance(data, dict) and "type" in data:
            name = f"event: {data['type']}\n"
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        if any("\ud800" <= character <= "\udfff" for character in text):
            text = json.dumps(data)  # half a surrogate pair only exists as a JSON escape
        await self.raw(f"{name}data: {text}\n\n".encode())

    async def raw(self, data: bytes) -> None:
        if not self._started:
            self._started = True
            await self._write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            )
        size = self.piece_bytes or len(data)
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            await self._write(b"%x\r\n%b\r\n" % (len(piece), piece))

    async def plain(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        if self.asked.method == "HEAD":
            headers, body = {**headers, "content-length": str(len(body))}, b""
        lines = "".join(f"{name}: {value}\r\n" for name, value in {"content-length": len(body), **headers}.items())
        await self._write(f"HTTP/1.1 {status} Scripted\r\n{lines}\r\n".encode() + body)
        self.closed = True
        self._started = False

    async def off_protocol(self, data: bytes) -> None:
        await self._write(data)
        self.closed = True
        self._started = False
        self.connection.transport.close()

    async def hang_up(self) -> None:
        self.closed = True
        self._started = False
        self.connection.transport.abort()

    async def end(self) -> None:
        if not self.closed:
            for event in self.wire.ending(self.text, self.finish, self.counts):
                await self.event(event)
            if self.done_marker:
                await self.event("[DONE]")
        if self._started:
            await self._write(b"0\r\n\r\n")

    async def _write(self, data: bytes) -> None:
        await self.connection.writable.wait()
        if self.connection.transport.is_closing():
            raise ConnectionResetError("the client is gone")
        self.connection.transport.write(data)


@contextlib.contextmanager
def threaded(server: ModelServer | None = None) -> Iterator[ModelServer]:
    """Run a server in a thread of its own, so that the test may block; scripts and gates work as ever."""
    server = server or ModelServer()
    loop = asyncio.new_event_loop()
    listening = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.start())
        listening.set()
        loop.run_forever()
        loop.run_until_complete(server.stop())
        loop.close()

    thread = threading.Thread(target=run, name="model-server", daemon=True)
    thread.start()
    try:
        if not listening.wait(10):
            raise TimeoutError("the scripted model server did not start")
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@contextlib.contextmanager
def spawned(*texts: str) -> Iterator[str]:
    """Run a server as a process of its own that answers every request with `texts`; give its URL.

    For benchmarks: a thread would share the interpreter lock with the code that is measured.
    """
    root = Path(__file__).resolve().parents[2]
    command = [
        sys.executable,
        "-m",
        "tests.support.model_server",
        *(part for text in texts for part in ("--text", text)),
    ]
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()  # which ends it


async def _serve(texts: Sequence[str]) -> None:
    async with ModelServer(send(*texts)) as server:
        print(server.url, flush=True)  # noqa: T201 (it is a program here)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Answer every model request with a fixed text until stdin ends.")
    arguments.add_argument("--text", action="append", help="one streamed piece; may be repeated")
    asyncio.run(_serve(arguments.parse_args().text or ["pass"]))
