"""The one flow that changes code: a job in; a proposal, an explanation or a refusal out.

It writes nothing and shows nothing. Leaving it at any moment, by an error or a cancellation, leaves all as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from mai_lsp.core.change import Change
from mai_lsp.core.text import split_lines
from mai_lsp.engine.change.asking import Question, ask
from mai_lsp.engine.change.attempt import Tried, Withholding, admitted, asked_for
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.change.followed import unfollowed
from mai_lsp.engine.change.job import Ended, Explained, Job, Proposal, Refused, Result
from mai_lsp.engine.change.ledger import Declined, Ledger
from mai_lsp.engine.change.scope import Scope, choose
from mai_lsp.engine.change.solve import STRONG, solve
from mai_lsp.engine.change.split import split
from mai_lsp.engine.change.trial import may_run, try_out
from mai_lsp.engine.change.work import Work, whys, work_of
from mai_lsp.engine.route import rules
from mai_lsp.engine.route.rules import Choice
from mai_lsp.errors import ContextTooLong, MaiError
from mai_lsp.model.types import Endpoint, Role
from mai_lsp.prompt import editing
from mai_lsp.prompt.editing import WORDS_OUTPUT, build_answer
from mai_lsp.reply.edits.wanted import Problem

SHARE = 0.6
"""Share of a model's window for the files; the rest is for rules, complaints, and an answer where it counts."""

NOTHING_CHANGED = "Nothing was changed."

MAX_DETAIL = 300
"""Characters of a problem that the user is told; paths alone may be as long as a model likes."""


async def run(job: Job, deps: ChangeDeps) -> Ended:
    """Carry out a job as far as a proposal."""
    ledger = Ledger(deps.settings, deps.watcher, deps.spent)
    try:
        return await _run(job, deps, ledger)
    except MaiError as error:
        return _refused(job, f"{_begun(str(error))} {NOTHING_CHANGED}", ledger, error=error)
    except Declined as declined:
        return _refused(job, f"{declined} {NOTHING_CHANGED}", ledger)
    except Withholding as withheld:
        return _refused(job, message([withheld.problem]), ledger, problems=(withheld.problem,))


async def _run(job: Job, deps: ChangeDeps, ledger: Ledger) -> Ended:
    ledger.tell("Looking for the files it is about" if job.many else "Reading the file")
    models = _models(job, deps)
    window = models.strong.window if job.many or job.role is Role.PLAN else models.fast.window
    scope = await choose(
        job,
        deps.files,
        deps.index,
        int(window * SHARE),
        most=deps.settings.refactor_max_files,
        elsewhere=deps.elsewhere,
    )
    if not scope.complete:
        ledger.note("Not every file was looked into, since that took too long.")
    work = work_of(job, deps.files, scope)
    if isinstance(work, Problem) or scope.problems:
        problems = scope.problems or ((work,) if isinstance(work, Problem) else ())
        return _refused(job, message(problems), ledger, problems=problems, scope=scope)
    if not work.documents and not work.creates and not work.resources:
        return _refused(job, f"No file was found that this is about; name one. {NOTHING_CHANGED}", ledger, scope=scope)
    if job.result is Result.TEXT:
        return await _explained(work, deps, ledger)
    return _ended(job, await _tried(work, models, deps, ledger), scope, ledger)


class _Models(NamedTuple):
    """Who can be asked first in each role."""

    fast: Endpoint
    strong: Endpoint
    writer: Role
    """The role of the model that writes the edits of a plan."""

    @property
    def alone(self) -> bool:
        """Whether both are the same."""
        return (self.fast.provider, self.fast.model) == (self.strong.provider, self.strong.model)


def _models(job: Job, deps: ChangeDeps) -> _Models:
    """Find both models; who has one of them, or one that is down, still has the other. Raises MaiError without any."""
    writer = Role.EDIT
    fast = deps.providers.endpoint(Role.EDIT)
    if fast is None:
        writer = Role.PLAN if job.role is Role.PLAN else Role.EDIT
        fast = deps.providers.routes(writer)[0].endpoint
    return _Models(fast, deps.providers.endpoint(Role.PLAN) or fast, writer)


