"""Which model a job is for: the fast one for edits or the strong one for plans, each choice with its reason.

Pure: facts and settings in, a choice out. Which provider serves the model is `providers`, what it may cost is `cost`.

The rules, the first that holds decides:

1. The user, or the action, names a model.
2. The answer is words for the user, not edits: the model for edits.
3. More files than `route.maxFiles`, or more prompt tokens than `route.maxTokens`: the model for plans.
4. Several files may be changed, and the words of the request are about files that are made, moved or deleted: the
   model for plans.
5. All else: the model for edits.

After `route.attempts` answers that could not be used, the model for plans takes over from the one for edits; when
that one fails as often, the job is refused. With `route.escalate` = ``ask`` the user is asked before rules 3 and 4 and
before a take-over, with ``never`` they do not hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from mai_lsp.engine.change.job import Job, Result
from mai_lsp.model.types import Role
from mai_lsp.settings import Settings

ANSWER_TOKENS: Final = 16_000
"""Of edits in one answer, where nothing else is said: what a plan's model has left of 64,000 when it has thought."""

SPLIT_FILES: Final = 20
"""Files above which one answer for all is not asked for, however short it is: one slip would spoil all of them."""

_MAKES: Final = re.compile(
    r"\b(?:mov(?:e|es|ing)|split|delet(?:e|es|ing)|new (?:file|module|package|folder)"
    r"|(?:file|module|package)s? of (?:its|their) own"
    r"|renam\w+ (?:the )?(?:file|module|package)|extract\b.{1,80}\b(?:file|module|package))\b",
    re.IGNORECASE | re.DOTALL,
)
"""Words that ask for files to be made, moved or deleted. They choose a model, nothing else."""

NAMES: Final = {Role.COMPLETION: "completions", Role.EDIT: "edits", Role.PLAN: "plans"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a job when a model is to be chosen."""

    files: int = 1
    """That may be changed."""
    tokens: int = 0
    """Of the prompt, estimated."""
    answer: int = 0
    """Tokens of the answer, estimated; 0 where nothing is known."""
    resources: bool = False
    """Several files may be changed, and files made, moved or deleted."""
    wanted: Role | None = None
    """The model that the user or the action named."""
    result: Result = Result.EDIT
    alone: bool = False
    """Both roles have the same model at the same provider, so that there is none to go on to."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which model is to be asked."""

    role: Role
    reason: str
    """A sentence for the user."""
    ask: bool = False
    """Only if the user agrees; `declined` says what holds if not."""
    alone: bool = False
    """There is no other model to go on to."""
    first: bool = True
    """Nobody has been asked before."""


@dataclass(frozen=True, slots=True)
class Split:
    """Whether one model plans and another one writes the edits."""

    wanted: bool
    reason: str
    """A sentence for the user."""
    planner: Role = Role.PLAN
    """Who plans; the model for edits where the user does not want the other one."""


def facts_of(job: Job, *, files: int, tokens: int, answer: int = 0, alone: bool = False) -> Facts:
    """Gather the facts of a job: `files` that may be changed, `tokens` of prompt and `answer` of output."""
    makes = job.many and job.resources and _MAKES.search(job.instruction) is not None
    return Facts(files, tokens, answer, makes, job.role, job.result, alone)


def first(facts: Facts, settings: Settings) -> Choice:
    """Choose who is asked first."""
    if facts.wanted in {Role.EDIT, Role.PLAN}:
        return Choice(facts.wanted, f"The model for {NAMES[facts.wanted]} was asked for.", alone=facts.alone)
    if facts.result is Result.TEXT:
        return Choice(Role.EDIT, "Nothing is changed, so the fast model is enough.", alone=facts.alone)
    why = _large(facts, settings)
    if not why:
        what = "One file is" if facts.files <= 1 else f"Only {facts.files} files are"
        return Choice(Role.EDIT, f"{what} to be changed, so the fast model is asked first.", alone=facts.alone)
    if facts.alone:
        return Choice(Role.EDIT, f"{why}, but there is only one model.", alone=True)
    if settings.route_escalate == "never":
        return Choice(Role.EDIT, f"{why}, but mai.route.escalate is never.")
    return Choice(Role.PLAN, f"{why}.", ask=settings.route_escalate == "ask")


def after(choice: Choice, failures: int, settings: Settings) -> Choice | None:
    """Choose who is asked after an answer that could not be used; None: nobody, the job is to be refused.

    `failures` are those of the chosen model alone.
    """
    if failures < settings.route_attempts:
        attempt = f"Attempt {failures + 1} of {settings.route_attempts}, with what was wrong."
        return replace(choice, reason=attempt, ask=False, first=False)
    if choice.role is not Role.EDIT or choice.alone or settings.route_escalate == "never":
        return None
    times = "one attempt" if failures == 1 else f"{failures} attempts"
    return Choice(
        Role.PLAN,
        f"The fast model's edits could not be used after {times}.",
        ask=settings.route_escalate == "ask",
        first=False,
    )


def declined(choice: Choice) -> Choice | None:
    """Choose what is done when the user does not want `choice`; None: the job is to be refused."""
    if not choice.first:
        return None
    return Choice(Role.EDIT, "You did not want the model for plans to be asked.", alone=True)


def split(
    facts: Facts, window: int, settings: Settings, *, answer: int = ANSWER_TOKENS, choice: Choice | None = None
) -> Split:
    """Decide whether the strong model only plans, and the fast one writes the edits file by file.

    `window` and `answer` are the tokens of prompt and of edits that the model for plans takes and gives at most. With
    `choice`, what the user has said about that one is kept to.
    """
    found = _split(facts, window, settings, answer)
    kept_out = settings.route_escalate == "never" and facts.wanted is not Role.PLAN
    kept_out |= choice is not None and choice.role is Role.EDIT and (choice.alone or settings.route_escalate == "ask")
    return replace(found, planner=Role.EDIT) if kept_out else found


def _split(facts: Facts, window: int, settings: Settings, answer: int) -> Split:
    if facts.result is Result.TEXT or (facts.files <= 1 and not facts.resources):
        return Split(False, "One file is changed in one go.")
    if settings.route_split == "always":
        return Split(True, "mai.route.split is always.")
    if settings.route_split == "never":
        return Split(False, "mai.route.split is never.")
    if facts.tokens > window:
        return Split(True, f"The files are about {facts.tokens:,} tokens, and the model takes {window:,}.")
    if facts.answer > answer:
        return Split(True, f"The edits are about {facts.answer:,} tokens, and one answer has {answer:,}.")
    if facts.files > SPLIT_FILES:
        return Split(True, f"{facts.files} files are too many for one answer.")
    return Split(False, "The edits of all files fit into one answer.")


def _large(facts: Facts, settings: Settings) -> str:
    """Say without a full stop why a job is one for the model for plans; empty if it is not."""
    if facts.files > settings.route_max_files:
        return f"{facts.files} files are to be changed, more than {settings.route_max_files} (mai.route.maxFiles)"
    if facts.tokens > settings.route_max_tokens:
        limit = f"{settings.route_max_tokens:,} (mai.route.maxTokens)"
        return f"The prompt is about {facts.tokens:,} tokens, more than {limit}"
    return "Files are to be made, moved or deleted" if facts.resources else ""
