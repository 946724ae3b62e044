"""The next edit: one flow from what was just changed to edits that carry it on, or a reason why there are none.

What is certain needs no model and is answered at once (`known`). A model is asked only where nothing is, and only one
that chats: those that fill gaps can not rewrite a region. Raises nothing but CancelledError.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

from mai_lsp.context.abroad import abroad
from mai_lsp.context.echo import echo
from mai_lsp.context.edits import edits
from mai_lsp.context.problems import problems
from mai_lsp.context.region import calls, editable
from mai_lsp.core.difference import difference
from mai_lsp.core.language import find
from mai_lsp.core.rebase import rebased
from mai_lsp.core.recent import Visited
from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.core.tokens import characters, estimate
from mai_lsp.engine import mode
from mai_lsp.engine.edit import COOLDOWN, FRESH, KNOWN, EditAsk, EditReason, EditSuggestion, NoEdit
from mai_lsp.engine.outcome import Trace
from mai_lsp.engine.ports import Deps
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Endpoint, Role, Wire
from mai_lsp.prompt import nextedit
from mai_lsp.prompt.gate import FAR, Withheld, admit
from mai_lsp.prompt.prompt import ChatPrompt, Source
from mai_lsp.reply.rewrite import Memory, rewrite

log = logging.getLogger(__name__)

FILE_TOKENS = 2_000
EDIT_TOKENS = 1_000
"""At most of a prompt, as Copilot's next edits have it; both also stay within shares of the budget."""

EDIT_SHARE, PROBLEM_SHARE, ABOVE_SHARE = 0.25, 0.05, 0.6

MAX_REPLY = 8_000
"""Characters after which a reply is taken as it is; the region has 350 tokens."""


@dataclass(frozen=True, slots=True)
class EditPlan:
    """A request ready to be sent."""

    endpoint: Endpoint
    prompt: ChatPrompt
    region: Span
    """What is rewritten, in whole lines."""
    withheld: tuple[Withheld, ...] = ()


def gate(ask: EditAsk, deps: Deps) -> NoEdit | None:
    """Decide whether to look for anything at all."""
    settings = deps.settings
    if not settings.next_edit_enable:
        return NoEdit(EditReason.DISABLED)
    if ask.automatic and mode.off(ask.document.file, ask.document.language, settings, deps.switches, ask.now):
        return NoEdit(EditReason.DISABLED)
    if deps.documents.ignored(ask.document.file):
        return NoEdit(EditReason.IGNORED)
    changed = [*ask.recent.edited, *(region for one in ask.recent.visited for region in one.regions)]
    if not any(0 <= ask.now - region.at <= _patience(ask) for region in changed):
        return NoEdit(EditReason.QUIET)
    return None


def known(ask: EditAsk, deps: Deps) -> EditSuggestion | NoEdit:
    """Return what is certain from the text alone: microseconds to a few milliseconds, and nothing is sent."""
    if refused := gate(ask, deps):
        return refused
    document = ask.document
    found = echo(document, ask.recent.edited) or abroad(document, _visible(ask, deps))
    if found is None or ask.now - found.at > _patience(ask):
        return NoEdit(EditReason.CERTAIN)
    fresh = [edit for edit in found.edits if (document.slice(edit.span), edit.text) not in ask.rejected]
    if not fresh:
        return NoEdit(EditReason.REJECTED)
    if ask.automatic:
        fresh = [edit for edit in fresh if document.line_at(edit.span.start) not in ask.quiet_lines]
    return EditSuggestion(_name(), document, tuple(fresh), certain=True) if fresh else NoEdit(EditReason.COOLDOWN)


