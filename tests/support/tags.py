"""What the grammars' own tag queries find in a text, to hold our tables against."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import tree_sitter

from mai_lsp.core import grammars
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.language import LANGUAGES

INHERITS = {"typescript": "javascript", "typescriptreact": "javascript", "cpp": ""}
"""TypeScript's query says only what JavaScript's does not."""


class Tag(NamedTuple):
    """A definition as a tag query has it."""

    kind: str
    """`class`, `method` …"""
    name: str
    line: int
    """Of the name, from 0."""
    around: tuple[str, ...]
    """Kinds of what was tagged and of the nodes around it, the innermost first."""
    local: bool
    """Whether it stands in the body of a function, where nothing else can see it."""


@cache
def tag_query(language: str) -> tree_sitter.Query | None:
    """Return the query that a grammar's wheel brings for its language; None where it brings none."""
    row = LANGUAGES[language]
    assert row.grammar is not None
    sources = [_source(row.grammar[0])]
    if other := INHERITS.get(language):
        grammar = LANGUAGES[other].grammar
        assert grammar is not None
        sources.append(_source(grammar[0]))
    loaded = grammars.load(row)
    assert loaded is not None
    return tree_sitter.Query(loaded, "\n".join(sources)) if sources[0] else None


def tags_in(language: str, text: str) -> Iterator[Tag]:
    """Yield the definitions that the language's tag query finds."""
    query, grammar = tag_query(language), grammars.load(LANGUAGES[language])
    assert query is not None
    assert grammar is not None
    tree = tree_sitter.Parser(grammar).parse(text.encode())
    for _, captured in tree_sitter.QueryCursor(query).matches(tree.root_node):
        kind = next((name for name in captured if name.startswith("definition.")), "")
        if not kind or "name" not in captured:
            continue
        node, name = captured[kind][0], captured["name"][0]
        assert name.text is not None
        text, row = name.text.decode(), name.start_point.row
        yield Tag(kind.removeprefix("definition."), text, row, *_around(language, node))


def _around(language: str, node: tree_sitter.Node) -> tuple[tuple[str, ...], bool]:
    kinds = kinds_of(language)
    around, local = [node.type], False
    while (parent := node.parent) is not None:
        if parent.type in kinds.functions | kinds.regions and node.type not in kinds.functions:
            local |= node.type in kinds.bodies or parent.child_by_field_name("body") == node
        around.append(parent.type)
        node = parent
    return tuple(around), local


def _source(module: str) -> str:
    if found := getattr(importlib.import_module(module), "TAGS_QUERY", None):
        return str(found)
    # Some wheels bring the file and do not say so, or bring it in a folder of another name.
    files = metadata.files(module.replace("_", "-")) or ()
    return next((Path(str(file.locate())).read_text("utf-8") for file in files if file.name == "tags.scm"), "")
