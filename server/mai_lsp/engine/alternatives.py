"""Several different suggestions for one place: the usual one, and others by further requests with a higher temperature.

Few servers give more than one answer to a request (`n`), and none of the MAI models' do, so each is asked for. It keeps
nothing between calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mai_lsp.engine.completion import complete
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps, Model
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Answer, Endpoint, Preview, Role
from mai_lsp.prompt.prompt import Prompt

TEMPERATURE: Final = 0.8
"""Of all requests but the first (Tabby)."""

TRIES: Final = 2
"""Requests at most for each suggestion that is wanted, since answers repeat (Tabby: 6 tries for 3 items)."""

SHORTEST_GRACE: Final = 0.5
LONGEST_GRACE: Final = 2.0
"""Bounds in seconds of the time that the others have once there is one; between them, as long again as that took.

Where the first is remembered the user has seen it, and it is the others that are waited for: they have the longest."""

Flow = Callable[[Ask, Deps], Coroutine[Any, Any, Outcome]]

Found = Callable[[Suggestion], None]


@dataclass(slots=True)
class _Search:
    """What has been asked and found so far."""

    wanted: int
    at_once: int
    suggestions: list[Suggestion] = field(default_factory=list)
    usual: Suggestion | None = None
    """The one that a request for a single suggestion would have given: the best."""
    skipped: Skipped | None = None
    """Why the first request that gave none did."""
    asked: int = 0
    refused: bool = False
    """A request failed or may not be made: more of them would end in the same way."""

    def more(self, running: int) -> int:
        """Return how many requests are worth making now, with that many under way."""
        if self.refused:
            return 0
        lacking = self.wanted - len(self.suggestions) - running
        return max(0, min(lacking, self.at_once - running, TRIES * self.wanted - self.asked))

    def take(self, outcome: Outcome, *, usual: bool) -> Suggestion | None:
        """Take an outcome in; give the suggestion in it if it is a new one."""
        if isinstance(outcome, Skipped):
            self.skipped = self.skipped or outcome
            self.refused |= outcome.reason in _FINAL
            return None
        if usual:
            self.usual = outcome
        if len(self.suggestions) == self.wanted or any(_same(outcome, known) for known in self.suggestions):
            return None
        self.suggestions.append(outcome)
        return outcome


async def alternatives(
    ask: Ask,
    deps: Deps,
    wanted: int,
    found: Found,
    *,
    hurry: bool,
    usual: Flow | None = None,
    another: Callable[[], bool] = lambda: True,
) -> list[Suggestion] | Skipped:
    """Return up to `wanted` different suggestions, the usual one first, or why there is none.

    `found` is called with each as soon as it is there. With `hurry` the others are given up when the first has been
    there for a while. `usual` is what gives the first one, `complete` if None; `another` is asked before each request
    for one of the others. Raises nothing but CancelledError.
    """
    search = _Search(wanted, at_once=1 if _one_by_one(deps) else wanted)
    warmer = replace(deps, model=Warmer(deps.model))
    loop = asyncio.get_running_loop()
    began = loop.time()
    deadline: float | None = None
    running: set[asyncio.Task[Outcome]] = set()
    first: asyncio.Task[Outcome] | None = None
    try:
        while True:
            for _ in range(search.more(len(running))):
                if search.asked and not another():
                    search.refused = True
                    break
                task = asyncio.create_task(complete(ask, warmer) if search.asked else (usual or complete)(ask, deps))
                first = first or task
                running.add(task)
                search.asked += 1
            if not running or len(search.suggestions) == wanted:
                break
            patience = None if deadline is None else max(0.0, deadline - loop.time())
            done, running = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                break  # The grace is over.
            for task in sorted(done, key=lambda one: one is not first):
                if (new := search.take(task.result(), usual=task is first)) is not None:
                    found(new)
            if hurry and deadline is None and search.suggestions:
                deadline = began + _patience(loop.time() - began, search.suggestions[0])
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    if not search.suggestions:
        return search.skipped or Skipped(Reason.EMPTY, "The model had nothing to add here.")
    best = search.usual
    return sorted(search.suggestions, key=lambda one: best is None or not _same(one, best))


class Warmer:
    """Asks another model (`ports.Model`) with a higher temperature."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def endpoint(self, role: Role) -> Endpoint:
        """Resolve as the other does."""
        return self._model.endpoint(role)

    def preview(self, endpoint: Endpoint, prompt: Prompt) -> Preview:
        """Show what `ask` would send."""
        return self._model.preview(endpoint, replace(prompt, temperature=TEMPERATURE))

    def ask(self, endpoint: Endpoint, prompt: Prompt) -> AbstractAsyncContextManager[Answer]:
        """Ask the other, with the temperature raised; providers that take none are not sent one."""
        return self._model.ask(endpoint, replace(prompt, temperature=TEMPERATURE))


_FINAL = frozenset({Reason.ERROR, Reason.IGNORED, Reason.SECRET, Reason.STALE, Reason.SUPERSEDED})
"""Reasons that hold for any further request, too."""


def _patience(passed: float, first: Suggestion) -> float:
    """Return how many seconds after the beginning the others are given up, with the first there by now."""
    # What is remembered, or was under way already, comes sooner than the model can answer.
    took = max(passed, (first.trace.first_token_ms or 0) / 1000)
    return took + (LONGEST_GRACE if first.trace.remembered else min(max(took, SHORTEST_GRACE), LONGEST_GRACE))


def _same(one: Suggestion, other: Suggestion) -> bool:
    """Whether two suggestions differ in nothing but blanks."""
    return one.text.split() == other.text.split()


def _one_by_one(deps: Deps) -> bool:
    """Whether requests wait for one another: the model on this machine does one thing at a time."""
    try:
        return deps.model.endpoint(Role.COMPLETION).local
    except MaiError:
        return True  # The request will say it.
