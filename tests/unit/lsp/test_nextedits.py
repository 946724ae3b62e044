"""What a session keeps of next edits: followed over typing, turned down, silent beside a completion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.engine.edit import COOLDOWN, EditReason, EditSuggestion, NoEdit
from mai_lsp.engine.pace import Budget
from mai_lsp.engine.ports import Deps
from mai_lsp.lsp.acceptance import Menu
from mai_lsp.lsp.convert import Change, Place
from mai_lsp.lsp.documents import Documents
from mai_lsp.lsp.nextedits import NextEdits, _Place
from mai_lsp.lsp.tasks import Tasks
from mai_lsp.model.types import Wire
from mai_lsp.prompt.prompt import Prompt
from mai_lsp.settings import Settings
from tests.support.timed_model import ENDPOINT, Piece, TimedModel

URI = "file:///a.py"
CODE = "def area(width, height):\n    print(width)\n    return width * height\n"


class NoModel:
    """The port `Model`, which must not be asked."""


@dataclass
class Session:
    """The parts of a session around it, with a clock that the test sets."""

    now: float = 1000.0
    shown: int = 0
    given: list[tuple[str, tuple[Edit, ...], Menu | None]] = field(default_factory=list)
    ready: bool = True
    model: Any = field(default_factory=NoModel)
    budget: Budget = field(default_factory=Budget)
    documents: Documents = field(init=False)
    edits: NextEdits = field(init=False)

    def __post_init__(self) -> None:
        tasks = Tasks()
        self.documents = Documents(tasks.start, clock=self.clock)
        deps: Callable[[Document], Deps | None] = lambda _: (  # noqa: E731 (named by its use)
            Deps(self.model, self.documents, Settings()) if self.ready else None
        )
        self.edits = NextEdits(
            tasks,
            self.documents,
            deps,
            budget=lambda: self.budget,
            given=self._give,
            shows=self._show,
            clock=self.clock,
        )
        self.documents.open(URI, "python", 1, CODE)

    def clock(self) -> float:
        return self.now

    def _give(
        self,
        found: EditSuggestion,
        identity: str,
        edits: Sequence[Edit],
        *,
        wait_ms: float | None = None,
        menu: Menu | None = None,
    ) -> None:
        assert found.document is self.document
        self.given.append((identity, tuple(edits), menu))

    def _show(self) -> None:
        self.shown += 1

    @property
    def document(self) -> Document:
        found = self.documents.latest(URI)
        assert found is not None
        return found

    def change(self, line: int, start: int, end: int, text: str, line_end: int | None = None) -> None:
        before = self.documents.latest(URI)
        change = Change(text, Place(line, start), Place(line if line_end is None else line_end, end))
        edits = self.documents.change(URI, (self.document.version or 0) + 1, [change])
        self.edits.changed(URI, before, edits)

    def rename(self) -> None:
        self.change(0, 9, 14, "breadth")

    def found(self, *, automatic: bool = True) -> EditSuggestion:
        found = self.edits.known(self.document, 12, automatic=automatic)
        assert isinstance(found, EditSuggestion)
        return found

    def reason(self, *, automatic: bool = True) -> EditReason:
        found = self.edits.known(self.document, 12, automatic=automatic)
        assert isinstance(found, NoEdit)
        return found.reason


def test_while_the_engine_is_loading_there_is_none() -> None:
    session = Session(ready=False)
    session.rename()
    assert session.reason() is EditReason.LOADING


def test_the_same_edit_once_more_keeps_its_id() -> None:
    session = Session()
    session.rename()
    found = session.found()
    assert [found.document.line_at(edit.span.start) for edit in found.edits] == [1, 2]
    identity = session.edits.show(found, found.edits[1])
    assert session.edits.show(session.found(), found.edits[1]) == identity
    assert session.shown == 1, "the same once more"
    assert session.given[0] == session.given[1] == (identity, (found.edits[1],), None)
    session.change(2, 11, 16, "breadth")
    assert not session.edits._places[URI].rejected
    assert [session.document.line_at(edit.span.start) for edit in session.found().edits] == [1]


def test_a_menu_shows_nothing_that_could_be_turned_down() -> None:
    session = Session()
    session.rename()
    session.edits.list(session.found(), opened=False)
    session.edits.list(session.found(), opened=True)
    assert [menu for _, _, menu in session.given] == ["listed", "opened"]
    assert session.shown == 0
    session.change(1, 15, 15, "s")
    assert URI not in session.edits._places


def test_what_is_typed_over_was_turned_down_and_its_line_rests() -> None:
    session = Session()
    session.rename()
    found = session.found()
    session.edits.show(found, found.edits[0])
    session.now += 2
    session.change(1, 15, 15, "s")
    assert session.reason() is EditReason.CERTAIN, "the same name was changed to two others"
    session.change(1, 15, 16, "")
    assert session.reason(automatic=False) is EditReason.REJECTED
    session.now += COOLDOWN + 1
    assert session.reason() is EditReason.REJECTED


def test_typing_elsewhere_turns_nothing_down() -> None:
    session = Session()
    session.rename()
    found = session.found()
    session.edits.show(found, found.edits[0])
    session.change(0, 0, 0, "import os\n")
    session.change(2, 0, 0, "# note\n")
    session.now += 2
    assert not session.edits._places[URI].rejected


def test_beside_a_completion_nothing_is_proposed_by_itself() -> None:
    session = Session()
    session.rename()
    session.edits.completed(session.document)
    assert session.reason() is EditReason.COMPLETION
    assert session.found(automatic=False)
    session.change(2, 0, 0, "\n")
    session.change(0, 9, 16, "depth")
    assert session.found()


async def test_the_cap_on_requests_is_that_of_completions_and_not_for_what_is_asked_by_hand() -> None:
    session = Session()
    session.change(1, 4, 9, "log.write")
    assert session.reason() is EditReason.CERTAIN
    for _ in range(Settings().completion_requests_per_minute):
        session.budget.sent(session.now)
    capped = await session.edits.find(session.document, 0, automatic=True)
    assert isinstance(capped, NoEdit)
    assert capped.reason is EditReason.CAPPED
    with pytest.raises(AttributeError):  # The model is asked; there is none here.
        await session.edits.find(session.document, 0, automatic=False)


def asking(*pieces: Piece) -> tuple[Session, asyncio.Event]:
    """A session with a model that chats, and what is set when it is asked."""
    asked = asyncio.Event()

    def said(_: Prompt) -> Sequence[Piece]:
        asked.set()
        return pieces

    return Session(model=TimedModel(said, replace(ENDPOINT, wire=Wire.CHAT))), asked


async def test_a_request_counts_from_being_sent_also_if_it_is_cancelled() -> None:
    session, asked = asking((3600.0, ""))
    session.change(1, 4, 9, "log.write")
    cap = Settings().completion_requests_per_minute
    finding = asyncio.create_task(session.edits.find(session.document, 0, automatic=True))
    await asked.wait()
    assert session.budget.left(cap, session.now) == cap - 1
    finding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finding
    assert session.budget.left(cap, session.now) == cap - 1


async def test_an_edit_that_is_found_for_a_document_closed_meanwhile_is_none() -> None:
    session, asked = asking((0.0, f"```python\n{CODE.replace('print', 'log.write')}```"))
    session.change(1, 4, 9, "log.write")
    finding = asyncio.create_task(session.edits.find(session.document, 0, automatic=True))
    await asked.wait()
    session.documents.close(URI)
    found = await finding
    assert isinstance(found, NoEdit)
    assert URI not in session.edits._places


def test_a_closed_document_is_forgotten() -> None:
    session = Session()
    session.rename()
    found = session.found()
    session.edits.show(found, found.edits[0])
    session.edits.closed(URI)
    assert not session.edits._places


@given(
    st.lists(
        st.tuples(
            st.integers(0, 4), st.integers(0, 25), st.integers(0, 3), st.sampled_from(["", "x", "\n", "tall", " = 1"])
        ),
        max_size=8,
    )
)
def test_what_is_kept_fits_the_present_version_and_its_own_place(keys: list[tuple[int, int, int, str]]) -> None:
    session = Session()
    at = CODE.rindex("height")
    wanted = Edit(Span(at, at + len("height")), "tall")
    place = session.edits._places.setdefault(URI, _Place())
    place.found = EditSuggestion("id", session.document, (wanted,), certain=False)
    for line, start, length, text in keys:
        session.change(line, start, start + length, text)
        if place.found is None:
            break
        assert place.found.document is session.document
        (edit,) = place.found.edits
        document = session.document
        stands = document.slice(edit.span)
        # It still replaces what it was made for, or what the user has begun to put there.
        begun = any(stands == "tall"[:at] + "height"[cut:] for at in range(1, 5) for cut in range(7))
        assert stands == "height" or begun, stands
        after = document.edited([edit], None).text
        assert after.startswith(document.text[: edit.span.start])
        assert after.endswith(document.text[edit.span.end :])
