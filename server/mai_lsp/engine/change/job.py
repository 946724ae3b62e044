"""What is asked for when code is to be changed, and what it comes to: a proposal, or a refusal with its reason. Values.

Nothing here asks anybody; the flows that do are beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from mai_lsp.core.change import Change
from mai_lsp.core.text import Document, Span
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Role, Usage
from mai_lsp.reply.edits.wanted import Problem


class Result(StrEnum):
    """What a job's answer is."""

    EDIT = "edit"
    """Changed files."""
    TEXT = "text"
    """Words for the user, in Markdown; nothing is changed."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a job is about in one file, bound to the snapshot it was asked on."""

    path: str
    """From the workspace folder, with slashes."""
    document: Document
    span: Span
    """What is to be changed or explained: a function, the selection. Empty for a cursor."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to be done."""

    action: str
    """The action's id (`actions.catalogue`), or ``refactor``."""
    title: str
    """For progress, the undo list and change annotations."""
    instruction: str
    """What the model is told to do, in full sentences."""
    place: Place | None = None
    """None where the job is about files and no place."""
    names: tuple[str, ...] = ()
    """Names of what it is about; their uses in other files are looked for."""
    paths: tuple[str, ...] = ()
    """Files and folders that the user named; empty: told from the index."""
    problems: tuple[str, ...] = ()
    """Diagnostics that are to be mended, one line each."""
    many: bool = False
    """Other files than the place's may be changed."""
    resources: bool = False
    """Files may be made, moved and deleted. Without `many` only those in `creates` may be made."""
    creates: tuple[str, ...] = ()
    """New files that the job is expected to make: the test file of a module."""
    role: Role | None = None
    """Which model the user or the action asked for; None: the router decides."""
    result: Result = Result.EDIT


@dataclass(frozen=True, slots=True)
class Decision:
    """Which model was asked, and why."""

    role: Role
    provider: str
    model: str
    reason: str
    """A sentence for the user."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One file that a job is about."""

    path: str
    why: str
    """For the user: ``defines Cart``, ``imports shop.cart``, ``a test of it``."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a job is, for whoever watches."""

    message: str
    """What is being done, without source code: ``MAI-Thinking-1 plans the change of 14 files``."""
    done: int = 0
    total: int = 0
    """Files, where they are worked on one by one; 0 where that is not known."""
    usage: Usage = Usage()
    """Tokens and cost of the job so far."""


class Watcher(Protocol):
    """Who watches a job: an editor's progress bar, a terminal."""

    def tell(self, step: Step) -> None:
        """Take note of a step; must not wait or raise."""

    async def confirm(self, question: str, yes: str) -> bool:
        """Ask the user, with `yes` as the words of the button; False when they refuse or can not be asked."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be changed. Nothing has been yet."""

    job: Job
    changes: tuple[Change, ...]
    """At least one; one per path. All or none are made."""
    chosen: tuple[Chosen, ...] = ()
    decisions: tuple[Decision, ...] = ()
    usage: Usage = Usage()
    """Of all requests together."""
    prose: str = ""
    """What the model said besides."""
    kept: Mapping[str, str] | None = None
    """Notes per path, for change annotations."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Words for the user."""

    job: Job
    text: str
    """Markdown; shown, never run."""
    decisions: tuple[Decision, ...] = ()
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is changed, and why."""

    job: Job
    message: str
    """A sentence or two for the user: which file, and the reason."""
    problems: tuple[Problem, ...] = ()
    """Those of the last attempt."""
    error: MaiError | None = None
    """Set when the model could not be asked."""
    chosen: tuple[Chosen, ...] = ()
    decisions: tuple[Decision, ...] = ()
    usage: Usage = Usage()


Ended = Proposal | Explained | Refused
