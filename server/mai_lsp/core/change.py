"""What becomes of files: each with its text before and after, as a value that can be compared, moved along or given up.

Paths are inside one workspace folder, with slashes, and never begin with one. Nothing here reads or writes a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from mai_lsp.core.difference import difference
from mai_lsp.core.rebase import rebased
from mai_lsp.core.text import Document, Edit, Span, apply

LARGE = 20_000
"""Lines between the first and the last difference above which they are replaced as one: comparing is quadratic."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file that is made, changed, moved or deleted."""

    path: str
    before: Document | None
    """The file as it was read; its `version` is None unless it is open. None: the file is new."""
    after: str | None
    """The whole text afterwards, with the file's own line ends. None: the file is deleted."""
    moved_to: str = ""
    """The path afterwards, where that is another."""

    @property
    def old(self) -> str:
        """The text before; empty for a new file."""
        return self.before.text if self.before is not None else ""

    def edits(self) -> tuple[Edit, ...]:
        """Return what makes `after` of `before`, by whole lines, in order and disjoint; nothing for new or deleted."""
        if self.before is None or self.after is None:
            return ()
        return tuple(_hunks(self.old, self.after))


def follow(change: Change, current: Document) -> Change | None:
    """Return the change for what the file has become meanwhile; None where it does not fit any more.

    It fits if all that was typed stands apart from all that is to be changed.
    """
    if change.before is None:
        return None
    if current.text == change.old:
        return replace(change, before=current)
    if change.after is None:
        return None
    planned = change.edits()
    left = planned
    typed = difference(change.old, current.text)
    if _touch(planned, typed):
        return None
    left = rebased(planned, change.old, typed)
    if len(left) != len(planned):
        return None
    return replace(change, before=current, after=apply(current.text, left))


def _touch(planned: Sequence[Edit], typed: Edit) -> bool:
    """Whether an edit comes at or next to lines that are to be changed."""
    return any(one.span.start <= typed.span.end and typed.span.start <= one.span.end for one in planned)


def _hunks(old: str, new: str) -> Iterator[Edit]:
    """Yield edits of whole lines, in order."""
    before, after = _lines(old), _lines(new)
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    a, b = before[head : len(before) - tail], after[head : len(after) - tail]
    starts = [sum(map(len, before[:head]))]
    for line in a:
        starts.append(starts[-1] + len(line))
    if max(len(a), len(b)) > LARGE:
        yield Edit(Span(starts[0], starts[-1]), "".join(b))
        return
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Edit(Span(starts[a1], starts[a2]), "".join(b[b1:b2]))


def _lines(text: str) -> list[str]:
    """Split with line ends kept; nothing for no text."""
    found, at = [], 0
    size = len(text)
    while at < size:
        end = at
        while end < size and text[end] not in "\r\n":
            end += 1
        if end < size:
            end += 2 if text[end : end + 2] == "\r\n" else 1
        found.append(text[at:end])
        at = end
    return found
