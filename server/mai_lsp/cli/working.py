"""Gives the flow that changes code what it works with on the command line, and counts what it spends.

A command ends with its job, so connections are closed here.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import date
from typing import TYPE_CHECKING

from mai_lsp.engine.backend import new_client
from mai_lsp.engine.change import flow
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.metered import Metered, Spent
from mai_lsp.engine.route.counted import Counted
from mai_lsp.engine.route.providers import Providers
from mai_lsp.usage import store
from mai_lsp.usage.counts import Book, Key
from mai_lsp.workspace.index.reader import Reader, connect
from mai_lsp.workspace.index.store import database_of

if TYPE_CHECKING:
    from mai_lsp.cli.work import Desk
    from mai_lsp.engine.change.job import Ended, Job, Watcher
    from mai_lsp.engine.ports import Model


async def carry_out(job: Job, at: Desk, watcher: Watcher) -> Ended:
    """Carry a job out as far as a proposal."""
    settings = at.settings
    client = new_client(lambda: settings, os.environ)
    providers = Providers(client, lambda: settings, os.environ)
    book = Book()
    language = job.place.document.language if job.place is not None else ""
    today = date.today()  # noqa: DTZ011 (a day of the user's)
    day, month = _costs(today) if settings.stats_enable else (0.0, 0.0)

    def metered(model: Model) -> Model:
        return Metered(model, lambda spent: _count(book, spent, language, today))

    def index() -> Reader | None:
        return connect(database_of(at.root), at.root)

    deps = ChangeDeps(
        at.files,
        Counted(providers, metered),
        settings,
        watcher,
        index if settings.index_enable else None,
        spent=lambda: (day, month),
    )
    try:
        return await flow.run(job, deps)
    finally:
        await providers.aclose()
        await client.aclose()
        if book and settings.stats_enable:
            with contextlib.suppress(sqlite3.Error, OSError):  # Figures are worth no error.
                store.add(store.database(), book, today)


def _costs(today: date) -> tuple[float, float]:
    try:
        day, month = store.costs(store.database(), today)
    except (sqlite3.Error, OSError):
        return 0.0, 0.0
    return day or 0.0, month or 0.0


def _count(book: Book, spent: Spent, language: str, today: date) -> None:
    """Count one request."""
    numbers = book.at(Key(today.isoformat(), spent.provider, spent.model, language, "change")).numbers
    numbers["requests"] += 1
    if spent.failed:
        numbers["failed"] += 1
        return
    usage = spent.usage
    numbers["estimated"] += usage.estimated
    numbers["unpriced"] += usage.cost_usd is None
    numbers["input_tokens"] += usage.input_tokens
    numbers["cached_tokens"] += usage.cached_tokens
    numbers["output_tokens"] += usage.output_tokens
    numbers["cost_nanousd"] += round((usage.cost_usd or 0.0) * 1e9)
