"""Which files of the workspace are most like the cursor's own, or live with it: where to look for usual company.

Files that import the same things, that import this one, that stand beside it, and its test or what it tests. It reads
no file's contents; equal scores are settled by paths, so that the choice is stable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import log
from posixpath import dirname
from typing import NamedTuple

from mai_lsp.context.resolve import Files, related
from mai_lsp.core.facts import File
from mai_lsp.core.imported import imported_as

NEIGHBOURS, MANY_NEIGHBOURS = 14, 30
"""Files looked into for a small and a large prompt: what a large one has room for is worth a longer look."""

COMMON = 60
"""What more files import than this says nothing about any of them."""

IMPORTER = 0.5
"""Weight of a file that imports this one: it shows how what is written here is used."""

BESIDE = 0.35
"""Weight of a file in the same folder."""

ALIKE = 0.6
"""Weight of the words that two files' names share."""

COUNTERPART = 1.5
"""Weight of a file's test, or of what a test tests."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TEST = frozenset({"test", "tests", "spec", "specs", "it", "e2e", "unit", "impl", "mock"})
"""Words that a file's name has beside the name of what it tests."""


class Neighbour(NamedTuple):
    """A file, and how near it is."""

    file: File
    affinity: float


def neighbours(files: Files, here: File, imported: Iterable[str], count: int = NEIGHBOURS) -> list[Neighbour]:
    """Return the `count` files nearest to `here`, which imports these words (`imported`), nearest first."""
    scores: dict[str, float] = {}
    found: dict[str, File] = {}

    def add(file: File, weight: float) -> None:
        if file.path != here.path and related(file.language, here.language):
            found[file.path] = file
            scores[file.path] = scores.get(file.path, 0.0) + weight

    for word in imported:
        importers = files.importing(word, COMMON)
        if len(importers) <= COMMON:
            for file in importers:
                add(file, 1 / (1 + log(1 + len(importers))))
    own = imported_as(here.path)
    importers = files.importing(own, COMMON)
    for file in importers:
        add(file, IMPORTER / (1 + log(1 + len(importers))))
    words = words_of(own)
    for file in files.beside(dirname(here.path)):
        add(file, BESIDE)
    for variant in _counterparts(own):
        for file in files.tailed(variant):
            add(file, 0.0)
    for path in found:
        other = words_of(imported_as(path))
        if words and words - _TEST == other - _TEST:
            scores[path] += COUNTERPART
        elif words and other:
            scores[path] += ALIKE * len(words & other) / len(words | other)
    best = sorted(scores, key=lambda path: (-scores[path], path))[:count]
    return [Neighbour(found[path], scores[path]) for path in best]


def words_of(name: str) -> frozenset[str]:
    """Split a name at capitals, digits and marks."""
    return frozenset(word.lower() for word in _WORDS.findall(name))


def _counterparts(name: str) -> Sequence[str]:
    """Return the names a test of this file may have, and what this file may test."""
    bare = re.sub(r"(?i)^tests?_?|_?(?:test|spec)s?$", "", name)
    return [bare, f"test_{bare}", f"{bare}_test", f"{bare}Test", f"{bare}Tests", f"Test{bare}", f"{bare}_spec"]
