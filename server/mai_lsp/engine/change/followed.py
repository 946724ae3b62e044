"""Whether a change takes along everything that used what it renames or moves, as far as imports and words tell.

It asks the index and reads no file; without an index only the files at hand are looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mai_lsp.context.left import Changed, left_behind
from mai_lsp.core.change import Change
from mai_lsp.core.facts import Facts, facts_of
from mai_lsp.core.imported import import_words
from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.reply.edits.leftover import left_behind as still_used
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.workspace.index.reader import Reader

MOST = 8
"""Problems told of at most."""


async def unfollowed(
    changes: Sequence[Change], documents: Mapping[str, Document], index: Callable[[], Reader | None] | None
) -> tuple[Problem, ...]:
    """Return the imports and uses that still have an old name; `documents` are the files that were read."""
    return await asyncio.to_thread(_unfollowed, changes, documents, index)


def _unfollowed(
    changes: Sequence[Change], documents: Mapping[str, Document], index: Callable[[], Reader | None] | None
) -> tuple[Problem, ...]:
    before: dict[str, Document | None] = dict(documents)
    after: dict[str, Document | None] = dict(documents)
    for change in changes:
        before[change.path] = change.before
        after[change.path] = None
        if change.after is not None:
            path = change.moved_to or change.path
            before.setdefault(path, None)
            after[path] = _parsed(change, path)
    problems = [*_uses(changes, before, after)]
    reader = index() if index is not None else None
    if reader is not None:
        try:
            reader.begin({})
            problems += _imports(Changed(reader, before), Changed(reader, after))
        finally:
            reader.close()
    return tuple(problems[:MOST])


def _imports(before: Changed, after: Changed) -> Iterator[Problem]:
    for lost in left_behind(before, after):
        what = f"{lost.name} from {lost.module}" if lost.name else lost.module
        yield Problem(Refusal.LEFT_BEHIND, lost.path, f"It would import {what}, which is not there any more.")


def _uses(
    changes: Sequence[Change], before: Mapping[str, Document | None], after: Mapping[str, Document | None]
) -> Iterator[Problem]:
    """Yield what still uses a top-level name that has become another, in its file and in those that import it."""
    facts = {path: facts_of(one) for path, one in before.items() if one is not None}
    there = {path: _tops(facts_of(one)) for path, one in after.items() if one is not None}
    everywhere = set().union(*there.values()) if there else set()
    for change in changes:
        if change.before is None or change.after is None or change.moved_to:
            continue
        gone = _tops(facts[change.path]) - there.get(change.path, set())
        new = there.get(change.path, set()) - _tops(facts[change.path])
        if len(gone) != 1 or len(new) != 1 or gone & everywhere:
            continue
        (old,), (name,) = gone, new
        users = {
            path: document.text
            for path, document in before.items()
            if document is not None and (path == change.path or _names(facts[path], old))
        }
        yield from still_used(changes, [(old, name)], users)


def _tops(facts: Facts) -> set[str]:
    return {symbol.name for symbol in facts.symbols if not symbol.owner and symbol.kind != "value"}


def _names(facts: Facts, name: str) -> bool:
    return any(name in import_words(imported) for imported in facts.imports)


def _parsed(change: Change, path: str) -> Document:
    uri = change.before.uri if change.before is not None and not change.moved_to else f"file:///{path}"
    language = find(change.before.language if change.before is not None else "", path)
    document = open_document(uri, language.id, None, change.after or "")
    return replace(document, syntax=parse(language, document.text))
