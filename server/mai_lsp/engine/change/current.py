"""What has become of a proposal's files since they were read: it is moved along, or given up as a whole.

It looks at files and changes none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mai_lsp.core.change import Change, follow
from mai_lsp.core.text import Document
from mai_lsp.reply.edits.wanted import Problem, Refusal

Look = Callable[[str], Document | Problem]
"""Gives a file of the folder as it is at this moment, by its path there (`Files.current`)."""


def follow_all(changes: Sequence[Change], look: Look) -> tuple[Change, ...] | Problem:
    """Return the changes for what the files are now, or the first problem: then none of them may be made.

    What is returned fits the documents in it and no others.
    """
    followed = []
    vacated = {change.path for change in changes if change.after is None or change.moved_to}
    for change in changes:
        one = _follow(change, look, vacated)
        if isinstance(one, Problem):
            return one
        followed.append(one)
    return tuple(followed)


def _follow(change: Change, look: Look, vacated: set[str]) -> Change | Problem:
    made = change.moved_to if change.before is not None else change.path
    if made and made not in vacated and made.casefold() != (change.moved_to and change.path.casefold()):
        # A move that changes nothing but case may find the very file, where the file system does not tell them apart.
        there = look(made)
        if not isinstance(there, Problem):
            return Problem(Refusal.EXISTS, made, f"There is a file {made} by now.")
        if there.refusal is not Refusal.MISSING:
            return there
    if change.before is None:
        return change
    current = look(change.path)
    if isinstance(current, Problem):
        if current.refusal is Refusal.MISSING:
            return Problem(Refusal.STALE, change.path, f"{change.path} was deleted or moved meanwhile.")
        return current
    followed = follow(change, current)
    if followed is None:
        return Problem(Refusal.STALE, change.path, f"{change.path} was changed meanwhile, at the same place.")
    return followed
