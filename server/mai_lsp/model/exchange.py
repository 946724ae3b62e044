"""One request to a model server and its streamed answer: sending, deadlines, tries, and closing.

It is imported late, since httpx is slow to import; it never logs, and it knows no settings.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

from mai_lsp.errors import (
    ConnectTimedOut,
    FirstTokenTimedOut,
    ModelError,
    ModelMissing,
    StreamBroken,
    StreamStalled,
    TimedOut,
    TotalTimedOut,
    Unreachable,
)
from mai_lsp.model import edge, faults, sse
from mai_lsp.model.deadline import Deadline
from mai_lsp.model.resolve import Target
from mai_lsp.model.retry import Retry
from mai_lsp.model.tally import Tally
from mai_lsp.model.types import Usage
from mai_lsp.model.wires import DECODERS
from mai_lsp.prompt.prompt import Prompt

_CONNECTED = (".connect_tcp.complete", ".connect_unix_socket.complete", ".start_tls.complete")

_DRAIN_SECONDS = 0.05
"""How long the end of the HTTP body is waited for after ``[DONE]``, so that the connection can be used again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try goes."""

    client: httpx.AsyncClient
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """Everything that is the same in each try of one request."""

    target: Target
    prompt: Prompt
    body: bytes
    sent_chars: int
    """Characters of prompt, to estimate tokens from."""
    reasoning_limit: int
    """Estimated tokens of reasoning without any text after which the answer is given up."""
    retry: Retry
    connect: Callable[[], Awaitable[Place]]
    """Find the place; called for every try, since an engine may have moved or a token run out."""
    explain: Callable[[Target, ModelMissing], Awaitable[ModelMissing]]
    """Make more of a missing model's message."""
    doubt: Callable[[], None] | None = None
    """Tell the engine of this machine that nothing answered at its address; None for any other provider."""


