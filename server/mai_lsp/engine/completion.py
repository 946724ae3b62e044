"""Inline completion: one flow from the snapshot to a suggestion or a reason."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic, perf_counter

from mai_lsp.context.infile import gather
from mai_lsp.core.language import find
from mai_lsp.core.seam import Seam
from mai_lsp.core.secrets import PLACEHOLDER
from mai_lsp.core.snippet import Snippet
from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.engine import mode
from mai_lsp.engine.gather import elsewhere
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion, Trace
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.engine.recent import outside, recent, reserved
from mai_lsp.errors import MaiError, NotConfigured, ReasoningOnly
from mai_lsp.model.types import Answer, Endpoint, Role, Wire
from mai_lsp.prompt import chat, fim
from mai_lsp.prompt.formats import FORMATS, cache_friendly
from mai_lsp.prompt.gate import FAR, Withheld, admit
from mai_lsp.prompt.prompt import Prompt, Source
from mai_lsp.reply.checks import Memory
from mai_lsp.reply.clean import without_torn_end
from mai_lsp.reply.place import Place, look
from mai_lsp.reply.trim import Trimmed, land, trim

log = logging.getLogger(__name__)

LEAST_CONTEXT = 128
"""Tokens for code in any case, however small the budget and long the rules."""

MAX_REPLY = 20_000
"""Characters after which a reply is taken as it is, whatever the server goes on sending."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A request ready to be sent: what `--show-prompt` shows, and what `complete` sends."""

    endpoint: Endpoint
    prompt: Prompt
    place: Place
    withheld: tuple[Withheld, ...] = ()
    """What the prompt does not show, and why."""


async def complete(ask: Ask, deps: Deps) -> Outcome:
    """Suggest text at the cursor, or say why not; raises nothing but CancelledError."""
    started = perf_counter()
    trace = Trace()
    try:
        if reason := gate(ask, deps):
            return reason
        plan = await plan_for(ask, deps)
        if isinstance(plan, Skipped):
            return plan
        trace = planned(plan, _since(started))
        trimmed, trace = await answer(plan, deps, trace)
        outcome = unsaid(trimmed, trace) or settle(
            trimmed.text, ask, plan.place, deps, trace, masked=bool(plan.withheld)
        )
    except MaiError as error:
        outcome = Skipped(Reason.ERROR, str(error), error, trace)
    outcome = replace(outcome, trace=replace(outcome.trace, total_ms=_since(started)))
    log.info("completion: %s", describe(outcome))
    return outcome


def gate(ask: Ask, deps: Deps) -> Skipped | None:
    """Decide whether to ask at all."""
    if ask.automatic and (skipped := mode.gate(ask.document, deps.settings, deps.switches, monotonic())):
        return skipped
    return _ignored(ask, deps)


def _ignored(ask: Ask, deps: Deps) -> Skipped | None:
    why = deps.documents.ignored(ask.document.file)
    return Skipped(Reason.IGNORED, f"This file is never sent ({why}).") if why else None


async def plan_for(ask: Ask, deps: Deps) -> Plan | Skipped:
    """Look into other files, choose the context and build the prompt, if it may be sent. Raises NotConfigured."""
    if skipped := _ignored(ask, deps):
        return skipped
    budget = deps.model.endpoint(Role.COMPLETION).context_tokens
    known = recent(ask, deps, budget)
    others = await elsewhere(ask, deps, budget - reserved(known, budget))
    return prepare(ask, deps, others, known)


