"""The prompt for the next edit: what was changed lately, and a region that a chat model writes anew.

The model gives back the whole region and no diff, since models lose count in diffs (Sweep's findings for next edits,
2025). There is no such prompt for models that only fill gaps.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from mai_lsp.core.language import Language
from mai_lsp.core.tokens import estimate
from mai_lsp.prompt.chat import known
from mai_lsp.prompt.fim import context_text, piece
from mai_lsp.prompt.gate import Gated, Withheld
from mai_lsp.prompt.prompt import ChatPrompt, Message, Piece

SLACK = 1.5
SPARE_TOKENS = 64
"""Room for the answer: half more than the region takes, a fence and a line or two."""


def build(gated: Gated, region: str) -> ChatPrompt | Withheld:
    """Build the messages; the region is the beginning of the source's suffix.

    A region in which something was masked is not rewritten: the mask would come back as code. Then it is a `Withheld`.
    """
    source = gated.source
    if not source.suffix.startswith(region):
        return Withheld("region", source.path, "there is a secret in the lines to be rewritten")
    below = source.suffix[len(region) :]
    fence = "```"
    while fence in region:
        fence += "`"
    system = _rules().replace("{language}", source.language.name)
    head = context_text(source)
    parts = [f"File: {source.path}"]
    if head:
        parts.append(f"Elsewhere in the file:\n<context>\n{head}</context>")
    parts.append(f"Code above the region:\n<before>\n{source.prefix.rstrip()}\n</before>")
    parts.append(f"Code below the region:\n<after>\n{below.strip(chr(10))}\n</after>")
    parts += known(source)
    parts.append(
        f"The region, to be written again as it should be next:\n{fence}{source.language.id}\n{region}\n{fence}"
    )
    return ChatPrompt(
        messages=(Message("system", system), Message("user", "\n\n".join(parts))),
        max_tokens=int(estimate(region) * SLACK) + SPARE_TOKENS,
        pieces=(
            Piece("rules", "", estimate(system)),
            *(piece(snippet) for snippet in source.snippets),
            Piece("prefix", source.path, estimate(source.prefix)),
            Piece("suffix", source.path, estimate(below)),
            Piece("region", source.path, estimate(region)),
        ),
    )


def fixed_tokens(language: Language, path: str) -> int:
    """Estimate what the prompt takes besides code: the rules and the frame."""
    return estimate(_rules().replace("{language}", language.name)) + estimate(path) + 100


@cache
def _rules() -> str:
    return resources.files("mai_lsp.prompt.texts").joinpath("nextedit.txt").read_text(encoding="utf-8")
