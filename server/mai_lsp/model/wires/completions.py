"""`/completions`: raw text in (with fill-in-the-middle tokens, or with `suffix`), text out.

Pure functions; a reply that is not streamed is read by the same `decode`.
"""

from __future__ import annotations

from typing import Any

from mai_lsp.model.resolve import Target
from mai_lsp.model.wires.delta import Body, Delta, Failure, flat_text, read_failure, read_timings, read_usage
from mai_lsp.model.wires.request import finished, half_word_grammar
from mai_lsp.prompt.prompt import FimPrompt


def body(prompt: FimPrompt, target: Target) -> Body:
    """Build the request's JSON body."""
    fields: Body = {"model": target.model, "prompt": prompt.text}
    if prompt.suffix is not None:
        fields["suffix"] = prompt.suffix
    fields |= {"max_tokens": prompt.max_tokens, "stream": True}
    if "stream_options" in target.row.accepts:
        fields["stream_options"] = {"include_usage": True}
    if "cache_prompt" in target.row.accepts:
        fields["cache_prompt"] = True
    if target.grammar and prompt.seam.word:
        fields["grammar"] = half_word_grammar(prompt.seam)
    return finished(fields, target, prompt.stop, prompt.temperature)


def decode(event: Any) -> Delta:
    """Read one chunk, or a whole reply."""
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    finish = choice.get("finish_reason")
    failure = read_failure(event) if not choices or event.get("error") else None
    if finish == "content_filter":
        failure = failure or Failure("The answer was filtered.", code="content_filter")
    return Delta(
        text=flat_text(choice.get("text")),
        usage=read_usage(event.get("usage")) or read_timings(event.get("timings")),
        finish=finish if isinstance(finish, str) else None,
        failure=failure,
    )
