"""LSP's base protocol over stdin and stdout: frames in, frames out, one message per turn of the event loop.

It knows no method and no JSON: bodies go to a function. pygls' own loop needs three thread switches per message,
ends at the first header it does not like and never answers a body that is not JSON.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO

log = logging.getLogger(__name__)

MAX_BODY = 256 * 1024 * 1024
"""Bytes; a length beyond this is a broken client, and believing it would exhaust memory."""

MAX_HEADER = 16 * 1024
"""Bytes without the end of a header after which they are taken for garbage."""

_READ = 1 << 16


class Frames:
    """Cuts a byte stream into message bodies, however the bytes are cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._wanted: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take some bytes and yield every body that is complete; a header without a usable length is skipped."""
        self._buffer += data
        while True:
            if self._wanted is None:
                head, found, _ = self._buffer.partition(b"\r\n\r\n")
                if not found:
                    if len(head) > MAX_HEADER:
                        del self._buffer[:-MAX_HEADER]
                    return
                del self._buffer[: len(head) + 4]
                self._wanted = _content_length(bytes(head))
                if self._wanted is None:
                    log.error("a message header without a usable Content-Length was skipped")
                    continue
            if len(self._buffer) < self._wanted:
                return
            body = bytes(self._buffer[: self._wanted])
            del self._buffer[: self._wanted]
            self._wanted = None
            yield body


def _content_length(head: bytes) -> int | None:
    """Return the last Content-Length; earlier lines may be the rest of something that was not a message."""
    for line in reversed(head.split(b"\r\n")):
        name, _, value = line.partition(b":")
        text = value.strip()
        if name.strip().lower() == b"content-length" and text.isdigit() and len(text) < 12 and int(text) <= MAX_BODY:
            return int(text)
    return None


class Transport:
    """One connection over a pair of pipes; pygls' writer, too."""

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._bodies: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._code: int | None = None

    def write(self, data: bytes) -> None:
        """Write and flush; a client that has gone ends the connection instead of raising."""
        if self._code is not None:
            return
        try:
            self._stdout.write(data)
            self._stdout.flush()
        except (OSError, ValueError):
            log.warning("the client does not listen any more")
            self.stop(1)

    def close(self) -> None:
        """Do nothing: stdout is closed by the end of the process."""

    def stop(self, code: int) -> None:
        """Make `serve` return `code`; messages that wait are dropped."""
        if self._code is None:
            self._code = code
            self._bodies.put_nowait(None)

    async def serve(self, receive: Callable[[bytes], None]) -> int:
        """Give every body to `receive` until the stream ends or `stop` is called; return the exit code."""
        loop = asyncio.get_running_loop()
        # A daemon, because nothing can wake it out of a read; it holds no lock that the interpreter's end needs.
        threading.Thread(target=self._read, args=(loop,), name="stdin", daemon=True).start()
        while (body := await self._bodies.get()) is not None and self._code is None:
            receive(body)
            # An async handler has now been scheduled and takes its snapshot on its first step, which this lets
            # happen before the next message (a didChange, perhaps) is looked at.
            await asyncio.sleep(0)
        # The end of stdin without `exit` means that the client is gone (LSP: an error code then).
        return 1 if self._code is None else self._code

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            for body in self._arriving():
                loop.call_soon_threadsafe(self._bodies.put_nowait, body)
            loop.call_soon_threadsafe(self._bodies.put_nowait, None)
        except RuntimeError:
            log.debug("the event loop ended before stdin")

    def _arriving(self) -> Iterator[bytes]:
        """Yield bodies until the stream ends."""
        frames = Frames()
        descriptor = self._stdin.fileno()
        try:
            while data := os.read(descriptor, _READ):
                yield from frames.feed(data)
        except OSError:
            log.warning("stdin can not be read any more")
