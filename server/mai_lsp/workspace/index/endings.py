"""Which files an index is about, by their names alone; light enough to be asked before anything is loaded."""

from __future__ import annotations

from functools import cache

from mai_lsp.core.kinds import KINDS
from mai_lsp.core.language import LANGUAGES, find
from mai_lsp.core.projects import named

BUILD_FILES = ("package.json", "go.mod", "Cargo.toml", "tsconfig*.json", "jsconfig*.json")
"""Names, with a star for anything, of what `core.projects` reads."""


@cache
def endings() -> frozenset[str]:
    """Return the file endings, with their dots, of the languages that define things."""
    rows = (LANGUAGES[language] for language, kinds in KINDS.items() if kinds.definitions and kinds.functions)
    return frozenset(ending for row in rows for ending in row.extensions)


def indexable(path: str) -> bool:
    """Whether a file of this name can define anything, or says where modules are."""
    kinds = KINDS.get(find("", path).id)
    return (kinds is not None and bool(kinds.definitions and kinds.functions)) or named(path)
