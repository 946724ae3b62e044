"""Shortens source for a prompt: the first lines of a docstring, a signature, a whole definition when it is small.

What it returns is the file's own text but for a closing mark after a cut; it never invents code.
"""

from __future__ import annotations

import re

from mai_lsp.core.language import find
from mai_lsp.core.outline import Definition
from mai_lsp.core.text import Document, Span, split_lines

HEADER_LINES = 8
"""A longer signature is cut: its first parameters say most."""

LINE_CHARACTERS = 400
"""A longer line is data, not a signature."""

_WORD = re.compile(r"\w")
_QUOTES = re.compile(r"""[A-Za-z]*("{3}|'{3}|"|')""")


def header_of(document: Document, definition: Definition) -> str:
    """Return the signature with the indentation of its first line, as one or more lines."""
    return lined(document, Span(definition.header.start, definition.header.end), HEADER_LINES)


def lined(document: Document, span: Span, limit: int) -> str:
    """Return the first lines of a span, indented as its first line is, without what hangs over at its end."""
    indent = document.text[document.starts[document.line_at(span.start)] : span.start]
    text = document.slice(span).rstrip()
    lines = split_lines(text)[:limit]
    lead = indent if not indent.strip() else ""
    return "\n".join([lead + lines[0][:LINE_CHARACTERS], *(line[:LINE_CHARACTERS] for line in lines[1:])])


def doc_of(document: Document, definition: Definition, limit: int) -> str:
    """Return the first `limit` lines of a docstring or comment that say something, closed again where it was cut."""
    if definition.doc is None:
        return ""
    text = document.slice(definition.doc).rstrip()
    start = document.starts[document.line_at(definition.doc.start)]
    indent = document.text[start : definition.doc.start]
    indent = indent if not indent.strip() else ""
    lines = split_lines(text)
    if len(lines) <= limit:
        return "\n".join([indent + lines[0], *lines[1:]])
    said = [line for line in lines if _WORD.search(line)][:limit]
    if not said:
        return ""
    if quotes := _QUOTES.match(text):
        first = said[0].strip()
        opened = first if first.startswith(quotes.group()) else quotes.group() + first
        return "\n".join([indent + opened, *said[1:]]) + quotes.group(1)
    if text.startswith("/*"):
        words = [re.sub(r"^\s*(?:/\*+|\*)?\s?", "", line).rstrip("*/ ") for line in said]
        return f"{indent}/** {(chr(10) + indent + ' * ').join(words)} */"
    return "\n".join([indent + said[0].strip(), *said[1:]])


def stub_of(document: Document, definition: Definition, doc_lines: int = 1) -> str:
    """Return a signature with the first line of its docstring, in the order the language writes them."""
    header, doc = header_of(document, definition), doc_of(document, definition, doc_lines)
    row = find(document.language)
    if definition.header == definition.span:
        return f"{doc}\n{header}" if doc else header
    if row.block == "indent" and row.id == "python":
        inside = definition.doc is not None and definition.doc.start >= definition.header.end
        if inside and doc:
            return f"{header}\n{doc}"
        return f"{doc}\n{header} ..." if doc else f"{header} ..."
    return f"{doc}\n{header}" if doc else header
