"""Reads search/replace blocks, in all the ways models write them down.

    path/to/file.py
    ```python
    <<<<<<< SEARCH
    lines as they are
    =======
    lines as they shall be
    >>>>>>> REPLACE
    ```

Aider's format (`aider/coders/editblock_coder.py`: five to nine marks, the path at most three lines above). An empty
first part makes a file. Nothing is looked for in files here, and no path judged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from mai_lsp.core.text import split_lines
from mai_lsp.reply.edits.fences import PROSE, Fence, closes, fence_in
from mai_lsp.reply.edits.paths import path_above, path_in, resolve
from mai_lsp.reply.edits.resources import resource_in
from mai_lsp.reply.edits.wanted import Problem, Reading, Refusal, Replace, Wanted

LOOK_BACK = 3
"""Lines with text above a block of which one may be its path (Aider)."""

_BORDER = "\0"
"""Stands among the prose where a block was: what is above it belongs to that one."""

_HEAD = re.compile(
    r"^(?P<indent>[ \t]*)(?P<marks><{5,9})[ \t]*"
    r"(?:(?:SEARCH|ORIGINAL|OLD|BEFORE|FIND|HEAD)\b>?:?[ \t]*(?P<path>\S*)|)[ \t]*$",
    re.IGNORECASE,
)
_DIVIDER = re.compile(r"^[ \t]*(={5,9})[ \t]*$")
_TAIL = re.compile(r"^[ \t]*>{5,9}[ \t]*(?:(?:REPLACE|UPDATED?|NEW|AFTER|REPLACEMENT)\b.*)?$", re.IGNORECASE)


@dataclass(slots=True)
class _State:
    known: Collection[str]
    wanted: list[Wanted] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    path: str = ""
    """The last block's."""
    fence: Fence | None = None
    """The one that was open around the last block."""


def has_blocks(reply: str) -> bool:
    """Whether a text holds at least the beginning of one block."""
    lines = split_lines(reply)
    return any(map(_HEAD.match, lines)) and any(map(_DIVIDER.match, lines))


def read_search(reply: str, known: Collection[str]) -> Reading:
    """Read a whole reply."""
    lines = split_lines(reply)
    state = _State(known)
    at = 0
    while at < len(lines):
        if head := _HEAD.match(lines[at]):
            at = _block(lines, at, head, state)
        else:
            if resource := resource_in(lines[at], known):
                state.wanted.append(resource)
            else:
                state.prose.append(lines[at])
            at += 1
    return Reading(tuple(state.wanted), tuple(state.problems), _prose(state.prose, known))


def _block(lines: Sequence[str], first: int, head: re.Match[str], state: _State) -> int:
    """Read the block that begins at `first`; return the line behind it."""
    fence, path = _above(state)
    state.fence = fence
    path = path_in(head["path"] or "", state.known) or path or state.path
    if not path and len(state.known) == 1:
        (path,) = state.known
    state.path = path
    state.prose.append(_BORDER)
    end, tail = _end(lines, first, fence, path)
    if tail:
        state.problems.append(Problem(tail, path, _TELLS[tail]))
        return end
    after = end + 1 if _TAIL.match(lines[end]) else end
    body = _outdented(lines[first + 1 : end], head["indent"])
    parts = _parts(body, len(head["marks"]))
    if parts is None:
        state.problems.append(Problem(Refusal.MALFORMED, path, "A block needs one line of = between its two parts."))
    elif not path:
        state.problems.append(Problem(Refusal.MALFORMED, "", "A block does not say which file it is about."))
    else:
        search, replace = (_text(_without_fence(part, path)) for part in parts)
        meant = resolve(path, state.known, shortened=bool(search))
        state.wanted.append(Replace(meant, search, replace))
    return after


_TELLS = {
    Refusal.TRUNCATED: "The reply ends inside a block.",
    Refusal.MALFORMED: "A block has no line of > at its end.",
}


def _end(lines: Sequence[str], first: int, fence: Fence | None, path: str) -> tuple[int, Refusal | None]:
    """Return the line that ends a block, and what is wrong if none does.

    The last mark may be missing where the fence around the block is closed.
    """
    divided = False
    fenced: int | None = None
    for index in range(first + 1, len(lines)):
        if _TAIL.match(lines[index]) and divided:
            return index, None
        if _HEAD.match(lines[index]):
            return (fenced, None) if fenced is not None else (index, Refusal.MALFORMED)
        divided = divided or _DIVIDER.match(lines[index]) is not None
        closing = divided and fence is not None and closes(lines[index], fence)
        if closing and fenced is None and not path.lower().endswith(PROSE):
            fenced = index
    if fenced is not None:
        return fenced, None
    return len(lines), Refusal.TRUNCATED


def _parts(body: Sequence[str], marks: int) -> tuple[list[str], list[str]] | None:
    """Cut a block in two; None where it is not certain at which line."""
    found = [index for index, line in enumerate(body) if _DIVIDER.match(line)]
    if len(found) > 1:
        # Underlines of headings look the same, unless they are longer or shorter than the marks.
        found = [index for index in found if body[index].strip() == "=" * marks]
    if len(found) != 1:
        return None
    return list(body[: found[0]]), list(body[found[0] + 1 :])


def _above(state: _State) -> tuple[Fence | None, str]:
    """Return the fence that is open above a block, and the path that stands there since the last block."""
    prose = state.prose
    since = prose[len(prose) - prose[::-1].index(_BORDER) :] if _BORDER in prose else prose
    fence, start = state.fence, 0
    for index, line in enumerate(since):
        if fence is None:
            fence = fence_in(line)
        elif closes(line, fence):
            # What is above a block of something else does not name this one.
            fence, start = None, index + 1
    if fence and (path := info_path(fence.info, state.known)):
        return fence, path
    lines = [line for line in since[start:] if line.strip() and not fence_in(line)]
    return fence, path_above(lines[-LOOK_BACK:], state.known)


def info_path(info: str, known: Collection[str]) -> str:
    """Return the path in a fence's info string: ``python src/a.py``, ``python:src/a.py``, ``title="src/a.py"``."""
    for word in reversed(re.split(r"[\s{}]+|(?<=\w):(?=[\w./])|=", info)):
        if path := path_in(word, known):
            return path
    return ""


def _outdented(lines: Sequence[str], indent: str) -> list[str]:
    """Take off the indentation that the marks themselves have, as in a list."""
    if indent and all(line.startswith(indent) or not line.strip() for line in lines):
        return [line[len(indent) :] for line in lines]
    return list(lines)


def _without_fence(lines: list[str], path: str) -> list[str]:
    """Take off a fence that was written inside the marks."""
    if len(lines) > 1 and not path.lower().endswith(PROSE):
        opening = fence_in(lines[0])
        if opening and closes(lines[-1], opening):
            return lines[1:-1]
    return lines


def _text(lines: Sequence[str]) -> str:
    return "".join(line + "\n" for line in lines)


def _prose(lines: Sequence[str], known: Collection[str]) -> str:
    return "\n".join(_spoken(lines, known)).strip()


def _spoken(lines: Sequence[str], known: Collection[str]) -> Iterator[str]:
    """Yield what is said for a person: neither fences nor the paths above them."""
    for index, line in enumerate(lines):
        if fence_in(line) or line == _BORDER:
            continue
        following = next((one for one in lines[index + 1 :] if one.strip()), "")
        if path_in(line, known) and " " not in line.strip() and (fence_in(following) or not following):
            continue
        yield line
