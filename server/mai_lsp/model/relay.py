"""One question to a language model of the editor's, and its streamed answer: deadlines, counts, closing.

It knows neither LSP nor HTTP: a `Relay` carries the question. Nothing is tried twice, for the editor makes tries of its
own, each counts against the user's plan, and a consent dialog must not come up again by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

from mai_lsp.errors import FirstTokenTimedOut, ModelMissing, StreamStalled, TimedOut, TotalTimedOut
from mai_lsp.model import denials
from mai_lsp.model.deadline import Deadline
from mai_lsp.model.resolve import Target
from mai_lsp.model.tally import Tally
from mai_lsp.model.types import Usage
from mai_lsp.model.wires import relay
from mai_lsp.model.wires.delta import Delta
from mai_lsp.prompt.prompt import ChatPrompt

RUNAWAY: Final = 16
"""Characters for each token of the output limit after which an answer is ended here, four times what code has (our own
choice): the editor's API promises no limit."""


class Relay(Protocol):
    """The way to the editor's language models."""

    def chat(self, question: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        """Ask, and give the parts of the answer, then its result, as they come; raises nothing of its own.

        Closing it, or cancelling whoever waits for its next part, takes the question back at once.
        """

    async def models(self) -> Any:
        """Give the editor's list of models, as JSON; None where there is none."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    target: Target
    prompt: ChatPrompt
    body: Mapping[str, Any]
    sent_chars: int
    """Characters of prompt, to estimate tokens from."""
    reasoning_limit: int
    """Estimated tokens of reasoning without any text after which the answer is given up."""
    explain: Callable[[Target, ModelMissing], Awaitable[ModelMissing]]
    """Make more of a missing model's message."""


class Relayed:
    """The `Answer` of one question. It goes out with the first iteration; `close` takes it back at any time."""

    connect_ms = 0.0

    def __init__(self, way: Relay, question: Question) -> None:
        self.first_token_ms: float | None = None
        self._way = way
        self._question = question
        self._events: AsyncGenerator[Mapping[str, Any], None] | None = None
        self._finished = False
        self._sent_at = 0.0
        """Loop time at which the question went out."""
        self._last: float | None = None
        """Loop time at which the last text or call came; None before the first."""
        self._tally = Tally(question.target, question.sent_chars, question.reasoning_limit)

    @property
    def usage(self) -> Usage:
        """Tokens so far: an estimate until the editor's count comes, if it sends one."""
        return self._tally.counted()

    @property
    def finish(self) -> str | None:
        """Why the model stopped, if the editor says it; ``length`` where it was stopped here."""
        return self._tally.finish

    @property
    def calls(self) -> tuple[tuple[str, str], ...]:
        """Function calls so far, as (name, JSON text of the arguments)."""
        return self._tally.calls.all()

    @property
    def reasoning_chars(self) -> int:
        """Characters of reasoning that stood in the text; the editor's API gives no other."""
        return self._tally.reasoning_chars

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while not self._finished:
            try:
                text = await self._next()
            except BaseException:
                await self.close()
                raise
            if text:
                return text
        raise StopAsyncIteration

    async def close(self) -> None:
        """Take the question back if it is not answered."""
        self._finished = True
        events, self._events = self._events, None
        if events is not None:
            await events.aclose()

    async def _next(self) -> str:
        """Take the next event in, and give the text that is certain by now."""
        loop = asyncio.get_running_loop()
        if self._events is None:
            self._sent_at = loop.time()
            self._events = self._way.chat(self._question.body)
        async with self._deadline():
            event = await anext(self._events, None)
        if event is None:
            self._finished = True
            return self._visible(self._tally.end())
        delta = relay.decode(event)
        if delta.failure is not None:
            error = denials.denial(self._question.target, delta.failure, self._question.prompt)
            if isinstance(error, ModelMissing) and self._last is None:
                error = await self._question.explain(self._question.target, error)
            raise error
        return await self._take(delta)

    async def _take(self, delta: Delta) -> str:
        if delta.text or delta.calls:
            self._last = asyncio.get_running_loop().time()
        if delta.calls:
            self._first()
        text = self._tally.take(delta)
        if self._tally.output_chars > RUNAWAY * self._question.prompt.max_tokens:
            text += self._tally.end()
            self._tally.finish = "length"
            await self.close()
        return self._visible(text)

    def _visible(self, text: str) -> str:
        if text:
            self._first()
        return text

    def _first(self) -> None:
        if self.first_token_ms is None:
            self.first_token_ms = (asyncio.get_running_loop().time() - self._sent_at) * 1000

    def _deadline(self) -> Deadline:
        times = self._question.target.timeouts
        whole = self._sent_at + times.total
        phase = self._sent_at + times.first_token if self._last is None else self._last + times.between_tokens
        late: type[TimedOut] = FirstTokenTimedOut if self._last is None else StreamStalled
        return Deadline(min(phase, whole), TotalTimedOut if phase >= whole else late, self._question.target)
