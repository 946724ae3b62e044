"""What the editor knows besides the text at the cursor, as it is at the moment of a request: values only.

Nothing here is fit to be sent: `engine.recent` chooses, and `prompt.gate` masks and leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from mai_lsp.core.history import Region
from mai_lsp.core.text import Document, Edit, Span


class Severity(IntEnum):
    """How bad a problem is; the numbers are LSP's."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic of some other server, in code points of the document as it is now."""

    span: Span
    severity: Severity
    message: str
    source: str = ""
    """Who says so: a compiler, a linter."""
    code: str = ""
    """What that one calls it: a rule's id."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A document that the user has open, or had open a moment ago."""

    document: Document
    path: str
    """In the workspace folder that the cursor's document is in."""
    regions: Sequence[Region] = ()
    """What was edited in it."""


@dataclass(frozen=True, slots=True)
class Recent:
    """All of it, for one request."""

    edited: Sequence[Region] = ()
    """Of the cursor's own document."""
    visited: Sequence[Visited] = ()
    """Other documents of the same workspace folder, the last used first."""
    problems: Sequence[Problem] = ()
    """Of the cursor's own document."""
    clipboard: str = ""
    """Empty unless the user has asked for it."""


NOTHING = Recent()


def moved(problems: Iterable[Problem], edit: Edit) -> tuple[Problem, ...]:
    """Return the problems after an edit; one at the place of the edit may be mended and is left out."""
    delta = len(edit.text) - len(edit.span)
    kept = []
    for problem in problems:
        span = problem.span
        if span.start > edit.span.end:
            span = Span(span.start + delta, span.end + delta)
            kept.append(replace(problem, span=span) if delta else problem)
        elif span.end < edit.span.start:
            kept.append(problem)
    return tuple(kept)
