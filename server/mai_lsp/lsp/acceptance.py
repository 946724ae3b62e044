"""Learns what becomes of suggestions from what the editor says and does, and has it counted on disk.

It owns the timers for that and ends them; it never delays an answer, and failing to write costs figures, nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import ntpath
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from mai_lsp.core.text import Document, Edit
from mai_lsp.engine.edit import EditSuggestion
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.lsp.convert import field
from mai_lsp.lsp.tasks import Tasks
from mai_lsp.usage.spending import Costs, Spending

if TYPE_CHECKING:
    from mai_lsp.engine.metered import Metered, Spent
    from mai_lsp.engine.ports import Model
    from mai_lsp.usage.counts import Book, Key, Kind
    from mai_lsp.usage.follower import Check, Follower

log = logging.getLogger(__name__)

WRITE_AFTER = 5.0
"""Seconds for which figures are collected before they are written, in a thread."""

Menu = Literal["listed", "opened"]
"""Where a next edit stands in a menu: one that the editor has only put together, or one that the user looks at."""

LONGEST_NAME = 80
"""Characters of a model's or language's name that are kept; both come from outside."""


class Acceptance:
    """What is followed and what waits to be written."""

    def __init__(
        self,
        tasks: Tasks,
        latest: Callable[[str], Document | None],
        *,
        enabled: Callable[[], bool],
        accepted: Callable[[], None],
        spent: Callable[[Spent], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._tasks = tasks
        self._latest = latest
        self._enabled = enabled
        self._clock = clock
        self._today = today
        self._accepted = accepted
        self._told_spent = spent
        self._spending = Spending()
        self._follower: Follower | None = None
        """Made with the first suggestion or request: its modules are not needed to answer `initialize`."""
        self._checks: list[Check] = []
        self._look_at: float | None = None
        self._looking: asyncio.TimerHandle | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._failed = False

    def offered(self, document: Document, cursor: int, suggestions: Sequence[Suggestion], wait_ms: float) -> None:
        """Follow what is being given to the editor, best first, `wait_ms` after it asked."""
        from mai_lsp.usage.follower import Offered  # noqa: PLC0415 (loaded late, with the engine)

        trace = suggestions[0].trace
        self._following().offered(
            document.uri,
            document.text,
            cursor,
            [Offered(suggestion.id, suggestion.span, suggestion.text) for suggestion in suggestions],
            key=self._key(trace.provider, trace.model, document.language),
            wait_ms=wait_ms,
            now=self._clock(),
        )
        self._stir()

    def proposed(
        self,
        found: EditSuggestion,
        identity: str,
        edits: Sequence[Edit],
        *,
        wait_ms: float | None = None,
        menu: Menu | None = None,
    ) -> None:
        """Follow what of a next edit is given to the editor under an id, to be shown at once or in a `menu`."""
        from mai_lsp.usage.follower import Offered  # noqa: PLC0415 (loaded late, with the engine)

        document, trace = found.document, found.trace
        follower = self._following()
        follower.proposed(
            document.uri,
            document.text,
            [Offered(identity, edit.span, edit.text) for edit in edits],
            key=self._key(trace.provider, trace.model, document.language, "next edit"),
            wait_ms=wait_ms,
            now=self._clock(),
            in_menu=menu is not None,
        )
        if menu == "opened":
            follower.shown(identity)
        self._stir()

    def changed(self, uri: str, edits: Sequence[Edit]) -> None:
        """Take the edits of a change."""
        if self._follower is not None and self._follower.follows(uri):
            self._follower.changed(uri, edits, self._clock())
            self._stir()

    def closed(self, uri: str) -> None:
        """Forget a document."""
        if self._follower is not None and self._follower.follows(uri):
            self._follower.closed(uri, self._clock())
            self._stir()

    def shown(self, params: Any) -> None:
        """Take `textDocument/didShowCompletion` or `textDocument/didShowInlineEdit`."""
        if self._follower is not None:
            self._follower.shown(identity_of(params))
            self._stir()

    def accepted_part(self, params: Any) -> None:
        """Take `textDocument/didPartiallyAcceptCompletion`."""
        length = field(params, "acceptedLength")
        if self._follower is not None and isinstance(length, int) and length > 0:
            self._follower.accepted_part(identity_of(params), length)
            self._stir()

    def accepted(self, identity: str) -> bool:
        """Take the accept command; False for a suggestion that is not known or was accepted before."""
        if self._follower is None:
            return False
        known = self._follower.accepted(identity)
        self._stir()
        return known

    def cost_today(self) -> float | None:
        """Return the USD that today has cost; None where no price is known."""
        return self.costs().day

    def costs(self) -> Costs:
        """Return the USD that today and this month have cost, by all servers as far as is known."""
        return self._spending.so_far(self._today())

    async def learn_costs(self) -> None:
        """Read what was spent before, and by other servers since this one has written; fails silently."""
        if not self._enabled() or (self._writing is not None and not self._writing.done()):
            return
        today = self._today()
        try:
            self._spending.read(await asyncio.to_thread(_costs, today), today)
        except Exception as error:  # noqa: BLE001 (as in `_write`)
            log.info("costs were not read: %s", error)

    def metered(self, model: Model, language: str, kind: Kind = "completion") -> Metered:
        """Return a model whose requests are counted as made for suggestions of a kind in `language`."""
        from mai_lsp.engine.metered import Metered  # noqa: PLC0415 (loaded late, with the engine)

        return Metered(model, lambda spent: self._spent(spent, language, kind))

    async def stop(self) -> None:
        """Settle and write everything; to be called when nothing else runs any more."""
        for handle in (self._looking, self._waiting):
            if handle is not None:
                handle.cancel()
        if self._follower is not None:
            self._follower.close_all(self._clock())
        await self._write()

    def _following(self) -> Follower:
        if self._follower is None:
            from mai_lsp.usage.follower import Follower  # noqa: PLC0415 (loaded late, with the engine)

            self._follower = Follower(self._accepted)
        return self._follower

    def _spent(self, spent: Spent, language: str, kind: Kind = "completion") -> None:
        from mai_lsp.usage.counts import Timing  # noqa: PLC0415 (loaded late, with the engine)

        counts = self._following().book.at(self._key(spent.provider, spent.model, language, kind))
        usage = spent.usage
        counts.numbers["requests"] += 1
        if spent.failed:
            counts.numbers["failed"] += 1
        else:
            counts.numbers["estimated"] += usage.estimated
            counts.numbers["unpriced"] += usage.cost_usd is None
            counts.numbers["input_tokens"] += usage.input_tokens
            counts.numbers["cached_tokens"] += usage.cached_tokens
            counts.numbers["output_tokens"] += usage.output_tokens
            counts.numbers["cost_nanousd"] += round((usage.cost_usd or 0.0) * 1e9)
            counts.time(Timing.ANSWER, spent.total_ms)
        if spent.first_token_ms is not None:
            counts.time(Timing.FIRST, spent.first_token_ms)
        self._spending.add(None if spent.failed else usage.cost_usd, self._today())
        self._told_spent(spent)
        self._stir()

    def _key(self, provider: str, model: str, language: str, kind: Kind = "completion") -> Key:
        from mai_lsp.usage.counts import Key  # noqa: PLC0415 (loaded late, with the engine)

        # The embedded model may be named by the path of its file, which would tell the user's name.
        path = ntpath.isabs(model) or "\\" in model or model.startswith(("~", "."))
        model = ntpath.basename(model) if path else model
        return Key(self._today().isoformat(), provider, model[:LONGEST_NAME], language[:LONGEST_NAME], kind)

    def _stir(self) -> None:
        """Set the timers that are due to be set."""
        follower = self._following()
        due = follower.next_due()
        if due != self._look_at:
            self._look_at = due
            if self._looking is not None:
                self._looking.cancel()
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(max(0.0, due - self._clock()), self._look) if due is not None else None
        if self._waiting is None and (follower.book or self._checks):
            self._waiting = asyncio.get_running_loop().call_later(WRITE_AFTER, self._begin_writing)

    def _look(self) -> None:
        self._looking = self._look_at = None
        self._checks += self._following().due(self._clock(), self._text)
        self._stir()

    def _text(self, uri: str) -> str | None:
        document = self._latest(uri)
        return None if document is None else document.text

    def _begin_writing(self) -> None:
        self._waiting = None
        if self._writing is None or self._writing.done():
            self._writing = self._tasks.start(self._write(), "writing the figures")
        self._stir()

    async def _write(self) -> None:
        if self._follower is None:
            return
        book, checks = self._follower.take_book(), self._checks
        self._checks = []
        self._spending.taken()
        today = self._today()
        if not (book or checks) or not self._enabled():
            return
        try:
            # Not `to_thread`: a cancellation would take back what waits for a thread, and with it the figures.
            running = asyncio.get_running_loop().run_in_executor(None, _store, book, checks, today)
            self._spending.written(await asyncio.shield(running), today)
        except Exception as error:  # noqa: BLE001 (whatever a disk may do: the editor must not notice)
            log.log(logging.INFO if self._failed else logging.WARNING, "figures were not kept: %s", error)
            self._failed = True


def identity_of(params: Any) -> str:
    """Return the id in the accept command of a notification's item; empty where there is none."""
    arguments = field(field(field(params, "item"), "command"), "arguments")
    first = arguments[0] if isinstance(arguments, list | tuple) and arguments else ""
    return first if isinstance(first, str) else ""


def _costs(today: date) -> Costs:
    from mai_lsp.usage import store  # noqa: PLC0415 (brings SQLite; in the worker thread)

    return store.costs(store.database(), today)


def _store(book: Book, checks: Sequence[Check], today: date) -> Costs:
    """Write, and return what today and its month have cost by then."""
    from mai_lsp.usage import store  # noqa: PLC0415 (brings SQLite; in the worker thread)
    from mai_lsp.usage.follower import compare  # noqa: PLC0415 (beside the above)

    compare(checks, book)
    store.add(store.database(), book, today)
    return store.costs(store.database(), today)
