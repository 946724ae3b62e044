"""What our engine shows at a place: the real flow over a real index, and the plain window beside it.

It sends nothing. The index is brought up to date by the real builder before the first question.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from _lib.bench_context_places import Place
from mai_lsp.context import rank
from mai_lsp.context.window import prefix_window, suffix_window
from mai_lsp.core.language import find
from mai_lsp.core.snippet import Snippet
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.backend import new_client
from mai_lsp.engine.completion import plan_for
from mai_lsp.engine.gather import Gatherer
from mai_lsp.engine.outcome import Skipped
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.model.types import Endpoint, Role
from mai_lsp.prompt.formats import FORMATS
from mai_lsp.prompt.prompt import FimPrompt, Piece
from mai_lsp.settings import Settings
from mai_lsp.workspace.index import process

FORMAT = "qwen"

PATIENT = 60.0
"""Seconds instead of the real deadline: what is late is counted apart, and does not decide what is shown."""

SUFFIX_SHARE = 0.25
"""Of the plain window's budget; three parts go before the cursor."""


class Shown(NamedTuple):
    """What a system would have sent."""

    text: str
    pieces: tuple[Piece, ...] = ()
    first: float | None = None
    """Seconds for looking into other files from a file that nobody has opened yet; None where that was not timed."""
    placed: float | None = None
    """The same at a new place in a file that was opened: the server looks ahead then."""
    warm: float | None = None
    """The same for a second request at the same place."""


@dataclass(slots=True)
class Timed:
    """An `engine.ports.Elsewhere` that remembers how long it took."""

    inner: Gatherer
    seconds: float = 0.0

    async def snippets(self, ask: Ask, budget: int) -> tuple[Snippet, ...]:
        """Ask the gatherer."""
        started = time.perf_counter()
        found = await self.inner.snippets(ask, budget)
        self.seconds = time.perf_counter() - started
        return found


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """The `engine.ports.Documents` of one open document in a package of which nothing is ignored."""

    document: Document
    path: str

    def latest(self, uri: str) -> Document | None:
        """Return the document."""
        return self.document if uri == self.document.uri else None

    def display_path(self, uri: str) -> str:  # noqa: ARG002 (there is one)
        """Return the path in the package."""
        return self.path

    def ignored(self, uri: str, path: str = "") -> str:  # noqa: ARG002 (same)
        """Ignore nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class NoModel:
    """An `engine.ports.Model` with a budget and nobody to ask."""

    budget: int

    def endpoint(self, role: Role) -> Endpoint:  # noqa: ARG002 (there is one)
        """Return the endpoint of a model that fills in the middle."""
        return replace(_endpoint(), context_tokens=self.budget)

    def preview(self, endpoint: Endpoint, prompt: Any) -> Any:
        """Never called."""
        raise NotImplementedError

    def ask(self, endpoint: Endpoint, prompt: Any) -> Any:
        """Never called."""
        raise NotImplementedError


@cache
def _endpoint() -> Endpoint:
    settings = Settings(
        provider="openai-compatible",
        base_url="http://127.0.0.1:9/v1",
        wire="fim",
        fim_format=FORMAT,
        completion_model="none",
    )
    return new_client(lambda: settings, {}).endpoint(Role.COMPLETION)


def opened(place: Place) -> tuple[Document, int]:
    """Return the document with the place's line taken out, as an editor would hold it, and the cursor."""
    text, offset, _ = place.text()
    language = find("", place.path)
    document = open_document((place.root / place.path).as_uri(), language.id, 1, text)
    return replace(document, syntax=parse(language, text)), offset


@contextmanager
def gatherer(root: Path, *, within: float = PATIENT) -> Iterator[Gatherer]:
    """Look into the index of a package."""
    found = Gatherer(lambda: (root,), lambda: (), within=within)
    try:
        yield found
    finally:
        found.close()


async def ours(place: Place, elsewhere: Gatherer | None, budget: int, *, unprepared: Gatherer | None = None) -> Shown:
    """Return our prompt for a place, and how long looking into other files took.

    `unprepared` looks at the place first, without having looked ahead, for the time alone.
    """
    document, offset = opened(place)
    room = rank.room(budget, estimate(document.text))
    first = None
    if unprepared is not None:
        started = time.perf_counter()
        await unprepared.snippets(Ask(document, offset), room)
        first = time.perf_counter() - started
    if elsewhere is not None and room and (ahead := elsewhere.warm_up(document, room)) is not None:
        await asyncio.wrap_future(ahead)
        # Recall is of what the place asks for, not of what was there before.
        elsewhere.forget(document.uri)
    timed = Timed(elsewhere) if elsewhere is not None else None
    deps = Deps(NoModel(budget), OpenDocument(document, place.path), Settings(), timed)
    plan = await plan_for(Ask(document, offset), deps)
    if isinstance(plan, Skipped) or not isinstance(plan.prompt, FimPrompt):
        return Shown("")  # A secret at the cursor: it costs recall as it would cost the user.
    if timed is None:
        return Shown(without_marks(plan.prompt.text), plan.prompt.pieces)
    placed = timed.seconds
    again = await plan_for(Ask(document, offset), deps)
    if isinstance(again, Skipped) or again.prompt != plan.prompt:
        raise RuntimeError(f"{place.package} {place.path}:{place.line + 1}: asked twice, the prompts differ")
    return Shown(without_marks(plan.prompt.text), plan.prompt.pieces, first, placed, timed.seconds)


def without_marks(text: str) -> str:
    """Take the format's own tokens out of a prompt: they are no context, and every system would need them."""
    for token in FORMATS[FORMAT].stop:
        text = text.replace(token, "\n")
    return text


def window(place: Place, budget: int) -> str:
    """Return what stands around the cursor, and nothing else."""
    document, offset = opened(place)
    after = suffix_window(document, offset, int(budget * SUFFIX_SHARE))
    before = prefix_window(document, offset, budget - 1 - estimate(document.slice(after)))
    # What the text above the cursor leaves over goes below it.
    after = suffix_window(document, offset, budget - 1 - estimate(document.slice(before)))
    return document.slice(before) + "\n" + document.slice(after)


async def build(roots: Iterable[Path]) -> None:
    """Bring the indexes of packages up to date; raises RuntimeError when that fails."""
    builder = await process.start(list(roots), gitignore=False)
    try:
        async for word in builder.words():
            if "error" in word:
                raise RuntimeError(f"the index can not be kept: {word['error']}")
            if word.get("ready"):
                return
    finally:
        await builder.stop()
    raise RuntimeError("the index' builder ended early")
