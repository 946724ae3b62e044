"""Keeps the proposed next edits of each document: moves them along with what is typed, remembers what was turned down.

It asks a model through `engine.nextedit` only when told to (`find`); `known` answers at once. It speaks no LSP.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from mai_lsp.core.rebase import rebased
from mai_lsp.core.text import Document, Edit
from mai_lsp.engine.edit import COOLDOWN, EditAsk, EditReason, EditSuggestion, NoEdit
from mai_lsp.engine.pace import Budget
from mai_lsp.engine.ports import Deps
from mai_lsp.lsp.acceptance import Menu
from mai_lsp.lsp.documents import Documents
from mai_lsp.lsp.tasks import Newest, Tasks

REMEMBERED = 20
"""Rejected edits kept per document (Copilot's next edits)."""


class Given(Protocol):
    """Told what the editor is given (`Acceptance.proposed`)."""

    def __call__(
        self,
        found: EditSuggestion,
        identity: str,
        edits: Sequence[Edit],
        *,
        wait_ms: float | None = None,
        menu: Menu | None = None,
    ) -> None:
        """Take a suggestion, the id it has there, and those of its edits that are shown."""


@dataclass(slots=True)
class _Place:
    """What is kept of one document."""

    found: EditSuggestion | None = None
    shown: Edit | None = None
    """The proposal that the editor was given last, in the present coordinates."""
    shown_id: str = ""
    rejected: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    quiet: list[tuple[int, float]] = field(default_factory=list)
    """Offsets at which something was turned down, and until when nothing is proposed on their lines."""
    completed: str | None = None
    """The text for which the editor has a completion, which is on the screen as long as the text is the same."""


class NextEdits:
    """The next edits of a session."""

    def __init__(
        self,
        tasks: Tasks,
        documents: Documents,
        deps: Callable[[Document], Deps | None],
        *,
        budget: Callable[[], Budget | None],
        given: Given,
        shows: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._documents = documents
        self._deps = deps
        self._budget = budget
        self._given = given
        self._shows = shows
        self._clock = clock
        self._newest = Newest(tasks)
        self._places: dict[str, _Place] = {}

    def changed(self, uri: str, before: Document | None, edits: Sequence[Edit]) -> None:
        """Take the edits of a change of the document `before`, each in the coordinates its predecessor left."""
        place, now = self._places.get(uri), self._documents.latest(uri)
        if place is None or before is None or now is None:
            return
        text = before.text
        for edit in edits:
            self._settle_shown(place, text, edit)
            self._settle_quiet(place, edit)
            if place.found is not None:
                left = rebased(place.found.edits, text, edit)
                place.found = replace(place.found, edits=left) if left else None
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        if place.found is not None:
            # A change that could not be followed edit by edit leaves nothing to be trusted.
            place.found = replace(place.found, document=now) if text == now.text else None

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._newest.cancel(uri)
        self._places.pop(uri, None)

    def completed(self, document: Document) -> None:
        """Take note that the editor was given a completion for this text."""
        self._places.setdefault(document.uri, _Place()).completed = document.text

    def known(self, document: Document, offset: int, *, automatic: bool) -> EditSuggestion | NoEdit:
        """Return the next edit if it is known without asking anybody."""
        if document.part is not None:
            return NoEdit(EditReason.NOTEBOOK)
        deps = self._deps(document)
        if deps is None:
            return NoEdit(EditReason.LOADING)
        from mai_lsp.engine import nextedit  # noqa: PLC0415 (loaded late, with the engine)

        place = self._places.get(document.uri)
        ask = self._ask(document, offset, automatic=automatic)
        if automatic and place is not None and place.completed == document.text:
            return NoEdit(EditReason.COMPLETION)
        found = nextedit.known(ask, deps)
        kept = place.found if place is not None else None
        if isinstance(found, NoEdit) and found.reason is EditReason.CERTAIN and kept is not None:
            return kept
        return found

    async def find(self, document: Document, offset: int, *, automatic: bool) -> EditSuggestion | NoEdit:
        """Find the next edit, with a model where nothing is certain."""
        known = self.known(document, offset, automatic=automatic)
        deps = self._deps(document)
        from mai_lsp.engine import nextedit  # noqa: PLC0415 (loaded late, with the engine)

        if isinstance(known, EditSuggestion) or known.reason is not EditReason.CERTAIN or deps is None:
            return known
        uri, budget = document.uri, self._budget() if automatic else None
        if budget is not None and budget.left(deps.settings.completion_requests_per_minute, self._clock()) <= 0:
            return NoEdit(EditReason.CAPPED)

        def sends() -> None:
            if budget is not None:
                budget.sent(self._clock())

        ask = self._ask(document, offset, automatic=automatic)
        found = await self._newest.run(uri, nextedit.suggest_edit(ask, deps, sends))
        if found is None:
            return NoEdit(EditReason.SUPERSEDED)
        if isinstance(found, NoEdit):
            return found
        # The flow has looked, too, but a didChange or didClose may have come since.
        now = self._documents.latest(uri)
        left = nextedit.moved(found, now) if now is not None else None
        if left is None:
            return NoEdit(EditReason.STALE, trace=found.trace)
        self._places.setdefault(uri, _Place()).found = left
        return left

    def show(self, found: EditSuggestion, shown: Edit, *, wait_ms: float | None = None) -> str:
        """Return the id for an accept command of an edit that will be on the screen, where it may be turned down."""
        place = self._places.setdefault(found.document.uri, _Place())
        if place.shown == shown:
            identity = place.shown_id  # The same once more.
        else:
            identity = place.shown_id = found.id
            place.shown = shown
            self._shows()
        self._given(found, identity, [shown], wait_ms=wait_ms)
        return identity

    def list(self, found: EditSuggestion, *, opened: bool) -> str:
        """Return the id for an accept command of edits in a menu; `opened` says that the user looks at it."""
        self._given(found, found.id, found.edits, menu="opened" if opened else "listed")
        return found.id

    def _ask(self, document: Document, offset: int, *, automatic: bool) -> EditAsk:
        now = self._clock()
        place = self._places.get(document.uri, _Place())
        place.quiet = [(at, until) for at, until in place.quiet if now < until]
        lines = {document.line_at(min(at, len(document.text))) for at, _ in place.quiet}
        recent = self._documents.recent(document)
        return EditAsk(document, offset, now, automatic, recent, tuple(place.rejected), lines)

    def _settle_shown(self, place: _Place, text: str, edit: Edit) -> None:
        """Follow the proposal on the screen: carried out, turned down, or only moved."""
        shown = place.shown
        if shown is None:
            return
        left = rebased((shown,), text, edit)
        if left:
            place.shown = left[0]
            return
        place.shown = None
        after = text[: edit.span.start] + edit.text + text[edit.span.end :]
        start = min(shown.span.start, edit.span.start)
        wanted = text[start : shown.span.start] + shown.text
        done = after.startswith(wanted, start)
        if not done and (edit.text or len(edit.span) < len(shown.span)):
            place.rejected.append((text[shown.span.start : shown.span.end], shown.text))
            place.quiet.append((min(edit.span.start + len(edit.text), len(after)), self._clock() + COOLDOWN))

    def _settle_quiet(self, place: _Place, edit: Edit) -> None:
        delta = len(edit.text) - len(edit.span)
        place.quiet = [(max(0, at + delta) if at > edit.span.end else at, until) for at, until in place.quiet]
