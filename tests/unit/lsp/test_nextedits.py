"""What a session keeps of next edits: followed over typing, turned down, accepted once, silent beside a completion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.engine.edit import COOLDOWN, EditReason, EditSuggestion, NoEdit
from mai_lsp.engine.pace import Budget
from mai_lsp.engine.ports import Deps
from mai_lsp.lsp.convert import Change, Place
from mai_lsp.lsp.documents import Documents
from mai_lsp.lsp.nextedits import NextEdits, _Place
from mai_lsp.lsp.tasks import Tasks
from mai_lsp.settings import Settings

URI = "file:///a.py"
CODE = "def area(width, height):\n    print(width)\n    return width * height\n"


class NoModel:
    """The port `Model`, which must not be asked."""


@dataclass
class Session:
    """The parts of a session around it, with a clock that the test sets."""

    now: float = 1000.0
    given: int = 0
    accepted: int = 0
    ready: bool = True
    budget: Budget = field(default_factory=Budget)
    documents: Documents = field(init=False)
    edits: NextEdits = field(init=False)

    def __post_init__(self) -> None:
        tasks = Tasks()
        self.documents = Documents(tasks.start, clock=self.clock)
        deps: Callable[[Document], Deps | None] = lambda _: (  # noqa: E731 (named by its use)
            Deps(NoModel(), self.documents, Settings()) if self.ready else None  # type: ignore[arg-type]
        )
        self.edits = NextEdits(
            tasks,
            self.documents,
            deps,
            budget=lambda: self.budget,
            given=self._give,
            accepted=self._accept,
            clock=self.clock,
        )
        self.documents.open(URI, "python", 1, CODE)

    def clock(self) -> float:
        return self.now

    def _give(self) -> None:
        self.given += 1

    def _accept(self) -> None:
        self.accepted += 1

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


def test_an_accepted_edit_is_counted_once_however_it_is_told() -> None:
    session = Session()
    session.rename()
    found = session.found()
    assert [found.document.line_at(edit.span.start) for edit in found.edits] == [1, 2]
    identity = session.edits.hand_out(found, found.edits[0])
    assert session.edits.hand_out(found, found.edits[0]) == identity
    assert session.given == 1, "the same once more"
    session.change(1, 10, 15, "breadth")
    assert session.accepted == 1
    assert not session.edits.accept(identity)
    assert session.accepted == 1
    assert not session.edits.accept("unknown")
    assert [session.document.line_at(edit.span.start) for edit in session.found().edits] == [2]


def test_the_command_before_the_change_counts_once_too() -> None:
    session = Session()
    session.rename()
    found = session.found()
    assert session.edits.accept(session.edits.hand_out(found, found.edits[0]))
    session.change(1, 10, 15, "breadth")
    assert session.accepted == 1


def test_what_is_typed_over_was_turned_down_and_its_line_rests() -> None:
    session = Session()
    session.rename()
    found = session.found()
    session.edits.hand_out(found, found.edits[0])
    session.now += 2
    session.change(1, 15, 15, "s")
    assert session.accepted == 0
    assert session.reason() is EditReason.CERTAIN, "the same name was changed to two others"
    session.change(1, 15, 16, "")
    assert session.reason(automatic=False) is EditReason.REJECTED
    session.now += COOLDOWN + 1
    assert session.reason() is EditReason.REJECTED


def test_typing_elsewhere_turns_nothing_down() -> None:
    session = Session()
    session.rename()
    found = session.found()
    session.edits.hand_out(found, found.edits[0])
    session.change(0, 0, 0, "import os\n")
    session.change(2, 0, 0, "# note\n")
    session.now += 2
    assert session.accepted == 0
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


def test_a_closed_document_is_forgotten() -> None:
    session = Session()
    session.rename()
    found = session.found()
    session.edits.hand_out(found, found.edits[0])
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
