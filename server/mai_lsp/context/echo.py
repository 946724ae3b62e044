"""The same change where it is still to be made: other uses of a renamed name, further places of a replacement.

It is found in the text and its tree, without a model, in a few milliseconds.

It proposes nothing that could be meant otherwise: a name that is declared again, that was in use before, or whose
owner is not certain brings no proposal at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mai_lsp.context.binding import (
    MAX_PLACES,
    OWN,
    Declared,
    Role,
    Scope,
    callee_of,
    declared,
    name_at,
    receiver_of,
    role_of,
    scope_of,
    speaks_of,
    uses,
)
from mai_lsp.context.changes import CONTEXT, NAME, Change, all_changes, around
from mai_lsp.core.history import Region
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.syntax import Node, Syntax
from mai_lsp.core.text import Document, Edit, Span

TWICE = 2
"""Places at which a replacement must have been made before it counts as a habit."""

LEAST_NAME = 2
"""A name of one letter means something else in each few lines."""


@dataclass(frozen=True, slots=True)
class Echo:
    """One change and the places that still lack it."""

    old: str
    new: str
    edits: tuple[Edit, ...]
    """Disjoint, in the document's coordinates, the nearest to the last change first."""
    at: float
    """When the change was last made."""


def echo(document: Document, regions: Sequence[Region]) -> Echo | None:
    """Return what the latest edit asks for elsewhere in the file; None where that is not certain, or all is done."""
    if document.syntax is None or not regions:
        return None
    same = replaced(document, regions)
    if not same:
        return None
    change = same[0]
    found = _renamed(document, document.syntax, change, same) if change.renames else None
    if found is None and len(same) >= TWICE:
        found = _repeated(document, document.syntax, same)
    return Echo(change.old, change.new, _nearest(document, found, change.span), change.at) if found else None


def replaced(document: Document, regions: Sequence[Region]) -> list[Change]:
    """Return the latest change wherever it was made, if it is one replacement and nothing else."""
    known = all_changes(document, regions)
    last = max((one.at for one in known), default=0.0)
    latest = [one for one in known if one.at == last]
    if len({(one.old, one.new) for one in latest}) != 1:
        # Something was written, or one thing put in the place of another: a renaming changes the name alone.
        return []
    change = latest[0]
    others = {one.new for one in known if one.old == change.old}
    if not change.old or not change.new or len(others) > 1:
        return []  # It is no replacement, or the same was changed to different things.
    return [one for one in known if (one.old, one.new) == (change.old, change.new)]


def _renamed(document: Document, syntax: Syntax, change: Change, same: Sequence[Change]) -> list[Edit] | None:
    """Return the other uses of a name that was changed where it is declared; None if it is not that."""
    old, new = change.old, change.new
    if old in OWN or (len(new) < LEAST_NAME and len(old) < LEAST_NAME):
        return None
    kinds = kinds_of(syntax.language.id)
    for one in sorted(same, key=lambda each: each.span.start):
        leaf = name_at(syntax, one.span.start, new, kinds) or name_at(syntax, one.span.start - 1, new, kinds)
        if leaf is None or declared(leaf) is Declared.NOT:
            continue
        scope = scope_of(leaf, syntax)
        if scope is None:
            return None
        here = Uses(document, syntax, scope, leaf)
        if here.taken(new, same) or here.rival(old):
            return None
        return [edit for use in here.of(old) for edit in _edit(use, old, new)]
    return None


@dataclass(frozen=True, slots=True)
class Uses:
    """Where a name that `leaf` declares is used."""

    document: Document
    syntax: Syntax
    scope: Scope
    leaf: Node

    def of(self, name: str) -> list[Node]:
        """Return the leaves that mean the declared thing, were it still called `name`; none if there are too many."""
        text, scope = self.document.text, self.scope
        found = uses(self.syntax, text, name, scope.span) or []
        if scope.function and self.syntax.language.id == "python":
            # An argument's name is written where the function is called, anywhere in the file.
            named = uses(self.syntax, text, name, self.syntax.root.span, keyword=True) or []
            found += [leaf for leaf in named if not scope.span.holds(leaf.span)]
        return [leaf for leaf in found if self._means(leaf)]

    def taken(self, new: str, same: Sequence[Change]) -> bool:
        """Whether the new name was in use before, so that it may be another thing that is meant now."""
        changed = {one.span.start for one in same}
        found = uses(self.syntax, self.document.text, new, self.scope.span)
        return found is None or any(leaf.end - len(new) not in changed and self._alike(leaf) for leaf in found)

    def rival(self, old: str) -> bool:
        """Whether the old name is declared again where it would be changed, or was in use before the declaration."""
        member = bool(self.scope.member_of)
        mine = declared(self.leaf)
        for leaf in uses(self.syntax, self.document.text, old, self.scope.span) or ():
            kind = role_of(leaf)
            if member:
                if declared(leaf) is Declared.DECLARED and kind is not Role.KEYWORD and not receiver_of(leaf):
                    other = scope_of(leaf, self.syntax)
                    if other is not None and other.member_of:
                        return True  # Another type has a member of this name: which one is meant can not be told.
                continue
            if kind is Role.MEMBER or kind is Role.KEYWORD:
                continue
            how = declared(leaf)
            if how is Declared.DECLARED or (how is Declared.ASSIGNED and leaf.start < self.leaf.start):
                other = scope_of(leaf, self.syntax)
                if other is None or not other.member_of:
                    return True
            if mine is Declared.ASSIGNED and self.scope.local and leaf.start < self._statement_end():
                return True  # `parsed = parse(result)`: a new name beside the old one.
        return False

    def _means(self, leaf: Node) -> bool:
        role = role_of(leaf)
        if self.scope.member_of:
            if role is Role.KEYWORD:
                return callee_of(leaf) == self.scope.member_of
            return speaks_of(leaf, self.scope.member_of, self.syntax, self.document.text)
        if role is Role.KEYWORD:
            return bool(self.scope.function) and callee_of(leaf) == self.scope.function
        inside = self.scope.span.holds(leaf.span) and leaf.start >= self.scope.header
        return role in {Role.PLAIN, Role.SHORTHAND} and inside

    def _alike(self, leaf: Node) -> bool:
        if self.scope.member_of:
            return speaks_of(leaf, self.scope.member_of, self.syntax, self.document.text)
        return role_of(leaf) in {Role.PLAIN, Role.SHORTHAND} and self.scope.span.holds(leaf.span)

    def _statement_end(self) -> int:
        return self.document.line_span(self.document.line_at(self.leaf.end)).end


