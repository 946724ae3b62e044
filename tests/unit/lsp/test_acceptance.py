"""Figures are written in a thread, in batches, and no timer or task outlives the session."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from mai_lsp.core.text import Document, Edit, Span, open_document
from mai_lsp.engine.metered import Spent
from mai_lsp.engine.outcome import Suggestion, Trace
from mai_lsp.lsp import acceptance
from mai_lsp.lsp.acceptance import Acceptance, identity_of
from mai_lsp.lsp.tasks import Tasks
from mai_lsp.model.types import Usage
from mai_lsp.usage import store
from mai_lsp.usage.counts import Book, Timing, total
from mai_lsp.usage.spending import Costs

URI = "file:///a.py"


@dataclass
class Bench:
    """An `Acceptance` with a clock of its own, and all that it writes."""

    enabled: bool = True
    now: float = 0.0
    accepted: int = 0
    document: Document = field(default_factory=lambda: open_document(URI, "python", 1, "x = \n"))
    written: list[Book] = field(default_factory=list)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.tasks = Tasks()
        self.subject = Acceptance(
            self.tasks,
            lambda uri: self.document if uri == URI else None,
            enabled=lambda: self.enabled,
            accepted=self._on_accept,
            clock=lambda: self.now,
            today=lambda: date(2026, 11, 20),
        )

    def _on_accept(self) -> None:
        self.accepted += 1

    def offer(self, text: str = "foo(a)", model: str = "m") -> None:
        trace = Trace(provider="p", model=model)
        self.subject.offered(self.document, 4, [Suggestion("id", 1, Span(4, 4), text, trace)], 250.0)

    def take(self, text: str = "foo(a)") -> None:
        edit = Edit(Span(4, 4), text)
        self.document = self.document.edited([edit], 2)
        self.subject.changed(URI, [edit])


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    found = Bench()
    loop, loop_thread = asyncio.get_running_loop(), threading.get_ident()

    def add(_: Path, book: Book, today: date) -> None:
        assert threading.get_ident() != loop_thread
        assert today == date(2026, 11, 20)
        found.written.append(book)
        loop.call_soon_threadsafe(found.stirred.set)

    monkeypatch.setattr(store, "add", add)
    return found


def timers() -> list[asyncio.TimerHandle]:
    loop = asyncio.get_running_loop()
    return [handle for handle in loop._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]


async def test_nothing_is_scheduled_until_there_is_something(bench: Bench) -> None:
    bench.subject.changed(URI, [Edit(Span(0, 0), "x")])
    assert timers() == []
    bench.offer()
    assert timers() == []
    bench.take()
    assert len(timers()) == 2  # To look whether it is kept, and to write.
    await bench.subject.stop()
    assert timers() == []
    assert total(bench.written[0].values()).numbers["accepted"] == bench.accepted == 1


async def test_many_events_are_written_at_once_and_in_a_thread(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance, "WRITE_AFTER", 0.0)
    for _ in range(20):
        bench.subject._spent(Spent("p", "m", Usage(10, 0, 2, cost_usd=1e-6), 5.0, 9.0, failed=False), "python")
    await bench.stirred.wait()
    (book,) = bench.written
    numbers = total(book.values()).numbers
    assert (numbers["requests"], numbers["input_tokens"], numbers["cost_nanousd"]) == (20, 200, 20_000)
    assert total(book.values()).timings[Timing.FIRST].total() == 20
    await bench.subject.stop()


async def test_accepted_text_is_looked_at_when_it_is_time(bench: Bench) -> None:
    bench.offer()
    bench.take()
    bench.now = 31
    bench.subject._look()
    bench.now = 301
    bench.subject._look()
    await bench.subject.stop()
    numbers = total(one for book in bench.written for one in book.values()).numbers
    assert (numbers["kept_30s_chars"], numbers["after_5min_chars"], numbers["kept_5min_chars"]) == (6, 6, 6)


async def test_what_was_spent_before_is_learned_and_goes_on(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "costs", lambda path, today: Costs(1.0, 20.0))
    assert bench.subject.costs() == (None, None)
    await bench.subject.learn_costs()
    bench.subject._spent(Spent("p", "m", Usage(10, 0, 2, cost_usd=0.5), 5.0, 9.0, failed=False), "python")
    assert bench.subject.costs() == (1.5, 20.5)
    await bench.subject.stop()
    assert bench.subject.costs() == (1.0, 20.0)  # What the file says by then.


async def test_costs_that_can_not_be_read_are_done_without(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, today: date) -> Costs:
        raise sqlite3.OperationalError("locked")

    monkeypatch.setattr(store, "costs", fail)
    await bench.subject.learn_costs()
    assert bench.subject.costs() == (None, None)


async def test_nothing_is_written_where_that_is_switched_off(bench: Bench) -> None:
    bench.enabled = False
    bench.offer()
    bench.take()
    await bench.subject.stop()
    assert bench.written == []
    assert bench.accepted == 1


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk full"), OSError("no"), ValueError("odd")])
async def test_a_disk_that_fails_is_told_once_and_does_no_harm(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(store, "add", fail)
    for _ in range(3):
        bench.offer()
        bench.subject.accepted("id")
        await bench.subject._write()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    await bench.subject.stop()


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("MAI-Code-1-Flash", "MAI-Code-1-Flash"),
        ("microsoft/mai-code:free", "microsoft/mai-code:free"),
        ("/srv/models/x.gguf", "x.gguf"),
        ("C:\\Users\\someone\\x.gguf", "x.gguf"),
        ("~/x.gguf", "x.gguf"),
        ("a" * 300, "a" * acceptance.LONGEST_NAME),
    ],
)
async def test_a_models_name_is_kept_but_no_path(bench: Bench, model: str, kept: str) -> None:
    bench.offer(model=model)
    bench.subject.accepted("id")
    await bench.subject.stop()
    assert [key.model for key in bench.written[0]] == [kept]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"item": {"command": {"arguments": ["id"]}}}, "id"),
        ({"item": {"command": {"arguments": []}}}, ""),
        ({"item": {"command": {"arguments": "id"}}}, ""),
        ({"item": {"command": None}}, ""),
        ({"item": {"command": {"arguments": [{"id": 1}]}}}, ""),
        (None, ""),
        (7, ""),
    ],
)
def test_a_suggestion_is_known_by_its_command(params: object, found: str) -> None:
    assert identity_of(params) == found


async def test_a_keystroke_costs_nothing_where_nothing_is_offered(bench: Bench) -> None:
    def best(act: Callable[[], None], rounds: int = 5) -> float:
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            for _ in range(1000):
                act()
            times.append((time.perf_counter() - began) / 1000)
        return min(times)

    edits = [Edit(Span(0, 0), "x")]
    assert best(lambda: bench.subject.changed("file:///other.py", edits)) < 1e-5
    bench.offer("foo(a)" * 40)
    assert best(lambda: bench.subject.changed(URI, edits)) < 1e-3
    await bench.subject.stop()
