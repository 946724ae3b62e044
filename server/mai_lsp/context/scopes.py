"""The functions, classes and modules around the cursor, outermost first, also when they start far above.

The tree says what it knows; where it is broken, which is the usual state while somebody types, indentation and the
look of a line say the rest. It never looks further up than `LINES_ABOVE` without a tree.
"""

from __future__ import annotations

import re

from mai_lsp.core.brief import doc_of, header_of
from mai_lsp.core.kinds import Kinds, kinds_of
from mai_lsp.core.outline import Definition
from mai_lsp.core.pieces import kind_of, lead_of
from mai_lsp.core.shape import body_of, header_end, inner_doc, name_of
from mai_lsp.core.syntax import Node, Syntax
from mai_lsp.core.text import Document, Span

LINES_ABOVE = 300
"""How far up lines are read where the tree is broken or absent."""

DOC_LINES = 3
"""A scope's docstring says what is being written: more of it is shown than of other definitions."""

DEPTH = 32
"""Scopes looked at; deeper nesting is generated, and the innermost say most."""

TAB = 8
"""Columns to the next tab stop, as Python counts indentation."""

_WORDS = (
    "def|class|fn|func|function|fun|impl|struct|enum|trait|interface|module|mod|namespace|object|record|extension|"
    "protocol|union|package|sub|proc|defmodule|actor"
)
_BEFORE = r"(?:(?:[a-z]+(?:\([^()]*\))?|extern\s*\"\w*\"|@[\w.]+(?:\([^()]*\))?)\s+)*"
_OPENS = re.compile(rf"\s*{_BEFORE}(?:{_WORDS})\b[ \t]+(?:self\.)?(?P<name>[\w$]+)")
_IMPL = re.compile(r"\s*(?:unsafe\s+)?impl\b[^;]*\{\s*$")
_CALLABLE = re.compile(
    r"\s*+(?!(?:if|for|while|switch|else|do|try|catch|return|with|match|foreach|using|lock|when|elif|elsif|unless|until|"
    r"case|throw|new|await|synchronized|fixed|guard|select)\b)"
    r"[\w:<>,\[\]&*~?.@ \t]*?(?P<name>[\w$~]+)\s*\([^;{}]*\)[^;{}=]*\{\s*$"
)
_ANY = re.compile(r"[^;]*[{\[]\s*$")
"""Without functions, as in CSS and JSON, every block is a scope."""
_CLOSES = re.compile(r"\s*(?:[)\]}]|(?:end|fi|done|esac)\b)")
_REOPENS = re.compile(r".*[{:(\[]\s*$|.*\b(?:do|then|begin)\s*(?:\|[^|]*\|)?\s*$")


def scopes(document: Document, offset: int) -> tuple[Definition, ...]:
    """Return the scopes whose body holds `offset`, outermost first."""
    known = _from_tree(document, document.syntax, offset) if document.syntax is not None else []
    if document.syntax is None or document.syntax.root.has_error:
        known = _merged(document, known, _from_lines(document, offset))
    found: list[Definition] = []
    for scope in known:
        found.append(
            Definition(
                scope.name, scope.kind, scope.span, scope.header, scope.doc, found[-1] if found else None, scope.key
            )
        )
    return tuple(found)


def render(document: Document, scope: Definition) -> str:
    """Return the scope's decorators, signature and the first lines of its docstring, as they stand in the file."""
    opened = header(document, scope)
    doc = doc_of(document, scope, DOC_LINES)
    if not doc or scope.doc is None:
        return opened
    return f"{opened}\n{doc}" if scope.doc.start >= scope.header.end else f"{doc}\n{opened}"


def header(document: Document, scope: Definition) -> str:
    """Return the scope's signature with its opening brace, if it has one."""
    text = header_of(document, scope)
    return text + " {" if document.text[scope.header.end : scope.header.end + 1] == "{" else text


def _from_tree(document: Document, syntax: Syntax, offset: int) -> list[Definition]:
    kinds = kinds_of(syntax.language.id)
    wanted = kinds.functions | kinds.types | kinds.modules | kinds.regions
    if not wanted:
        return []
    found: dict[int, Node] = {}
    for node in _chain(syntax.leaf_at(offset)):
        inside = node.kind in wanted and node.start < offset < node.end
        if inside and _header_end(document, syntax, node, kinds) <= offset:
            found.setdefault(node.first_byte, node)
            if len(found) == DEPTH:
                break
    if syntax.language.block == "indent" or syntax.language.id == "scala":
        # A block ends with its last word, so a cursor on the fresh line below is outside of it for the tree.
        column = _column(document, offset)
        anchor = _last_word(document.text, offset)
        for node in _chain(syntax.leaf_at(max(anchor - 1, 0))):
            inside = node.kind in wanted and node.end <= offset and node.start < offset
            if (
                inside
                and _indent(document, node.start) < column
                and _header_end(document, syntax, node, kinds) <= offset
            ):
                found.setdefault(node.first_byte, node)
    for node in _open_heads(syntax.leaf_at(max(offset - 1, 0)), kinds, offset):
        found.setdefault(node.first_byte, node)
    nodes = sorted(found.values(), key=lambda node: node.first_byte)
    return [_scope(document, syntax, node, kinds) for node in nodes]


