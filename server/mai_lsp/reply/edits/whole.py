"""Reads whole files: each in a fenced block, its path above, in the fence's info string or in the first comment.

No path is judged here, and nothing compared with what the file is now.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mai_lsp.core.language import find
from mai_lsp.core.text import split_lines
from mai_lsp.reply.edits.fences import PROSE, Block, Fence, block_at, fence_in
from mai_lsp.reply.edits.paths import clean, path_above, path_alone, path_in, resolve
from mai_lsp.reply.edits.resources import resource_in
from mai_lsp.reply.edits.search import LOOK_BACK, info_path
from mai_lsp.reply.edits.wanted import Problem, Reading, Refusal, Wanted, Write

_ASIDE = frozenset(
    {"bash", "sh", "shell", "console", "shellscript", "zsh", "text", "txt", "output", "plaintext", "diff"}
)
"""Languages of blocks without a path that belong to the prose: commands to run, what they print."""


def read_whole(reply: str, known: Collection[str]) -> Reading:
    """Read a whole reply."""
    lines = split_lines(reply)
    wanted: list[Wanted] = []
    problems: list[Problem] = []
    prose: list[str] = []
    nameless: list[Block] = []
    at = border = 0
    while at < len(lines):
        if resource := resource_in(lines[at], known):
            wanted.append(resource)
        elif fence := fence_in(lines[at]):
            path = _path(lines, border, at, fence, known)
            block = block_at(lines, at, _limit(lines, at, known), prose=path.lower().endswith(PROSE))
            if block is None:
                break
            at = border = block.last + 1
            if all(resource_in(line, known) for line in block.lines if line.strip()) and any(block.lines):
                wanted += [one for line in block.lines if (one := resource_in(line, known))]
            elif not block.closed:
                problems.append(Problem(Refusal.TRUNCATED, path, "The reply ends inside a file."))
            elif path:
                wanted.append(Write(resolve(path, known, shortened=False), _text(block.lines)))
                _unsay(prose, known)
            else:
                nameless.append(block)
            continue
        else:
            prose.append(lines[at])
        at += 1
    _place(nameless, wanted, problems, known)
    return Reading(tuple(wanted), tuple(problems), "\n".join(prose).strip())


def _place(nameless: Sequence[Block], wanted: list[Wanted], problems: list[Problem], known: Collection[str]) -> None:
    """Decide on blocks without a path: the one file's text, something beside the matter, or a mistake."""
    files = [block for block in nameless if block.fence.info.partition(" ")[0].lower() not in _ASIDE]
    if not files:
        return
    if len(files) == 1 and len(known) == 1 and not wanted and _fits(files[0], path := next(iter(known))):
        wanted.append(Write(path, _text(files[0].lines)))
        return
    problems.append(Problem(Refusal.MALFORMED, "", "A block of code does not say which file it is."))


def _fits(block: Block, path: str) -> bool:
    """Whether a block's language is that of the path, as far as either is told."""
    info = block.fence.info.partition(" ")[0]
    return not info or find(info).id == find("", path).id


def _path(lines: Sequence[str], border: int, at: int, fence: Fence, known: Collection[str]) -> str:
    """Return the path of the block below a fence: its info string's, its first comment's, or one above it."""
    if path := info_path(fence.info, known) or _labelled(lines[at + 1 : at + 3], known):
        return path
    above = [line for line in lines[border:at] if line.strip()][-LOOK_BACK:]
    path = path_above(above, known)
    info = fence.info.partition(" ")[0].lower()
    # A command that runs a file is not the file.
    return "" if info in _ASIDE and find(info).id != find("", path).id else path


def _labelled(lines: Sequence[str], known: Collection[str]) -> str:
    """Return the shown path that a block's first line, a comment, is."""
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip().startswith(("#", "//", "/*", "<!--", "--", ";", "%")):
        return ""
    path = clean(path_alone(first, known))
    return path if resolve(path, known) in known else ""


def _limit(lines: Sequence[str], first: int, known: Collection[str]) -> int:
    """Return where the next file of the reply begins: a path alone on a line, and a fence right below it."""
    for index in range(first + 1, len(lines) - 1):
        below = next((line for line in lines[index + 1 : index + 3] if line.strip()), "")
        if (
            fence_in(below)
            and resolve(clean(path_in(lines[index], known)), known) in known
            and not fence_in(lines[index])
        ):
            return index
    return len(lines)


def _unsay(prose: list[str], known: Collection[str]) -> None:
    """Take the path above a file out of what was said for a person."""
    while prose and (not prose[-1].strip() or (path_in(prose[-1], known) and len(prose[-1].split()) < 3)):
        prose.pop()


def _text(lines: Sequence[str]) -> str:
    return "".join(line + "\n" for line in lines)
