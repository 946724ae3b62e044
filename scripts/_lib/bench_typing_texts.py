"""The source files that the typing bench writes again, in three languages.

They come from the pinned packages of `corpus`; those that constants are chosen by and those that are reported are
different ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from _lib.bench_typing_model import Script
from _lib.corpus import HELD_OUT, TUNING, Package, sources, unpacked

SIZES = (6_000, 25_000)
"""Characters of a file that is taken: code of a usual length."""

TYPED = 2_500
"""Characters of it that are written, from the middle on, ended at a blank line."""


def scripts(per_language: int, *, tuning: bool = False) -> list[Script]:
    """Return what is written: so many files each of Python, TypeScript and Go. Raises `corpus_fetch.Unreachable`."""
    packages = TUNING if tuning else HELD_OUT
    found: list[Script] = []
    for language in ("python", "typescript", "go"):
        package = next(package for package in packages if package.language == language)
        taken = list(_of(package))
        step = max(1, len(taken) // per_language)
        found += taken[::step][:per_language]
    return found


def _of(package: Package) -> Iterator[Script]:
    folder = unpacked(package)
    for path in sources(package):
        if "test" in path:
            continue
        text = (folder / path).read_text(encoding="utf-8", errors="replace")
        if not SIZES[0] <= len(text) <= SIZES[1] or "\r" in text:
            continue
        first = text.find("\n\n", len(text) // 2) + 2
        last = text.find("\n\n", first + TYPED)
        if first > 2 and last > 0:
            yield Script(package.language, path.rpartition("/")[2], text[:first], text[first:last], text[last:])