def prepare(ask: Ask, deps: Deps, others: Sequence[Snippet] = (), known: Sequence[Snippet] = ()) -> Plan | Skipped:
    """Choose the context and build the prompt, if it may be sent; `others` comes from files, `known` from the session.

    Pure but for reading the settings' endpoint and the rules of what is ignored. Raises NotConfigured.
    """
    if skipped := _ignored(ask, deps):
        return skipped
    settings = deps.settings
    endpoint = deps.model.endpoint(Role.COMPLETION)
    document = ask.document
    chatty = endpoint.wire in {Wire.CHAT, Wire.RESPONSES}
    path = deps.documents.display_path(document.file)
    language = find(document.language, document.uri)
    fixed = chat.fixed_tokens(language, path) if chatty and not endpoint.prefill else 0
    fixed += sum(snippet.tokens for snippet in (*others, *known))
    found = gather(document, ask.offset, max(LEAST_CONTEXT, endpoint.context_tokens - fixed), path=path)
    start, end = found.prefix_span.start, found.suffix_span.end
    source = Source(
        path=path,
        language=language,
        prefix=found.prefix,
        suffix=found.suffix,
        snippets=(*others, *found.snippets, *outside(known, path, Span(start, end))),
    )
    gated = admit(
        source,
        ignored=lambda other: deps.documents.ignored(document.file, other),
        before=document.text[max(0, start - FAR) : start],
        after=document.text[end : end + FAR],
        mask=settings.secrets_mask,
    )
    if isinstance(gated, Withheld):
        return Skipped(Reason.SECRET, f"Nothing was sent: {gated.why}.")
    prompt: Prompt
    if chatty:
        build = chat.build_begun if endpoint.prefill else chat.build
        prompt = build(gated, max_tokens=settings.completion_max_tokens)
    elif endpoint.wire is Wire.INFILL:
        prompt = fim.build_infill(gated, max_tokens=settings.completion_max_tokens, words=endpoint.grammar)
    else:
        named = settings.fim_format or endpoint.fim_format or "suffix"
        # On this machine reading the prompt is what takes the time, so what grows must come last.
        if named not in FORMATS:
            raise NotConfigured(
                f"There is no fill-in-the-middle format {named!r}.",
                advice=f"Set mai.fim.format to one of {', '.join(FORMATS)}.",
            )
        row = cache_friendly(named) if endpoint.local and not settings.fim_format else named
        prompt = fim.build(gated, row, max_tokens=settings.completion_max_tokens, words=endpoint.grammar)
    talks = chatty and not endpoint.prefill  # An answer that was begun for it goes on like a filled gap.
    place = look(document, ask.offset, seam=prompt.seam, chat=talks, max_lines=settings.completion_max_lines)
    return Plan(endpoint, prompt, place, gated.withheld)


async def answer(
    plan: Plan, deps: Deps, trace: Trace, heard: Callable[[Trimmed], bool] = lambda _: True
) -> tuple[Trimmed, Trace]:
    """Stream the reply through `trim` and close the stream as soon as nothing that follows can count.

    `heard` is told after each piece what has come so far, and may say that no more of it is wanted.
    """
    raw = ""
    trimmed = Trimmed("")
    async with deps.model.ask(plan.endpoint, plan.prompt) as reply:
        async for piece in reply:
            raw += piece
            trace = replace(trace, said_chars=len(raw))
            trimmed = trim(raw, plan.place, final=False)
            if trimmed.complete or not heard(trimmed):
                return trimmed, _answered(trace, reply, trimmed.verdict.value if trimmed.verdict else "cut")
            if len(raw) > MAX_REPLY:
                break
        if reply.finish == "length" or len(raw) > MAX_REPLY:
            raw = without_torn_end(raw)
        trimmed = trim(raw, plan.place, final=True)
        if not raw.strip() and reply.reasoning_chars:
            raise ReasoningOnly(
                "The model spent its whole answer on hidden reasoning.",
                advice="Raise mai.completion.maxTokens, lower mai.reasoning.effort, or choose another model.",
            )
        return trimmed, _answered(trace, reply, reply.finish)


def unsaid(trimmed: Trimmed, trace: Trace) -> Skipped | None:
    """Return why a reply holds nothing to suggest, or None if it does."""
    if trimmed.verdict is None and trimmed.text:
        return None
    reason = Reason(trimmed.verdict.value) if trimmed.verdict else Reason.EMPTY
    return Skipped(reason, _WHY[reason], trace=trace)


