"""One attempt: the files are shown, a model answers, and the answer becomes changes or problems.

It makes no second try; `solve` does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mai_lsp.core.change import Change
from mai_lsp.engine.change.asking import Ceiling, Question, ask
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.change.job import Job
from mai_lsp.engine.change.ledger import Declined, Ledger
from mai_lsp.engine.change.meant import meant
from mai_lsp.engine.change.work import Work
from mai_lsp.errors import ContentFiltered, MaiError
from mai_lsp.model.types import Endpoint, Role
from mai_lsp.prompt import editing
from mai_lsp.prompt.asked import Asked, Complaint
from mai_lsp.prompt.editing_formats import form_for
from mai_lsp.prompt.gate import Gated, Withheld
from mai_lsp.reply.edits.apply import Applied, Given, apply
from mai_lsp.reply.edits.check import check
from mai_lsp.reply.edits.read import read
from mai_lsp.reply.edits.wanted import Delete, Move, Problem, Reading, Refusal

_TAKES = re.compile(
    r"\b(?:delet|remov|drop|strip|clear|empt|get rid|rip out|throw away|shorten|simplif)", re.IGNORECASE
)
"""Words of a request by which most of a file may be gone afterwards."""


class Withholding(Exception):
    """A file of the job must not be sent; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an attempt."""

    changes: tuple[Change, ...] = ()
    """With problems: those of the files that have none, which need not be asked for again."""
    problems: tuple[Problem, ...] = ()
    prose: str = ""
    error: MaiError | None = None
    """What kept the last one who was asked from answering."""


async def attempt(
    work: Work, role: Role, reason: str, complaints: Sequence[Problem], *, deps: ChangeDeps, ledger: Ledger
) -> Tried:
    """Ask for the changes of the work's files once. Raises MaiError, Declined, Withholding."""
    sent: dict[Endpoint, tuple[Asked, Gated]] = {}

    def question_for(endpoint: Endpoint) -> Question:
        asked = asked_for(work, endpoint, complaints, deps)
        gated = admitted(asked, deps)
        prompt = editing.build(gated, asked)
        sent[endpoint] = (asked, gated)
        return Question(prompt, editing.likely_tokens(asked))

    said = await ask(role, reason, question_for, _doing(work), providers=deps.providers, ledger=ledger)
    if isinstance(said.error, Ceiling):
        raise Declined(said.error.message)
    if isinstance(said.error, ContentFiltered):
        raise said.error  # It would only say so again, whoever is asked.
    if said.error is not None:
        return Tried((), (Problem(Refusal.TRUNCATED, "", said.error.message),), error=said.error)
    ledger.tell("Checking the edits")
    asked, gated = sent[said.endpoint]
    language = next(iter(work.documents.values())).language if work.documents else ""
    reading = read(
        said.text,
        asked.form,
        finished=said.finished,
        calls=said.calls,
        known=list(work.documents),
        language=language,
    )
    given = given_of(work, gated)
    changes, problems = await asyncio.to_thread(landed, reading, given, work.job)
    return Tried(changes, problems, reading.prose)


def asked_for(work: Work, endpoint: Endpoint, complaints: Sequence[Problem], deps: ChangeDeps) -> Asked:
    """Put together what a model is asked, in the format that it writes best."""
    job = work.job
    alone = work.region is not None and len(work.documents) == 1 and not work.creates
    form = form_for(
        endpoint.model,
        deps.settings.edit_format or endpoint.edit_format,
        calls=endpoint.tools,
        local=endpoint.local,
        region=alone,
        parts=bool(work.scope.parts),
    )
    return Asked(
        form=form,
        instruction=job.instruction,
        files=work.shown,
        region=work.spot,
        reference=work.scope.reference,
        diagnostics=job.problems,
        complaints=tuple(Complaint(one.detail, one.path, one.lines) for one in complaints),
        plan=work.plan,
        resources=work.resources,
        creates=work.creates,
    )


def admitted(asked: Asked, deps: ChangeDeps) -> Gated:
    """Let it through the gate; raises Withholding."""
    gated = editing.admitted(asked, ignored=deps.files.ignored, mask=deps.settings.secrets_mask)
    if isinstance(gated, Withheld):
        raise Withholding(Problem(Refusal.IGNORED, gated.path, f"This file is never sent ({gated.why})."))
    return gated


def given_of(work: Work, gated: Gated) -> Given:
    """Say what an answer may do."""
    job = work.job
    return Given(
        files=work.documents,
        masks=gated.masks,
        shown=work.scope.parts,
        judge=lambda path: work.files.judge(path, job, work.documents),
        resources=work.resources,
        creates=work.creates,
        region=work.region,
        region_path=job.place.path if work.region is not None and job.place is not None else "",
    )


def landed(reading: Reading, given: Given, job: Job) -> tuple[tuple[Change, ...], tuple[Problem, ...]]:
    """Return what a reading comes to, and the problems; with problems, only the changes of files that have none."""
    applied = _checked(reading, given, job)
    if not applied.problems or not job.many or reading.problems:
        return applied.changes, applied.problems
    bad = {problem.path for problem in applied.problems}
    if not bad <= given.files.keys() or any(isinstance(one, Move | Delete) for one in reading.wanted):
        return (), applied.problems
    rest = replace(reading, wanted=tuple(one for one in reading.wanted if one.path not in bad))
    good = _checked(rest, given, job) if rest.wanted else Applied()
    return (good.changes if not good.problems else ()), applied.problems


def _checked(reading: Reading, given: Given, job: Job) -> Applied:
    """Return the changes if nothing is wrong with any of them: what is wrong must not be built upon."""
    applied = apply(reading, given)
    if applied.problems:
        return applied
    problems = check(applied.changes, many=job.many, drastic=_TAKES.search(job.instruction) is not None)
    if not problems and (unmeant := meant(job, applied.changes)) is not None:
        problems = (unmeant,)
    return Applied((), problems) if problems else applied


def _doing(work: Work) -> str:
    paths = list(work.documents) or list(work.creates)
    where = paths[0] if len(paths) == 1 else f"{len(paths)} files"
    return f"Writing the edits of {where}"
