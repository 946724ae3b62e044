"""Fenced blocks of Markdown as models write them around code: where one begins, ends, and what is inside another.

Lines in, lines out; what stands in a block is not read here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")

PROSE = (".md", ".mdx", ".markdown", ".rst", ".txt", ".adoc", ".qmd", ".rmd")
"""Endings of files that hold fences themselves."""


class Fence(NamedTuple):
    """A line that may begin or end a block."""

    indent: int
    mark: str
    info: str


class Block(NamedTuple):
    """One fenced block."""

    first: int
    """Index of the fence's line."""
    last: int
    """Index of the closing fence's line; the number of lines where there is none."""
    fence: Fence
    lines: tuple[str, ...]
    """What stands inside, without the indentation that the fence itself has."""
    closed: bool


def fence_in(line: str) -> Fence | None:
    """Return the fence that a line is; None for any other line."""
    found = _FENCE.match(line)
    return Fence(len(found["indent"]), found["mark"], found["info"].strip()) if found else None


def closes(line: str, opening: Fence) -> bool:
    """Whether a line ends the block that `opening` began: the same mark, at least as long, and nothing else."""
    fence = fence_in(line)
    return (
        fence is not None
        and not fence.info
        and fence.mark[0] == opening.mark[0]
        and len(fence.mark) >= len(opening.mark)
        and fence.indent <= opening.indent
    )


def block_at(lines: Sequence[str], first: int, limit: int | None = None, *, prose: bool = False) -> Block | None:
    """Return the block whose opening fence is the line `first`; None where that line is no fence.

    Models forget to make the outer fence longer. So a fence that says its language opens a block inside. In files that
    are Markdown themselves (`prose`) bare fences open blocks too: there the last one before `limit` is the end, if all
    of those inside come in pairs.
    """
    opening = fence_in(lines[first])
    if opening is None:
        return None
    limit = len(lines) if limit is None else limit
    end = _last_paired(lines, first, limit, opening) if prose else _first_closing(lines, first, limit, opening)
    inside = lines[first + 1 : limit if end is None else end]
    return Block(first, limit if end is None else end, opening, _outdented(inside, opening.indent), end is not None)


def _first_closing(lines: Sequence[str], first: int, limit: int, opening: Fence) -> int | None:
    inner: list[Fence] = []
    for index in range(first + 1, limit):
        fence = fence_in(lines[index])
        if fence is None or fence.mark[0] != opening.mark[0]:
            continue
        if inner and closes(lines[index], inner[-1]):
            inner.pop()
        elif closes(lines[index], opening):
            return index
        elif fence.info and len(fence.mark) >= len(opening.mark) and fence.indent <= opening.indent:
            inner.append(fence)
    return None


def _last_paired(lines: Sequence[str], first: int, limit: int, opening: Fence) -> int | None:
    ends = [index for index in range(first + 1, limit) if closes(lines[index], opening)]
    if not ends:
        return None
    if len(opening.mark) > 3:
        return ends[0]
    inner = [fence_in(line) for line in lines[first + 1 : ends[-1]]]
    return ends[-1] if sum(fence is not None and fence.mark == opening.mark for fence in inner) % 2 == 0 else None


def _outdented(lines: Sequence[str], indent: int) -> tuple[str, ...]:
    """Take off the indentation of the fence itself, as in a list, where all lines have it."""
    if indent and all(not line[:indent].strip(" \t") for line in lines):
        return tuple(line[indent:] for line in lines)
    return tuple(lines)
