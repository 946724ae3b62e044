"""One job's material: its files, what of them is shown, and what has to be true of changes to them. Asks no model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mai_lsp.core.text import Document, Span
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.job import Chosen, Job
from mai_lsp.engine.change.scope import Scope
from mai_lsp.prompt.asked import Shown
from mai_lsp.reply.edits.wanted import Problem


@dataclass(frozen=True, slots=True)
class Work:
    """What one question is about: all files of a job, or one of them."""

    job: Job
    files: Files
    scope: Scope
    documents: Mapping[str, Document]
    """The texts of the files that may be changed, in the order of the scope."""
    plan: str = ""
    """What the model for plans said about these files."""
    resources: bool = False
    creates: tuple[str, ...] = ()
    span: Span | None = None
    """The job's place in its file as that is by now; empty for a mere cursor, None where there is none."""

    @property
    def spot(self) -> Span | None:
        """The place of the job, if it is one in the first file and the job about nothing else."""
        place = self.job.place
        here = place is not None and not self.job.many and place.path == next(iter(self.documents), "")
        return self.span if here else None

    @property
    def region(self) -> Span | None:
        """The same without a mere cursor: all changes have to be there."""
        return self.spot or None

    @property
    def shown(self) -> tuple[Shown, ...]:
        """What is shown of the files."""
        return tuple(Shown(path, one, self.scope.parts.get(path, ())) for path, one in self.documents.items())

    def only(self, paths: Collection[str]) -> Work:
        """Return the work on some of the files."""
        return replace(self, documents={path: one for path, one in self.documents.items() if path in paths})


def work_of(job: Job, files: Files, scope: Scope) -> Work | Problem:
    """Read the files of a scope; the place's own file is the snapshot that the job was asked on."""
    documents: dict[str, Document] = {}
    paths = [chosen.path for chosen in scope.chosen]
    if job.place is not None and not job.many and job.place.path in paths:
        paths.sort(key=lambda path: path != job.place.path)  # type: ignore[union-attr]
    for path in paths:
        read = files.read(path)
        if isinstance(read, Problem):
            return read
        documents[path] = read
    span = job.place.span if job.place is not None else None
    return Work(job, files, scope, documents, "", job.resources and job.many, job.creates, span)


def whys(chosen: Sequence[Chosen]) -> dict[str, str]:
    """Return why each file is one of the job's."""
    return {one.path: one.why for one in chosen}
