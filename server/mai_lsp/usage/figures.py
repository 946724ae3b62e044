"""From what is stored to what is worth telling: rates, percentiles, costs; by kind, model, language or week.

Pure. A figure that can not be known is None, never zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mai_lsp.usage.counts import Book, Counts, Key, Kind, Timing, total


class By(StrEnum):
    """What figures are grouped by."""

    KIND = "kind"
    MODEL = "model"
    LANGUAGE = "language"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one group. Shares are from 0 to 1, times in milliseconds, costs in USD."""

    requests: int
    failed: int
    shown: int
    accepted: int
    acceptance: float | None
    """Suggestions of which any part was accepted, of those shown."""
    shown_chars: int
    accepted_chars: int
    taken: float | None
    """Characters accepted, of those shown."""
    typed_chars: int
    kept_30s: float | None
    """Characters still there after 30 s, of those accepted whose file was still open."""
    kept_5min: float | None
    wait_p50: float | None
    """From the editor's request to our answer, for what was shown."""
    wait_p95: float | None
    first_p50: float | None
    """From our request to the model's first text."""
    first_p95: float | None
    answer_p50: float | None
    answer_p95: float | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost: float | None
    """None when no request's price is known."""
    cost_complete: bool
    """Every request's price is known; otherwise `cost` is too low."""
    estimated: bool
    """Some tokens are our own count, since no provider's came; streams closed early have none."""
    cost_per_char: float | None
    """Cost of all requests by accepted character, both only of models whose price is known."""


def figures(parts: Iterable[Counts]) -> Figures:
    """Work out the figures of counts together."""
    parts = list(parts)
    counts = total(parts)
    n = counts.numbers
    answered = n["requests"] - n["failed"]
    cost = n["cost_nanousd"] / 1e9 if answered > n["unpriced"] or not answered else None
    accepted_chars = n["accepted_chars"]
    return Figures(
        requests=n["requests"],
        failed=n["failed"],
        shown=n["shown"],
        accepted=n["accepted"],
        acceptance=_share(n["accepted"], n["shown"]),
        shown_chars=n["shown_chars"],
        accepted_chars=accepted_chars,
        taken=_share(accepted_chars, n["shown_chars"]),
        typed_chars=n["typed_chars"],
        kept_30s=_share(n["kept_30s_chars"], n["after_30s_chars"]),
        kept_5min=_share(n["kept_5min_chars"], n["after_5min_chars"]),
        wait_p50=counts.percentile(Timing.WAIT, 0.5),
        wait_p95=counts.percentile(Timing.WAIT, 0.95),
        first_p50=counts.percentile(Timing.FIRST, 0.5),
        first_p95=counts.percentile(Timing.FIRST, 0.95),
        answer_p50=counts.percentile(Timing.ANSWER, 0.5),
        answer_p95=counts.percentile(Timing.ANSWER, 0.95),
        input_tokens=n["input_tokens"],
        cached_tokens=n["cached_tokens"],
        output_tokens=n["output_tokens"],
        cost=cost,
        cost_complete=not n["unpriced"],
        estimated=n["estimated"] > 0,
        cost_per_char=_cost_per_char(parts),
    )


def grouped(book: Book, by: By) -> dict[str, Figures]:
    """Group a book: weeks in their order and without gaps, all else by characters shown."""
    parts: dict[str, list[Counts]] = {}
    labels = _labels(book, by)
    for key, counts in book.items():
        parts.setdefault(labels[key], []).append(counts)
    if by is By.WEEK:
        return {week: figures(parts.get(week, ())) for week in _weeks(parts)}
    rows = {name: figures(found) for name, found in parts.items()}
    return dict(sorted(rows.items(), key=lambda item: (-item[1].shown_chars, -item[1].requests, item[0])))


def overall(book: Book) -> Figures:
    """Work out the figures of everything."""
    return figures(book.values())


def of_kind(book: Book, kind: Kind) -> Figures:
    """Work out the figures of one kind of suggestion."""
    return figures(counts for key, counts in book.items() if key.kind == kind)


def worth(book: Book) -> tuple[By, ...]:
    """Return what the book can be grouped by to learn anything: by kind only where there is more than one."""
    return tuple(by for by in By if by is not By.KIND or len({key.kind for key in book}) > 1)


def week_of(day: str) -> str:
    """Return the Monday of a day's week; both are ISO dates."""
    found = date.fromisoformat(day)
    return (found - timedelta(days=found.weekday())).isoformat()


def _cost_per_char(parts: Iterable[Counts]) -> float | None:
    priced = [part.numbers for part in parts if not part.numbers["unpriced"]]
    chars = sum(numbers["accepted_chars"] for numbers in priced)
    spent = sum(numbers["cost_nanousd"] for numbers in priced)
    return spent / 1e9 / chars if chars else None


def _labels(book: Book, by: By) -> dict[Key, str]:
    if by is By.WEEK:
        return {key: week_of(key.day) for key in book}
    if by is By.LANGUAGE:
        return {key: key.language or "unknown" for key in book}
    if by is By.KIND:
        return {key: f"{key.kind}s" for key in book}
    # A model's name is enough, unless several providers have one of that name.
    providers = Counter(model for _, model in {(key.provider, key.model) for key in book})
    return {key: f"{_model(key)} ({key.provider})" if providers[key.model] > 1 else _model(key) for key in book}


def _model(key: Key) -> str:
    return key.model or ("without a model" if not key.provider else "unknown")


def _weeks(found: Iterable[str]) -> list[str]:
    days = sorted(found)
    if not days:
        return []
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    return [(first + timedelta(weeks=index)).isoformat() for index in range((last - first).days // 7 + 1)]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
