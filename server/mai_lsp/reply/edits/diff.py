"""Reads unified diffs as models write them: git's headers or none, wrong or missing numbers, lost blanks.

Also the envelope of OpenAI's ``apply_patch`` (``*** Update File: path``). A number is kept only where the hunk's header
agrees with its lines. Nothing is looked for in files here, and no path judged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from mai_lsp.core.text import split_lines
from mai_lsp.reply.edits.fences import PROSE, fence_in
from mai_lsp.reply.edits.paths import clean, path_above, resolve
from mai_lsp.reply.edits.resources import resource_in
from mai_lsp.reply.edits.search import info_path
from mai_lsp.reply.edits.wanted import Delete, Move, Problem, Reading, Refusal, Replace, Wanted, Write

_HUNK = re.compile(r"^[ \t]{0,3}@@(?: -(?P<a>\d+)(?:,(?P<b>\d+))? \+\d+(?:,(?P<d>\d+))? @@)?(?P<rest>.*)$")
_GIT = re.compile(r"^diff --git (?:a/)?(?P<old>\S+) (?:b/)?(?P<new>\S+)\s*$")
_EXTENDED = re.compile(
    r"^(?:index [0-9a-f]+\.\.|(?:new|deleted) file mode|old mode|new mode|(?:dis)?similarity index|Index: |={20,}$)"
)
_PATCH = re.compile(r"^\*\*\* (?P<what>Update File|Add File|Delete File|Move to): (?P<path>.+?)\s*$")
_NO_NEWLINE = re.compile(r"^\\ ?No newline")
NULL = "/dev/null"


@dataclass(slots=True)
class _File:
    """What a diff says about one file."""

    path: str = ""
    to: str = ""
    new: bool = False
    gone: bool = False
    patch: bool = False
    """Below a line of ``apply_patch``."""
    edits: list[Wanted] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    known: Collection[str]
    wanted: list[Wanted] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    file: _File | None = None


def looks_like_diff(reply: str) -> bool:
    """Whether a text holds a hunk below a file's header."""
    lines = split_lines(reply)
    return any(_HUNK.match(line) for line in lines) and any(
        line.startswith(("--- ", "diff --git ")) or _PATCH.match(line) for line in lines
    )


def read_diff(reply: str, known: Collection[str]) -> Reading:
    """Read a whole reply."""
    lines = split_lines(reply)
    state = _State(known)
    at = 0
    while at < len(lines):
        at = _line(lines, at, state)
    _close(state)
    return Reading(tuple(state.wanted), tuple(state.problems), "\n".join(state.prose).strip())


def _line(lines: Sequence[str], at: int, state: _State) -> int:
    """Read what begins at a line; return the next one to be read."""
    line = lines[at]
    if git := _GIT.match(line):
        _open(state, resolve(git["old"], state.known))
    elif _is_header(lines, at):
        return _header(lines, at, state)
    elif patch := _PATCH.match(line):
        _patch(patch, state)
        if patch["what"] == "Add File":
            return _added(lines, at + 1, state)
    elif state.file and line.startswith("rename from "):
        state.file.path = resolve(clean(line[12:]), state.known)
    elif state.file and line.startswith("rename to "):
        state.file.to = clean(line[10:])
    elif state.file and line.startswith("deleted file mode"):
        state.file.gone = True
    elif state.file and line.startswith("new file mode"):
        state.file.new = True
    elif _HUNK.match(line):
        return _hunk(lines, at, state)
    elif state.file and state.file.patch and not state.file.edits and line[:1] in {"+", "-", " "}:
        return _body(lines, at, "", state, None)
    elif resource := resource_in(line, state.known):
        state.wanted.append(resource)
    elif not _EXTENDED.match(line) and not line.startswith("*** ") and not fence_in(line):
        state.prose.append(line)
    elif (fence := fence_in(line)) and (path := info_path(fence.info, state.known)):
        state.prose.append(path)
    return at + 1


def _is_header(lines: Sequence[str], at: int) -> bool:
    """Whether ``---`` and ``+++`` follow each other; a removed comment of SQL begins like the first alone."""
    return lines[at].startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ ")


def _header(lines: Sequence[str], at: int, state: _State) -> int:
    old, new = (_named(line[4:]) for line in lines[at : at + 2])
    known = state.known
    path = resolve(old if old != NULL else new, known, shortened=old != NULL)
    path = path if path in known else _bare(path, known)
    begun = state.file
    if begun is None or begun.edits or path not in {begun.path, begun.to}:
        begun = _open(state, path)
    begun.new = begun.new or old == NULL
    begun.gone = begun.gone or new == NULL
    to = resolve(new, known)
    if NULL not in {old, new} and to != path and _bare(to, known) != begun.path:
        begun.to = _bare(to, known)
    return at + 2


def _named(text: str) -> str:
    """Return a header's path without its time stamp."""
    return clean(text.partition("\t")[0].strip())


def _bare(path: str, known: Collection[str]) -> str:
    """Take off git's prefix of a path that is not known."""
    return path[2:] if path not in known and path.startswith(("a/", "b/")) else path


