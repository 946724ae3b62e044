"""llama.cpp's `/infill`: prefix and suffix in, the server puts the fill-in-the-middle tokens in itself.

Pure functions; a reply that is not streamed is read by the same `decode`. Fields: llama.cpp, tools/server/README.md.
"""

from __future__ import annotations

from typing import Any

from mai_lsp.model.resolve import Target
from mai_lsp.model.types import Usage
from mai_lsp.model.wires.delta import Body, Delta, flat_text, read_failure, read_timings
from mai_lsp.model.wires.request import finished, half_word_grammar
from mai_lsp.prompt.prompt import InfillPrompt


def body(prompt: InfillPrompt, target: Target) -> Body:
    """Build the request's JSON body."""
    fields: Body = {
        "model": target.model,
        "input_extra": [{"filename": extra.filename, "text": extra.text} for extra in prompt.extra],
        "input_prefix": prompt.prefix,
        "input_suffix": prompt.suffix,
        "n_predict": prompt.max_tokens,
        "stream": True,
        "cache_prompt": True,
    }
    if prompt.seam.word:
        fields["grammar"] = half_word_grammar(prompt.seam)
    return finished(fields, target, prompt.stop, prompt.temperature)


def decode(event: Any) -> Delta:
    """Read one chunk, or a whole reply."""
    failure = read_failure(event) if "content" not in event else None
    text = flat_text(event.get("content"))
    if event.get("stop") is not True:
        return Delta(text=text, usage=read_timings(event.get("timings")), failure=failure)
    limit = event.get("stop_type") == "limit" or event.get("stopped_limit") is True
    return Delta(text=text, usage=_usage(event), finish="length" if limit else "stop", failure=failure)


def _usage(event: dict[str, Any]) -> Usage | None:
    evaluated, predicted = event.get("tokens_evaluated"), event.get("tokens_predicted")
    if not isinstance(evaluated, int) or not isinstance(predicted, int):
        return None
    timings = event.get("timings")
    cached = timings.get("cache_n") if isinstance(timings, dict) else None
    return Usage(
        input_tokens=evaluated, cached_tokens=cached if isinstance(cached, int) else 0, output_tokens=predicted
    )
