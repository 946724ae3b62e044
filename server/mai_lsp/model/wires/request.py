"""The parts of a request body that all wires share.

A field goes out only when the provider's row accepts it; the user's own fields always win.
"""

from __future__ import annotations

from collections.abc import Mapping

from mai_lsp.core.seam import Seam
from mai_lsp.model.resolve import SESSION, Target
from mai_lsp.model.wires.delta import Body

MAX_STOPS = 4
"""OpenAI's documented limit, which others copy; the client enforces all of them in any case."""


def finished(body: Body, target: Target, stop: tuple[str, ...], temperature: float) -> Body:
    """Add sampling, stops and the provider's and the user's own fields to `body` and give it back."""
    accepts = target.row.accepts
    if stop and "stop" in accepts:
        body["stop"] = list(stop[:MAX_STOPS])
    if "temperature" in accepts:
        body["temperature"] = temperature
    if "timings_per_token" in accepts:
        body["timings_per_token"] = True
    if "prompt_cache_key" in accepts:
        body["prompt_cache_key"] = SESSION
    _merge(body, target.row.extra_body)
    _merge(body, target.parameters)
    return body


def reasoning(target: Target) -> Body:
    """Give the fields that ask for the wanted effort on the chat wire; none when the provider takes none."""
    if not target.effort:
        return {}
    if target.row.reasoning_form == "reasoning.effort":
        return {"reasoning": {"effort": target.effort}}
    return {"reasoning_effort": target.effort}


def half_word_grammar(seam: Seam) -> str:
    """Write the GBNF that makes a reply begin with what was cut off before the cursor.

    In llama.cpp's GBNF ``.`` is any character, line breaks included (grammars/README.md).
    """
    start = "".join(_ESCAPES.get(character, character) for character in seam.spaces + seam.word)
    return f'root ::= "{start}" .*'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _merge(body: Body, extra: Mapping[str, object]) -> None:
    """Put fields in, objects one level deep (so that one more option does not drop ours); null takes a field out."""
    for name, value in extra.items():
        ours = body.get(name)
        if value is None:
            body.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(ours, Mapping):
            body[name] = {**ours, **value}
        else:
            body[name] = value
