"""A scripted file server on loopback: ranges, validators, and the ways in which a download goes wrong.

Each request takes the next step of the script; when it is used up, the file is served well.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Step:
    """What happens to one request."""

    status: int = 0
    """Answer with this instead of the file."""
    drop_after: int | None = None
    """Close the connection after so many bytes of the body."""
    ignore_range: bool = False
    wrong_range: bool = False
    no_length: bool = False


@dataclass
class Script:
    content: bytes
    etag: str = '"v1"'
    steps: list[Step] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    """Headers of each request, names in lower case, plus ``path``."""
    url: str = ""


@contextmanager
def serve(script: Script) -> Iterator[Script]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            script.requests.append({"path": self.path} | {k.lower(): v for k, v in self.headers.items()})
            _answer(self, script, script.steps.pop(0) if script.steps else Step())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is part of the test."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, script: Script, step: Step) -> None:
    if step.status:
        handler.send_response(step.status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    begin = 0
    wanted = handler.headers.get("Range", "")
    if wanted and not step.ignore_range and handler.headers.get("If-Range", script.etag) == script.etag:
        begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if begin >= len(script.content):
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(script.content)}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        shown = begin + 7 if step.wrong_range else begin
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {shown}-{len(script.content) - 1}/{len(script.content)}")
    else:
        handler.send_response(200)
    body = script.content[begin:]
    handler.send_header("ETag", script.etag)
    if step.no_length:
        handler.send_header("Connection", "close")
        handler.close_connection = True
    else:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if step.drop_after is None:
        handler.wfile.write(body)
    else:
        handler.wfile.write(body[: step.drop_after])
        handler.close_connection = True
