"""A change of many files in two steps: the strong model plans it, the fast one writes each file's edits.

Files are worked on side by side, a few at a time; one that can not be changed refuses them all.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from mai_lsp.core.change import Change
from mai_lsp.core.editformat import EditFormat
from mai_lsp.engine.change.asking import Ceiling, Question, ask
from mai_lsp.engine.change.attempt import Tried, admitted, asked_for
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.change.ledger import Declined, Ledger
from mai_lsp.engine.change.solve import solve
from mai_lsp.engine.change.work import Work
from mai_lsp.engine.route.rules import Choice
from mai_lsp.errors import ContentFiltered, MaiError
from mai_lsp.model.types import Endpoint, Role
from mai_lsp.prompt.editing import build_plan
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.reply.plan import Fate, Plan, Task, read_plan

AT_ONCE = 4
"""Requests at a time; providers limit tokens per minute."""


class _Spoiled(Exception):
    """One file's work has failed for good, which ends that on the others; `tried` says why."""

    def __init__(self, tried: Tried) -> None:
        super().__init__()
        self.tried = tried


async def split(work: Work, planner: Role, writer: Choice, reason: str, *, deps: ChangeDeps, ledger: Ledger) -> Tried:
    """Plan, then write; the problems of what could not be planned or written. Raises what `attempt` does.

    `reason` says why a plan is made, `writer` who writes each file's edits.
    """
    planned = await _planned(work, planner, reason, deps, ledger)
    if isinstance(planned, Tried):
        return planned
    gate = asyncio.Semaphore(AT_ONCE)
    total = len(planned.tasks)
    ledger.count(0, total)
    done = 0

    async def one(task: Task) -> Tried:
        nonlocal done
        async with gate:
            tried = await _written(work, planned, task, writer, deps=deps, ledger=ledger)
        if tried.problems:
            named = (replace(one, path=one.path or task.path) for one in tried.problems)
            raise _Spoiled(replace(tried, problems=tuple(named)))
        done += 1
        ledger.count(done, total)
        return tried

    running = [asyncio.create_task(one(task)) for task in planned.tasks]
    try:
        # No group of tasks: before Python 3.13 it can take a cancellation for its own, and swallow it.
        await asyncio.wait(running, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in running:
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
    # What ends one file's work ends the job; the others were cancelled for it.
    errors = [one for one in ended if isinstance(one, Exception)]
    if errors and isinstance(errors[0], _Spoiled):
        return replace(errors[0].tried, changes=())
    if errors:
        raise errors[0]
    changes = tuple(change for task in running for change in task.result().changes)
    return Tried(changes, (), planned.shared)


async def _planned(work: Work, planner: Role, reason: str, deps: ChangeDeps, ledger: Ledger) -> Plan | Tried:
    """Ask for the plan, and once more if it can not be used; what came of it where that is so in the end."""
    complaints: tuple[Problem, ...] = ()
    error: MaiError | None = None
    for _ in range(deps.settings.route_attempts):

        def question_for(endpoint: Endpoint, told: tuple[Problem, ...] = complaints) -> Question:
            asked = replace(asked_for(work, endpoint, told, deps), form=EditFormat.SEARCH)
            prompt = build_plan(admitted(asked, deps), asked)
            return Question(prompt, prompt.max_tokens // 2)

        what = f"Planning the change of {len(work.documents)} files"
        try:
            said = await ask(planner, reason, question_for, what, providers=deps.providers, ledger=ledger)
        except MaiError as raised:
            if not complaints:
                raise
            return Tried((), complaints, error=raised)
        if isinstance(said.error, Ceiling):
            raise Declined(said.error.message)
        if isinstance(said.error, ContentFiltered):
            raise said.error
        error = said.error
        if error is not None:
            complaints, reason = (Problem(Refusal.TRUNCATED, "", error.message),), "The plan broke off."
            continue
        plan = read_plan(said.text, finished=said.finished, known=list(work.documents))
        most = deps.settings.refactor_max_files
        complaints = (plan,) if isinstance(plan, Problem) else _objections(plan, work, most)
        if isinstance(plan, Plan) and not complaints:
            return plan
        reason = f"The plan could not be used: {complaints[0].detail}"
    return Tried((), complaints, error=error)


def _objections(plan: Plan, work: Work, most: int) -> tuple[Problem, ...]:
    """Return what speaks against the files that a plan names, and against more than `most` that nobody has chosen."""
    problems = []
    if len(plan.tasks) > max(most, len(work.documents)):
        many = f"The plan names {len(plan.tasks):,} files, and {most:,} may be changed (mai.refactor.maxFiles)."
        return (Problem(Refusal.MALFORMED, "", many),)
    for task in plan.tasks:
        given = task.path in work.documents
        if task.fate is not Fate.CHANGE and not work.resources and task.path not in work.creates:
            problems.append(Problem(Refusal.NOT_ALLOWED, task.path, "No file is to be made, moved or deleted here."))
        elif given and task.fate is Fate.NEW:
            problems.append(Problem(Refusal.EXISTS, task.path, f"There is a file {task.path} already."))
        elif not given:
            problem = work.files.judge(task.path, work.job, work.documents)
            if problem is None and task.fate is not Fate.NEW:
                problem = Problem(Refusal.MISSING, task.path, f"There is no file {task.path}.")
            problems += [problem] if problem is not None else []
        if task.to in work.documents:
            problems.append(Problem(Refusal.EXISTS, task.to, f"There is a file {task.to} already."))
        elif task.to and (problem := work.files.judge(task.to, work.job, work.documents)) is not None:
            problems.append(problem)
    return tuple(problems)


async def _written(work: Work, plan: Plan, task: Task, writer: Choice, *, deps: ChangeDeps, ledger: Ledger) -> Tried:
    """Return the change of one file."""
    if task.fate is Fate.DELETE:
        return Tried((Change(task.path, work.documents[task.path], None),))
    document = work.documents.get(task.path)
    moved = Tried((Change(task.path, document, document.text, task.to),)) if document is not None else Tried()
    if task.fate is Fate.MOVE and not task.text:
        return moved
    own = replace(
        work.only({task.path}),
        plan=plan.told(task),
        resources=False,
        creates=(task.path,) if task.fate is Fate.NEW else (),
    )
    tried = await solve(own, writer, deps=deps, ledger=ledger)
    if task.fate is Fate.MOVE and {problem.refusal for problem in tried.problems} == {Refusal.UNCHANGED}:
        return moved
    if task.fate is Fate.MOVE:
        return replace(tried, changes=tuple(replace(change, moved_to=task.to) for change in tried.changes))
    return tried
