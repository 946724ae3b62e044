"""What is wrong with changes that could be made: broken code, code left out, code gone, names left behind.

It judges texts alone; whether the changes are what was asked for, nobody here can tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mai_lsp.core.change import Change
from mai_lsp.core.language import find
from mai_lsp.core.secrets import PLACEHOLDER
from mai_lsp.core.text import split_lines
from mai_lsp.reply.edits.elision import is_dots, leaves_out
from mai_lsp.reply.edits.errors import new_error
from mai_lsp.reply.edits.leftover import left_behind
from mai_lsp.reply.edits.wanted import Problem, Refusal

SMALL = 30
"""Lines with something in them below which a file may well lose most of them."""

MOST = 0.5
"""Share of a file's lines that may be gone from all the files together."""


def check(
    changes: Sequence[Change],
    *,
    many: bool = False,
    renamed: Sequence[tuple[str, str]] = (),
    others: Mapping[str, str] | None = None,
    drastic: bool = False,
) -> tuple[Problem, ...]:
    """Return what is wrong, in the order of the files.

    `renamed` are names before and after (the latter empty for what is gone), `others` the texts of files in which they
    may still be used; those that are changed count as they are afterwards. `many`: the change is about several files,
    so that code may go from one to another. `drastic`: most of a file may go, since that is what was asked for.
    """
    if not any(change.after != change.old or change.before is None or change.moved_to for change in changes):
        return (Problem(Refusal.UNCHANGED, "", "Nothing would be changed."),)
    problems = [problem for change in changes if (problem := _wrong(change, changes, drastic=drastic, many=many))]
    return (*problems, *left_behind(changes, renamed, others or {}))


def _wrong(change: Change, changes: Sequence[Change], *, drastic: bool, many: bool) -> Problem | None:
    if change.after is None:
        return None
    if change.after.count(PLACEHOLDER) > change.old.count(PLACEHOLDER):
        return Problem(Refusal.SECRET, change.path, "It would hold a placeholder instead of a value.")
    if line := _left_out(change):
        return Problem(Refusal.ELIDED, change.path, f"Code is left out: {line.strip()[:80]}")
    if not drastic and _mostly_gone(change, changes if many else [change]):
        return Problem(Refusal.UNRELATED, change.path, "More than half of the file would be gone.")
    return new_error(change)


def _left_out(change: Change) -> str:
    """Return a new line that stands for code, if code went where it came."""
    path = change.moved_to or change.path
    if change.before is None:
        return next((line for line in split_lines(change.after or "") if leaves_out(line)), "")
    before = Counter(line.strip() for line in split_lines(change.old))
    for edit in change.edits():
        removed = _filled(change.old[edit.span.start : edit.span.end])
        added = _filled(edit.text)
        for line in added:
            if before[line.strip()]:
                continue
            if leaves_out(line) or (is_dots(line) and removed and _means_it(line, path, len(removed) - len(added))):
                return line
    return ""


def _means_it(line: str, path: str, lost: int) -> bool:
    """Whether dots stand for code: in Python they are also a body, so there only if more than a line goes with them."""
    bare = line.strip() == "..."
    return not bare or (not path.endswith(".pyi") and (find("", path).id != "python" or lost > 0))


def _mostly_gone(change: Change, changes: Sequence[Change]) -> bool:
    """Whether most lines of a file stand in none of the files afterwards."""
    old = [line.strip() for line in _filled(change.old)]
    if len(old) < SMALL:
        return False
    left = Counter(line.strip() for one in changes for line in _filled(one.after or ""))
    gone = sum((Counter(old) - left).values())
    return gone > MOST * len(old)


def _filled(text: str) -> list[str]:
    return [line for line in split_lines(text) if line.strip()]
