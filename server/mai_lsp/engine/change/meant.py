"""Whether a change is of the kind that its action is for: documentation changes no code, a stub is a stub no more.

It tells from trees alone, and lets pass what they can not tell. Whether a change is right, nobody here knows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mai_lsp.actions.site import Part, Site
from mai_lsp.actions.stub import is_stub
from mai_lsp.core.change import Change
from mai_lsp.core.kinds import Kinds, kinds_of
from mai_lsp.core.notebook import readable
from mai_lsp.core.shape import inner_doc
from mai_lsp.core.syntax import Node, parse
from mai_lsp.core.text import Document, Edit, Span, open_document
from mai_lsp.engine.change.job import Job, Place
from mai_lsp.reply.edits.wanted import Problem, Refusal

GROWTH = 1.1
"""What is simplified may have so many times its tokens afterwards: a name for a condition is worth a few."""

_SILENCED = re.compile(
    r"(?i)#\s*(?:noqa|type:\s*ignore|pyright:\s*ignore|pylint:\s*disable|nosec|pragma:\s*no\s?cover)|rubocop:disable"
    r"|eslint-disable|@ts-(?:ignore|expect-error|nocheck)|biome-ignore|tslint:disable|//\s*nolint|NOLINT"
    r"|#!?\[allow\(|@SuppressWarnings|@Suppress\(|#pragma\s+warning\s+disable|phpcs:(?:ignore|disable)|@phpstan-ignore"
)
"""What switches checkers off, as their own documentation writes it."""

_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Seen:
    """What of a file was changed, before and after."""

    before: Document
    after: Document
    old: Span
    new: Span
    """From the first line that differs to the last."""
    place: Place
    start: int
    """Where the job's place begins afterwards."""

    @property
    def kinds(self) -> Kinds:
        """What the grammar calls things."""
        return kinds_of(self.before.syntax.language.id if self.before.syntax is not None else "")

    @cached_property
    def code(self) -> tuple[list[str], list[str]]:
        """The tokens that were changed, without comments and docstrings, before and after."""
        return (
            [node.text for node in _leaves(self.before, self.old, self.kinds)],
            [node.text for node in _leaves(self.after, self.new, self.kinds)],
        )

    @cached_property
    def parts(self) -> tuple[Part | None, Part | None]:
        """The definition that the job is about, before and after."""
        at = Span(self.start, self.start)
        return Site(self.before, self.place.span).headed, Site(self.after, at).headed

    def more(self, kinds: frozenset[str]) -> int:
        """Return how many nodes of these kinds there are more afterwards."""
        counts = (sum(one.kind in kinds for one in _nodes(*side)) for side in self._sides())
        return -next(counts) + next(counts)

    def _sides(self) -> tuple[tuple[Document, Span], tuple[Document, Span]]:
        return (self.before, self.old), (self.after, self.new)


def meant(job: Job, changes: Sequence[Change]) -> Problem | None:
    """Return why changes are not of their action's kind; None where they are, or where that can not be told."""
    if job.place is None or job.many:
        return None
    if job.action == "tests":
        return _tests(job, changes)
    rule = RULES.get(job.action)
    if rule is None:
        return None
    for change in changes:
        if change.path == job.place.path and (seen := _seen(change, job.place)) is not None and (why := rule(seen)):
            return Problem(Refusal.UNMEANT, change.path, why)
    return None


def _seen(change: Change, place: Place) -> Seen | None:
    """Return what there is to judge; None where there is no tree, or where nothing was changed."""
    edits = change.edits()
    if change.before is None or change.after is None or change.before.syntax is None or not edits:
        return None
    language = change.before.syntax.language
    after = open_document(change.before.uri, change.before.language, None, change.after)
    after = replace(after, syntax=parse(language, readable(change.before, after.text)))
    if after.syntax is None:
        return None
    old = Span(edits[0].span.start, edits[-1].span.end)
    grown = sum(map(_growth, edits))
    above = sum(_growth(one) for one in edits if one.span.end <= place.span.start)
    at_once = [one for one in edits if one.span == Span(place.span.start, place.span.start)]
    start = place.span.start + above - sum(map(_growth, at_once))  # What is put right before it belongs to it.
    return Seen(change.before, after, old, Span(old.start, old.end + grown), place, start)


def _growth(edit: Edit) -> int:
    return len(edit.text) - len(edit.span)


# The rules: "" where the change is what it should be, or a sentence for the model and the user.


def _documents(seen: Seen) -> str:
    return "Documentation was asked for, and code would be changed." if seen.code[0] != seen.code[1] else ""


def _types(seen: Seen) -> str:
    before, after = seen.parts
    if before is None or after is None or before.body is None or after.body is None or before.name != after.name:
        return ""
    bodies = [
        [node.text for node in _leaves(part.document, part.body.span, part.kinds)]
        for part in (before, after)
        if part.body is not None
    ]
    return "Types were asked for, and the function's body would be changed." if bodies[0] != bodies[1] else ""


def _completes(seen: Seen) -> str:
    part = seen.parts[1]
    return "The body would still be a stub." if part is not None and is_stub(part) else ""


