"""The prompts for changing code: rules for one format, and a message made of what the gate has let through.

It asks nobody, and reads no reply: `reply.edits` does, and a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib import resources as packaged

from mai_lsp.core.editformat import EDIT_FUNCTIONS, RESOURCE_FUNCTIONS, EditFormat, Function
from mai_lsp.core.language import find
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.tokens import estimate
from mai_lsp.prompt.asked import Asked, Shown, pieces
from mai_lsp.prompt.editing_message import message
from mai_lsp.prompt.fim import piece
from mai_lsp.prompt.gate import Gated, Withheld, admit
from mai_lsp.prompt.prompt import ChatPrompt, Message, Piece, Source, Tool

LEAST_OUTPUT = 1_024
"""Tokens of room for an answer at least, whatever is asked for."""

WORDS_OUTPUT = 2_048
"""The same for an answer in words, and a fourth of that for the prose around edits."""


def admitted(asked: Asked, *, ignored: Callable[[str], str], mask: bool = True) -> Gated | Withheld:
    """Let a request through the gate; a `Withheld` where one of its files must not be shown.

    `ignored` says why a path must not be shown, or "". Masks of the files stand in the result.
    """
    gated = admit(Source("", find(""), "", "", tuple(_snippets(asked))), ignored=ignored, mask=mask)
    if isinstance(gated, Withheld):
        return gated
    shown = {snippet.path for snippet in gated.source.snippets if snippet.kind is Kind.FILE}
    hidden = {one.path: one for one in gated.withheld if one.path not in shown}
    return next((hidden[file.path] for file in asked.files if file.path in hidden), gated)


def build(gated: Gated, asked: Asked) -> ChatPrompt:
    """Build the messages for an edit. Where something is masked, `reply.edits.apply` puts the true value back."""
    parts = [_text(f"edit_{asked.form.value}")]
    if asked.form is not EditFormat.REGION:
        parts += [_text("edit_rules"), *([_resource_rules(asked)] if asked.resources or asked.creates else [])]
    prompt = _prompt(gated, asked, "\n\n".join(parts), _last(asked), most_tokens(asked))
    return replace(prompt, tools=_tools(asked))


def build_answer(gated: Gated, asked: Asked) -> ChatPrompt:
    """Build the messages for an answer in words."""
    return _prompt(gated, asked, _text("edit_explain"), "Answer in Markdown.", WORDS_OUTPUT)


def build_plan(gated: Gated, asked: Asked) -> ChatPrompt:
    """Build the messages for a plan of who changes what, without code (`reply.plan` reads it)."""
    system = _text("plan_split") + (f"\n\n{_text('plan_resources')}" if asked.resources else "")
    return _prompt(gated, asked, system, f"Answer with the plan. {_last(asked)}", WORDS_OUTPUT + 200 * len(asked.files))


def likely_tokens(asked: Asked) -> int:
    """Estimate how many tokens an edit will take, for telling its price beforehand."""
    whole = sum(estimate(text) for file in asked.files for text in _texts(file))
    made = 600 * len(asked.creates)
    match asked.form:
        case EditFormat.REGION:
            region = estimate(asked.files[0].document.slice(asked.region)) if asked.region is not None else whole
            return int(region * 1.3) + 50
        case EditFormat.WHOLE:
            return int(whole * 1.1) + 50 * len(asked.files) + made
        case EditFormat.CALLS:
            return min(whole, 300 + whole // 4) + 100 * len(asked.files) + made
        case _:
            return min(whole, 250 + whole // 5) + 80 * len(asked.files) + made


def most_tokens(asked: Asked) -> int:
    """Return the limit of an edit's answer: room for all the lines twice, since one that is cut off is lost."""
    room = 2 if asked.form in {EditFormat.REGION, EditFormat.WHOLE} else 3
    return max(LEAST_OUTPUT, room * likely_tokens(asked)) + WORDS_OUTPUT // 4


