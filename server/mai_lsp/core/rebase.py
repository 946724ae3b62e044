"""Moves proposed edits along with what is typed meanwhile, and drops those that it touches.

Never guesses: a proposal survives an edit at its own place only where that edit is the beginning of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from mai_lsp.core.difference import difference
from mai_lsp.core.text import Edit, Span


def rebased(proposed: Iterable[Edit], text: str, edit: Edit) -> tuple[Edit, ...]:
    """Return what is left of proposals for `text` after `edit` has been made in it, in the new text's coordinates.

    One that the edit has carried out, or contradicts, is left out. Proposals are disjoint; so are those returned.
    """
    delta = len(edit.text) - len(edit.span)
    kept = []
    for one in proposed:
        if (begun := _begun(one, text, edit)) is not None:
            kept.append(begun)
        elif edit.span.end < one.span.start or (edit.span.end == one.span.start and _apart(edit, one, text)):
            kept.append(Edit(Span(one.span.start + delta, one.span.end + delta), one.text))
        elif edit.span.start > one.span.end or (edit.span.start == one.span.end and _apart(edit, one, text)):
            kept.append(one)
    return tuple(kept)


def _apart(edit: Edit, proposed: Edit, text: str) -> bool:
    """Whether an edit that ends or begins where a proposal does has nothing to do with it.

    A word that is written on at a name's border makes it another name, and what is typed where something is to be
    inserted may be just that.
    """
    if not len(proposed.span):
        return False
    border = proposed.span.start if edit.span.end == proposed.span.start else proposed.span.end
    typed = edit.text[-1:] if border == proposed.span.start else edit.text[:1]
    if not edit.text:
        # Taking away what stood beside a name may join it with another.
        typed = (
            text[edit.span.start - 1 : edit.span.start] if border == proposed.span.start else text[edit.span.end :][:1]
        )
    return not (typed.isalnum() or typed == "_")


def _begun(proposed: Edit, text: str, edit: Edit) -> Edit | None:
    """Return the proposal for a place where the user has begun to type just what it says; None otherwise."""
    span = proposed.span
    if not edit.text or not span.holds(edit.span):
        return None
    same = difference(text[span.start : span.end], proposed.text).span.start
    if edit.span.end < span.start + same:
        return None  # Before what agrees already, so the same once more.
    typed = text[span.start : edit.span.start] + edit.text
    rest = text[edit.span.end : span.end]
    if not proposed.text.startswith(typed) or typed + rest == proposed.text:
        return None
    return Edit(Span(span.start, span.end + len(edit.text) - len(edit.span)), proposed.text)
