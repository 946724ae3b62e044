"""One question to a model within a job: the next provider where one fails, the ceilings kept, the progress told.

It reads no reply and knows no file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from mai_lsp.core.tokens import estimate
from mai_lsp.engine.change.job import Decision
from mai_lsp.engine.change.ledger import Declined, Ledger
from mai_lsp.engine.route import cost
from mai_lsp.engine.route.providers import Providers, Route
from mai_lsp.errors import MaiError, ModelError, ReasoningOnly, StreamBroken
from mai_lsp.model.types import Endpoint, Role, Usage
from mai_lsp.prompt.prompt import ChatPrompt

TELL_EVERY = 0.25
"""Seconds between two steps that only say how much has come."""

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
            tokens = sum(estimate(message.content) for message in question.prompt.messages)
            wanted = cost.answer_limit(endpoint, question.prompt.max_tokens, tokens, float("inf"))
            left = await ledger.allow(key, endpoint, tokens, question.likely, wanted)
            limit = cost.answer_limit(endpoint, question.prompt.max_tokens, tokens, left)
            if limit < cost.LEAST_ANSWER:
                raise Declined(f"{cost.usd(left)} are left, which is too little for an answer of {endpoint.model}.")
            ledger.decide(Decision(role, endpoint.provider, endpoint.model, reason))
            meter = cost.Meter(endpoint.price, tokens, left)
            return await _stream(key, route, replace(question.prompt, max_tokens=limit), meter, what, ledger)
        except ModelError as error:
            ledger.settle(key, Usage())
            if number + 1 == len(routes) or not providers.passes_on(error):
                raise
            following = routes[number + 1].endpoint.provider
            reason = f"{endpoint.provider} could not answer ({error.message.rstrip('.')}), so {following} is asked."
    raise ModelError("No provider can be asked.", advice="See mai.provider and mai.route.fallback.")


async def _stream(  # noqa: PLR0917 (one request, all of it needed)
    key: object, route: Route, prompt: ChatPrompt, meter: cost.Meter, what: str, ledger: Ledger
) -> Said:
    """Read the whole answer; raises ModelError only while nothing has come."""
    text: list[str] = []
    size, told = 0, monotonic()
    error: MaiError | None = None
    ledger.tell(what)
    async with route.model.ask(route.endpoint, prompt) as answer:
        try:
            async for piece in answer:
                text.append(piece)
                size += len(piece)
                ledger.running(key, answer.usage)
                if meter.heard(piece, answer.usage, hidden=answer.reasoning_chars):
                    error = Ceiling(f"The answer was stopped at {cost.usd(meter.cost)}, which is what it may cost.")
                    break
                if size > MAX_REPLY:
                    error = StreamBroken("The model did not stop writing.")
                    break
                if monotonic() - told >= TELL_EVERY:
                    told = monotonic()
                    ledger.tell(what)
        except ModelError as broken:
            if not (size or answer.calls) and not isinstance(broken, ReasoningOnly):
                raise
            error = broken
        finally:
            ledger.settle(key, answer.usage)
        finished = error is None and answer.finish != "length"
        return Said("".join(text), tuple(answer.calls), finished, route.endpoint, error)


class Ceiling(MaiError):
    """The answer reached what it may cost."""
