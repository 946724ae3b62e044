"""Prompts for models that fill in the middle: raw text with their own tokens, `suffix`, or llama.cpp's `/infill`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.tokens import estimate
from mai_lsp.prompt.formats import FORMATS
from mai_lsp.prompt.gate import Gated
from mai_lsp.prompt.prompt import ExtraFile, FimPrompt, InfillPrompt, Piece, Source
from mai_lsp.prompt.seam import cut

_INSIDE = (Kind.IMPORTS, Kind.DEFINITION, Kind.SCOPE)
"""What is of the cursor's own file, as its own text."""

_ELSEWHERE = (Kind.WORKSPACE, Kind.CALLER)
"""What other files define, and how they call what is being written."""

_KNOWN = (Kind.SIMILAR, Kind.EDIT, Kind.CLIPBOARD)
"""What the session knows of code anywhere; it changes more often than files do, so it comes behind them."""

_PLACE = re.compile(r"\{(files|path|text|before|after)\}")


def build(gated: Gated, format_name: str, *, max_tokens: int, words: bool) -> FimPrompt:
    """Build a `/completions` prompt; `words` when the server takes a grammar, so that half words can be cut."""
    source = gated.source
    row = FORMATS[format_name]
    prefix, seam = cut(source.prefix, words=words)
    others = _of(source, (*_ELSEWHERE, *_KNOWN))
    apart = bool(row.file and others)
    before = (_problems_text(source) + context_text(source) if apart else _in_one_text(source)) + prefix
    after = source.suffix
    parts = {
        "files": "".join(_filled(row.file, _file(snippet, row.tokens)) for snippet in others) if apart else "",
        "path": _plain(_one_line(source.path), row.tokens),
        "before": _plain(before, row.tokens),
        "after": _plain(after, row.tokens),
    }
    return FimPrompt(
        text=_filled(row.repository if apart else row.template, parts) if row.template else before,
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
            *(ExtraFile(snippet.path, snippet.text) for snippet in _of(source, (*_ELSEWHERE, *_KNOWN))),
            *([ExtraFile(source.path, head)] if head else []),
        ),
        pieces=_pieces(source, prefix),
    )


def _in_one_text(source: Source) -> str:
    """Write everything but the window, for a model that knows of one file only."""
    others = elsewhere_text(source) + _known_text(source)
    return others + (_comment(source, source.path) if others else "") + context_text(source)


def context_text(source: Source) -> str:
    """Write the snippets as the file's own text with the parts between them left out, in the file's order."""
    return "\n".join(snippet.text.rstrip("\n") + "\n" for snippet in _of(source, _INSIDE))


def elsewhere_text(source: Source) -> str:
    """Write what other files define, and how they call what is being written, each under its path as a comment."""
    return under_paths(source, _of(source, _ELSEWHERE))


def under_paths(source: Source, snippets: Iterable[Snippet]) -> str:
    """Write pieces of files, each under its path as a comment."""
    return "".join(f"{_comment(source, snippet.path)}{snippet.text.rstrip(chr(10))}\n\n" for snippet in snippets)


def of_kind(source: Source, kind: Kind) -> list[Snippet]:
    """Return the snippets of one kind, in their order."""
    return [snippet for snippet in source.snippets if snippet.kind is kind]


def _of(source: Source, kinds: Iterable[Kind]) -> list[Snippet]:
    return [snippet for kind in kinds for snippet in of_kind(source, kind)]


def _known_text(source: Source) -> str:
    """Write what the session knows as code under paths, an edit by the lines it left: these models know no diffs.

    It stands before the file's own parts, which belong together with the window.
    """
    return under_paths(source, _of(source, _KNOWN)) + _problems_text(source)


def _problems_text(source: Source) -> str:
    return "".join(_comment(source, f"{one.path}, {one.text}") for one in of_kind(source, Kind.DIAGNOSTIC))


def _comment(source: Source, words: str) -> str:
    language = source.language
    return f"{language.comment} {_one_line(words)}{' ' if language.comment_end else ''}{language.comment_end}\n"


def _file(snippet: Snippet, tokens: tuple[str, ...]) -> dict[str, str]:
    return {"path": _plain(_one_line(snippet.path), tokens), "text": _plain(snippet.text.rstrip("\n"), tokens)}


def _one_line(words: str) -> str:
    """Take line ends out of a file's name: they would end a comment or a header."""
    return "".join(mark if mark.isprintable() else " " for mark in words)


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


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """Fill a template in one pass, since source code may hold what looks like a place of it."""
    return _PLACE.sub(lambda place: parts[place[1]], template)


def _plain(text: str, tokens: tuple[str, ...]) -> str:
    """Break the format's own tokens where the source code contains them, so that text can not pose as structure."""
    for token in tokens:
        if token in text:
            text = text.replace(token, token[0] + " " + token[1:])
    return text
