"""What becomes of files: each with its text before and after, as a value that can be compared, moved along or given up.

Paths are inside one workspace folder, with slashes, and never begin with one. Nothing here reads or writes a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from mai_lsp.core.difference import difference
from mai_lsp.core.differing import differing
from mai_lsp.core.rebase import rebased
from mai_lsp.core.text import Document, Edit, Span, apply, lines_with_ends


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
    before, after = lines_with_ends(old), lines_with_ends(new)
    starts = [0, *accumulate(map(len, before))]
    for first, last, new_first, new_last in differing(before, after):
        yield Edit(Span(starts[first], starts[last]), "".join(after[new_first:new_last]))
