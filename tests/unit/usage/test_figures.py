"""From sums to rates, percentiles and costs; nothing that is unknown is told as zero."""

from __future__ import annotations

from collections import Counter

import pytest

from mai_lsp.usage.counts import Book, Counts, Key, Timing
from mai_lsp.usage.figures import By, figures, grouped, of_kind, overall, week_of, worth


def counts(**numbers: int) -> Counts:
    return Counts(Counter(numbers))  # type: ignore[arg-type]


def key(day: str = "2026-11-20", model: str = "m", language: str = "python", provider: str = "p") -> Key:
    return Key(day, provider, model, language)


def test_rates_are_of_what_they_say() -> None:
    one = counts(
        shown=10,
        shown_chars=200,
        accepted=4,
        accepted_chars=50,
        after_30s_chars=40,
        kept_30s_chars=30,
        requests=12,
        cost_nanousd=2_500_000,
    )
    one.time(Timing.WAIT, 800)
    found = figures([one])
    assert (found.acceptance, found.taken, found.kept_30s, found.kept_5min) == (0.4, 0.25, 0.75, None)
    assert found.wait_p50 == pytest.approx(800, rel=0.05)
    assert found.answer_p95 is None
    assert found.cost == pytest.approx(0.0025)
    assert found.cost_per_char == pytest.approx(0.00005)
    assert found.cost_complete


def test_nothing_is_no_rate() -> None:
    found = figures([])
    assert (found.acceptance, found.kept_30s, found.wait_p50, found.cost_per_char) == (None,) * 4


def test_an_unknown_price_is_no_price() -> None:
    found = figures([counts(requests=3, unpriced=3, accepted_chars=10)])
    assert (found.cost, found.cost_complete, found.cost_per_char) == (None, False, None)


def test_refused_requests_have_no_price_that_could_be_unknown() -> None:
    assert figures([counts(requests=2, failed=2)]).cost == 0


def test_the_cost_of_a_character_leaves_out_models_without_a_price() -> None:
    priced = counts(requests=1, cost_nanousd=1_000_000_000, accepted_chars=100)
    unpriced = counts(requests=1, unpriced=1, accepted_chars=900)
    found = figures([priced, unpriced])
    assert (found.cost, found.cost_complete, found.cost_per_char) == (1.0, False, 0.01)


def test_weeks_begin_on_monday_and_have_no_gaps() -> None:
    assert week_of("2026-11-22") == "2026-11-16"
    assert week_of("2026-11-23") == "2026-11-23"
    book = Book({key(day): counts(shown=1) for day in ("2025-12-31", "2026-01-01", "2026-01-20")})
    weeks = grouped(book, By.WEEK)
    assert {week: row.shown for week, row in weeks.items()} == {
        "2025-12-29": 2,
        "2026-01-05": 0,
        "2026-01-12": 0,
        "2026-01-19": 1,
    }


def test_groups_add_up_and_the_greatest_comes_first() -> None:
    book = Book(
        {
            key(language="rust"): counts(shown=1, shown_chars=10),
            key(language="python"): counts(shown=2, shown_chars=20),
            key("2026-11-19", language="python"): counts(shown=4, shown_chars=40),
            key(language=""): counts(shown=1, shown_chars=5),
        }
    )
    assert {name: row.shown for name, row in grouped(book, By.LANGUAGE).items()} == {
        "python": 6,
        "rust": 1,
        "unknown": 1,
    }
    assert list(grouped(book, By.LANGUAGE)) == ["python", "rust", "unknown"]
    assert overall(book).shown == 8


def test_a_model_is_named_with_its_provider_only_where_it_must_be() -> None:
    same = Book({key(model="a"): counts(), key(model="a", provider="q"): counts(), key(model="b"): counts()})
    assert set(grouped(same, By.MODEL)) == {"a (p)", "a (q)", "b"}


def test_kinds_are_told_apart_and_what_needs_no_model_has_a_name() -> None:
    certain = Key("2026-11-20", "", "", "python", "next edit")
    book = Book({key(model="m"): counts(shown=3, accepted=1)})
    assert worth(book) == (By.MODEL, By.LANGUAGE, By.WEEK)
    book[certain] = counts(shown=2, accepted=2)
    assert worth(book) == tuple(By)
    assert {name: row.shown for name, row in grouped(book, By.KIND).items()} == {"completions": 3, "next edits": 2}
    assert set(grouped(book, By.MODEL)) == {"m", "without a model"}
    assert (of_kind(book, "next edit").acceptance, overall(book).acceptance) == (1.0, 0.6)
