"""One question to a model within a job: the next provider where one fails, the ceilings kept, the progress told.

It reads no reply and knows no file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from mai_lsp.core.tokens import estimate
from mai_lsp.engine.change.job import Decision
from mai_lsp.engine.change.ledger import Declined, Ledger
from mai_lsp.engine.route import cost
from mai_lsp.engine.route.providers import Providers, Route
from mai_lsp.errors import ContextTooLong, MaiError, ModelError, ReasoningOnly, StreamBroken
from mai_lsp.model.types import Answer, Endpoint, Role, Usage
from mai_lsp.prompt.prompt import ChatPrompt
from mai_lsp.reply.circling import LEAST, circling

TELL_EVERY = 0.25
"""Seconds between two looks at an answer, which each tell how much has come."""

MAX_REPLY = 2_000_000
"""Characters after which a reply is a runaway; 64K tokens are an eighth of that."""


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt for one endpoint, and what of an answer is likely."""

    prompt: ChatPrompt
    likely: int
    """Tokens of the answer, for its price."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said."""

    text: str
    calls: tuple[tuple[str, str], ...]
    """Function calls, as (name, JSON of its arguments)."""
    finished: bool
    """It came to its end; False where a limit, a ceiling or a broken stream ended it."""
    endpoint: Endpoint
    error: MaiError | None = None
    """What broke it off, if anything did."""


class Ceiling(MaiError):
    """The answer reached what it may cost."""


async def ask(
    role: Role,
    reason: str,
    question_for: Callable[[Endpoint], Question],
    what: str,
    *,
    providers: Providers,
    ledger: Ledger,
) -> Said:
    """Ask the first provider that can be asked; the next one as long as nothing has been said.

    `what` says for the progress what is being done. Raises MaiError when nobody answers, `ledger.Declined` when it may
    not cost that much.
    """
    routes = providers.routes(role)
    for number, route in enumerate(routes):
        endpoint, key = route.endpoint, object()
        try:
            question = question_for(endpoint)
            tokens = _fitting(question.prompt, endpoint)
            wanted = cost.answer_limit(endpoint, question.prompt.max_tokens, tokens, float("inf"))
            left = await ledger.allow(key, endpoint, tokens, question.likely, wanted)
            limit = cost.answer_limit(endpoint, question.prompt.max_tokens, tokens, left)
            if limit < cost.LEAST_ANSWER:
                raise Declined(f"{cost.usd(left)} are left, which is too little for an answer of {endpoint.model}.")
            ledger.decide(Decision(role, endpoint.provider, endpoint.model, reason))
            meter = cost.Meter(endpoint.price, tokens, left)
            prompt = replace(question.prompt, max_tokens=limit)
            return await _stream(key, route, prompt, meter, f"{what} with {endpoint.model}", ledger)
        except ModelError as error:
            if number + 1 == len(routes) or not providers.passes_on(error):
                raise
            following = routes[number + 1].endpoint.provider
            reason = f"{endpoint.provider} could not answer ({error.message.rstrip('.')}), so {following} is asked."
        finally:
            ledger.free(key)
    raise ModelError("No provider can be asked.", advice="See mai.provider and mai.route.fallback.")


def _fitting(prompt: ChatPrompt, endpoint: Endpoint) -> int:
    """Return the tokens of a prompt; raises ContextTooLong, since some servers cut a prompt off and say nothing."""
    tokens = sum(estimate(message.content) for message in prompt.messages)
    if tokens > endpoint.window:
        raise ContextTooLong(
            f"The request is about {tokens:,} tokens, and {endpoint.model} takes {endpoint.window:,}.",
            advice="Ask for less at once, or name fewer files.",
        )
    return tokens


async def _stream(  # noqa: PLR0917 (one request, all of it needed)
    key: object, route: Route, prompt: ChatPrompt, meter: cost.Meter, what: str, ledger: Ledger
) -> Said:
    """Read the whole answer; raises ModelError only while nothing has come."""
    text: list[str] = []
    whole, looked = True, 0
    error: MaiError | None = None
    ledger.tell(what)
    async with route.model.ask(route.endpoint, prompt) as answer:
        look = _Look(key, answer, meter, what, ledger)
        try:
            async with asyncio.timeout(None) as given_up:
                look.begin(given_up)
                async for piece in answer:
                    text.append(piece)
                    if look.heard(piece) is not None:
                        break
                    if look.size - looked >= LEAST // 4:
                        looked, said = look.size, "".join(text)
                        if (end := circling(said)) is not None:
                            text, whole = [said[:end]], False
                            break
        except TimeoutError:
            if look.error is None:
                raise
        except ModelError as broken:
            if not (look.size or answer.calls) and not isinstance(broken, ReasoningOnly):
                raise
            error = broken
        finally:
            look.end()
            ledger.settle(key, answer.usage if _came(answer) else Usage())
        error = error or look.error
        finished = error is None and whole and answer.finish != "length"
        return Said("".join(text), tuple(answer.calls), finished, route.endpoint, error)


class _Look:
    """Looks at an answer with each piece, and from time to time where none comes: reasoning and calls cost as much."""

    def __init__(self, key: object, answer: Answer, meter: cost.Meter, what: str, ledger: Ledger) -> None:
        self.size = 0
        """Characters of text."""
        self.error: MaiError | None = None
        """Why no more of the answer is wanted."""
        self._key, self._answer, self._meter, self._what, self._ledger = key, answer, meter, what, ledger
        self._next: asyncio.TimerHandle | None = None

    def begin(self, given_up: asyncio.Timeout) -> None:
        """Look again and again until `end`, and have the answer given up when it is enough."""

        def again() -> None:
            if self.heard("") is None:
                self._ledger.tell(self._what)
                self.begin(given_up)
            else:
                given_up.reschedule(asyncio.get_running_loop().time())

        self._next = asyncio.get_running_loop().call_later(TELL_EVERY, again)

    def heard(self, piece: str) -> MaiError | None:
        """Take in a piece of text; return what speaks against reading on."""
        self.size += len(piece)
        called = sum(len(name) + len(arguments) for name, arguments in self._answer.calls)
        hidden = self._answer.reasoning_chars + called
        self._ledger.running(self._key, self._answer.usage)
        if self._meter.heard(piece, self._answer.usage, hidden=hidden):
            amount = cost.usd(self._meter.cost)
            self.error = Ceiling(f"The answer was stopped at {amount}, which is what it may cost.")
        elif self.size + called > MAX_REPLY:
            self.error = StreamBroken("The model did not stop writing.")
        return self.error

    def end(self) -> None:
        """Look no more."""
        if self._next is not None:
            self._next.cancel()


def _came(answer: Answer) -> bool:
    """Whether an answer was begun; a request that was refused costs nothing."""
    return answer.first_token_ms is not None or answer.reasoning_chars > 0 or answer.finish is not None
