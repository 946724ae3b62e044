"""Where code can be written in another form that means the same: a site to what is changed, or None.

Each says exactly one thing about a few nodes; nothing is converted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mai_lsp.actions.fits import Fit, parameters, shown
from mai_lsp.actions.site import Site, lines_of, unwrapped
from mai_lsp.core.shape import body_of
from mai_lsp.core.syntax import Node
from mai_lsp.core.text import Span

NEAR = 5
"""Nodes around the cursor that are looked at: what lies further out is not what the cursor is at."""

BRANCHES = 3
"""So many comparisons of one value are a `switch`."""

_COMPREHENSIONS = frozenset({"list_comprehension", "set_comprehension", "dictionary_comprehension"})
_STRINGS = frozenset({"string", "string_literal", "template_string", "concatenated_string"})
_IFS = frozenset({"if_statement", "if_expression"})
_COMPARED = re.compile(r"\(?\s*(?:isinstance\s*\(\s*)?([\w.$\[\]\"']+)\s*(?:===?|,|==)\s*")
_EMPTY = re.compile(r"=\s*(?:\[\]|\{\}|(?:list|dict|set)\(\))\s*$")
_ERROR_FIRST = re.compile(r"(?i)\(?\s*(?:err|error|e)\b")


def loop(site: Site) -> Fit | None:
    """Python: a loop that does nothing but fill a list, set or dictionary."""
    node = _headed(site, frozenset({"for_statement"}))
    body = node.field("body") if node is not None else None
    if node is None or body is None or node.field("alternative") is not None:
        return None
    one = _only(body)
    if one is not None and one.kind == "if_statement" and one.field("alternative") is None:
        inner = one.field("consequence")
        one = _only(inner) if inner is not None else None
    if one is None:
        return None
    one = unwrapped(one)
    called = one.field("function") if one.kind == "call" else None
    fills = called is not None and called.kind == "attribute" and _field_text(called, "attribute") in {"append", "add"}
    left = one.field("left") if one.kind == "assignment" else None
    fills = fills or (left is not None and left.kind == "subscript")
    if not fills:
        return None
    before = node.previous_named
    begins = before is not None and _EMPTY.search(before.text) and before.end_row == node.row - 1
    return Fit(lines_of(site.document, Span(before.start if before is not None and begins else node.start, node.end)))


def comprehension(site: Site) -> Fit | None:
    """Python: a comprehension in a statement."""
    node = next((one for one in site.chain[: NEAR + 2] if one.kind in _COMPREHENSIONS), None)
    return _at(site, site.statement) if node is not None and site.statement is not None else None


def formatted(site: Site) -> Fit | None:
    """Python: a string put together by `+`, `%` or `format`."""
    for node in site.chain[:NEAR]:
        if node.kind == "binary_operator" and _operator(node) in {"+", "%"}:
            left, right = node.field("left"), node.field("right")
            strings = [one for one in (left, right) if one is not None and one.kind in _STRINGS]
            if strings and not all(one is not None and one.kind in _STRINGS for one in (left, right)):
                return _statement(site)
        called = node.field("function") if node.kind == "call" else None
        if called is not None and called.kind == "attribute" and _field_text(called, "attribute") == "format":
            given = called.field("object")
            if given is not None and given.kind in _STRINGS:
                return _statement(site)
    return None


def concatenated(site: Site) -> Fit | None:
    """JavaScript, TypeScript, C#: a string put together by `+`."""
    for node in site.chain[:NEAR]:
        if node.kind == "binary_expression" and _operator(node) == "+":
            parts = list(_summands(node))
            if any(one.kind in _STRINGS for one in parts) and not all(one.kind in _STRINGS for one in parts):
                return _statement(site)
    return None


def chained(site: Site) -> Fit | None:
    """JavaScript, TypeScript: `.then(…)`, or a callback that takes an error first."""
    for node in site.chain[: NEAR + 2]:
        if node.kind != "call_expression":
            continue
        called, given = node.field("function"), node.field("arguments")
        member = called is not None and called.kind == "member_expression"
        if called is not None and member and _field_text(called, "property") in {"then", "catch"}:
            return _function_or_statement(site)
        last = given.named_children[-1:] if given is not None else []
        if last and last[0].kind in {"arrow_function", "function_expression"}:
            taken = last[0].field("parameters") or last[0].field("parameter")
            if taken is not None and _ERROR_FIRST.match(taken.text) and len(taken.named_children) > 1:
                return _function_or_statement(site)
    return None