class Exchange:
    """The `Answer` of one call. The request goes out with the first iteration; `close` ends it at any time."""

    def __init__(self, call: Call) -> None:
        self.first_token_ms: float | None = None
        self.connect_ms = 0.0
        self.reusable = False
        """The body was read to its end, so the connection went back to the pool."""
        self._call = call
        self._pieces: deque[str] = deque()
        self._body: _Body | None = None
        self._finished = False
        self._started_at = 0.0
        """Loop time at which asking began, tries included."""
        self._sent_at = 0.0
        """Loop time at which the present try began."""
        self._last: float | None = None
        """Loop time at which the last text, reasoning or piece of a call came; None before the first."""
        self._tally = self._new_tally()

    @property
    def usage(self) -> Usage:
        """Tokens so far: an estimate until the provider's count comes, complete after the last piece."""
        return self._tally.counted()

    @property
    def finish(self) -> str | None:
        """Why the model stopped, as the provider said it; None until then."""
        return self._tally.finish

    @property
    def calls(self) -> tuple[tuple[str, str], ...]:
        """Function calls so far, as (name, JSON text of the arguments)."""
        return self._tally.calls.all()

    @property
    def reasoning_chars(self) -> int:
        """Characters of hidden reasoning so far."""
        return self._tally.reasoning_chars

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while not self._pieces:
            if self._finished:
                raise StopAsyncIteration
            try:
                if self._body is None:
                    await self._open()
                else:
                    await self._read(self._body)
            except BaseException:
                await self.close()
                raise
        return self._pieces.popleft()

    async def close(self) -> None:
        """Close the HTTP stream; at once, whether or not the answer is complete."""
        self._finished = True
        self._pieces.clear()
        await self._leave()

    async def _open(self) -> None:
        """Get as far as the first text, reasoning or call, in as many tries as the policy grants."""
        loop = asyncio.get_running_loop()
        self._started_at = loop.time()
        attempt = 1
        revived = False
        while True:
            try:
                body = await self._send()
                while self._last is None and not self._finished:
                    await self._read(body)
            except ModelMissing as error:
                await self._leave()
                if error.final:
                    raise
                raise await self._call.explain(self._call.target, error) from error
            except ModelError as error:
                if self._last is not None:
                    raise
                doubt = self._call.doubt
                if doubt is not None and not revived and isinstance(error, Unreachable | ConnectTimedOut):
                    revived = True
                    doubt()
                    wait: float | None = 0.0  # asking the engine for its address again restarts a dead process
                else:
                    wait = self._call.retry.delay(attempt, error)
                    attempt += 1
                late = self._started_at + self._call.target.timeouts.total
                if wait is None or wait > self._call.target.longest_pause or loop.time() + wait >= late:
                    raise
                await self._leave()
                self._tally = self._new_tally()
                if wait:
                    await self._call.retry.sleep(wait)
            else:
                return

    async def _send(self) -> _Body:
        """Send the request once; give the body of a response whose status is good."""
        call, target = self._call, self._call.target
        loop = asyncio.get_running_loop()
        self._sent_at = loop.time()
        async with self._within(self._started_at + target.timeouts.total, TotalTimedOut):
            place = await call.connect()
        self._sent_at = loop.time()
        try:
            request = httpx.Request("POST", place.url, headers=place.headers, content=call.body)
            # The first token has a deadline of its own below; httpx measures the connection only.
            request.extensions["timeout"] = httpx.Timeout(None, connect=target.timeouts.connect).as_dict()
            request.extensions["trace"] = self._watch_connecting
            async with self._within(self._next_deadline(), FirstTokenTimedOut):
                response = await place.client.send(request, stream=True)
                self._body = body = _Body(response, response.aiter_bytes(), sse.Decoder())
                if response.status_code != 200:
                    raise await edge.refused(response, target, call.prompt, call.retry.wall_clock())
        except edge.FAILURES as error:
            raise edge.unanswered(error, target) from error
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "text/html":
            raise StreamBroken(
                f"{target.row.label} answered with a web page.",
                advice="Check mai.baseUrl; most servers want it to end in /v1.",
            )
        if kind == "application/json":
            await self._read_whole(body)
        return body

    async def _watch_connecting(self, event: str, _: Mapping[str, Any]) -> None:
        """Take the time of a new connection (httpcore's `trace` extension); one that was open has no such events."""
        if event.endswith(_CONNECTED):
            self.connect_ms = (asyncio.get_running_loop().time() - self._sent_at) * 1000

    async def _read(self, body: _Body) -> None:
        """Read one network chunk and take in the events that it completes."""
        chunk = await self._chunk(body)
        for event in body.events.flush() if chunk is None else body.events.feed(chunk):
            if event.data.strip() == b"[DONE]":
                self._end()
                await self._drain(body)
                return
            self._take(event.data)
        if chunk is None:
            if self._tally.finish is None:
                raise StreamBroken(
                    f"{self._call.target.row.label} broke the answer off before its end.",
                    advice="Try again; if it stays, a proxy in between may cut long answers.",
                )
            self._end()
            self.reusable = True

    async def _read_whole(self, body: _Body) -> None:
        """Read a reply that was not streamed although we asked for it."""
        data = bytearray()
        while (chunk := await self._chunk(body)) is not None:
            data += chunk
            if len(data) > sse.MAX_EVENT_BYTES:
                raise StreamBroken("The model server's reply is far too long.", advice="Check mai.baseUrl.")
        self._take(bytes(data))
        self._end()
        self.reusable = True

    async def _chunk(self, body: _Body) -> bytes | None:
        """Read some bytes before the deadline in force; None at the end of the body."""
        late = FirstTokenTimedOut if self._last is None else StreamStalled
        try:
            async with self._within(self._next_deadline(), late):
                return await anext(body.chunks, None)
        except edge.FAILURES as error:
            raise edge.broken(error, self._call.target) from error

    def _take(self, data: bytes) -> None:
        """Take one event in; raise what it reports."""
        try:
            event: Any = json.loads(data.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            raise StreamBroken(
                f"{self._call.target.row.label} sent something that is not the agreed JSON.",
                advice="Check mai.baseUrl and mai.wire.",
            )
        delta = DECODERS[self._call.target.wire](event)
        if delta.failure is not None:
            raise faults.refusal(self._call.target, None, delta.failure, prompt=self._call.prompt)
        if delta.text or delta.reasoning or delta.calls:
            self._last = asyncio.get_running_loop().time()
        if delta.calls:
            self._first()
        self._give(self._tally.take(delta))

    def _give(self, text: str) -> None:
        if text:
            self._first()
            self._pieces.append(text)

    def _first(self) -> None:
        if self.first_token_ms is None:
            self.first_token_ms = (asyncio.get_running_loop().time() - self._sent_at) * 1000

    def _end(self) -> None:
        self._give(self._tally.end())
        self._finished = True

    async def _drain(self, body: _Body) -> None:
        """Read the empty rest of the body, so that the connection is kept; not for long."""
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while await anext(body.chunks, None) is not None:
                    continue
        except (TimeoutError, *edge.FAILURES):
            return  # the answer is complete; only the connection is lost
        self.reusable = True

    async def _leave(self) -> None:
        """Close the response of the present try."""
        body, self._body = self._body, None
        if body is not None:
            await body.response.aclose()

    def _new_tally(self) -> Tally:
        return Tally(self._call.target, self._call.sent_chars, self._call.reasoning_limit)

    def _next_deadline(self) -> float:
        """Loop time at which the time-out of the present phase runs out."""
        times = self._call.target.timeouts
        phase = self._sent_at + times.first_token if self._last is None else self._last + times.between_tokens
        return min(phase, self._started_at + times.total)

    def _within(self, deadline: float, late: type[TimedOut]) -> Deadline:
        total = deadline >= self._started_at + self._call.target.timeouts.total
        return Deadline(deadline, TotalTimedOut if total else late, self._call.target)


@dataclass(frozen=True, slots=True)
class _Body:
    """A response while it is read."""

    response: httpx.Response
    chunks: AsyncIterator[bytes]
    events: sse.Decoder
