"""Reads a plan: what all must know, then what is to be done in each file, below headings with their paths.

It judges no path and no word; what can not be read is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from mai_lsp.core.text import split_lines
from mai_lsp.reply.edits.paths import clean, resolve
from mai_lsp.reply.edits.wanted import Problem, Refusal

_HEADING = re.compile(r"^#{2,4}[ \t]+(?P<rest>\S.*?)[ \t]*#*$")
_WHAT = re.compile(r"[ \t]*[(\[](?P<what>new|new file|create|delete|deleted|remove)[)\]]$", re.IGNORECASE)
_ARROW = re.compile(r"\s+(?:->|→|=>)\s+")


class Fate(StrEnum):
    """What becomes of a file."""

    CHANGE = "change"
    NEW = "new"
    DELETE = "delete"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Task:
    """One file's part of a plan."""

    path: str
    fate: Fate
    text: str
    """What is to be done, for a model; stripped."""
    to: str = ""
    """The path afterwards, of a file that is moved."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who changes what."""

    shared: str
    """What all must know; stripped."""
    tasks: tuple[Task, ...]
    """At least one, one per path, in the order of the plan."""

    def told(self, task: Task) -> str:
        """Return what one file's model is told: what is shared, all headings, and its own part."""
        others = "\n".join(f"- {one.path}: {one.fate}" for one in self.tasks)
        moved = f" It moves to {task.to}." if task.to else ""
        part = f"Your part, {task.path}:{moved}\n{task.text}"
        return f"{self.shared}\n\nFiles of the whole change:\n{others}\n\n{part}".strip()


def read_plan(reply: str, *, finished: bool, known: Collection[str] = ()) -> Plan | Problem:
    """Read a plan; a problem where it is cut off, names no file, or names one twice.

    `known` are the paths that were shown, to tell a path that is shortened or has a prefix.
    """
    if not finished:
        return Problem(Refusal.TRUNCATED, "", "The plan was cut off.")
    shared: list[str] = []
    tasks: list[tuple[Task, list[str]]] = []
    fence = ""
    for line in split_lines(reply):
        mark = re.match(r"[ \t]*(`{3,}|~{3,})", line)
        if mark and (not fence or (mark[1].startswith(fence) and not line.strip(" \t`~"))):
            fence = "" if fence else mark[1]
        heading = None if fence else _HEADING.match(line)
        task = _task(heading["rest"], known) if heading is not None else None
        if task is not None:
            tasks.append((task, []))
        else:
            (tasks[-1][1] if tasks else shared).append(line)
    if not tasks:
        return Problem(Refusal.NOTHING, "", "The plan names no file below a heading of its own.")
    paths = [task.path for task, _ in tasks] + [task.to for task, _ in tasks if task.to]
    if twice := next((path for path in paths if paths.count(path) > 1), ""):
        return Problem(Refusal.MALFORMED, twice, f"The plan names {twice} more than once.")
    read = tuple(Task(task.path, task.fate, "\n".join(lines).strip(), task.to) for task, lines in tasks)
    return Plan("\n".join(shared).strip(), read)


def _task(heading: str, known: Collection[str]) -> Task | None:
    """Read a heading; None for one that is no path."""
    what = _WHAT.search(heading)
    bare = heading[: what.start()] if what else heading
    there, *to = _ARROW.split(bare)
    path = resolve(clean(there), known)
    if not path or " " in path or not ("/" in path or "." in path or path in known):
        return None
    if to:
        return Task(path, Fate.MOVE, "", clean(to[-1]))
    if what is None:
        return Task(path, Fate.CHANGE, "")
    return Task(clean(bare), Fate.NEW, "") if what["what"].lower()[0] in "nc" else Task(path, Fate.DELETE, "")