def branches(site: Site) -> Fit | None:
    """Take a chain of `if` that compares one value again and again."""
    node = _headed(site, _IFS)
    if node is None or (node.parent is not None and node.parent.kind in {"else_clause", *_IFS}):
        return None
    subjects = [_subject(one) for one in _conditions(node)]
    if len(subjects) < BRANCHES or not subjects[0] or len(set(subjects)) > 1:
        return None
    return _at(site, node)


def nested(site: Site) -> Fit | None:
    """Take an `if` around all of the rest of a function, without `else`."""
    node = _headed(site, _IFS)
    function = site.function
    if node is None or function is None or function.body is None or node.field("alternative") is not None:
        return None
    inside = [one for one in function.body.named_children if one.kind not in site.kinds.comments]
    inside = inside[0].named_children if len(inside) == 1 and inside[0].kind == "statement_list" else inside
    if not inside or unwrapped(inside[-1]) != node or node.end_row - node.row < 3:
        return None
    return Fit(function.lines, shown(function))


def plain_class(site: Site) -> Fit | None:
    """Python: a class whose `__init__` only keeps what it is given."""
    part = site.headed
    if part is None or part.kind != "type" or part.body is None:
        return None
    if "dataclass" in site.document.text[part.start : part.signature.end]:
        return None
    for one in part.body.named_children:
        method = unwrapped(one)
        if method.kind == "function_definition" and _field_text(method, "name") == "__init__":
            body = body_of(method, site.kinds)
            lines = [unwrapped(line) for line in body.named_children] if body is not None else []
            keeps = [line for line in lines if line.kind == "assignment" and line.text.startswith("self.")]
            simple = all(re.fullmatch(r"self\.(\w+)(?:\s*:[^=]+)?\s*=\s*\1", line.text) for line in keeps)
            return Fit(part.lines, shown(part), (part.name,)) if len(keeps) >= 2 and keeps == lines and simple else None
    return None


def takes_callback(site: Site) -> Fit | None:
    """JavaScript, TypeScript: a function whose last parameter is a callback by its name."""
    part = site.headed
    if part is None or part.kind != "function" or not part.name:
        return None
    taken = [one.text.partition(":")[0].strip("? ") for one in parameters(part)]
    if not taken or taken[-1] not in {"callback", "cb", "done"}:
        return None
    return Fit(part.lines, shown(part), (part.name,))


def _headed(site: Site, kinds: frozenset[str]) -> Node | None:
    """Return the nearest node of these kinds whose first line the cursor is on, or that is selected whole."""
    line = site.document.line_at(site.at)
    for node in site.chain:
        if node.kind in kinds:
            whole = site.selected and node.start == site.span.start and node.end >= site.span.end
            here = site.document.line_at(node.start) == line and not site.selected
            return node if whole or here else None
    return None


def _only(body: Node) -> Node | None:
    inside = body.named_children
    return inside[0] if len(inside) == 1 else None


def _at(site: Site, node: Node) -> Fit:
    return Fit(lines_of(site.document, node.span))


def _statement(site: Site) -> Fit | None:
    return _at(site, site.statement) if site.statement is not None else None


def _function_or_statement(site: Site) -> Fit | None:
    part = site.function
    return Fit(part.lines, shown(part)) if part is not None else _statement(site)


def _field_text(node: Node, name: str) -> str:
    found = node.field(name)
    return found.text if found is not None else ""


def _operator(node: Node) -> str:
    found = node.field("operator")
    if found is not None:
        return found.text
    return next((one.text for one in node.children if not one.named), "")


def _summands(node: Node) -> Iterator[Node]:
    for one in (node.field("left"), node.field("right")):
        if one is not None and one.kind == node.kind and _operator(one) == "+":
            yield from _summands(one)
        elif one is not None:
            yield one


def _conditions(node: Node) -> Iterator[Node]:
    """Yield the conditions of a chain, in order; a grammar nests the branches or puts them side by side."""
    at: Node | None = node
    for _ in range(50):
        if at is None:
            return
        if (condition := at.field("condition")) is not None:
            yield condition
        for clause in at.named_children:
            if clause.kind in {"elif_clause", "else_if_clause", "elsif"} and (inner := clause.field("condition")):
                yield inner
        following = at.field("alternative")
        if following is not None and following.kind in {"elif_clause", "else_if_clause"}:
            return
        if following is not None and following.kind == "else_clause":
            following = _only(following)
        at = following if following is not None and following.kind in _IFS else None


def _subject(condition: Node) -> str:
    """Return what a condition compares; "" where it does something else."""
    found = _COMPARED.match(condition.text)
    return found[1] if found is not None and not re.search(r"&&|\|\||\band\b|\bor\b", condition.text) else ""
