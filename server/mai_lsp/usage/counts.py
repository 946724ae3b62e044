"""The figures that are kept: counters and latency histograms per day, model, language and kind of suggestion.

Pure. Everything is a sum, so that several servers can add to one file, nothing has to be thinned out later, and no
moment of a person's day is on record.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple, get_args

Counted = Literal[
    "requests",  # sent to the model
    "failed",  # of these, ended by an error before the first text
    "estimated",  # of these, without a token count from the provider
    "unpriced",  # of these, with tokens whose price is not known
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "cost_nanousd",
    "shown",  # suggestions
    "shown_chars",  # characters that taking them whole would have added
    "accepted",  # suggestions of which any part was taken
    "accepted_whole",
    "accepted_chars",  # characters taken
    "typed_chars",  # characters typed as they were suggested
    "after_30s_chars",  # characters taken whose fate after 30 s is known
    "kept_30s_chars",  # of these, still there
    "after_5min_chars",
    "kept_5min_chars",
]
"""All counters. Costs are in billionths of a dollar: a cheap model's token has no smaller price than some ten."""

COUNTERS: tuple[Counted, ...] = get_args(Counted)

STEP = 1.1
"""Ratio between the bounds of two buckets, so that a percentile is within 5 % of the truth."""


class Timing(StrEnum):
    """What is timed."""

    WAIT = "wait"
    """From the editor's request to our answer, for suggestions that were shown."""
    FIRST = "first"
    """From sending a request to the model to its first text."""
    ANSWER = "answer"
    """From sending a request to the model until its stream was closed."""


Kind = Literal["completion", "next edit", "change"]
"""What was suggested: text at the cursor, a change of what stands there or elsewhere, one asked for in words."""

KINDS: tuple[Kind, ...] = get_args(Kind)


class Key(NamedTuple):
    """What figures are kept for."""

    day: str
    """ISO date, in the user's time zone."""
    provider: str
    model: str
    """Empty for what is certain without one; the provider then, too."""
    language: str
    """LSP language id."""
    kind: Kind = "completion"


@dataclass(slots=True)
class Counts:
    """The figures of one key, or of several together."""

    numbers: Counter[Counted] = field(default_factory=Counter)
    timings: dict[Timing, Counter[int]] = field(default_factory=dict)
    """How many times fell into which bucket."""

    def add(self, other: Counts) -> None:
        """Add another's figures to these."""
        self.numbers.update(other.numbers)
        for timing, buckets in other.timings.items():
            self.timings.setdefault(timing, Counter()).update(buckets)

    def time(self, timing: Timing, milliseconds: float) -> None:
        """Count a time."""
        self.timings.setdefault(timing, Counter())[bucket(milliseconds)] += 1

    def percentile(self, timing: Timing, share: float) -> float | None:
        """Return the milliseconds that `share` of the times did not exceed, within 5 %; None when there are none."""
        buckets = self.timings.get(timing)
        if not buckets:
            return None
        rank = max(1, math.ceil(share * buckets.total()))
        for index in sorted(buckets):
            rank -= buckets[index]
            if rank <= 0:
                return milliseconds(index)
        return None


class Book(dict[Key, Counts]):
    """Figures by key."""

    def at(self, key: Key) -> Counts:
        """Return the figures of a key, to be added to."""
        if (found := self.get(key)) is None:
            found = self[key] = Counts()
        return found


def total(counts: Iterable[Counts]) -> Counts:
    """Sum up."""
    result = Counts()
    for one in counts:
        result.add(one)
    return result


def bucket(milliseconds: float) -> int:
    """Return the bucket of a time; all below 1 ms are one."""
    return max(0, math.ceil(math.log(max(1.0, milliseconds), STEP) - 0.5))


def milliseconds(index: int) -> float:
    """Return the time that a bucket stands for."""
    return float(STEP**index)
