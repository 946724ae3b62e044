"""Syntax errors that a change would bring into a file, by the trees before and after.

Errors that are there already are nobody's fault here. Only languages whose grammars know all that is written in them
are judged.
"""

from __future__ import annotations

import ast
import threading
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from mai_lsp.core.change import Change
from mai_lsp.core.language import Language, find
from mai_lsp.core.notebook import readable
from mai_lsp.core.syntax import Node, parse
from mai_lsp.core.text import line_starts
from mai_lsp.reply.broken import JUDGED
from mai_lsp.reply.edits.masked import shown
from mai_lsp.reply.edits.wanted import Problem, Refusal

_UNTOLD = frozenset({"yaml", "jsonc"})
"""Languages with a grammar that is stricter than the files people write."""

QUOTED = 60
"""Characters of the broken line that are quoted."""


def new_error(change: Change) -> Problem | None:
    """Return the first syntax error that was not there before; None without one, or where it can not be told."""
    path = change.moved_to or change.path
    language = find("", path)
    if change.after is None or language.block not in JUDGED or language.id in _UNTOLD:
        return None
    row = _indentation(change, language)
    if row is None:
        row = _parsed(change, language)
    if row is None:
        return None
    (line,) = shown(change.after, [row])
    detail = f"There would be a syntax error at line {row + 1}: {line.strip()[:QUOTED]}"
    return Problem(Refusal.BROKEN, path, detail, line)


def _parsed(change: Change, language: Language) -> int | None:
    """Return the line of the first broken node that has no like before."""
    text = readable(change.before, change.after or "")
    after = parse(language, text)
    if after is None or not after.root.has_error:
        return None
    before = parse(language, readable(change.before, change.old))
    old = list(_broken(before.root)) if before is not None else []
    known = Counter(map(_key, old))
    starts = line_starts(text)
    fresh = []
    for node in _broken(after.root):
        known[_key(node)] -= 1
        if known[_key(node)] < 0:
            fresh.append(bisect_right(starts, node.start) - 1)
    if not old:
        return fresh[0] if fresh else None
    # In a file that is broken already any change may move what the parser takes for the error: there only those count
    # that begin in what is new, and only if they are more than in what it replaces.
    new_rows, old_rows = _rows(change)
    old_starts = line_starts(change.old)
    spared = sum(bisect_right(old_starts, node.start) - 1 in old_rows for node in old)
    return next(islice((row for row in fresh if row in new_rows), spared, None), None)


def _rows(change: Change) -> tuple[frozenset[int], frozenset[int]]:
    """Return the lines, from 0, that the change writes, and those that it replaces."""
    new: set[int] = set()
    old: set[int] = set()
    moved = 0
    starts, old_starts = line_starts(change.after or ""), line_starts(change.old)
    for edit in change.edits():
        first = edit.span.start + moved
        moved += len(edit.text) - len(edit.span)
        new.update(_touched(starts, first, len(edit.text)))
        old.update(_touched(old_starts, edit.span.start, len(edit.span)))
    return frozenset(new), frozenset(old)


def _touched(starts: Sequence[int], first: int, size: int) -> range:
    return range(bisect_right(starts, first) - 1, bisect_right(starts, first + max(0, size - 1)))


def _key(node: Node) -> tuple[str, str]:
    parent = node.parent
    return f"{parent.kind if parent else ''}/{node.kind}", node.text[:QUOTED].strip()


def _broken(node: Node) -> Iterator[Node]:
    if node.broken:
        yield node
    if node.has_error:
        for child in node.children:
            yield from _broken(child)


def _indentation(change: Change, language: Language) -> int | None:
    """Return the line where Python's indentation is wrong and was not before: its grammar lets much of that pass."""
    if language.id != "python" or _wrong_depth(readable(change.before, change.old)) is not None:
        return None
    row = _wrong_depth(readable(change.before, change.after or ""))
    return min(row, len(line_starts(change.after or "")) - 1) if row is not None else None


_ONE_AT_A_TIME = threading.Lock()


def _wrong_depth(text: str) -> int | None:
    try:
        # Files are checked in several threads at once, and neither filters of warnings nor, before Python 3.13, the
        # making of a tree is safe there (github.com/python/cpython/issues/106905: SystemError).
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except IndentationError as error:
        return max(0, (error.lineno or 1) - 1)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Another Python's syntax, or errors that the tree tells of better.
        return None
    return None
