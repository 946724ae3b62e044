"""Long typing at full speed, in virtual time: memory stays flat, nothing is left over, requests keep to the cap.

`MAI_TEST_SOAK_MINUTES` says how long; an hour takes about half a minute.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import tracemalloc
from collections.abc import Iterator, Sequence
from typing import Any

from mai_lsp.core.text import Document
from mai_lsp.engine.desk import Desk
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.engine.remember import ANSWERS
from mai_lsp.prompt.prompt import Prompt
from mai_lsp.settings import Settings
from tests.support.timed_model import Page, Piece, TimedModel, prefix_of
from tests.support.virtual_time import run

MINUTES = float(os.environ.get("MAI_TEST_SOAK_MINUTES", "2"))
CAP = 20
GAP = 0.12
LINES = ("total = first + second", "items.append(value)", "return compute(items, total)", "if total > limit:")
LONGEST = 6_000
"""Characters of the page, after which it begins anew, as when another file is opened."""

GROWTH = 2_000_000
"""Bytes that may be in use more at the end than when the memory of answers was full."""


def test_typing_for_long_leaves_nothing_over() -> None:
    seen = run(type_on(60 * MINUTES))
    assert seen["suggested"] > 0.05 * seen["keys"]
    assert seen["grown"] < GROWTH
    assert seen["answers"] <= ANSWERS


def slips(line: str, dice: random.Random) -> Iterator[str]:
    """The keys that write a line, with some wrong ones that are taken back at once; "" is Backspace."""
    for char in line.rstrip(" "):
        if dice.random() < 0.03:
            yield from ("q", "")
        yield "\n    " if char == "\n" else char


async def type_on(seconds: float) -> dict[str, float]:
    """Type as fast as people can, in a file that is replaced now and then."""
    loop = asyncio.get_running_loop()
    dice = random.Random("soak")
    sent: list[float] = []

    def said(prompt: Prompt) -> Sequence[Piece]:
        sent.append(loop.time())
        typed = prefix_of(prompt).rpartition("\n")[2].strip()
        likely = [line[len(typed) :] for line in LINES if line.startswith(typed)]
        text = ("" if typed else "    ") + dice.choice(likely or LINES) + "\n"
        return [(dice.uniform(0.2, 2.0), text[:5]), *((0.02, text[at : at + 5]) for at in range(5, len(text), 5))]

    tasks: set[asyncio.Task[Any]] = set()

    def start(work: Any, name: str) -> asyncio.Task[None]:
        task: asyncio.Task[None] = loop.create_task(work, name=name)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task

    async def ready(document: Document) -> Document:
        return document

    model, page = TimedModel(said), Page("def work():\n    ")
    desk = Desk(start, lambda uri: page.latest(uri), ready, loop.time)  # noqa: PLW0108 (the page changes)
    given = Settings(completion_requests_per_minute=CAP)
    seen = {"keys": 0.0, "suggested": 0.0, "grown": 0.0}
    asking: asyncio.Task[Any] | None = None
    half: int | None = None
    tracemalloc.start()
    try:
        while loop.time() < seconds:
            for char in slips(dice.choice(LINES) + "\n    ", dice):
                await asyncio.sleep(GAP if dice.random() < 0.97 else 1.0)
                seen["keys"] += 1
                if asking is not None:
                    if asking.done() and isinstance(asking.result(), Suggestion):
                        seen["suggested"] += 1
                    asking.cancel()
                desk.changed(page.uri, page.type(char) if char else page.back())
                asking = asyncio.ensure_future(desk.suggest(Ask(page.now, page.cursor), Deps(model, page, given)))
                assert len(tasks) <= 3
                assert model.open <= 2
            model.asked.clear()
            if len(page.now.text) > LONGEST:
                desk.closed(page.uri)
                page = Page("def work():\n    ", uri=f"file:///work/{len(sent) % 7}.py")
            if half is None and loop.time() > seconds / 2:
                gc.collect()
                half = tracemalloc.get_traced_memory()[0]
        gc.collect()
        seen["grown"] = tracemalloc.get_traced_memory()[0] - (half or 0)
    finally:
        tracemalloc.stop()
    seen["answers"] = len(desk.memory)
    desk.stop()
    if asking is not None:
        await asyncio.gather(asking, return_exceptions=True)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert model.open == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
    for at in sent:
        assert sum(at <= other < at + 60 for other in sent) <= CAP
    return seen
