"""What a session keeps of what it offered."""

from __future__ import annotations

import pytest

from mai_lsp.core.text import Span
from mai_lsp.engine.outcome import Outcome, Suggestion, Trace
from mai_lsp.engine.ports import Ask
from mai_lsp.lsp.convert import Place
from mai_lsp.lsp.session import Session
from mai_lsp.settings import Settings
from mai_lsp.usage.follower import REMEMBERED as OFFERED


class Quiet:
    """A voice that nobody hears."""

    def status(self, *_: object) -> None: ...

    def show(self, *_: object) -> None: ...

    def note(self, *_: object, **__: object) -> None: ...


async def test_only_recent_suggestions_can_be_accepted_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(Quiet())
    session.documents.open("file:///a.txt", "plaintext", 1, "x")
    given = iter(range(OFFERED + 1))

    async def suggest(_session: Session, _ask: Ask, _settings: Settings) -> Outcome:
        return Suggestion(f"id-{next(given)}", 1, Span(1, 1), "y", Trace())

    monkeypatch.setattr(Session, "_complete", suggest)
    for _ in range(OFFERED + 1):
        assert await session.suggest("file:///a.txt", Place(0, 1), automatic=True) is not None
    assert not session.accept("id-0")
    assert session.accept("id-1")
    assert not session.accept("id-1")
    assert session.accept(f"id-{OFFERED}")