def _edit(leaf: Node, old: str, new: str) -> Iterator[Edit]:
    span = Span(leaf.end - len(old), leaf.end)
    text = f"{old}: {new}" if role_of(leaf) is Role.SHORTHAND else new
    yield Edit(span, text)


def _repeated(document: Document, syntax: Syntax, same: Sequence[Change]) -> list[Edit] | None:
    """Return the places where the same stands between the same as at those where it was replaced."""
    before, after = _common_before(same), _common_after(same)
    change = same[0]
    named = bool(NAME.match(change.old))
    if not named and not any(map(str.isalnum, change.old)):
        return None
    if (not before and not after) if named else len(before) < TWICE:
        return None  # A word, or a number, by itself says nothing.
    kinds = kinds_of(syntax.language.id)
    sorts = {_sort(syntax, one.span.start, kinds.strings, kinds.comments) for one in same}
    if len(sorts) > 1:
        return None
    within = _within(syntax, same)
    found = []
    pattern = re.compile(rf"(?<!\w){re.escape(change.old)}(?!\w)" if named else re.escape(change.old))
    places = list(pattern.finditer(document.text, within.start, within.end))
    for match in places if len(places) <= MAX_PLACES else ():
        span = Span(match.start(), match.end())
        if any(one.span.start <= span.end and span.start <= one.span.end for one in same):
            continue
        left, right = around(document, span)
        fits = left[len(left) - len(before) :] == before and right[: len(after)] == after
        if fits and _sort(syntax, span.start, kinds.strings, kinds.comments) in sorts:
            found.append(Edit(span, change.new))
    errors = syntax.root.has_error
    if found and not errors:
        after_one = document.edited([found[0]], document.version).syntax
        if after_one is None or after_one.root.has_error:
            return None
    return found


def _common_before(same: Iterable[Change]) -> tuple[str, ...]:
    """Return the tokens that stand before all of them, the nearest last."""
    columns = zip(*(one.before[::-1] for one in same), strict=False)
    found = _alike(columns)
    return tuple(found[:CONTEXT][::-1])


def _common_after(same: Iterable[Change]) -> tuple[str, ...]:
    """Return the tokens that stand behind all of them."""
    return tuple(_alike(zip(*(one.after for one in same), strict=False))[:1])


def _alike(columns: Iterable[tuple[str, ...]]) -> list[str]:
    found = []
    for column in columns:
        if len(set(column)) > 1:
            break
        found.append(column[0])
    return found


def _sort(syntax: Syntax, offset: int, strings: frozenset[str], comments: frozenset[str]) -> str:
    """Say in what an offset is: a string, a comment or code."""
    leaf = syntax.leaf_at(offset)
    chain = [leaf.kind, *(node.kind for node in leaf.ancestors())]
    if any(kind in comments for kind in chain):
        return "comment"
    return "string" if any(kind in strings for kind in chain) else "code"


def _within(syntax: Syntax, same: Sequence[Change]) -> Span:
    """Return the function that holds all the places, or the file: a local name means nothing outside."""
    kinds = kinds_of(syntax.language.id)
    first, last = min(one.span.start for one in same), max(one.span.end for one in same)
    node = syntax.node_at(first, last)
    for one in (node, *node.ancestors()):
        if one.kind in kinds.functions:
            return one.span
    return syntax.root.span


def _nearest(document: Document, edits: Iterable[Edit], to: Span) -> tuple[Edit, ...]:
    """Sort by the distance in lines, what stands below first."""
    line = document.line_at(to.start)

    def distance(edit: Edit) -> tuple[int, bool, int]:
        away = document.line_at(edit.span.start) - line
        return abs(away), away < 0, edit.span.start

    return tuple(sorted(edits, key=distance))