async def _tried(work: Work, models: _Models, deps: ChangeDeps, ledger: Ledger) -> Tried:
    """Choose who is asked, in one go or file by file, and ask."""
    likely = editing.likely_tokens(asked_for(work, models.strong, (), deps))
    facts = rules.facts_of(
        work.job, files=len(work.documents), tokens=work.scope.tokens, answer=likely, alone=models.alone
    )
    first = rules.first(facts, deps.settings)
    refused = first.ask and not await ledger.consent(f"{first.reason} Ask the model for plans?", STRONG)
    choice = rules.declined(first) if refused else first
    if choice is None:
        raise Declined(first.reason)
    parted = rules.split(facts, int(models.strong.window * SHARE), deps.settings, choice=choice)
    several = work.job.many and (len(work.documents) > 1 or work.resources)
    verify = partial(_verified, work, deps, ledger)
    if not (parted.wanted and several):
        try:
            return await solve(work, choice, deps=deps, ledger=ledger, verify=verify)
        except ContextTooLong as error:
            if not several or deps.settings.route_split == "never":
                raise
            parted = replace(parted, reason=error.message)
    planner = models.writer if models.alone else parted.planner
    writer = Choice(
        models.writer, "The plan is made, so the fast model writes the edits.", alone=models.alone or choice.alone
    )
    tried = await split(work, planner, writer, parted.reason, deps=deps, ledger=ledger)
    if tried.problems or not (problems := await verify(tried.changes)):
        return tried
    mending = replace(writer, reason=f"Something was left: {problems[0].detail}")
    return await solve(work, mending, deps=deps, ledger=ledger, verify=verify, done=tried.changes, complaints=problems)


async def _verified(work: Work, deps: ChangeDeps, ledger: Ledger, changes: Sequence[Change]) -> tuple[Problem, ...]:
    """Return what is wrong with all changes together."""
    if work.job.many and (problems := await unfollowed(changes, work.documents, deps.index)):
        return problems
    if may_run(deps.files.root, deps.settings):
        ledger.tell("Running your check command")
        command, seconds = deps.settings.check_command, deps.settings.check_timeout
        if (problem := await try_out(changes, deps.files, command, seconds)) is not None:
            return (problem,)
    return ()


async def _explained(work: Work, deps: ChangeDeps, ledger: Ledger) -> Ended:
    """Ask for words."""
    job = work.job

    def question_for(endpoint: Endpoint) -> Question:
        asked = asked_for(work, endpoint, (), deps)
        return Question(build_answer(admitted(asked, deps), asked), WORDS_OUTPUT // 2)

    reason = "Nothing is changed, so the fast model is enough."
    said = await ask(job.role or Role.EDIT, reason, question_for, job.title, providers=deps.providers, ledger=ledger)
    text = said.text.strip()
    if said.error is not None or not text:
        why = said.error.message if said.error is not None else "The model said nothing."
        return _refused(job, why, ledger, error=said.error)
    cut = "" if said.finished else "\n\n*The answer was cut off.*"
    return Explained(job, text + cut, tuple(ledger.decisions), ledger.usage)


def _ended(job: Job, tried: Tried, scope: Scope, ledger: Ledger) -> Ended:
    if tried.problems or not tried.changes:
        only = scope.chosen[0].path if len(scope.chosen) == 1 else ""
        why = message(tried.problems, tried.error, only)
        return _refused(job, why, ledger, problems=tried.problems, error=tried.error, scope=scope)
    return Proposal(
        job,
        tried.changes,
        scope.chosen,
        tuple(ledger.decisions),
        ledger.usage,
        "\n".join([*ledger.notes, tried.prose]).strip(),
        whys(scope.chosen),
    )


def _refused(
    job: Job,
    why: str,
    ledger: Ledger,
    *,
    problems: tuple[Problem, ...] = (),
    error: MaiError | None = None,
    scope: Scope | None = None,
) -> Refused:
    chosen = scope.chosen if scope is not None else ()
    return Refused(job, why, problems, error, chosen, tuple(ledger.decisions), ledger.usage)


def message(problems: Sequence[Problem], error: MaiError | None = None, path: str = "") -> str:
    """Say for the user which file could not be changed, and why.

    `error` is what kept a model from being asked, `path` the file where a problem names none.
    """
    if not problems:
        return f"The model proposed no change. {NOTHING_CHANGED}"
    first = problems[0]
    what = _brief(first.detail) or f"The edit was refused ({first.refusal.value})."
    path = _short(first.path or path)
    others = len({problem.path for problem in problems} - {first.path})
    more = f"{others} other file{'s' if others > 1 else ''} could not be changed either." if others else ""
    then = _begun(str(error)) if error is not None and error.message not in first.detail else ""
    where = f"{path}: " if path and path not in what else ""
    return " ".join(filter(None, [f"{where}{_begun(what)}", more, then, NOTHING_CHANGED]))


def _short(path: str) -> str:
    """Return a path on one line, however a model wrote it."""
    clean = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in path)
    return clean if len(clean) <= MAX_DETAIL else f"{clean[:MAX_DETAIL]}…"


def _begun(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}" if sentence.startswith("the ") else sentence


def _brief(detail: str) -> str:
    """Return the first line of a problem, as a sentence; what a check command has printed comes in many."""
    line = next(iter(split_lines(detail.strip())), "").strip()
    line = line if len(line) <= MAX_DETAIL else f"{line[:MAX_DETAIL]}…"
    return line if not line or line.endswith((".", "!", "?", "…")) else f"{line}."
