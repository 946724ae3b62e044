"""The file's imports as they are written, those in use near the cursor first when not all of them fit.

The text keeps file order whatever was chosen; nothing the window already shows is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mai_lsp.context.near import Near
from mai_lsp.core import tokens
from mai_lsp.core.outline import Outline
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document, Span

_NAME = re.compile(r"[^\W\d][\w$]*")

_KEYWORDS = frozenset(
    {
        "import",
        "from",
        "as",
        "use",
        "using",
        "require",
        "require_relative",
        "include",
        "pub",
        "crate",
        "self",
        "super",
        "static",
        "type",
        "const",
        "let",
        "var",
        "local",
        "package",
        "namespace",
        "source",
        "load",
        "global",
        "function",
        "mod",
        "extern",
    }
)


def imports(
    document: Document, outline: Outline, near: Near, *, budget: int, path: str, shown: Sequence[Span] = ()
) -> Snippet | None:
    """Return the imports within `budget` tokens as one snippet, or None when there are none to show."""
    spans = [span for span in outline.imports() if not any(part.holds(span) for part in shown)]
    chosen = _fitting(document, spans, near, budget)
    if not chosen:
        return None
    text = "\n".join(_line(document, span) for span in chosen)
    return Snippet(Kind.IMPORTS, path, text, chosen[0].start, tokens.estimate(text), "imports")


def _fitting(document: Document, spans: list[Span], near: Near, budget: int) -> list[Span]:
    """Choose what fits, the most used first, and give it back in file order."""
    if tokens.estimate("\n".join(_line(document, span) for span in spans)) <= budget:
        return spans
    used = {span: _weight(document.slice(span), near) for span in spans}
    chosen: list[Span] = []
    size = -1
    for span in sorted(spans, key=lambda span: (-used[span], span.start)):
        longer = size + 1 + tokens.size(_line(document, span))
        if int(longer / tokens.BYTES_PER_TOKEN) + 1 <= budget:
            chosen.append(span)
            size = longer
    return sorted(chosen, key=lambda span: span.start)


def _weight(text: str, near: Near) -> float:
    """Return how much the names an import brings in are used near the cursor."""
    return sum(near.names.get(name, 0.0) for name in set(_NAME.findall(text)) - _KEYWORDS)


def _line(document: Document, span: Span) -> str:
    return document.slice(span).rstrip()
