"""Attempts until the changes are right: the true lines shown again, then the strong model, then a refusal.

What is right says `verify` beside the checks of each attempt. Nothing is guessed; the number of attempts is bounded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from mai_lsp.core.change import Change
from mai_lsp.core.language import find
from mai_lsp.core.notebook import readable
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Span, open_document
from mai_lsp.engine.change.attempt import Tried, attempt
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.change.ledger import Ledger
from mai_lsp.engine.change.work import Work
from mai_lsp.engine.route import rules
from mai_lsp.engine.route.rules import Choice
from mai_lsp.errors import ContextTooLong, MaiError
from mai_lsp.model.types import Role
from mai_lsp.reply.edits.wanted import Problem, Refusal

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
    work = widened(work, complaints)
    left, failures, prose = (after(work, made, complaints) if complaints else work), 0, ""
    while True:
        try:
            tried = await attempt(left, choice.role, choice.reason, complaints, deps=deps, ledger=ledger)
        except MaiError as error:
            following = _roomier(choice, error, deps)
            if following is not None and await _agreed(following, ledger):
                choice, failures = following, 0
                continue
            if not complaints:
                raise
            # Somebody has answered before; what was wrong with that says more than that the next one is not there.
            return Tried((), complaints, prose, error)
        made = composed(made, tried.changes)
        prose = tried.prose or prose
        complaints = tried.problems
        if not complaints and verify is not None:
            complaints = await verify(tuple(made.values()))
            work = widened(work, complaints)
        if not complaints:
            return Tried(tuple(made.values()), (), prose)
        failures += 1
        following = rules.after(choice, failures, deps.settings)
        if following is None or not await _agreed(following, ledger):
            return Tried((), complaints, prose, tried.error)
        if following.role is not choice.role:
            failures = 0
        choice = following
        left = after(work, made, complaints)


def _roomier(choice: Choice, error: MaiError, deps: ChangeDeps) -> Choice | None:
    """Return the choice of the strong model for what the fast one has no room for."""
    if not isinstance(error, ContextTooLong) or choice.role is not Role.EDIT:
        return None
    following = rules.after(choice, deps.settings.route_attempts, deps.settings)
    strong = deps.providers.endpoint(Role.PLAN)
    return replace(following, reason=error.message) if following is not None and strong is not None else None


async def _agreed(choice: Choice, ledger: Ledger) -> bool:
    return not choice.ask or await ledger.consent(f"{choice.reason} Ask the model for plans?", STRONG)


def widened(work: Work, found: Sequence[Problem]) -> Work:
    """Return the work with the files in which something was left behind.

    For what we have found ourselves alone: a file that a model names is none of the request's for that.
    """
    paths = {problem.path for problem in found if problem.refusal is Refusal.LEFT_BEHIND} - work.documents.keys()
    read = {path: one for path in sorted(paths) if isinstance(one := work.files.read(path), Document)}
    return replace(work, documents={**work.documents, **read}) if read else work


def after(work: Work, made: Mapping[str, Change], complaints: Sequence[Problem]) -> Work:
    """Return what is still to be done: the files that there are complaints about, as they are by now."""
    paths = {problem.path for problem in complaints}
    if not made:
        return work
    changed = {change.path: (path, change) for path, change in made.items()}
    documents: dict[str, Document] = {}
    for path, document in work.documents.items():
        to, change = changed.pop(path, (path, None))
        if change is None:
            documents[path] = document
        elif change.after is not None:
            documents[to] = _as_open(change, to)
    documents |= {to: _as_open(change, to) for to, change in changed.values() if change.after is not None}
    if "" not in paths:
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
    touched = {change.path for change in changes}
    found = {path: change for path, change in made.items() if path not in touched}
    for change in changes:
        first = made.get(change.path)
        both = _joined(first, change) if first is not None else change
        if both.after != both.old or both.before is None or both.moved_to:
            found[_final(both)] = both
    return {path: one for path, one in found.items() if one.before is not None or one.after is not None}


def _joined(first: Change, later: Change) -> Change:
    """Return two changes of one file as one."""
    if first.before is None:
        return Change(_final(later), None, later.after)
    # Where it was moved to is free again once it is deleted: another file may be moved there.
    to = "" if later.after is None else later.moved_to or first.moved_to
    return Change(first.path, first.before, later.after, "" if to == first.path else to)


def _final(change: Change) -> str:
    return change.moved_to or change.path


def _as_open(change: Change, path: str) -> Document:
    """Return the file as it would be, to be shown and changed once more."""
    language = find(change.before.language if change.before is not None else "", path)
    uri = change.before.uri if change.before is not None else f"file:///{path}"
    document = open_document(uri, language.id, None, change.after or "")
    part = change.before.part if change.before is not None else None
    return replace(document, syntax=parse(language, readable(change.before, document.text)), part=part)
