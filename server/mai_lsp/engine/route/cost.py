"""What a request may cost: estimated before it is made, counted while it runs, held against the user's ceilings.

Pure, in USD and tokens. Money whose amount is not known can not be held against anything: then that is said, once.

Before: `estimate`, `objection` (a question for the user), `answer_limit` (so that the provider itself stops in time).
During: `Meter`. Completions: `exhausted`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from mai_lsp.model.catalog import cost
from mai_lsp.model.types import Endpoint, Price, Usage
from mai_lsp.settings import Settings

SLACK: Final = 1.25
"""How much longer a prompt may be than we estimate; `core.tokens.estimate` is within a fifth for code."""

CHARS_PER_TOKEN: Final = 3.0
"""Of an answer while it runs: code has 3 to 4, and what is too low here stops too early rather than too late."""

LEAST_ANSWER: Final = 256
"""Tokens of an answer below which it is not worth asking."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a request costs."""

    likely: float | None
    """None: the price is not known."""
    upper: float | None
    """With the prompt longer than estimated, nothing of it cached, and the output limit used up."""


@dataclass(frozen=True, slots=True)
class Ceilings:
    """USD that may be spent; 0: no limit."""

    request: float = 0.0
    """By one code action or refactor, all of its requests together."""
    day: float = 0.0
    month: float = 0.0


@dataclass(frozen=True, slots=True)
class Spent:
    """USD spent so far; what the job has spent is part of the day's and the month's."""

    job: float = 0.0
    day: float = 0.0
    month: float = 0.0


@dataclass(frozen=True, slots=True)
class Objection:
    """A ceiling that a request would go over."""

    setting: str
    ceiling: float
    spent: float
    question: str
    """For the user, with all the figures."""
    consent: float
    """What the job may spend in all if the user agrees: `consented` of the calls that follow."""


YES: Final = "Spend it"
"""The words on the button below the question."""


def ceilings(settings: Settings) -> Ceilings:
    """Read the user's ceilings."""
    return Ceilings(settings.cost_per_request, settings.cost_per_day, settings.cost_per_month)


def estimate(price: Price | None, prompt: int, answer: int, limit: int, *, cached: int = 0) -> Estimate:
    """Estimate a request: tokens of the prompt, of which `cached` are in the provider's cache, and of the answer.

    `answer` is what is likely, `limit` what the request allows for. On this machine the price is zero.
    """
    if price is None:
        return Estimate(None, None)
    likely = cost(Usage(prompt, min(cached, prompt), min(answer, limit)), price)
    return Estimate(likely, cost(Usage(math.ceil(prompt * SLACK), 0, limit), price))


def room(limits: Ceilings, spent: Spent, consented: float = 0.0) -> float:
    """Return the USD that may be spent without asking; infinite without ceilings.

    `consented` is what the user has agreed the job may cost in all, whatever the ceilings are.
    """
    free = [limit - used for _, limit, used in _rows(limits, spent) if limit > 0]
    return max(0.0, consented - spent.job, min(free, default=math.inf))


def objection(asked: Estimate, limits: Ceilings, spent: Spent, consented: float = 0.0) -> Objection | None:
    """Say which ceiling a request would go over; None if none, or if it can not be told.

    The likely cost decides. The upper one would forbid almost every plan, for models seldom use their limit up; that
    they do not go over the ceiling then is for `answer_limit` and `Meter` to see to.
    """
    if asked.likely is None or asked.upper is None or asked.likely <= room(limits, spent, consented):
        return None
    over = [row for row in _rows(limits, spent) if 0 < row[1] < row[2] + asked.likely]
    name, limit, used = min(over, key=lambda row: row[1] - row[2])
    so_far = {"request": "This change has", "day": "Today has", "month": "This month has"}[name]
    setting = f"mai.cost.per{name.capitalize()}"
    question = (
        f"The next request would cost about {usd(asked.likely)}, {usd(asked.upper)} at most. "
        f"{so_far} cost {usd(used)} so far, and {usd(limit)} is the limit ({setting})."
    )
    return Objection(setting, limit, used, question, consent=spent.job + asked.upper)


def answer_limit(endpoint: Endpoint, answer: int, prompt: int, left: float) -> int:
    """Return the output tokens to ask for: room for `answer` and for the reasoning before it, within the money.

    Not more than the model gives, nor than what is left of `left` USD behind a prompt of `prompt` tokens. That may be
    less than `LEAST_ANSWER`; then the request is not worth making.
    """
    wanted = min(answer + endpoint.reasoning, endpoint.max_output)
    price = endpoint.price
    if price is None or price.output <= 0 or math.isinf(left):
        return wanted
    behind = left - cost(Usage(math.ceil(prompt * SLACK)), price)
    return max(0, min(wanted, int(behind * 1_000_000 / price.output)))


def unknown_price(endpoint: Endpoint, limits: Ceilings) -> str:
    """Say that the ceilings can not be kept; empty if they can, or if there are none."""
    if endpoint.price is not None or not (limits.request or limits.day or limits.month):
        return ""
    return (
        f"What {endpoint.model} costs is not known, so mai.cost.* can not be kept; "
        "set mai.price.input and mai.price.output."
    )


def exhausted(limits: Ceilings, spent: Spent, price: Price | None) -> str:
    """Say which ceiling of the day or the month is reached; empty if none, or if requests at this price are free."""
    if price is not None and not (price.input or price.cached_input or price.output):
        return ""
    for name, limit, used in _rows(limits, spent)[1:]:
        if 0 < limit <= used:
            when = "Today" if name == "day" else "This month"
            return f"{when} has cost {usd(used)}, and {usd(limit)} is the limit (mai.cost.per{name.capitalize()})."
    return ""


class Meter:
    """Watches one answer while it streams; `left` is the USD that it may cost."""

    def __init__(self, price: Price | None, prompt: int, left: float) -> None:
        self._price = price
        self._prompt = prompt
        self._left = left
        self._chars = 0
        self.cost = 0.0 if price is None else cost(Usage(prompt), price)
        """USD so far."""

    def heard(self, text: str = "", usage: Usage | None = None, *, hidden: int = 0) -> bool:
        """Take a piece of text and the answer's usage so far; True when the money is used up: close the stream.

        `hidden` are the characters of reasoning so far. What the provider has counted wins over what we have.
        """
        self._chars += len(text)
        if self._price is None:
            return False
        counted = cost(Usage(self._prompt, 0, math.ceil((self._chars + hidden) / CHARS_PER_TOKEN)), self._price)
        if usage is not None and not usage.estimated and usage.output_tokens:
            counted = cost(usage, self._price) if usage.cost_usd is None else usage.cost_usd
        self.cost = counted
        return counted >= self._left


def usd(amount: float) -> str:
    """Write an amount, with as many digits as it takes to tell it from nothing."""
    return f"${amount:,.2f}" if amount >= 0.1 or amount == 0 else f"${amount:.2g}" if amount >= 0.0001 else "$0.0001"


def _rows(limits: Ceilings, spent: Spent) -> list[tuple[str, float, float]]:
    return [
        ("request", limits.request, spent.job),
        ("day", limits.day, spent.day),
        ("month", limits.month, spent.month),
    ]
