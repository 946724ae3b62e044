"""Which files an index is about, by their names alone; light enough to be asked before anything is loaded."""

from __future__ import annotations

from functools import cache

from mai_lsp.core.kinds import KINDS
from mai_lsp.core.language import LANGUAGES, find


@cache
def endings() -> frozenset[str]:
    """Return the file endings, with their dots, of the languages that define things."""
    rows = (LANGUAGES[language] for language, kinds in KINDS.items() if kinds.definitions and kinds.functions)
    return frozenset(ending for row in rows for ending in row.extensions)


def indexable(path: str) -> bool:
    """Whether a file of this name can define anything."""
    kinds = KINDS.get(find("", path).id)
    return kinds is not None and bool(kinds.definitions and kinds.functions)