def _open_heads(leaf: Node, kinds: Kinds, offset: int) -> list[Node]:
    """Return the tags before the cursor that nothing closes; the parser puts them side by side in an ERROR."""
    open_: list[Node] = []
    if not kinds.heads:
        return open_
    for holder in _chain(leaf):
        if not holder.broken:
            continue
        for child in holder.children:
            if child.end > offset:
                break
            if child.kind == "start_tag":
                open_.append(child)
            elif child.kind == "end_tag" and open_:
                open_.pop()
    return open_


def _last_word(text: str, offset: int) -> int:
    """Return where the last word before `offset` ends; looks back in steps, so a long file costs nothing."""
    at, step = offset, 256
    while at > 0:
        low = max(0, at - step)
        if kept := text[low:at].rstrip():
            return low + len(kept)
        at, step = low, step * 2
    return 0


def _chain(node: Node) -> list[Node]:
    return [node, *node.ancestors()]


def _header_end(document: Document, syntax: Syntax, node: Node, kinds: Kinds) -> int:
    """Return where the signature ends; a region without a body yet is opened by its first line."""
    if node.kind in kinds.regions and body_of(node, kinds) is None and not kinds.heads:
        return min(document.line_span(document.line_at(node.start)).end, node.end)
    return syntax.to_offset(node.first_byte + header_end(node, kinds))


def _scope(document: Document, syntax: Syntax, node: Node, kinds: Kinds) -> Definition:
    outer = node
    while (parent := outer.parent) is not None and parent.kind in kinds.prefixes:
        outer = parent
    start = outer.start
    end = _header_end(document, syntax, node, kinds)
    body = body_of(node, kinds)
    inner = inner_doc(body, kinds) if body is not None else None
    doc = inner.span if inner is not None else None
    if node.kind in kinds.regions:
        # The line says what the lambda is for: `items.forEach((item) => {`.
        line = document.line_span(document.line_at(node.start))
        blank = len(document.slice(line)) - len(document.slice(line).lstrip())
        return Definition(
            "", "region", Span(line.start + blank, node.end), Span(line.start + blank, end), None, None, _NO
        )
    lead = lead_of(outer, kinds)
    start = lead.mark.start if lead.mark is not None else start
    if doc is None and lead.doc is not None:
        doc = Span(lead.doc[0].start, lead.doc[1].end)
    name = name_of(node, kinds)
    return Definition(name, kind_of(node, kinds), Span(start, outer.end), Span(start, end), doc, None, _NO)


_NO = (-1, -1)


def _from_lines(document: Document, offset: int) -> list[Definition]:
    """Climb from the cursor's line to lines that are indented less and look like the start of a scope."""
    limit = _column(document, offset)
    found: list[Definition] = []
    here = document.line_at(offset)
    any_opens = document.syntax is not None and not kinds_of(document.syntax.language.id).functions
    for line in range(here - 1, max(-1, here - 1 - LINES_ABOVE), -1):
        if not limit:
            break
        span = document.line_span(line)
        text = document.text[span.start : min(span.end, span.start + 400)]
        if not text.strip():
            continue
        column = _width(text)
        if column >= limit:
            continue
        if _CLOSES.match(text):
            # What opened here is closed again, unless the line goes on to open something: `) -> int {`.
            limit = column + 1 if _REOPENS.match(text) else column
            continue
        limit = column
        opens = _ANY.match(text) if any_opens else _OPENS.match(text) or _IMPL.match(text) or _CALLABLE.match(text)
        if opens:
            start = span.start + len(text) - len(text.lstrip())
            end = span.start + len(text.rstrip())
            end = end - 1 if document.text[end - 1] == "{" else end
            name = opens.groupdict().get("name") or ""
            found.append(Definition(name, "region", Span(start, offset), Span(start, end), None, None, _NO))
    return found[::-1]


def _merged(document: Document, tree: list[Definition], lines: list[Definition]) -> list[Definition]:
    """Add the scopes only lines tell of to those the tree knows."""
    taken = {
        line
        for scope in tree
        for line in range(document.line_at(scope.header.start), document.line_at(scope.header.end) + 1)
    }
    fresh = [scope for scope in lines if document.line_at(scope.header.start) not in taken]
    return sorted([*tree, *fresh], key=lambda scope: scope.header.start)


def _column(document: Document, offset: int) -> int:
    """Return the indentation of the cursor's line; on a blank line, the cursor's own column."""
    line = document.line_span(document.line_at(offset))
    text = document.text[line.start : min(line.end, line.start + 1000)]
    return _width(text if text.strip() else document.text[line.start : offset] + ".")


def _indent(document: Document, offset: int) -> int:
    line = document.line_span(document.line_at(offset))
    return _width(document.text[line.start : min(line.end, line.start + 1000)])


def _width(text: str) -> int:
    """Return the width of a line's leading blanks, tabs counted to the next stop."""
    blank = text[: len(text) - len(text.lstrip(" \t"))]
    return len(blank.expandtabs(TAB))
