"""Jobs that users put in their own words, from the editor and from the command line alike. It asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from mai_lsp.actions.offer import find
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.change.job import Job, Place
from mai_lsp.engine.change.jobs import job_of
from mai_lsp.model.types import Role

TITLE_LENGTH = 60
"""Characters of an instruction that a title shows."""

MODIFY, REFACTOR = "modify", "refactor"
"""The actions behind them (`actions.catalogue`)."""


def edit(instruction: str, document: Document, path: str, span: Span) -> Job | str:
    """Return the job that changes a place of one file, or why there is none; a cursor means what it stands in."""
    offer = find(MODIFY, document, span, (), ())
    if offer is None:
        return f"There is nothing to change at this place of {path}."
    job = job_of(offer, document, path, said=instruction)
    return job if isinstance(job, str) else replace(job, title=_title("Modify", instruction))


def refactor(
    instruction: str,
    place: Place | None = None,
    *,
    paths: Sequence[str] = (),
    role: Role | None = None,
    listed: Callable[[], Collection[str]] = frozenset,
) -> Job | str:
    """Return the job that may change any file of the folder; `place` is where the user stood, whose name is meant."""
    title = _title("Refactor", instruction)
    offer = find(REFACTOR, place.document, place.span, (), ()) if place is not None and not paths else None
    if place is None or offer is None:
        return Job(REFACTOR, title, instruction, place, paths=tuple(paths), many=True, resources=True, role=role)
    job = job_of(offer, place.document, place.path, listed, said=instruction)
    return job if isinstance(job, str) else replace(job, title=title, role=role or job.role)


def _title(verb: str, instruction: str) -> str:
    """Return a title on one line."""
    line = " ".join(instruction.split())
    return f"{verb}: {line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + '…'}"
