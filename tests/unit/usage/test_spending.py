"""What today has cost: what the file says, what is on its way there, and what came since."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from mai_lsp.usage import store
from mai_lsp.usage.counts import Book, Key
from mai_lsp.usage.spending import Spending

TODAY = date(2026, 11, 22)


def test_nothing_is_known_where_no_price_is() -> None:
    spending = Spending()
    assert spending.today() is None
    spending.add(None, TODAY)
    assert spending.today() is None


def test_nothing_is_counted_twice_while_it_is_written() -> None:
    spending = Spending()
    spending.add(0.25, TODAY)
    spending.taken()
    spending.add(0.5, TODAY)
    assert spending.today() == 0.75
    spending.written(1.25, TODAY)  # Another server has spent a dollar.
    assert spending.today() == 1.75


def test_what_could_not_be_written_is_not_lost() -> None:
    spending = Spending()
    for _ in range(2):
        spending.add(0.25, TODAY)
        spending.taken()
    assert spending.today() == 0.5


def test_a_day_begins_with_nothing() -> None:
    spending = Spending()
    spending.add(0.25, TODAY)
    spending.add(0.5, TODAY + timedelta(days=1))
    assert spending.today() == 0.5


@pytest.mark.parametrize(("unpriced", "cost"), [(0, 0.5), (1, 0.5), (2, None)])
def test_the_file_knows_a_days_cost(tmp_path: Path, unpriced: int, cost: float | None) -> None:
    book = Book()
    numbers = book.at(Key(TODAY.isoformat(), "p", "m", "python")).numbers
    numbers.update(requests=3, failed=1, unpriced=unpriced, cost_nanousd=0 if unpriced == 2 else 500_000_000)
    store.add(tmp_path / "usage.db", book, TODAY)
    assert store.cost_of(tmp_path / "usage.db", TODAY.isoformat()) == cost
    assert store.cost_of(tmp_path / "usage.db", "2026-11-21") is None
