"""A small blocking LSP client over stdio, for measuring and showing the real server from outside.

It knows nothing of the server but the protocol, and needs neither pygls nor an event loop.

    with LspClient([sys.executable, "-m", "mai_lsp", "--stdio"]) as client:
        client.initialize({"textDocument": {"inlineCompletion": {}}})
        client.open("file:///a.py", "python", "pri")
        client.request("textDocument/inlineCompletion", {...})
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import Any, BinaryIO, Self


class LspError(Exception):
    """The server answered a request with an error."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")


class LspClient:
    """A server process and the messages that go to and fro."""

    def __init__(
        self,
        command: list[str],
        *,
        env: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
        stderr: BinaryIO | int | None = subprocess.DEVNULL,
    ) -> None:
        self.settings = dict(settings or {})
        """What `workspace/configuration` gives for section ``mai``."""
        self.notifications: list[dict[str, Any]] = []
        """Every notification the server sent."""
        self.on_notification: Callable[[dict[str, Any]], None] = self.notifications.append
        # What is measured or shown here is nobody's writing, so it is not counted among the user's figures.
        self._data = tempfile.TemporaryDirectory(prefix="mai-lsp-", ignore_cleanup_errors=True)
        variables = {**os.environ, "MAI_LSP_DATA_DIR": self._data.name, **(env or {})}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, env=variables
        )
        self._ids = itertools.count(1)
        self._waiting: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def initialize(
        self, capabilities: Mapping[str, Any], *, root: str | None = None, options: Mapping[str, Any] | None = None
    ) -> Any:
        """Shake hands; returns the server's answer."""
        result = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": root,
                "capabilities": capabilities,
                "initializationOptions": options,
                "workspaceFolders": [{"uri": root, "name": "root"}] if root else None,
            },
        )
        self.notify("initialized", {})
        return result

    def open(self, uri: str, language: str, text: str, version: int = 1) -> None:
        """Open a document."""
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def insert(self, uri: str, version: int, line: int, character: int, text: str) -> None:
        """Type `text` at a position."""
        self.replace(uri, version, (line, character), (line, character), text)

    def replace(self, uri: str, version: int, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Replace what stands between two positions (line, character)."""
        places = [{"line": line, "character": character} for line, character in (start, end)]
        change = {"range": {"start": places[0], "end": places[1]}, "text": text}
        self.notify(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        )

    def complete(self, uri: str, line: int, character: int, *, timeout: float = 120, automatic: bool = True) -> Any:
        """Ask for an inline completion."""
        params = {
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": 2 if automatic else 1},
        }
        return self.request("textDocument/inlineCompletion", params, timeout=timeout)

    def request(self, method: str, params: Any, *, timeout: float = 120) -> Any:
        """Send a request and wait for its result; raises LspError or TimeoutError."""
        return self.send(method, params)[1].result(timeout)

    def send(self, method: str, params: Any) -> tuple[int, Future[Any]]:
        """Send a request; returns its id and a future of its result."""
        number = next(self._ids)
        future: Future[Any] = Future()
        self._waiting[number] = future
        self._write({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number, future

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def close(self) -> int:
        """Shut the server down; returns its exit code."""
        if self._process.poll() is None:
            try:
                self.request("shutdown", None, timeout=10)
                self.notify("exit", None)
                self._process.wait(10)
            except (LspError, OSError, TimeoutError, subprocess.TimeoutExpired):
                self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        code = self._process.wait()
        self._data.cleanup()
        return code

    def _write(self, message: Mapping[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        try:
            while True:
                length = 0
                while (header := stream.readline().strip()) or not length:
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                    if not header and not length:
                        raise EOFError  # noqa: TRY301 (the end of the stream is found two loops down)
                self._receive(json.loads(stream.read(length)))
        except (EOFError, OSError, ValueError) as error:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(ConnectionError(f"the server is gone: {error!r}"))

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            future = self._waiting.pop(message["id"])
            if "error" in message:
                future.set_exception(LspError(message["error"]))
            else:
                future.set_result(message.get("result"))
        elif "id" in message:
            self._write({"jsonrpc": "2.0", "id": message["id"], "result": self._serve(message)})
        else:
            self.on_notification(message)

    def _serve(self, message: Mapping[str, Any]) -> Any:
        if message["method"] == "workspace/configuration":
            return [self.settings if item.get("section") == "mai" else None for item in message["params"]["items"]]
        return None
