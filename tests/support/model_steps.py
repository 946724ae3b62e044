"""The steps a scripted reply is made of; each is a function that returns a `Step`.

Steps never sleep: what has to wait, waits for a `Gate` that the test opens, or for the client to hang up.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from tests.support.gate import Gate
from tests.support.model_wires import Counts, WireFormat


class Channel(Protocol):
    """What a step may do with the connection (`model_server` implements it)."""

    wire: WireFormat
    text: str
    """All text sent so far."""
    piece_bytes: int
    """Bytes per HTTP chunk from here on; 0 means one chunk per write."""
    finish: str
    """What the reply will end with."""
    counts: Counts | None
    done_marker: bool
    calls: int
    """Function calls sent so far."""
    closed: bool
    """The reply is over: nothing is to be added at the end."""

    async def event(self, data: Any) -> None:
        """Send one SSE event; a string goes out as it is, anything else as JSON."""

    async def raw(self, data: bytes) -> None:
        """Send bytes inside the streamed body."""

    async def plain(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Answer with a whole body instead of a stream."""

    async def off_protocol(self, data: bytes) -> None:
        """Write bytes that are not HTTP at all."""

    async def hang_up(self) -> None:
        """Reset the connection."""


Step = Callable[[Channel], Awaitable[None]]


def send(*texts: str) -> Step:
    """Send each text as one delta."""

    async def step(channel: Channel) -> None:
        for text in texts:
            channel.text += text
            await channel.event(channel.wire.text(text))

    return step


def reasoning(*texts: str, form: str = "string") -> Step:
    """Send hidden reasoning.

    Forms for chat: ``string``, ``object``, ``content`` (`reasoning_content`), ``details``, ``think`` (inline, tags
    are yours to write); for responses: ``summary``, ``text``.
    """

    async def step(channel: Channel) -> None:
        for text in texts:
            await channel.event(channel.wire.reasoning(text, form))

    return step


def call(name: str, arguments: Mapping[str, Any], form: str = "pieces") -> Step:
    """Call a function.

    Forms: ``pieces`` (OpenAI: with index, arguments cut up), ``whole`` (Foundry: at once, without index), ``object``
    (chat only: arguments that are no string).
    """

    async def step(channel: Channel) -> None:
        for one in channel.wire.call(channel.calls, name, json.dumps(arguments, ensure_ascii=False), form):
            await channel.event(one)
        channel.calls += 1

    return step


def event(data: Any) -> Step:
    """Send any SSE event: a string as it is, anything else as JSON."""

    async def step(channel: Channel) -> None:
        await channel.event(data)

    return step


def raw(data: bytes) -> Step:
    """Send bytes inside the streamed body, unframed."""

    async def step(channel: Channel) -> None:
        await channel.raw(data)

    return step


def comment(text: str = "OPENROUTER PROCESSING") -> Step:
    """Send an SSE comment line, as OpenRouter does while a model thinks."""
    return raw(f": {text}\n\n".encode())


def split_bytes(size: int) -> Step:
    """From here on, put at most `size` bytes into one HTTP chunk, also inside UTF-8 sequences."""

    async def step(channel: Channel) -> None:
        channel.piece_bytes = size

    return step


def stall(until: Gate) -> Step:
    """Send nothing until the test opens the gate (or the client hangs up)."""

    async def step(channel: Channel) -> None:
        await until.wait()

    return step


def never_headers() -> Step:
    """Accept the request and never answer; ends when the client hangs up or the server closes."""
    return stall(Gate())


def drop() -> Step:
    """Reset the connection."""

    async def step(channel: Channel) -> None:
        await channel.hang_up()

    return step


def status(code: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Step:
    """Answer with this status; `body` is text, bytes or JSON data (default: an error in OpenAI's shape)."""
    if body is None:
        body = {"error": {"message": f"scripted status {code}", "type": "scripted", "code": None}}
    kind = "text/plain" if isinstance(body, str | bytes) else "application/json"
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()

    async def step(channel: Channel) -> None:
        await channel.plain(code, {"content-type": kind, **(headers or {})}, data)

    return step


def whole(text: str, finish: str = "stop", calls: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> Step:
    """Answer with one JSON body, as servers do that do not know ``stream``."""
    called = [(name, json.dumps(arguments, ensure_ascii=False)) for name, arguments in calls]

    async def step(channel: Channel) -> None:
        body = channel.wire.whole(text, finish, channel.counts or Counts(), called)
        await channel.plain(200, {"content-type": "application/json"}, json.dumps(body).encode())

    return step


def garbage() -> Step:
    """Answer with bytes that are not HTTP."""

    async def step(channel: Channel) -> None:
        await channel.off_protocol(b"\x00\xff\x13\x37 this is not HTTP\r\n\r\n")

    return step


def bad_json() -> Step:
    """Send an SSE event whose data is broken JSON."""
    return event('{"choices": [{"delta": {"content": "x"')


def u2028(before: str = "a = 'x", after: str = "y'") -> Step:
    """Send one delta whose text holds U+2028, unescaped, which line-splitting clients cut in two."""
    return send(f"{before}\u2028{after}")


def huge(size: int) -> Step:
    """Send one SSE event of about `size` bytes."""
    return send("x" * size)


def error_event(message: str = "scripted failure", code: str | int = 502, kind: str = "server_error") -> Step:
    """Fail inside a 200 stream, in the wire's own shape (for chat: OpenRouter's)."""

    async def step(channel: Channel) -> None:
        await channel.event(channel.wire.error(message, code, kind))

    return step


def safety_block() -> Step:
    """End the stream as Foundry does when its filter strikes; ``[DONE]`` follows."""
    return event({"error": {"type": "SafetyBlockedError", "message": "The response was filtered.", "code": None}})


def finish(reason: str) -> Step:
    """Set what the reply ends with: ``stop`` (default), ``length`` …"""

    async def step(channel: Channel) -> None:
        channel.finish = reason

    return step


def usage(**counts: Any) -> Step:
    """Set the token counts that come at the end (fields of `Counts`)."""

    async def step(channel: Channel) -> None:
        channel.counts = Counts(**counts)

    return step


def no_usage() -> Step:
    """Leave the token counts out."""

    async def step(channel: Channel) -> None:
        channel.counts = None

    return step


def no_done_marker() -> Step:
    """End the stream properly but without ``[DONE]``."""

    async def step(channel: Channel) -> None:
        channel.done_marker = False

    return step


def end_here() -> Step:
    """End the HTTP body now: no finish event, no usage, no ``[DONE]``."""

    async def step(channel: Channel) -> None:
        channel.closed = True

    return step