async def suggest_edit(ask: EditAsk, deps: Deps, sends: Callable[[], None] = lambda: None) -> EditSuggestion | NoEdit:
    """Find the next edit: what is certain, else what a model makes of the lines around the place.

    `sends` is called when a request is about to go out, whatever becomes of it.
    """
    started = perf_counter()
    found = known(ask, deps)
    if isinstance(found, EditSuggestion) or found.reason is not EditReason.CERTAIN:
        return found
    trace = Trace()
    try:
        plan = plan_for(ask, deps)
        if isinstance(plan, NoEdit):
            return plan
        trace = Trace(
            provider=plan.endpoint.provider,
            model=plan.endpoint.model,
            wire=plan.endpoint.wire.value,
            context_ms=_since(started),
            prompt_tokens=sum(piece.tokens for piece in plan.prompt.pieces),
        )
        sends()
        outcome = await _asked(ask, plan, deps, trace)
    except MaiError as error:
        outcome = NoEdit(EditReason.ERROR, error, trace)
    outcome = replace(outcome, trace=replace(outcome.trace, total_ms=_since(started)))
    log.info("next edit: %s", describe(outcome))
    return outcome


def plan_for(ask: EditAsk, deps: Deps) -> EditPlan | NoEdit:
    """Choose the place and build the prompt, if it may be sent. Raises NotConfigured."""
    if refused := gate(ask, deps):
        return refused
    if deps.settings.next_edit_model == "never":
        return NoEdit(EditReason.CERTAIN)
    if not can_ask(deps):
        return NoEdit(EditReason.PLAIN)
    if ask.automatic and mode.gate(ask.document, deps.settings, deps.switches, ask.now) is not None:
        return NoEdit(EditReason.LIMITED)
    document, settings = ask.document, deps.settings
    endpoint = deps.model.endpoint(Role.EDIT)
    # Whoever waits is typing: what holds for a code action, minutes and hidden reasoning, is too long for that.
    endpoint = replace(endpoint, timeouts=deps.model.endpoint(Role.COMPLETION).timeouts, reasoning=0)
    region = editable(document, _place(ask))
    if region is None:
        return NoEdit(EditReason.LONG)
    path = deps.documents.display_path(document.file)
    language = find(document.language, document.uri)
    budget = endpoint.context_tokens
    visited = [Visited(document, path, ask.recent.edited), *_visible(ask, deps)]
    changed = edits(visited, min(EDIT_TOKENS, int(budget * EDIT_SHARE)))
    told = problems(document, region.start, ask.recent.problems, int(budget * PROBLEM_SHARE), path=path)
    fixed = nextedit.fixed_tokens(language, path) + estimate(document.slice(region))
    left = min(FILE_TOKENS, budget - fixed - sum(snippet.tokens for snippet in (*changed, *told)))
    window = _window(document, region, max(0, left))
    gated = admit(
        Source(
            path=path,
            language=language,
            prefix=document.text[window.start : region.start],
            suffix=document.text[region.start : window.end],
            snippets=(*changed, *told),
        ),
        ignored=lambda other: deps.documents.ignored(document.file, other),
        before=document.text[max(0, window.start - FAR) : window.start],
        after=document.text[window.end : window.end + FAR],
        mask=settings.secrets_mask,
    )
    if isinstance(gated, Withheld):
        return NoEdit(EditReason.SECRET)
    prompt = nextedit.build(gated, document.slice(region))
    if isinstance(prompt, Withheld):
        return NoEdit(EditReason.SECRET)
    return EditPlan(endpoint, prompt, region, gated.withheld)


def can_ask(deps: Deps) -> bool:
    """Whether there is a model that can be asked for what is not certain; raises NotConfigured where none is set up."""
    if deps.settings.next_edit_model == "always":
        return True
    endpoint = deps.model.endpoint(Role.COMPLETION)
    # Whoever has chosen a wire that fills gaps has a model for that.
    return endpoint.wire in {Wire.CHAT, Wire.RESPONSES} and not endpoint.local


def moved(found: EditSuggestion, now: Document) -> EditSuggestion | None:
    """Return the suggestion for the text as it is now; None when nothing of it is left."""
    then = found.document
    if now.text == then.text:
        return replace(found, document=now)
    left = rebased(found.edits, then.text, difference(then.text, now.text))
    return replace(found, document=now, edits=left) if left else None


