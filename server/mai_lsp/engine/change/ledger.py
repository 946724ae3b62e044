"""What a job has used and decided so far, and whether more may be spent; it tells whoever watches.

It asks no model. One job has one ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from mai_lsp.engine.change.job import Decision, Step, Watcher
from mai_lsp.engine.route import cost
from mai_lsp.model.types import Endpoint, Usage
from mai_lsp.settings import Settings


class Declined(Exception):
    """The user does not want to spend that, or can not be asked; the message says what it would have been."""


class Ledger:
    """One job's books. `spent` gives the USD of today and of this month, this job's included."""

    def __init__(self, settings: Settings, watcher: Watcher, spent: Callable[[], tuple[float, float]]) -> None:
        self.usage = Usage()
        """Of all requests that have ended."""
        self.decisions: list[Decision] = []
        self.notes: list[str] = []
        """What the user should know besides, a sentence each."""
        self._limits = cost.ceilings(settings)
        self._watcher = watcher
        self._spent = spent
        self._consented = 0.0
        self._running: dict[object, Usage] = {}
        self._reserved: dict[object, float] = {}
        """USD that requests under way will likely cost."""
        self._asking = asyncio.Lock()
        self._answers: dict[str, bool] = {}
        self._declined: Declined | None = None
        self._done = self._total = 0

    def tell(self, message: str) -> None:
        """Tell the watcher what is being done, with all that was used so far."""
        usage = self.usage
        for one in self._running.values():
            usage = added(usage, one)
        self._watcher.tell(Step(message, self._done, self._total, usage))

    def count(self, done: int, total: int) -> None:
        """Take note of how many files are done."""
        self._done, self._total = done, total

    def decide(self, decision: Decision) -> None:
        """Take note of who is asked, and why."""
        if decision not in self.decisions:
            self.decisions.append(decision)

    def note(self, sentence: str) -> None:
        """Take note of something that the user should know, once."""
        if sentence and sentence not in self.notes:
            self.notes.append(sentence)

    async def consent(self, question: str, yes: str) -> bool:
        """Ask the user, once per job and `yes`: files that are worked on side by side would all ask the same."""
        async with self._asking:
            if yes not in self._answers:
                self._answers[yes] = await self._watcher.confirm(question, yes)
            return self._answers[yes]

    async def allow(self, key: object, endpoint: Endpoint, prompt: int, answer: int, limit: int) -> float:
        """Return the USD that a request may cost, after asking the user if need be; raises Declined.

        `prompt` and `answer` are the tokens that are likely, `limit` those of the answer at most. Until `running` or
        `settle` say more about `key`, what is likely counts as spent, so that requests side by side share what is left.
        """
        self.note(cost.unknown_price(endpoint, self._limits))
        asked = cost.estimate(endpoint.price, prompt, answer, limit)
        async with self._asking:
            if self._declined is not None:
                raise self._declined
            over = cost.objection(asked, self._limits, self._now(), self._consented)
            if over is not None:
                if not await self._watcher.confirm(over.question, cost.YES):
                    # Who works on another file and waits for its turn must not ask once more.
                    self._declined = Declined(over.question)
                    raise self._declined
                self._consented = max(self._consented, over.consent)
            left = cost.room(self._limits, self._now(), self._consented)
            if asked.likely is not None:
                self._reserved[key] = asked.likely
        return left

    def running(self, key: object, usage: Usage) -> None:
        """Take note of what a request has used so far."""
        self._running[key] = usage

    def settle(self, key: object, usage: Usage) -> None:
        """Take note of what a request that has ended used."""
        self.free(key)
        self.usage = added(self.usage, usage)

    def free(self, key: object) -> None:
        """Count nothing any more for a request that was not made, or has been settled."""
        self._running.pop(key, None)
        self._reserved.pop(key, None)

    def _now(self) -> cost.Spent:
        day, month = self._spent()
        known = {key: usage.cost_usd or 0.0 for key, usage in self._running.items()}
        under_way = sum(max(known.get(key, 0.0), self._reserved.get(key, 0.0)) for key in known | self._reserved)
        return cost.Spent((self.usage.cost_usd or 0.0) + under_way, day, month)


def added(one: Usage, other: Usage) -> Usage:
    """Return both together; where one's cost is not known, the sum is a lower bound and marked as estimated."""
    if Usage() in {one, other}:
        return other if one == Usage() else one
    costs = [usage.cost_usd for usage in (one, other) if usage.cost_usd is not None]
    return replace(
        one,
        input_tokens=one.input_tokens + other.input_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        reasoning_tokens=one.reasoning_tokens + other.reasoning_tokens,
        cost_usd=sum(costs) if costs else None,
        estimated=one.estimated or other.estimated or len(costs) == 1,
    )
