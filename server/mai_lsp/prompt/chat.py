"""The completion prompt for models that only chat; most of what is hosted.

The model writes a snippet that may overlap with what stands before and behind the cursor, and `reply.overlap`
strips the overlap: chat models follow that, while they are bad at continuing exactly in the middle of a line (as
Copilot Arena found, 2024). What changes with every key comes last, so that a provider's prompt cache pays.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from mai_lsp.core.language import Language
from mai_lsp.core.text import split_lines
from mai_lsp.core.tokens import estimate
from mai_lsp.prompt.fim import context_text, elsewhere_text, piece
from mai_lsp.prompt.gate import Gated
from mai_lsp.prompt.prompt import ChatPrompt, Message, Piece

_FRAME_TOKENS = 100
"""Headings and tags of the user message, and a usual unfinished line."""

OVERLAP_TOKENS = 48
"""Extra output allowed for the lines a model repeats and its fence; they are trimmed, not shown."""


def build(gated: Gated, *, max_tokens: int) -> ChatPrompt:
    """Build the messages: rules, file and context, code behind the cursor, code before it, the unfinished line."""
    source = gated.source
    system = _rules().replace("{language}", source.language.name)
    head = context_text(source)
    parts = [f"File: {source.path}"]
    if others := elsewhere_text(source):
        parts.insert(0, f"Defined in other files of the project:\n<project>\n{others.rstrip(chr(10))}\n</project>")
    if head:
        parts.append(f"Elsewhere in the file:\n<context>\n{head}</context>")
    parts += [
        f"Code after the cursor:\n<after>\n{source.suffix.strip(chr(10))}\n</after>",
        f"Code before the cursor:\n<before>\n{source.prefix}</before>",
        _ask(source.prefix),
    ]
    return ChatPrompt(
        messages=(Message("system", system), Message("user", "\n\n".join(parts))),
        max_tokens=max_tokens + OVERLAP_TOKENS,
        pieces=(
            Piece("rules", "", estimate(system)),
            *(piece(snippet) for snippet in source.snippets),
            Piece("suffix", source.path, estimate(source.suffix)),
            Piece("prefix", source.path, estimate(source.prefix)),
        ),
    )


def fixed_tokens(language: Language, path: str) -> int:
    """Estimate what the prompt takes besides code: the rules, the frame and the line that is repeated at the end."""
    return estimate(_rules().replace("{language}", language.name)) + estimate(path) + _FRAME_TOKENS


@cache
def _rules() -> str:
    return resources.files("mai_lsp.prompt.texts").joinpath("completion.txt").read_text(encoding="utf-8")


def _ask(prefix: str) -> str:
    """Name the line to begin with, since models lose the exact place of a cursor."""
    line = prefix[max(prefix.rfind("\n"), prefix.rfind("\r")) + 1 :]
    if line.strip():
        return f"The unfinished line, with which your code block begins:\n{line}"
    above = next((text for text in reversed(split_lines(prefix)) if text.strip()), "")
    where = f", somewhere below this line:\n{above}" if above else "."
    return f"The cursor is on an empty line that is indented by {len(line.expandtabs(4))} columns{where}"
