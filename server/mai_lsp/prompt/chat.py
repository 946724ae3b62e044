"""The completion prompt for models that only chat; most of what is hosted.

The model writes a snippet that may overlap with what stands before and behind the cursor, and `reply.overlap`
strips the overlap: chat models follow that, while they are bad at continuing exactly in the middle of a line (as
Copilot Arena found, 2024). What changes with every key comes last, so that a provider's prompt cache pays.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

from mai_lsp.core.language import Language
from mai_lsp.core.snippet import Kind
from mai_lsp.core.text import split_lines
from mai_lsp.core.tokens import estimate
from mai_lsp.prompt.diff import diff
from mai_lsp.prompt.fim import context_text, elsewhere_text, of_kind, piece, under_paths
from mai_lsp.prompt.gate import Gated
from mai_lsp.prompt.prompt import ChatPrompt, Message, Piece, Source
from mai_lsp.prompt.seam import cut

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
    parts += known(source)
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


def build_begun(gated: Gated, *, max_tokens: int) -> ChatPrompt:
    """Build messages of which the last is the beginning of the answer: the file up to the cursor.

    For servers that go on with such a message (`prefill` in the table of providers). The model has no line to repeat
    and no place to lose, which a small one does: it answers as well as with the tokens made for filling gaps. Half a
    word is cut only for a server that also takes a grammar; those that are known do.
    """
    source = gated.source
    language = source.language
    prefix, seam = cut(source.prefix, words=True)
    head = elsewhere_text(source) + context_text(source)
    fence = _fence(head + prefix + source.suffix)
    after = source.suffix.strip("\n")
    below = f"{source.path}, the code after yours:\n{fence}{language.id}\n{after}\n{fence}"
    asked = "\n\n".join((*known(source), below))
    system = _begun_rules().replace("{language}", language.name)
    return ChatPrompt(
        messages=(
            Message("system", system),
            Message("user", asked),
            Message("assistant", f"{fence}{language.id}\n{head}{prefix}"),
        ),
        max_tokens=max_tokens,
        stop=(f"\n{fence}",),
        seam=seam,
        pieces=(
            Piece("rules", "", estimate(system)),
            *(piece(snippet) for snippet in source.snippets),
            Piece("suffix", source.path, estimate(source.suffix)),
            Piece("prefix", source.path, estimate(prefix)),
        ),
    )


def _fence(text: str) -> str:
    """Return a fence that the text does not hold."""
    fence = "```"
    while fence in text:
        fence += "`"
    return fence


def fixed_tokens(language: Language, path: str) -> int:
    """Estimate what the prompt takes besides code: the rules, the frame and the line that is repeated at the end.

    That of `build`; what `build_begun` has stands at the prompt's very beginning, and an engine keeps it.
    """
    return estimate(_rules().replace("{language}", language.name)) + estimate(path) + _FRAME_TOKENS


def known(source: Source) -> Iterator[str]:
    """Write what the session knows: it changes more often than files do, and less often than the code at the cursor."""
    if similar := under_paths(source, of_kind(source, Kind.SIMILAR)):
        yield f"Code in other files that looks similar:\n<similar>\n{similar.rstrip(chr(10))}\n</similar>"
    if edits := of_kind(source, Kind.EDIT):
        shown = "\n\n".join(
            f"{one.path}, {one.name}:\n{diff(one.former.text if one.former else '', one.text)}" for one in edits
        )
        yield (
            "What the user changed a moment ago, the latest last (- marks removed lines, + added ones):\n"
            f"<edits>\n{shown}\n</edits>"
        )
    if problems := of_kind(source, Kind.DIAGNOSTIC):
        shown = "\n".join(one.text for one in problems)
        yield f"Problems that tools report near the cursor:\n<problems>\n{shown}\n</problems>"
    for one in of_kind(source, Kind.CLIPBOARD):
        yield f"Copied by the user, perhaps for here:\n<clipboard>\n{one.text}\n</clipboard>"


@cache
def _rules() -> str:
    return resources.files("mai_lsp.prompt.texts").joinpath("completion.txt").read_text(encoding="utf-8")


@cache
def _begun_rules() -> str:
    return resources.files("mai_lsp.prompt.texts").joinpath("begun.txt").read_text(encoding="utf-8").rstrip()


def _ask(prefix: str) -> str:
    """Name the line to begin with, since models lose the exact place of a cursor."""
    line = prefix[max(prefix.rfind("\n"), prefix.rfind("\r")) + 1 :]
    if line.strip():
        return f"The unfinished line, with which your code block begins:\n{line}"
    above = next((text for text in reversed(split_lines(prefix)) if text.strip()), "")
    where = f", somewhere below this line:\n{above}" if above else "."
    return f"The cursor is on an empty line that is indented by {len(line.expandtabs(4))} columns{where}"
