"""What today and its month have cost: what the file says, what is on its way there, and what came since."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from mai_lsp.usage import store
from mai_lsp.usage.counts import Book, Key
from mai_lsp.usage.spending import Costs, Spending

TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)
NEXT_MONTH = date(2026, 12, 1)


def test_nothing_is_known_where_no_price_is() -> None:
    spending = Spending()
    assert spending.so_far(TODAY) == Costs()
    spending.add(None, TODAY)
    assert spending.so_far(TODAY) == Costs(None, None)


def test_nothing_is_counted_twice_while_it_is_written() -> None:
    spending = Spending()
    spending.add(0.25, TODAY)
    spending.taken()
    spending.add(0.5, TODAY)
    assert spending.so_far(TODAY) == (0.75, 0.75)
    spending.written(Costs(1.25, 7.25), TODAY)  # Another server has spent a dollar, and six earlier this month.
    assert spending.so_far(TODAY) == (1.75, 7.75)


def test_what_could_not_be_written_is_not_lost() -> None:
    spending = Spending()
    for _ in range(2):
        spending.add(0.25, TODAY)
        spending.taken()
    assert spending.so_far(TODAY) == (0.5, 0.5)


def test_what_was_spent_before_is_read() -> None:
    spending = Spending()
    spending.read(Costs(None, 30.0), TODAY)
    spending.add(0.5, TODAY)
    assert spending.so_far(TODAY) == (0.5, 30.5)


def test_a_day_begins_with_nothing_and_a_month_goes_on() -> None:
    spending = Spending()
    spending.read(Costs(1.0, 30.0), TODAY)
    spending.add(0.25, TODAY)
    assert spending.so_far(TOMORROW) == (None, 30.25)
    spending.add(0.5, TOMORROW)
    assert spending.so_far(TOMORROW) == (0.5, 30.75)


def test_a_month_begins_with_nothing_though_nothing_is_asked_any_more() -> None:
    spending = Spending()
    spending.read(Costs(1.0, 30.0), TODAY)
    assert spending.so_far(NEXT_MONTH) == Costs()
    spending.read(Costs(1.0, 30.0), TODAY)
    assert spending.so_far(TODAY.replace(year=2027)) == Costs()


@pytest.mark.parametrize(("unpriced", "cost"), [(0, 0.5), (1, 0.5), (2, None)])
def test_the_file_knows_a_days_cost(tmp_path: Path, unpriced: int, cost: float | None) -> None:
    book = Book()
    numbers = book.at(Key(TODAY.isoformat(), "p", "m", "python")).numbers
    numbers.update(requests=3, failed=1, unpriced=unpriced, cost_nanousd=0 if unpriced == 2 else 500_000_000)
    store.add(tmp_path / "usage.db", book, TODAY)
    assert store.costs(tmp_path / "usage.db", TODAY) == Costs(cost, cost)
    assert store.costs(tmp_path / "usage.db", TOMORROW) == Costs(None, cost)
    assert store.costs(tmp_path / "usage.db", NEXT_MONTH) == Costs()


def test_the_file_sums_up_a_month_over_days_and_models(tmp_path: Path) -> None:
    book = Book()
    for day, model in (("2026-10-31", "m"), ("2026-11-01", "m"), ("2026-11-22", "m"), ("2026-11-22", "n")):
        book.at(Key(day, "p", model, "python")).numbers.update(requests=1, cost_nanousd=250_000_000)
    store.add(tmp_path / "usage.db", book, TODAY)
    assert store.costs(tmp_path / "usage.db", TODAY) == (0.5, 0.75)


def test_a_file_that_is_not_there_or_not_ours_has_no_costs(tmp_path: Path) -> None:
    assert store.costs(tmp_path / "none.db", TODAY) == Costs()
    (tmp_path / "usage.db").touch()
    assert store.costs(tmp_path / "usage.db", TODAY) == Costs()
