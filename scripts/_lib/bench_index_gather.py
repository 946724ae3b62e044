"""Looking into other files while somebody types: `engine.gather` at seeded places of the large workspace.

Parsing what was typed is not counted: that is done before a request is made (see `bench_keystroke`). It waits for every
answer, however late; how many would have been too late for a real request is counted.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from _lib.bench_context_ours import gatherer
from mai_lsp.context import rank
from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Edit, Span, open_document
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.gather import WITHIN, Gatherer
from mai_lsp.engine.ports import Ask

PLACES = 40

SHORTEST, LONGEST = 20, 100
"""Characters of a line that is typed."""

LARGEST = 200_000
"""Characters of a file that somebody would type in."""


class Spot(NamedTuple):
    """A line that is typed anew."""

    path: str
    start: int
    """Offset behind its indentation."""
    end: int


@dataclass(slots=True)
class Looks:
    """How long looking took, in seconds."""

    first: list[float] = field(default_factory=list)
    """In a file that nobody has opened yet."""
    opening: list[float] = field(default_factory=list)
    """Looking ahead all over a file when it opens; no request waits for all of it."""
    placed: list[float] = field(default_factory=list)
    """At a new place in a file that was opened."""
    keys: list[float] = field(default_factory=list)
    """After every further key."""
    placed_busy: list[float] = field(default_factory=list)
    keys_busy: list[float] = field(default_factory=list)
    """Processor time of the same, which other work on the machine changes less."""
    found: int = 0
    """Keys after which something of other files was shown."""


def late(seconds: Sequence[float]) -> float:
    """Return the share of looks for which a real request would not have waited."""
    return sum(one > WITHIN for one in seconds) / max(1, len(seconds))


def spots(root: Path, paths: Sequence[str], count: int = PLACES, seed: int = 1) -> list[Spot]:
    """Draw lines of code, one per file; the seed alone decides which."""
    random = Random(seed)  # noqa: S311 (the same places in every run are the point)
    shuffled = sorted(paths)
    random.shuffle(shuffled)
    found: list[Spot] = []
    for path in shuffled:
        if len(found) == count:
            break
        if not path.endswith(".json") and (lines := list(typable(path, _text(root / path)))):
            found.append(random.choice(lines))
    return found


def typable(path: str, text: str) -> Iterator[Spot]:
    """Yield the indented lines of code that are long enough to be typed."""
    if len(text) > LARGEST:
        return
    document = open_document("", "", None, text)
    comment = find("", path).comment
    for number in range(document.line_count):
        span, line = document.line_span(number), document.line_text(number)
        code = line.lstrip()
        if code != line and SHORTEST <= len(code) <= LONGEST and not code.startswith((comment, "*", "/*", '"""')):
            yield Spot(path, span.end - len(code), span.end)


async def measure(root: Path, places: Sequence[Spot], budget: int) -> Looks:
    """Type each line; `budget` is the whole prompt's, in tokens."""
    gc.freeze()  # as the server does
    looks = Looks()
    with gatherer(root) as unprepared:
        for spot in places:
            document, _ = _opened(root, spot)
            looks.first.append((await _look(unprepared, document, spot.start, budget)).seconds)
            unprepared.forget(document.uri)
    with gatherer(root) as elsewhere:
        for spot in places:
            looks.opening.append(await _ahead(elsewhere, _opened(root, spot)[0], budget))
            await _typed(root, spot, budget, elsewhere, looks)
    return looks


def _opened(root: Path, spot: Spot) -> tuple[Document, str]:
    """Return a file as an editor would hold it, without the line that is to be typed, and that line."""
    text = _text(root / spot.path)
    language = find("", spot.path)
    without = text[: spot.start] + text[spot.end :]
    opened = open_document((root / spot.path).as_uri(), language.id, 1, without)
    return replace(opened, syntax=parse(language, without)), text[spot.start : spot.end]


async def _ahead(elsewhere: Gatherer, document: Document, budget: int) -> float:
    started = time.perf_counter()
    ahead = elsewhere.warm_up(document, rank.room(budget, estimate(document.text)))
    if ahead is not None:
        await asyncio.wrap_future(ahead)
    return time.perf_counter() - started


async def _typed(root: Path, spot: Spot, budget: int, elsewhere: Gatherer, looks: Looks) -> None:
    document, typed = _opened(root, spot)
    look = await _look(elsewhere, document, spot.start, budget)
    looks.placed.append(look.seconds)
    looks.placed_busy.append(look.busy)
    for number, char in enumerate(typed):
        at = spot.start + number
        document = document.edited([Edit(Span(at, at), char)], number + 2)
        look = await _look(elsewhere, document, at + 1, budget)
        looks.keys.append(look.seconds)
        looks.keys_busy.append(look.busy)
        looks.found += look.found
    elsewhere.forget(document.uri)


class _Look(NamedTuple):
    seconds: float
    busy: float
    found: bool


async def _look(elsewhere: Gatherer, document: Document, offset: int, budget: int) -> _Look:
    started, busy = time.perf_counter(), time.process_time()
    found = await elsewhere.snippets(Ask(document, offset), rank.room(budget, estimate(document.text)))
    return _Look(time.perf_counter() - started, time.process_time() - busy, bool(found))


def _text(place: Path) -> str:
    return place.read_bytes().decode("utf-8-sig", "replace")
