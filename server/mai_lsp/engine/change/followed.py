"""Whether a change takes along everything that used what it renames or moves, as far as imports and words tell.

It asks the index and reads no file; without an index only the files at hand are looked at.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mai_lsp.context.bound import bare_uses
from mai_lsp.context.left import Changed, Lost, left_behind
from mai_lsp.context.resolve import SHARED
from mai_lsp.core.change import Change
from mai_lsp.core.facts import facts_of
from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.reply.edits.masked import shown
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.workspace.index.reader import Reader

log = logging.getLogger(__name__)

_GIVEN_NAMES = {"exports", "module"}
"""What CommonJS gives every file, however often it is assigned to."""

MOST = 8
"""Problems told of at most, and lines of one file."""


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
    there = {name for document in after.values() if document is not None for name in _tops(document)}
    problems = [problem for change in changes for problem in _unbound(change, after, there)]
    problems += _imports(before, after, index)
    return tuple(problems[:MOST])


def _imports(
    before: Mapping[str, Document | None],
    after: Mapping[str, Document | None],
    index: Callable[[], Reader | None] | None,
) -> Iterator[Problem]:
    """Yield what is imported, or used by a module's name, and is not there any more; without an index in `after`."""
    try:
        reader = index() if index is not None else None
        try:
            if reader is not None:
                reader.begin({})
            yield from _told(left_behind(Changed(reader, before), Changed(reader, after)))
        finally:
            if reader is not None:
                reader.close()
    except sqlite3.Error as error:
        # It is made anew when the server next starts; nothing can be said without it.
        log.warning("the index can not be read: %s", error)


def _told(lost: Sequence[Lost]) -> Iterator[Problem]:
    for one in lost:
        what = f"{one.name} from {one.module}" if one.name and not one.used else one.name or one.module
        verb = f"use {what} of {one.module}" if one.used else f"import {what}"
        yield Problem(Refusal.LEFT_BEHIND, one.path, f"It would {verb}, which is not there any more.")


def _unbound(change: Change, after: Mapping[str, Document | None], there: set[str]) -> Iterator[Problem]:
    """Yield the names that a file defined or imported, does not any more, and still uses; `there` are everybody's."""
    path = change.moved_to or change.path
    new = after[path] if change.after is not None else None
    if change.before is None or new is None:
        return
    was, now = _tops(change.before), _tops(new)
    fresh = [name for name in now if name not in was]
    names = {*was} - {*now}
    if new.language in SHARED:  # Another file of the package may well define it.
        names = names - there if len(names) == len(fresh) == 1 else set()
    for name in sorted(names):
        rows = sorted({new.line_at(start) for start in bare_uses(new, name)})
        if not rows:
            continue
        at = ", ".join(str(row + 1) for row in rows[:MOST])
        other = f" instead of {fresh[0]}" if len(names) == len(fresh) == 1 else ", and nothing defines it there now"
        detail = f"{name} is still used at line{'s' if len(rows) > 1 else ''} {at}{other}."
        yield Problem(Refusal.LEFT_BEHIND, path, detail, "\n".join(shown(new.text, rows[:MOST])))


def _tops(document: Document) -> list[str]:
    """Return the names that a file's definitions and imports bind at its top, in order."""
    facts = facts_of(document)
    defined = [symbol.name for symbol in facts.symbols if not symbol.owner]
    imported = [here for one in facts.imports for here in [*(here for _, here in one.names), one.alias] if here]
    return [name for name in dict.fromkeys([*defined, *imported]) if name not in _GIVEN_NAMES]


def _parsed(change: Change, path: str) -> Document:
    uri = change.before.uri if change.before is not None and not change.moved_to else f"file:///{path}"
    language = find(change.before.language if change.before is not None else "", path)
    document = open_document(uri, language.id, None, change.after or "")
    return replace(document, syntax=parse(language, document.text))