def settle(text: str, ask: Ask, place: Place, deps: Deps, trace: Trace, *, masked: bool) -> Outcome:
    """Put a trimmed text into the document that was asked about, and check that this is still the document.

    `masked` says that the model was shown a text in which something was hidden.
    """
    if masked and PLACEHOLDER in text:
        return Skipped(Reason.SECRET, _WHY[Reason.SECRET], trace=trace)
    last = max(ask.recent.edited, key=lambda region: region.at, default=None)
    landed = land(text, ask.document, ask.offset, place, Memory(last, ask.rejected))
    if landed.verdict is not None:
        reason = Reason(landed.verdict.value)
        return Skipped(reason, _WHY[reason], trace=trace)
    suggestion = Suggestion(
        id=secrets.token_hex(8), version=ask.document.version, span=landed.span, text=landed.text, trace=trace
    )
    return rebase(suggestion, ask, deps.documents.latest(ask.document.uri))


def go_on(text: str, ask: Ask, deps: Deps, trace: Trace, *, chat: bool, masked: bool) -> Outcome:
    """Suggest the rest of an answer whose first part was typed by now; it has to pass the filters again."""
    place = look(ask.document, ask.offset, seam=Seam(), chat=chat, max_lines=deps.settings.completion_max_lines)
    return settle(text, ask, place, deps, trace, masked=masked)


def rebase(suggestion: Suggestion, ask: Ask, now: Document | None) -> Outcome:
    """Keep a suggestion whose document has not changed meanwhile; anything else is dropped, never guessed."""
    if now is None or now.text is ask.document.text or now.text == ask.document.text:
        return suggestion
    return Skipped(Reason.STALE, _WHY[Reason.STALE], trace=suggestion.trace)


def applied(document: Document, suggestion: Suggestion) -> Document:
    """Return the document with the suggestion accepted."""
    return document.edited([Edit(suggestion.span, suggestion.text)], document.version)


def describe(outcome: Outcome) -> str:
    """Say in one line what came of a request; holds no source code."""
    trace = outcome.trace
    first = f"{trace.first_token_ms:.0f}" if trace.first_token_ms is not None else "-"
    what = f"{len(outcome.text)} characters" if isinstance(outcome, Suggestion) else f"none, {outcome.reason.value}"
    usage = trace.usage
    return (
        f"{what}; {trace.provider or '-'} {trace.model or '-'}; "
        f"first token {first} ms, total {trace.total_ms:.0f} ms, context {trace.context_ms:.1f} ms; "
        f"tokens {usage.input_tokens} in ({usage.cached_tokens} cached), {usage.output_tokens} out"
    )


_WHY = {
    Reason.SECRET: "The model repeated the mask of a secret.",
    Reason.STALE: "The text changed while the model was answering.",
    Reason.EMPTY: "The model had nothing to add here.",
    Reason.CHATTER: "The model talked instead of writing code.",
    Reason.DUPLICATE: "The model only repeated what stands behind the cursor.",
    Reason.REPETITIVE: "The model repeated itself, or the line above.",
    Reason.MISMATCH: "The model did not go on from what was typed.",
    Reason.REJECTED: "You have turned this suggestion down at this place.",
    Reason.UNDOES: "The model only put back what was just deleted.",
    Reason.COMMENT: "The model wrote nothing but a comment where code is missing.",
    Reason.IMPORTS: "The model wrote nothing but imports, away from the file's imports.",
    Reason.UNBALANCED: "The model's brackets do not go together with the rest of the line.",
    Reason.BROKEN: "The model's code would bring in a syntax error.",
}


def planned(plan: Plan, context_ms: float) -> Trace:
    """Begin the trace of a request that is about to be sent."""
    return Trace(
        provider=plan.endpoint.provider,
        model=plan.endpoint.model,
        wire=plan.endpoint.wire.value,
        reach=plan.place.reach.value,
        context_ms=context_ms,
        prompt_tokens=sum(piece.tokens for piece in plan.prompt.pieces),
    )


def _answered(trace: Trace, answer: Answer, finish: str | None) -> Trace:
    return replace(trace, first_token_ms=answer.first_token_ms, usage=answer.usage, finish=finish)


def _since(started: float) -> float:
    return (perf_counter() - started) * 1000
