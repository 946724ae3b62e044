"""Which files a change is about, each with its reason, and as much of their texts as a prompt has room for.

It asks no model and changes nothing. The order is the same for the same files: what is defined first, then by path.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mai_lsp.context.excerpt import parts as parts_of
from mai_lsp.context.reach import Tie
from mai_lsp.core.snippet import Snippet
from mai_lsp.core.text import Document, Span
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.job import Chosen, Job
from mai_lsp.engine.change.search import Found, Hit, Looking, search
from mai_lsp.engine.ports import Ask, Elsewhere
from mai_lsp.reply.edits.wanted import Problem
from mai_lsp.workspace.index.reader import Reader

WITHIN = 10.0
"""Seconds for a search; a person has asked for something that takes a model a minute."""

REFERENCE_TOKENS = 1_500
"""Of what other files define, for a change of one file."""

MOST_FILES = 50
"""The default of `mai.refactor.maxFiles`."""

SAVING = 0.7
"""A file is shown in parts where these take less than this share of it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a change is about."""

    chosen: tuple[Chosen, ...]
    """What is defined first, then by path."""
    parts: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Of files too large to show whole: the lines that are shown. The others are shown whole."""
    reference: tuple[Snippet, ...] = ()
    """What helps and may not be changed."""
    tokens: int = 0
    """Estimate of all files as they would be shown. More than the budget where even parts are: then work one by one."""
    dropped: tuple[Chosen, ...] = ()
    """Files that have something to do with it and are left alone, with what speaks against each."""
    names: tuple[str, ...] = ()
    """What the job turned out to be about, without dots."""
    problems: tuple[Problem, ...] = ()
    """Why files that the user named can not be read; a job should then be refused."""
    complete: bool = True
    """False when the time was up before every file was looked into: say so."""


async def choose(
    job: Job,
    files: Files,
    index: Callable[[], Reader | None] | None,
    budget: int,
    *,
    most: int = MOST_FILES,
    elsewhere: Elsewhere | None = None,
    within: float = WITHIN,
) -> Scope:
    """Choose the files of a job and what to show of them in about `budget` tokens; at most `most` files.

    `index` opens a reader of the folder's index, in the thread that searches. A single file's job gets `reference`
    from `elsewhere`. When it is cancelled, the search ends with the file it is at.
    """
    files.look()
    if job.place is not None and (problem := files.hold(job.place.path, job.place.document)) is not None:
        return Scope((), problems=(problem,))
    stop = threading.Event()
    until = time.monotonic() + within
    looking = Looking(index, lambda: stop.is_set() or time.monotonic() > until)
    try:
        scope = await asyncio.to_thread(_choose, job, files, looking, budget, most)
    finally:
        stop.set()
    if job.many or job.place is None or elsewhere is None:
        return scope
    room = min(REFERENCE_TOKENS, max(0, budget - scope.tokens))
    ask = Ask(job.place.document, job.place.span.start, automatic=False)
    found = await elsewhere.snippets(ask, room) if room else ()
    return Scope(
        scope.chosen,
        scope.parts,
        tuple(one for one in found if one.path != job.place.path),
        scope.tokens + sum(one.tokens for one in found),
        names=scope.names,
    )


def _choose(job: Job, files: Files, looking: Looking, budget: int, most: int) -> Scope:
    found = search(job, files, looking) if job.many else _given(job, files)
    hits = sorted(found.hits.values(), key=lambda hit: (hit.tie, hit.path))
    taken = [hit for hit in hits if hit.tie is not Tie.STRANGER]
    left = [Chosen(hit.path, f"{hit.why}; more than {most} files") for hit in taken[most:]]
    left += [Chosen(hit.path, hit.why) for hit in hits if hit.tie is Tie.STRANGER]
    here = job.place.path if job.place is not None else ""
    taken = sorted(taken[:most], key=lambda hit: (not hit.why.startswith("defines ") and hit.path != here, hit.path))
    read = {hit.path: (hit, document) for hit in taken if not isinstance(document := files.read(hit.path), Problem)}
    shown, tokens = _fitted(read, budget)
    return Scope(
        tuple(Chosen(hit.path, hit.why) for hit, _ in read.values()),
        shown,
        tokens=tokens,
        dropped=tuple(left),
        names=found.names,
        problems=found.problems,
        complete=found.complete,
    )


def _given(job: Job, files: Files) -> Found:
    """Return what a job of one place may change: its file, and files that it should make and that are there."""
    found = Found()
    if job.place is not None:
        found.add(job.place.path, Tie.NAMED, "where you asked", [job.place.span])
    for path in job.creates:
        if files.exists(path):
            found.add(path, Tie.NAMED, "where the new code goes")
    for path in job.paths if job.place is None else ():
        if isinstance(read := files.read(path), Problem):
            found.problems += (read,)
        else:
            found.add(path, Tie.NAMED, "you named it")
    found.names = tuple(name.rpartition(".")[2] for name in job.names)
    return found


def _fitted(read: Mapping[str, tuple[Hit, Document]], budget: int) -> tuple[dict[str, tuple[Span, ...]], int]:
    """Show the largest files in parts until all of them fit; return the parts, and the tokens of everything."""
    sizes = {path: estimate(document.text) for path, (_, document) in read.items()}
    shown: dict[str, tuple[Span, ...]] = {}
    for path in sorted(sizes, key=lambda one: (-sizes[one], one)):
        if sum(sizes.values()) <= budget:
            break
        hit, document = read[path]
        if not hit.places:
            continue
        found = parts_of(
            document, hit.places, max(budget // max(2, len(read)), budget - sum(sizes.values()) + sizes[path])
        )
        size = sum(estimate(document.slice(span)) for span in found)
        if size < sizes[path] * SAVING:
            shown[path], sizes[path] = found, size
    return shown, sum(sizes.values())
