"""One request under way, watched against what is typed meanwhile: kept while both agree, closed when they do not.

It asks once and never decides whether to; whoever waits for it waits for `done`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from mai_lsp.core.language import find
from mai_lsp.core.text import Document, with_line_ends
from mai_lsp.engine.agree import CONTRADICTED, LOOKED_AT, Agreement, agree, same_behind
from mai_lsp.engine.completion import Plan, answer, plan_for, planned, unsaid
from mai_lsp.engine.outcome import Reason, Skipped, Trace
from mai_lsp.engine.pace import Clock
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.engine.remember import Answered
from mai_lsp.errors import MaiError, TotalTimedOut
from mai_lsp.reply.trim import Trimmed

Ready = Callable[[Document], Awaitable[Document]]
"""Brings a document's tree, if one is being made."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a request may take."""

    seconds: float | None
    """None where only the provider's own time-outs count."""
    setting: str
    """What the user can change."""


class Flight:
    """A request for one place, from being sent until its answer is there."""

    def __init__(self, ask: Ask, clock: Clock) -> None:
        self.ask = ask
        self.plan: Plan | None = None
        self.answer: Answered | None = None
        """Set when it ended with an answer, be it that there is nothing to say."""
        self.skipped: Skipped | None = None
        """Set when it could not be asked, or failed."""
        self.contradicted = False
        """What is typed, or where the user went, is not what was asked about."""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Over, in whichever way."""
        self.took = 0.0
        """Seconds until it was done."""
        self.waiting = 0
        """Requests of the editor that wait for it."""
        self.task: asyncio.Task[None] | None = None
        self._clock = clock
        self._began = clock()
        self._heard = Trimmed("")
        self._typed = ""
        self._by_columns = find(ask.document.language, ask.document.uri).block == "indent"

    async def run(self, deps: Deps, ready: Ready, limit: Limit) -> None:
        """Ask, and listen until the answer is whole or contradicted."""
        trace = Trace()
        try:
            async with asyncio.timeout(limit.seconds) as scope:
                ask = replace(self.ask, document=await ready(self.ask.document))
                while True:
                    plan = await plan_for(ask, deps)
                    if isinstance(plan, Skipped):
                        self.skipped = plan
                        return
                    self.ask, self.plan = ask, plan
                    if plan.endpoint.local:
                        scope.reschedule(None)  # It may have to be started first, and has times of its own.
                    trace = planned(plan, (self._clock() - self._began) * 1000)
                    try:
                        trimmed, trace = await answer(plan, deps, trace, self._hear)
                        break
                    except MaiError as failed:
                        if not deps.instead(plan.endpoint, failed):
                            raise
                self._end(trimmed, trace)
        except TimeoutError:
            error = TotalTimedOut(
                f"No suggestion within {limit.seconds:g} s.",
                advice=f"Set {limit.setting} higher, or use a faster model.",
            )
            self.skipped = Skipped(Reason.ERROR, str(error), error, trace)
        except MaiError as error:
            self.skipped = Skipped(Reason.ERROR, str(error), error, trace)
        finally:
            self.took = self._clock() - self._began
            self.finish()

    def finish(self) -> None:
        """Tell those who wait that there is nothing more to wait for."""
        if not self.done.done():
            self.done.set_result(None)

    def close(self) -> None:
        """Give up; closing the stream is left to the cancelled task."""
        if not self.done.done():
            self.contradicted = True
            if self.task is not None:
                self.task.cancel()
            self.finish()

    def follow(self, document: Document, cursor: int) -> Agreement:
        """Compare with a later text and cursor; what contradicts a request under way is for the caller to close."""
        typed = typed_since(self.ask.document, self.ask.offset, document, cursor)
        if typed is None:
            return CONTRADICTED
        return agree(self._heard.text, typed, whole=self._heard.complete, by_columns=self._by_columns)

    def typed(self, document: Document, cursor: int) -> bool:
        """Take what is typed by now; False if this is not what was asked about any more."""
        typed = typed_since(self.ask.document, self.ask.offset, document, cursor)
        if typed is None or self.follow(document, cursor).contradicted:
            return False
        self._typed = typed
        return True

    def _hear(self, trimmed: Trimmed) -> bool:
        self._heard = trimmed
        if not trimmed.text:
            return True
        said = agree(trimmed.text, self._typed, whole=False, by_columns=self._by_columns)
        self.contradicted |= said.contradicted
        return not said.contradicted

    def _end(self, trimmed: Trimmed, trace: Trace) -> None:
        self._heard = replace(trimmed, complete=True)
        if self.contradicted or self.plan is None:
            return
        place, masked = self.plan.place, bool(self.plan.withheld)
        nothing = unsaid(trimmed, trace)
        text = "" if nothing else trimmed.text
        self.answer = Answered(text, trace, place.chat, masked, nothing, place.max_lines)


def typed_since(origin: Document, offset: int, now: Document, cursor: int) -> str | None:
    r"""Return what was typed at `offset` of a text to make it what it is now, with ``\n`` as line end.

    None if it was changed elsewhere, too, or the cursor went elsewhere.
    """
    if cursor < offset or origin.uri != now.uri:
        return None
    if now.text is origin.text:
        return "" if cursor == offset else None
    behind = now.text[cursor : cursor + LOOKED_AT]
    if not same_behind(origin.text[offset : offset + LOOKED_AT], behind):
        return None
    if not now.text.startswith(origin.text[:offset]):
        return None
    return with_line_ends(now.text[offset:cursor], "\n")


def on_the_way(goal: Document, offset: int, now: Document, cursor: int) -> bool:
    """Whether typing on can make the text up to the cursor that of `goal` up to `offset`."""
    return (
        goal.uri == now.uri
        and cursor <= offset
        and goal.text.startswith(now.text[:cursor])
        and same_behind(goal.text[offset : offset + LOOKED_AT], now.text[cursor : cursor + LOOKED_AT])
    )
