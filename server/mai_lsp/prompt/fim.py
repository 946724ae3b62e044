"""Prompts for models that fill in the middle: raw text with their own tokens, `suffix`, or llama.cpp's `/infill`."""

from __future__ import annotations

from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.tokens import estimate
from mai_lsp.prompt.formats import FORMATS
from mai_lsp.prompt.gate import Gated
from mai_lsp.prompt.prompt import ExtraFile, FimPrompt, InfillPrompt, Piece, Source
from mai_lsp.prompt.seam import cut


def build(gated: Gated, format_name: str, *, max_tokens: int, words: bool) -> FimPrompt:
    """Build a `/completions` prompt; `words` when the server takes a grammar, so that half words can be cut."""
    source = gated.source
    row = FORMATS[format_name]
    prefix, seam = cut(source.prefix, words=words)
    others = elsewhere_text(source)
    head = others + (_heading(source, source.path) if others else "") + context_text(source)
    before, after = head + prefix, source.suffix
    text = row.template.replace("{after}", _plain(after, row.stop)).replace("{before}", _plain(before, row.stop))
    return FimPrompt(
        text=text if row.template else before,
        max_tokens=max_tokens,
        stop=row.stop,
        seam=seam,
        suffix=None if row.template else after,
        pieces=_pieces(source, prefix),
    )


def build_infill(gated: Gated, *, max_tokens: int, words: bool) -> InfillPrompt:
    """Build an `/infill` prompt; the context goes where llama.cpp puts other files."""
    source = gated.source
    prefix, seam = cut(source.prefix, words=words)
    head = context_text(source)
    return InfillPrompt(
        prefix=prefix,
        suffix=source.suffix,
        max_tokens=max_tokens,
        seam=seam,
        extra=(
            *(ExtraFile(snippet.path, snippet.text) for snippet in source.snippets if snippet.kind is Kind.WORKSPACE),
            *([ExtraFile(source.path, head)] if head else []),
        ),
        pieces=_pieces(source, prefix),
    )


def context_text(source: Source) -> str:
    """Write the snippets as the file's own text with the parts between them left out, in the file's order."""
    order = (Kind.IMPORTS, Kind.DEFINITION, Kind.SCOPE)
    inside = [snippet for snippet in source.snippets if snippet.kind is not Kind.WORKSPACE]
    inside.sort(key=lambda snippet: order.index(snippet.kind))
    return "\n".join(snippet.text.rstrip("\n") + "\n" for snippet in inside)


def elsewhere_text(source: Source) -> str:
    """Write what other files define, each under its path as a comment."""
    return "".join(
        f"{_heading(source, snippet.path)}{snippet.text.rstrip(chr(10))}\n\n"
        for snippet in source.snippets
        if snippet.kind is Kind.WORKSPACE
    )


def _heading(source: Source, path: str) -> str:
    language = source.language
    # A line end in a file's name would end the comment.
    path = "".join(mark if mark.isprintable() else " " for mark in path)
    return f"{language.comment} {path}{' ' if language.comment_end else ''}{language.comment_end}\n"


def _pieces(source: Source, prefix: str) -> tuple[Piece, ...]:
    return (
        *(piece(snippet) for snippet in source.snippets),
        Piece("suffix", source.path, estimate(source.suffix)),
        Piece("prefix", source.path, estimate(prefix)),
    )


def piece(snippet: Snippet) -> Piece:
    """Describe a snippet for `--show-prompt`."""
    label = f"{snippet.kind.value} {snippet.name}".strip()
    return Piece(label, snippet.path, snippet.tokens)


def _plain(text: str, tokens: tuple[str, ...]) -> str:
    """Break the format's own tokens where the source code contains them, so that text can not pose as structure."""
    for token in tokens:
        if token in text:
            text = text.replace(token, token[0] + " " + token[1:])
    return text
