"""What a request to a model about files is made of, and which pieces of the files it shows. Values.

Nothing of it has gone through the gate: only `prompt.editing.admitted` sees to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mai_lsp.core.editformat import EditFormat
from mai_lsp.core.snippet import Snippet
from mai_lsp.core.text import Document, Span


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that may be changed, and what of it is shown."""

    path: str
    document: Document
    parts: tuple[Span, ...] = ()
    """Whole lines, in order and apart; nothing: all of it."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What was wrong with a former answer."""

    detail: str
    """A sentence."""
    path: str = ""
    lines: str = ""
    """The file's true lines, where the answer may have meant."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a model about files; its texts reach a prompt through the gate only."""

    form: EditFormat
    instruction: str
    files: tuple[Shown, ...]
    region: Span | None = None
    """What the task is about, in the first file: to be written anew, or where to change something."""
    reference: tuple[Snippet, ...] = ()
    """What other files say, which may not be changed."""
    diagnostics: tuple[str, ...] = ()
    """Problems to be mended, one line each."""
    complaints: tuple[Complaint, ...] = ()
    """About the former answer to the same request."""
    plan: str = ""
    """What the model for plans said about these files."""
    resources: bool = False
    """Files may be made, moved and deleted."""
    creates: tuple[str, ...] = ()
    """New files that are expected."""


def pieces(file: Shown, region: Span | None) -> Iterator[Span]:
    """Yield what is shown of a file, cut at the borders of the region, which is shown in any case."""
    spans = list(file.parts) or [Span(0, len(file.document.text))]
    if region is None or not len(region):
        yield from spans
        return
    outside = [
        Span(start, end)
        for span in spans
        for start, end in (
            (span.start, min(span.end, region.start)),
            (max(span.start, region.end), span.end),
        )
        if start < end
    ]
    yield from sorted([*outside, region], key=lambda span: span.start)
