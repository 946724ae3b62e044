"""The next suggestion before it is asked for: for which text, and when that is worth a request.

Pure; what comes of it goes into memory only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mai_lsp.core.language import find
from mai_lsp.core.text import Document, Edit, Span, line_end_of, with_line_ends
from mai_lsp.engine.completion import applied
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.engine.ports import Ask
from mai_lsp.reply.place import indentation, opens_block

CONFIRMED = 3
"""Characters typed along with a suggestion after which it is taken to be right: an unasked-for answer costs as much."""

MARGIN = 1.5
"""How many times the model's latency before the end of a suggestion the next one is asked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """A text with a suggestion accepted, and the place to go on at."""

    accepted: Document
    offset: int
    """Behind the suggestion."""
    begun: Document
    """The same with the next line begun where the suggestion has ended one."""
    cursor: int
    lead: str
    r"""What was added to begin it, with ``\n`` as line end."""


def due(mode: str, typed: int, seconds_left: float, latency: float) -> bool:
    """Whether to ask for what follows a suggestion that is being given out.

    `mode` is the setting, `typed` how many characters of the answer were typed since it was asked for, `seconds_left`
    how long typing the rest takes.
    """
    if mode == "typed":
        return typed >= CONFIRMED and seconds_left <= MARGIN * latency
    return mode == "shown"


def step(document: Document, suggestion: Suggestion) -> Step | None:
    """Return the text as if a suggestion was accepted; None where code follows behind it on the line."""
    accepted = applied(document, suggestion)
    offset = suggestion.span.start + len(suggestion.text)
    line = accepted.line_span(accepted.line_at(offset))
    if accepted.text[offset : line.end].strip():
        return None
    before = accepted.text[line.start : offset]
    language = find(document.language, document.uri)
    indent = before[: len(before) - len(before.lstrip())]
    if opens_block(before, language):
        tabs, unit = indentation(accepted.text[max(0, offset - 6_000) : offset])
        indent += "\t" if tabs else " " * unit
    lead = line_end_of(accepted.text) + indent
    begun = accepted.edited([Edit(Span(offset, offset), lead)], accepted.version)
    return Step(accepted, offset, begun, offset + len(lead), with_line_ends(lead, "\n"))


def ask(asked: Ask, step: Step) -> Ask:
    """Return the request for the next place, without this document's own edits, which are not where they were."""
    recent = replace(asked.recent, edited=(), problems=())
    return replace(asked, document=step.begun, offset=step.cursor, recent=recent, rejected=())