def fixed_tokens(asked: Asked) -> int:
    """Estimate what a prompt takes besides the files: rules, request, frame."""
    rules = estimate(_text(f"edit_{asked.form.value}")) + estimate(_text("edit_rules")) + 200
    words = [asked.instruction, asked.plan, *asked.diagnostics, *(one.detail + one.lines for one in asked.complaints)]
    region = estimate(asked.files[0].document.slice(asked.region)) if asked.region is not None and asked.files else 0
    frame = sum(30 + 2 * estimate(file.path) + 3 * len(file.parts) for file in asked.files)
    return rules + frame + region + sum(estimate(text) for text in words)


# Through the gate.


def _snippets(asked: Asked) -> Iterator[Snippet]:
    """Yield everything that may be shown, files first; a region's borders are borders of pieces."""
    for number, file in enumerate(asked.files):
        text = file.document.text
        for span in pieces(file, asked.region if number == 0 else None):
            shown = text[span.start : span.end]
            before, after = text[: span.start], text[span.end :]
            yield Snippet(Kind.FILE, file.path, shown, span.start, estimate(shown), "", before, after)
    yield from asked.reference
    for name, words in _words(asked):
        yield Snippet(Kind.REQUEST, "", words, 0, estimate(words), name)


def _words(asked: Asked) -> Iterator[tuple[str, str]]:
    """Yield the words of a request by what they are."""
    yield "instruction", asked.instruction
    yield "plan", asked.plan
    for number, text in enumerate(asked.diagnostics):
        yield f"diagnostic {number}", text
    for number, one in enumerate(asked.complaints):
        yield f"complaint {number}", one.detail
        yield f"lines {number}", one.lines


def _prompt(gated: Gated, asked: Asked, system: str, closing: str, max_tokens: int) -> ChatPrompt:
    return ChatPrompt(
        messages=(Message("system", system), Message("user", message(gated, asked, closing))),
        max_tokens=max_tokens,
        pieces=(Piece("rules", "", estimate(system)), *(piece(one) for one in gated.source.snippets if one.text)),
    )


def _last(asked: Asked) -> str:
    """Write the last words: which files may be named."""
    paths = ", ".join(file.path for file in asked.files)
    if asked.form is EditFormat.REGION:
        return "Answer with the region as it is after that, in one fence."
    made = f" These may be made: {', '.join(asked.creates)}." if asked.creates else ""
    new = " New files may be made where the task asks for them." if asked.resources and not asked.creates else ""
    return f"Of the files that there are, you may change these and no others: {paths or 'none'}.{made}{new}"


def _resource_rules(asked: Asked) -> str:
    new = {
        EditFormat.SEARCH: "To make a file, write a block with nothing below SEARCH, below the new path.",
        EditFormat.WHOLE: "To make a file, write it as the others, below the new path.",
        EditFormat.DIFF: "To make a file, write a diff from /dev/null.",
        EditFormat.CALLS: "Call `create_file` for that"
        + (", and `delete_file` and `move_file`." if asked.resources else "."),
    }[asked.form]
    rules = "edit_resources" if asked.resources else "edit_creates"
    return _text(f"{rules}_calls" if asked.form is EditFormat.CALLS else rules).replace("{new}", new)


def _tools(asked: Asked) -> tuple[Tool, ...]:
    if asked.form is not EditFormat.CALLS:
        return ()
    made = RESOURCE_FUNCTIONS if asked.resources else RESOURCE_FUNCTIONS[:1] if asked.creates else ()
    return tuple(_tool(one) for one in (*EDIT_FUNCTIONS, *made))


def _tool(one: Function) -> Tool:
    fields = {name: {"type": "string", "description": text} for name, text in one.arguments.items()}
    return Tool(
        one.name,
        one.description,
        {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False},
    )


def _texts(file: Shown) -> Iterator[str]:
    if not file.parts:
        yield file.document.text
    for span in file.parts:
        yield file.document.slice(span)


@cache
def _text(name: str) -> str:
    return packaged.files("mai_lsp.prompt.texts").joinpath(f"{name}.txt").read_text(encoding="utf-8").strip()