def _translates(seen: Seen) -> str:
    found = Counter(seen.code[1]) - Counter(seen.code[0])
    return "" if any(map(_NAME.match, found)) else "Code was asked for, and there would be none."


def _simplifies(seen: Seen) -> str:
    before, after = map(len, seen.code)
    return "There would be more code than before." if after > before * GROWTH else ""


def _names(seen: Seen) -> str:
    before, after = map(set, seen.code)
    if lost := next((one for one in seen.code[0] if one not in after and _NAME.match(one)), ""):
        return f"A value should get a name, and other code would be lost, such as `{lost[:40]}`."
    return "" if any(map(_NAME.match, after - before)) else "A value should get a name, and there is no new one."


def _mends(seen: Seen) -> str:
    old, new = seen.before.slice(seen.old), seen.after.slice(seen.new)
    silent = len(_SILENCED.findall(new)) > len(_SILENCED.findall(old))
    return "The checker would be switched off instead of the problem being mended." if silent else ""


def _has_more(what: str, *kinds: str, less: frozenset[str] = frozenset()) -> Callable[[Seen], str]:
    """Ask for more nodes of some kinds, or for fewer of others."""

    def rule(seen: Seen) -> str:
        there = (kinds and seen.more(frozenset(kinds)) > 0) or (less and seen.more(less) < 0)
        return "" if there else f"There would be {what}."

    return rule


def _extracts(seen: Seen) -> str:
    return "" if seen.more(seen.kinds.functions) > 0 else "There would be no new function."


_COMPREHENSIONS = ("list_comprehension", "set_comprehension", "dictionary_comprehension")
_SWITCHES = ("switch_statement", "switch_expression", "match_statement", "match_expression", "match_block")
_OTHER_SWITCHES = ("expression_switch_statement", "when_expression", "case", "case_match")
_LEAVES = ("return_statement", "return_expression", "return", "raise_statement", "throw_statement", "jump_expression")
_OTHER_LEAVES = ("throw_expression", "continue_statement", "break_statement", "guard_statement", "control_transfer")

RULES: Mapping[str, Callable[[Seen], str]] = {
    "document": _documents,
    "redocument": _documents,
    "types.jsdoc": _documents,
    "types.add": _types,
    "types.tighten": _types,
    "complete": _completes,
    "translate": _translates,
    "simplify": _simplifies,
    "extract.variable": _names,
    "extract.function": _extracts,
    "fix": _mends,
    "fix.all": _mends,
    "convert.comprehension": _has_more(
        "no comprehension", *_COMPREHENSIONS, "generator_expression", "yield", less=frozenset({"for_statement"})
    ),
    "convert.loop": _has_more("as many comprehensions as before", less=frozenset(_COMPREHENSIONS)),
    "convert.fstring": _has_more("no f-string", "interpolation"),
    "convert.template": _has_more("no template string", "template_substitution"),
    "convert.interpolation": _has_more("no interpolated string", "interpolation"),
    "convert.async": _has_more("no await", "await_expression"),
    "convert.switch": _has_more("nothing but comparisons still", *_SWITCHES, *_OTHER_SWITCHES),
    "convert.guard": _has_more("no early return", *_LEAVES, *_OTHER_LEAVES),
    "convert.dataclass": _has_more("no dataclass", "decorator"),
}
"""By the action's id. An action that is not here can be met in more ways than a tree can tell."""


def _tests(job: Job, changes: Sequence[Change]) -> Problem | None:
    """Ask for tests of what is meant, beside the code: in other files, or in the module at the end of the same one."""
    place = job.place
    for change in changes:
        here = place is not None and change.path == place.path
        if here and job.creates:
            return Problem(Refusal.UNMEANT, change.path, "Tests were asked for, and the code under test would change.")
    name = job.names[0] if job.names else ""
    added = [edit.text for change in changes for edit in change.edits()]
    added += [change.after or "" for change in changes if change.before is None]
    if name and changes and not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for text in added):
        return Problem(Refusal.UNMEANT, changes[0].path, f"The tests would not name {name}.")
    return None


def _nodes(document: Document, span: Span) -> Iterator[Node]:
    """Yield the nodes that touch a span, from the outside in."""
    if document.syntax is None or not span:
        return
    open_nodes = [document.syntax.root]
    while open_nodes:
        node = open_nodes.pop()
        yield node
        inside = [one for one in node.children if one.start < span.end and one.end > span.start]
        open_nodes += reversed(inside)


def _leaves(document: Document, span: Span, kinds: Kinds) -> Iterator[Node]:
    """Yield the tokens that touch a span, in order, without comments and docstrings."""
    if document.syntax is None or not span:
        return
    open_nodes = [document.syntax.root]
    while open_nodes:
        node = open_nodes.pop()
        if node.kind in kinds.comments:
            continue
        inside = [one for one in node.children if one.start < span.end and one.end > span.start]
        holds = node.kind in kinds.bodies or node.parent is None
        if holds and (doc := inner_doc(node, kinds)) is not None:
            inside = [one for one in inside if not (one.start <= doc.start and doc.end <= one.end)]
        if not inside and node.text.strip() and not node.children:
            yield node
        open_nodes += reversed(inside)
