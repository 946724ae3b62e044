"""Reads what a client tells about a document and the clipboard in notifications of our own: plain JSON to values.

Nothing here raises: what is not as it should be is left out, since it is context only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mai_lsp.core.encoding import Encoding
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Document, Span
from mai_lsp.lsp.convert import Place, offset_at

MAX_READ = 1_000
"""Diagnostics looked at in one notification."""

MAX_MESSAGE = 2_000
"""Characters kept of a message; prompts show 200."""

_SEVERITIES = {member.value: member for member in Severity}


def document_of(params: Any) -> tuple[str, int | None]:
    """Return the URI and the version that a diagnostics notification is about; an empty URI when there is none."""
    uri, version = (params.get("uri"), params.get("version")) if isinstance(params, Mapping) else (None, None)
    return uri if isinstance(uri, str) else "", version if isinstance(version, int) else None


def problems(params: Any, document: Document, encoding: Encoding) -> list[Problem]:
    """Read LSP's `Diagnostic[]`, the worst first, with their places in `document`."""
    found = params.get("diagnostics") if isinstance(params, Mapping) else None
    items = found[:MAX_READ] if isinstance(found, list) else []
    read = [problem for item in items for problem in _problem(item, document, encoding)]
    return sorted(read, key=lambda problem: problem.severity)


def clipboard(params: Any) -> str:
    """Read the clipboard's text; empty when there is none."""
    text = params.get("text") if isinstance(params, Mapping) else None
    return text if isinstance(text, str) else ""


def _problem(item: Any, document: Document, encoding: Encoding) -> Iterator[Problem]:
    if not isinstance(item, Mapping) or not isinstance(where := item.get("range"), Mapping):
        return
    message, source, code = item.get("message"), item.get("source"), item.get("code")
    if isinstance(message, Mapping):  # Markup, as LSP 3.18 allows.
        message = message.get("value")
    places = [_place(where.get(end)) for end in ("start", "end")]
    if not isinstance(message, str) or None in places or len(message) > MAX_MESSAGE:
        return
    start, end = sorted(offset_at(document, place, encoding) for place in places if place is not None)
    severity = _severity(item.get("severity"))
    said = source if isinstance(source, str) else ""
    yield Problem(Span(start, end), severity, message, said, str(code) if isinstance(code, str | int) else "")


def _severity(number: Any) -> Severity:
    """Return a severity; LSP leaves it to the client what none means, and an error is what most take it for."""
    return _SEVERITIES.get(number, Severity.ERROR) if isinstance(number, int) else Severity.ERROR


def _place(item: Any) -> Place | None:
    line, column = (item.get("line"), item.get("character")) if isinstance(item, Mapping) else (None, None)
    return Place(line, column) if isinstance(line, int) and isinstance(column, int) else None