def describe(outcome: EditSuggestion | NoEdit) -> str:
    """Say in one line what came of a request; holds no source code."""
    trace = outcome.trace
    what = f"{len(outcome.edits)} edits" if isinstance(outcome, EditSuggestion) else f"none, {outcome.reason.value}"
    return f"{what}; {trace.provider or '-'} {trace.model or '-'}; total {trace.total_ms:.0f} ms"


async def _asked(ask: EditAsk, plan: EditPlan, deps: Deps, trace: Trace) -> EditSuggestion | NoEdit:
    raw = ""
    async with deps.model.ask(plan.endpoint, plan.prompt) as answer:
        async for piece in answer:
            raw += piece
            if len(raw) > MAX_REPLY:
                break
        whole = answer.finish != "length" and len(raw) <= MAX_REPLY
        trace = replace(trace, first_token_ms=answer.first_token_ms, usage=answer.usage, finish=answer.finish)
    trace = replace(trace, said_chars=len(raw))
    document = ask.document
    memory = Memory(ask.recent.edited, ask.rejected, _typed_line(ask))
    found = rewrite(raw, document, plan.region, memory, whole=whole)
    if found.objection is not None:
        return NoEdit(EditReason(found.objection.value), trace=trace)
    nearest = sorted(found.edits, key=lambda edit: _away(document, edit, ask.offset))
    if ask.automatic:
        nearest = [edit for edit in nearest if document.line_at(edit.span.start) not in ask.quiet_lines]
    if not nearest:
        return NoEdit(EditReason.COOLDOWN, trace=trace)
    suggestion = EditSuggestion(_name(), document, tuple(nearest), certain=False, trace=trace)
    now = deps.documents.latest(document.uri)
    left = moved(suggestion, now) if now is not None else None
    return left or NoEdit(EditReason.STALE, trace=trace)


def _visible(ask: EditAsk, deps: Deps) -> list[Visited]:
    """Return the other documents that may be looked at."""
    return [one for one in ask.recent.visited if not deps.documents.ignored(ask.document.file, one.path)]


def _patience(ask: EditAsk) -> float:
    return FRESH if ask.automatic else KNOWN


def _place(ask: EditAsk) -> int:
    """Return where to look: at a call of what has just got other parameters, else at the cursor."""
    return next(iter(calls(ask.document, ask.recent.edited)), ask.offset)


def _typed_line(ask: EditAsk) -> int | None:
    """Return the cursor's line if it is being typed: what belongs there is a completion's business."""
    line = ask.document.line_at(ask.offset)
    for region in ask.recent.edited:
        lines = (ask.document.line_at(region.start), ask.document.line_at(region.end))
        if ask.automatic and ask.now - region.at < COOLDOWN and lines[0] <= line <= lines[1]:
            return line
    return None


def _window(document: Document, region: Span, tokens: int) -> Span:
    """Return the whole lines around the region that are shown."""
    room = characters(tokens)
    above = max(0, region.start - max(int(room * ABOVE_SHARE), room - (len(document.text) - region.end)))
    below = min(len(document.text), region.end + room - (region.start - above))
    first = document.line_at(above)
    start = (
        above if document.starts[first] == above else document.starts[min(first + 1, document.line_at(region.start))]
    )
    return Span(
        start,
        max(region.end, document.line_span(document.line_at(below)).start - 1) if below < len(document.text) else below,
    )


def _away(document: Document, edit: Edit, offset: int) -> tuple[int, bool, int]:
    lines = document.line_at(edit.span.start) - document.line_at(offset)
    return abs(lines), lines < 0, edit.span.start


def _name() -> str:
    return secrets.token_hex(8)


def _since(started: float) -> float:
    return (perf_counter() - started) * 1000
