"""Message framing does not depend on how the bytes are cut, and survives what is not a message."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.lsp import stdio
from mai_lsp.lsp.stdio import Frames, Transport


def framed(body: bytes, header: bytes = b"") -> bytes:
    return header + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


@given(st.lists(st.binary(max_size=30), max_size=5), st.lists(st.integers(1, 40), max_size=20))
def test_bodies_do_not_depend_on_the_cuts(bodies: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(map(framed, bodies))
    frames, at = Frames(), 0
    found: list[bytes] = []
    for size in [*sizes, len(stream)]:
        found += frames.feed(stream[at : at + size])
        at += size
    assert found == bodies


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 99999999999999\r\n\r\n",
        b"Content-Length: x\r\n\r\n",
        b"Content-Type: text/plain\r\n\r\n",
        b"garbage before the header\r\n",
    ],
)
def test_what_is_no_header_is_skipped(garbage: bytes) -> None:
    assert list(Frames().feed(garbage + framed(b"{}"))) == [b"{}"]


def test_a_stream_without_headers_does_not_fill_the_memory() -> None:
    frames = Frames()
    for _ in range(100):
        assert list(frames.feed(b"x" * 10_000)) == []
    assert len(frames._buffer) <= stdio.MAX_HEADER
    assert list(frames.feed(b"\r\n\r\n" + framed(b"{}"))) == [b"{}"]


class Ends:
    """The two ends of a transport over real pipes."""

    def __init__(self) -> None:
        ours, self.client = os.pipe()
        self.out, theirs = os.pipe()
        self.stdin, self.stdout = os.fdopen(ours, "rb", 0), os.fdopen(theirs, "wb", 0)
        self.transport = Transport(self.stdin, self.stdout)

    def close(self) -> None:
        for end in (self.stdin, self.stdout):
            end.close()
        self.hang_up()
        self.stop_listening()

    def hang_up(self) -> None:
        """Close the client's end of stdin, once: by a second time its number can be somebody else's."""
        if self.client >= 0:
            os.close(self.client)
            self.client = -1

    def stop_listening(self) -> None:
        """Close the client's end of stdout, once."""
        if self.out >= 0:
            os.close(self.out)
            self.out = -1


@pytest.fixture
def ends() -> Any:
    made = Ends()
    yield made
    made.close()


async def test_the_end_of_stdin_is_an_error_code(ends: Ends) -> None:
    os.write(ends.client, framed(b"1") + framed(b"2"))
    ends.hang_up()
    got: list[bytes] = []
    assert await ends.transport.serve(got.append) == 1
    assert got == [b"1", b"2"]


async def test_stop_drops_what_waits(ends: Ends) -> None:
    os.write(ends.client, framed(b"1") + framed(b"2"))
    got: list[bytes] = []

    def receive(body: bytes) -> None:
        got.append(body)
        ends.transport.stop(0)
        ends.transport.stop(5)

    assert await ends.transport.serve(receive) == 0
    assert got == [b"1"]
    ends.hang_up()


async def test_a_handler_takes_its_first_step_before_the_next_message(ends: Ends) -> None:
    seen: list[str] = []
    tasks = []

    async def handler() -> None:
        seen.append("handler")

    def receive(body: bytes) -> None:
        seen.append(body.decode())
        if body == b"request":
            tasks.append(asyncio.ensure_future(handler()))

    os.write(ends.client, framed(b"request") + framed(b"change"))
    ends.hang_up()
    await ends.transport.serve(receive)
    assert seen == ["request", "handler", "change"]


async def test_a_client_that_does_not_listen_ends_the_connection(ends: Ends) -> None:
    ends.stop_listening()
    os.write(ends.client, framed(b"1"))
    assert await ends.transport.serve(lambda body: ends.transport.write(b"reply")) == 1
    ends.transport.write(b"more")  # Nothing happens any more.
    ends.hang_up()
