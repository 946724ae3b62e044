"""A desk, a model in virtual time, and a page that is typed into: where the flow of requests is played through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mai_lsp.core.text import Document
from mai_lsp.engine.desk import Desk
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.errors import MaiError
from mai_lsp.prompt.prompt import Prompt
from mai_lsp.settings import Settings
from tests.support.timed_model import ENDPOINT, Page, Piece, TimedModel, prefix_of
from tests.support.virtual_time import run

CODE = "def add(first, second):\n    total = "
LINE = "first + second * 2"


def says(text: str, *, after: float = 0.8, step: float = 0.05, size: int = 4) -> list[Piece]:
    """A text in pieces, the first of them `after` so many seconds."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)] or [""]
    return [(after if number == 0 else step, piece) for number, piece in enumerate(pieces)]


@dataclass
class Room:
    """A desk, a model, a page, and the tasks that run."""

    page: Page
    model: TimedModel
    given: Settings
    desk: Desk = field(init=False)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        async def ready(document: Document) -> Document:
            return document

        self.desk = Desk(self.start, self.page.latest, ready, asyncio.get_running_loop().time)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def asking(self, *, automatic: bool = True) -> asyncio.Task[Outcome]:
        """Ask at the cursor, as an editor does."""
        deps = Deps(self.model, self.page, self.given)
        return asyncio.ensure_future(self.desk.suggest(Ask(self.page.now, self.page.cursor, automatic), deps))

    async def ask(self, *, automatic: bool = True) -> Outcome:
        return await self.asking(automatic=automatic)

    def type(self, text: str) -> None:
        self.desk.changed(self.page.uri, self.page.type(text))

    def back(self, count: int = 1) -> None:
        self.desk.changed(self.page.uri, self.page.back(count))

    @property
    def asked(self) -> int:
        return len(self.model.asked)


def typed_of(prompt: Prompt) -> str:
    """What was typed behind `CODE`, without the blanks at its ends, which are cut off a prompt."""
    return prefix_of(prompt).rpartition(CODE.strip())[2].strip()


def in_room(
    play: Callable[[Room], Coroutine[Any, Any, None]],
    said: Sequence[Piece] | MaiError | Callable[[Prompt], Sequence[Piece] | MaiError],
    *,
    code: str = CODE,
    language: str = "python",
    local: bool = False,
    **given: Any,
) -> None:
    """Play in virtual time; at the end nothing may run or be open."""

    async def main() -> None:
        endpoint = replace(ENDPOINT, provider="local", local=True) if local else ENDPOINT
        model = TimedModel(said if callable(said) else lambda _: said, endpoint)
        room = Room(Page(code, language), model, Settings(**given))
        await play(room)
        room.desk.stop()
        await asyncio.sleep(0)
        await asyncio.gather(*room.tasks, return_exceptions=True)
        assert model.open == 0
        assert room.desk.flights == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def text(outcome: Outcome) -> str:
    assert isinstance(outcome, Suggestion), outcome
    return outcome.text


def why(outcome: Outcome) -> Reason:
    assert isinstance(outcome, Skipped), outcome
    return outcome.reason
