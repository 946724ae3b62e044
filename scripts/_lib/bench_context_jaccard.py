"""Windows of other files that share the most words with the lines above the cursor, as Copilot's clients choose them.

Our own writing of the method, with its public constants; it knows no syntax.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from _lib.bench_context_ours import window
from _lib.bench_context_places import Place
from _lib.corpus import ENDINGS
from mai_lsp.core.tokens import estimate

LINES = 60
"""Of a window, and of the text above the cursor it is compared with (Copilot's `FixedWindowSizeJaccardMatcher`)."""

FILES = 20
"""Looked at; an editor has no more of them open. Those nearest in the tree of folders stand for them."""

SHARE = 0.5
"""Of the budget."""

_WORDS = re.compile(r"[A-Za-z_]\w{2,}")


def jaccard(place: Place, budget: int) -> str:
    """Return the best window of each file, best first, and the plain window."""
    text, offset, _ = place.text()
    wanted = frozenset(_WORDS.findall("\n".join(text[:offset].split("\n")[-LINES:])))
    found = []
    for path in _nearest(place):
        lines = _lines(place.root, path)
        for start in range(0, max(1, len(lines) - LINES // 2), LINES // 4):
            words = frozenset().union(*(_words(place.root, path)[start : start + LINES]))
            if words:
                found.append((len(wanted & words) / len(wanted | words), path, start))
    found.sort(reverse=True)
    left = int(budget * SHARE)
    pieces: list[str] = []
    seen: set[str] = set()
    for _, path, start in found:
        piece = f"// {path}\n" + "\n".join(_lines(place.root, path)[start : start + LINES]) + "\n"
        if path not in seen and estimate(piece) <= left:
            seen.add(path)
            left -= estimate(piece)
            pieces.append(piece)
    head = "".join(pieces)
    return head + window(place, budget - estimate(head))


def _nearest(place: Place) -> list[str]:
    here = place.path.split("/")[:-1]

    def distance(path: str) -> tuple[int, str]:
        there = path.split("/")[:-1]
        shared = 0
        while shared < min(len(here), len(there)) and here[shared] == there[shared]:
            shared += 1
        return len(here) + len(there) - 2 * shared, path

    others = [path for path in _paths(place.root, place.language) if path != place.path]
    return sorted(others, key=distance)[:FILES]


@lru_cache(64)
def _paths(root: Path, language: str) -> tuple[str, ...]:
    found = (path for ending in ENDINGS[language] for path in root.rglob(f"*{ending}") if path.is_file())
    return tuple(path.relative_to(root).as_posix() for path in found)


@lru_cache(256)
def _lines(root: Path, path: str) -> list[str]:
    return (root / path).read_bytes().decode("utf-8", "replace").split("\n")


@lru_cache(256)
def _words(root: Path, path: str) -> list[frozenset[str]]:
    return [frozenset(_WORDS.findall(line)) for line in _lines(root, path)]
