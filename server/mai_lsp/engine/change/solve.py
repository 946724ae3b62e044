"""Attempts until the changes are right: the true lines shown again, then the strong model, then a refusal.

What is right says `verify` beside the checks of each attempt. Nothing is guessed; the number of attempts is bounded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from mai_lsp.core.change import Change
from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Span, open_document
from mai_lsp.engine.change.attempt import Tried, attempt
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.change.ledger import Ledger
from mai_lsp.engine.change.work import Work
from mai_lsp.engine.route import rules
from mai_lsp.engine.route.rules import Choice
from mai_lsp.errors import MaiError
from mai_lsp.reply.edits.wanted import Problem

Verify = Callable[[Sequence[Change]], Awaitable[tuple[Problem, ...]]]
"""Says what is wrong with all changes together."""

STRONG = "Ask it"


async def solve(
    work: Work,
    choice: Choice,
    *,
    deps: ChangeDeps,
    ledger: Ledger,
    verify: Verify | None = None,
    done: Iterable[Change] = (),
    complaints: tuple[Problem, ...] = (),
) -> Tried:
    """Ask until there are no problems, or nobody is left to ask. `done` are changes that were made before."""
    made = {_final(change): change for change in done}
    left, failures, prose = (after(work, made, complaints) if complaints else work), 0, ""
    while True:
        try:
            tried = await attempt(left, choice.role, choice.reason, complaints, deps=deps, ledger=ledger)
        except MaiError as error:
            if not complaints:
                raise
            # Somebody has answered before; what was wrong with that says more than that the next one is not there.
            ledger.note(str(error))
            return Tried((), complaints, prose)
        made = composed(made, tried.changes)
        prose = tried.prose or prose
        complaints = tried.problems
        if not complaints and verify is not None:
            complaints = await verify(tuple(made.values()))
        if not complaints:
            return Tried(tuple(made.values()), (), prose)
        failures += 1
        following = rules.after(choice, failures, deps.settings)
        if following is None:
            return Tried((), complaints, prose)
        if following.role is not choice.role:
            failures = 0
            if following.ask and not await ledger.confirm(f"{following.reason} Ask the model for plans?", STRONG):
                return Tried((), complaints, prose)
        choice = following
        left = after(work, made, complaints)


def after(work: Work, made: Mapping[str, Change], complaints: Sequence[Problem]) -> Work:
    """Return what is still to be done: the files that there are complaints about, as they are by now."""
    paths = {problem.path for problem in complaints}
    if not made:
        return work
    documents = dict(work.documents)
    for path, change in made.items():
        documents.pop(change.path, None)
        if change.after is not None:
            documents[path] = _as_open(change, path)
    if "" not in paths:
        for path in sorted(paths - documents.keys()):
            read = work.files.read(path)
            if isinstance(read, Document):
                documents[path] = read
        documents = {path: one for path, one in documents.items() if path in paths} or documents
    whole = replace(work.scope, parts={path: work.scope.parts[path] for path in work.scope.parts if path not in made})
    place = work.job.place
    mine = made.get(place.path) if place is not None else None
    span = _grown(place.span, mine) if place is not None and work.span is not None and mine is not None else work.span
    return replace(work, documents=documents, scope=whole, span=span)


def _grown(span: Span, change: Change) -> Span:
    """Return where a place is after a change: what was changed in it belongs to it."""
    start, end = span.start, span.end
    for edit in change.edits():
        delta = len(edit.text) - len(edit.span)
        start += delta if edit.span.end <= span.start and edit.span != Span(span.start, span.start) else 0
        end += delta if edit.span.start <= span.end else 0
    return Span(start, max(start, end))


def composed(made: Mapping[str, Change], changes: Sequence[Change]) -> dict[str, Change]:
    """Return changes with later ones on top of them, by the paths that the files have afterwards."""
    found = dict(made)
    for change in changes:
        first = found.pop(change.path, None)
        both = _joined(first, change) if first is not None else change
        if both.before is not None or both.after is not None:  # Otherwise it was made and deleted again.
            found[_final(both)] = both
    return found


def _joined(first: Change, later: Change) -> Change:
    """Return two changes of one file as one."""
    if first.before is None:
        return Change(_final(later), None, later.after)
    to = later.moved_to or first.moved_to
    return Change(first.path, first.before, later.after, "" if to == first.path else to)


def _final(change: Change) -> str:
    return change.moved_to or change.path


def _as_open(change: Change, path: str) -> Document:
    """Return the file as it would be, to be shown and changed once more."""
    language = find(change.before.language if change.before is not None else "", path)
    uri = change.before.uri if change.before is not None else f"file:///{path}"
    document = open_document(uri, language.id, None, change.after or "")
    return replace(document, syntax=parse(language, document.text))
