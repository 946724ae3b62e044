"""A document with a suggestion in it, as the grammar reads it: in a notebook's cell lines of IPython's are comments."""

from __future__ import annotations

from mai_lsp.core.notebook import readable
from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.reply.place import Place


def inserted(text: str, document: Document, span: Span, place: Place) -> Document:
    """Return the document with `text` in the place of `span`, re-parsed; offsets are those of the plain text."""
    read = readable(document, place.line_prefix + text)[len(place.line_prefix) :]
    return document.edited([Edit(span, read)], document.version)
