"""The answer to the command `mai.status`: how the server is set up and doing, fit for a bug report.

It holds no source code and no secret: documents appear as digests.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from typing import Any

from mai_lsp import __version__
from mai_lsp.core.language import LANGUAGES
from mai_lsp.core.text import Document
from mai_lsp.errors import MaiError
from mai_lsp.lsp import backend
from mai_lsp.lsp.session import Session
from mai_lsp.settings import FIELDS


def build(session: Session) -> dict[str, Any]:
    """Return the report as JSON data."""
    return {
        **session.status.params(),
        "version": __version__,
        "python": sys.version.split()[0],
        "provider_because": _because(session),
        "position_encoding": session.documents.encoding.value,
        "inline_completion": session.client.inline,
        "skipped": dict(session.status.skipped),
        "settings": _changed(session),
        "problems": list(session.configuration.problems),
        "grammars": {row.id: _installed(row.grammar[0]) for row in LANGUAGES.values() if row.grammar},
        "documents": [_document(document) for document in session.documents.texts()],
    }


def _because(session: Session) -> str:
    try:
        return backend.why(session.settings)
    except MaiError as error:
        return str(error)


def _changed(session: Session) -> dict[str, Any]:
    """Return the settings that differ from their defaults, secrets as the word "set"."""
    settings = session.settings
    return {
        name: "<set>" if declared.spec.secret else _without_password(value)
        for name, declared in FIELDS.items()
        if (value := getattr(settings, declared.attribute)) != declared.default
    }


def _without_password(value: Any) -> Any:
    return re.sub(r"//[^/@]*@", "//<set>@", value) if isinstance(value, str) else value


def _installed(module: str) -> bool:
    """Whether a grammar's wheel is there; loading all of them only to know would cost tens of megabytes."""
    return module in sys.modules or importlib.util.find_spec(module) is not None


def _document(document: Document) -> dict[str, Any]:
    digest = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "uri": document.uri,
        "language": document.language,
        "version": document.version,
        "characters": len(document.text),
        "lines": document.line_count,
        "sha256": digest,
        "syntax": document.syntax is not None,
    }
