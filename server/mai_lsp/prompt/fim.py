"""Prompts for models that fill in the middle: raw text with their own tokens, `suffix`, or llama.cpp's `/infill`."""

from __future__ import annotations

from collections.abc import Iterable

from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.tokens import estimate
from mai_lsp.prompt.formats import FORMATS
from mai_lsp.prompt.gate import Gated
from mai_lsp.prompt.prompt import ExtraFile, FimPrompt, InfillPrompt, Piece, Source
from mai_lsp.prompt.seam import cut

_INSIDE = (Kind.IMPORTS, Kind.DEFINITION, Kind.SCOPE)
"""What is of the cursor's own file, as its own text."""

_FILES = (Kind.WORKSPACE, Kind.CALLER, Kind.SIMILAR, Kind.EDIT, Kind.CLIPBOARD)
"""What llama.cpp is given as other files."""


def build(gated: Gated, format_name: str, *, max_tokens: int, words: bool) -> FimPrompt:
    """Build a `/completions` prompt; `words` when the server takes a grammar, so that half words can be cut."""
    source = gated.source
    row = FORMATS[format_name]
    prefix, seam = cut(source.prefix, words=words)
    others = elsewhere_text(source) + _known_text(source)
    head = others + (_comment(source, source.path) if others else "") + context_text(source)
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
    head = _problems_text(source) + context_text(source)
    return InfillPrompt(
        prefix=prefix,
        suffix=source.suffix,
        max_tokens=max_tokens,
        seam=seam,
        extra=(
            *(ExtraFile(snippet.path, snippet.text) for kind in _FILES for snippet in of_kind(source, kind)),
            *([ExtraFile(source.path, head)] if head else []),
        ),
        pieces=_pieces(source, prefix),
    )


def context_text(source: Source) -> str:
    """Write the snippets as the file's own text with the parts between them left out, in the file's order."""
    inside = [snippet for kind in _INSIDE for snippet in of_kind(source, kind)]
    return "\n".join(snippet.text.rstrip("\n") + "\n" for snippet in inside)


def elsewhere_text(source: Source) -> str:
    """Write what other files define, and how they call what is being written, each under its path as a comment."""
    return under_paths(source, [*of_kind(source, Kind.WORKSPACE), *of_kind(source, Kind.CALLER)])


def under_paths(source: Source, snippets: Iterable[Snippet]) -> str:
    """Write pieces of files, each under its path as a comment."""
    return "".join(f"{_comment(source, snippet.path)}{snippet.text.rstrip(chr(10))}\n\n" for snippet in snippets)


def of_kind(source: Source, kind: Kind) -> list[Snippet]:
    """Return the snippets of one kind, in their order."""
    return [snippet for snippet in source.snippets if snippet.kind is kind]


def _known_text(source: Source) -> str:
    """Write what the session knows as code under paths, an edit by the lines it left: these models know no diffs.

    It stands before the file's own parts, which belong together with the window.
    """
    snippets = [snippet for kind in (Kind.SIMILAR, Kind.EDIT, Kind.CLIPBOARD) for snippet in of_kind(source, kind)]
    return under_paths(source, snippets) + _problems_text(source)


def _problems_text(source: Source) -> str:
    return "".join(_comment(source, f"{one.path}, {one.text}") for one in of_kind(source, Kind.DIAGNOSTIC))


def _comment(source: Source, words: str) -> str:
    language = source.language
    # A line end in a file's name would end the comment.
    words = "".join(mark if mark.isprintable() else " " for mark in words)
    return f"{language.comment} {words}{' ' if language.comment_end else ''}{language.comment_end}\n"


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