def _open(state: _State, path: str) -> _File:
    _close(state)
    state.file = _File(path)
    return state.file


def _close(state: _State) -> None:
    """Add up what was said about a file."""
    file, state.file = state.file, None
    if file is None:
        return
    if file.gone:
        state.wanted.append(Delete(file.path))
        return
    if file.to and file.to != file.path:
        state.wanted.append(Move(file.path, file.to))
    state.wanted += file.edits
    if file.new and not file.edits:
        state.wanted.append(Write(file.path, "", new=True))


def _patch(found: re.Match[str], state: _State) -> None:
    path = resolve(clean(found["path"]), state.known)
    if found["what"] == "Move to":
        if state.file:
            state.file.to = clean(found["path"])
        return
    file = _open(state, clean(found["path"]) if found["what"] == "Add File" else path)
    file.patch = True
    file.new = found["what"] == "Add File"
    file.gone = found["what"] == "Delete File"


def _added(lines: Sequence[str], at: int, state: _State) -> int:
    """Read the lines of a file that ``apply_patch`` adds."""
    text: list[str] = []
    while at < len(lines) and (lines[at].startswith("+") or not lines[at].strip()):
        if not lines[at].strip() and not any(line.startswith("+") for line in lines[at : at + 2]):
            break
        text.append(lines[at][1:])
        at += 1
    if state.file:
        state.file.edits.append(Write(state.file.path, _text(text), new=True))
    return at


def _hunk(lines: Sequence[str], at: int, state: _State) -> int:
    """Read a hunk; without a file's header its path stands above the fence."""
    found = _HUNK.match(lines[at])
    if found is None:  # pragma: no cover - asked before
        return at + 1
    if state.file is None:
        path = path_above(state.prose, state.known)
        if not path and len(state.known) == 1:
            (path,) = state.known
        _open(state, resolve(path, state.known))
    numbers = (int(found["a"]), int(found["b"] or 1), int(found["d"] or 1)) if found["a"] is not None else None
    rest = re.sub(r"^[-+,\d .@]*@@|^\s*\.\.\.", "", found["rest"]).removesuffix("@@").strip()
    return _body(lines, at + 1, rest, state, numbers)


def _body(lines: Sequence[str], at: int, under: str, state: _State, numbers: tuple[int, int, int] | None) -> int:
    """Read a hunk's lines, `numbers` being the old side's first line and how many lines either side has."""
    file = state.file
    if file is None:
        return at + 1
    end = _end(lines, at, file, numbers)
    body = [
        (line[0], line[1:]) if line[:1] in {"+", "-", " "} else (" ", line)
        for line in lines[at:end]
        if not _NO_NEWLINE.match(line)
    ]
    while end > at and not lines[end - 1]:
        body.pop()
        end -= 1
    _take(body, under, file, state, numbers)
    return end


def _end(lines: Sequence[str], at: int, file: _File, numbers: tuple[int, int, int] | None) -> int:
    """Return where a hunk ends: at another's beginning, at the fence's end, or where only talk follows."""
    prose = file.path.lower().endswith(PROSE)
    signed = at
    old = new = 0
    while at < len(lines):
        line = lines[at]
        if _is_header(lines, at) or _GIT.match(line) or _PATCH.match(line) or _HUNK.match(line):
            break
        if line.startswith("*** ") or (fence_in(line) and not prose and line[:1] in "`~"):
            break
        if prose and fence_in(line) and not any(one[:1] in {"+", "-", " "} for one in lines[at + 1 : at + 2]):
            break
        if not line and numbers is not None and (old, new) == numbers[1:]:
            return at
        if line[:1] in {"+", "-"}:
            signed = at + 1
        old += line[:1] != "+" and not _NO_NEWLINE.match(line)
        new += line[:1] != "-" and not _NO_NEWLINE.match(line)
        at += 1
    for index in range(signed, at - 1):
        # An empty line, and then one without a sign: at worst some unchanged lines are not looked for.
        if not lines[index] and lines[index + 1][:1] not in {"", " ", "+", "-", "\\"}:
            return index
    return at


def _take(
    body: Sequence[tuple[str, str]], under: str, file: _File, state: _State, numbers: tuple[int, int, int] | None
) -> None:
    old = [text for sign, text in body if sign != "+"]
    new = [text for sign, text in body if sign != "-"]
    if not file.path:
        state.problems.append(Problem(Refusal.MALFORMED, "", "A hunk does not say which file it is about."))
    elif not any(sign != " " for sign, _ in body):
        return
    elif file.new or (not old and file.path not in state.known and not file.edits):
        file.edits.append(Write(file.path, _text(new), new=True))
    elif not any(line.strip() for line in old):
        detail = "A hunk has no line of the file, only added ones; its number alone says nothing."
        state.problems.append(Problem(Refusal.AMBIGUOUS, file.path, detail))
    else:
        agrees = numbers is not None and numbers[1:] == (len(old), len(new))
        near = numbers[0] - 1 if numbers is not None and agrees else None
        file.edits.append(Replace(file.path, _text(old), _text(new), near, under))


def _text(lines: Sequence[str]) -> str:
    return "".join(line + "\n" for line in lines)
