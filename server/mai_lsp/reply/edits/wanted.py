"""What a reply wants to be done, before anybody has looked whether it can be, and the closed set of refusals.

Values only. A path is as the model wrote it, cleaned of quotes and the like, but not judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why an edit is not made. The set is closed."""

    NOTHING = "nothing"
    """The reply holds no edit at all."""
    TRUNCATED = "truncated"
    """The reply ends inside an edit, or at the model's limit."""
    MALFORMED = "malformed"
    """An edit is not written as it was asked for, and what is meant is not certain."""
    OUTSIDE = "outside"
    """The path leads out of the workspace, through a link or not, or into what belongs to git or another tool."""
    IGNORED = "ignored"
    """The file is never sent, and so never changed."""
    NOT_GIVEN = "not given"
    """The file exists, but is not one of those that the request is about."""
    MISSING = "missing"
    """There is no such file."""
    UNREADABLE = "unreadable"
    """The file is no UTF-8 text, or too large, or can not be read."""
    EXISTS = "exists"
    """A new file's path is taken."""
    NOT_ALLOWED = "not allowed"
    """Files are to be made, moved or deleted, and the request is not of that kind."""
    NOT_FOUND = "not found"
    """The lines to be replaced do not stand in the file."""
    AMBIGUOUS = "ambiguous"
    """They stand there more than once, or two places are as good as each other."""
    ELIDED = "elided"
    """The new text leaves out code by a comment or dots."""
    OVERLAPPING = "overlapping"
    """Two edits change the same lines."""
    UNCHANGED = "unchanged"
    """Nothing would be changed."""
    SECRET = "secret"  # noqa: S105 (a refusal's name)
    """A masked value would have to be changed, copied or moved."""
    BROKEN = "broken"
    """The file would have a syntax error that it has not now."""
    UNRELATED = "unrelated"
    """Lines would be changed that have nothing to do with what was asked for, or most of a file is gone."""
    LEFT_BEHIND = "left behind"
    """Uses of what is renamed or moved would still have the old name."""
    UNMEANT = "not meant"
    """It is not what the action is for: documentation that changes code, a stub for a stub."""
    CHECK_FAILED = "check failed"
    """The user's own check command found something."""
    STALE = "stale"
    """A file was changed meanwhile, at the same place."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace lines of a file by others."""

    path: str
    search: str
    """The lines to be replaced, as the model saw them; empty: append to a file, or begin an empty one."""
    replace: str
    near: int | None = None
    """The line, from 0, where the model believes it is; only ever tells equals apart if the format says it is exact."""
    under: str = ""
    """A line above that encloses the place (what a diff says behind ``@@``); only ever tells equals apart."""
    inline: bool = False
    """`search` may be a part of a line, as in function calls."""


@dataclass(frozen=True, slots=True)
class Write:
    """Give a file, new or not, this whole text."""

    path: str
    """Empty: the region that was named."""
    text: str
    new: bool = False
    """The model said that there is no such file yet."""


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a file."""

    path: str


@dataclass(frozen=True, slots=True)
class Move:
    """Give a file another path; its text is changed by other edits, which name either path."""

    path: str
    to: str


Wanted = Replace | Write | Delete | Move


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something that was wanted is not done."""

    refusal: Refusal
    path: str = ""
    detail: str = ""
    """One sentence for the user and the model: what is the matter and where. Its quotations are a line or two."""
    lines: str = ""
    """The file's true lines where the model may have meant, to be shown to it and to nobody else."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply says."""

    wanted: tuple[Wanted, ...] = ()
    """In the order of the reply."""
    problems: tuple[Problem, ...] = ()
    """What could not be read; where there is one, nothing of the reply may be applied."""
    prose: str = ""
    """What it says besides, for a person; stripped."""
