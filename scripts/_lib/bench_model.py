"""How long the real local model takes: for a place it has never seen, and for each key of a line typed there.

The editor's own engine and settings without the editor, since first tokens can not be seen over LSP.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

from _lib.bench_completion import keystrokes
from _lib.bench_figures import Table, row
from _lib.bench_sources import modules
from mai_lsp.cli.source import OneDocument
from mai_lsp.core import language
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Edit, Span, open_document
from mai_lsp.engine.backend import new_client
from mai_lsp.engine.completion import complete
from mai_lsp.engine.outcome import Reason, Skipped, Trace
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.model.client import ModelClient
from mai_lsp.settings import Settings
from mai_lsp.settings_reading import from_env, read

PLACES = 4
TYPED = "total = sum(values) "
"""Twenty characters."""


def run() -> Iterator[Table]:
    """Measure; raises RuntimeError when the model can not be asked."""
    settings, _ = read({"environment": from_env({"MAI_LSP_PROVIDER": "local", **os.environ})})
    yield asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> Table:
    cold: list[Trace] = []
    warm: list[Trace] = []
    client = new_client(lambda: settings, os.environ)
    try:
        for number, (name, text) in enumerate(modules(PLACES + 1)):
            document, offset = _begun(name, text)
            first = await _ask(document, offset, client, settings)
            if not number:
                continue  # It waited for the engine to start.
            cold.append(first)
            for char in TYPED:
                document = document.edited([Edit(Span(offset, offset), char)], None)
                offset += 1
                warm.append(await _ask(document, offset, client, settings))
    finally:
        await client.aclose()
    return Table(
        "model",
        f"Local model: {cold[0].model}, {PLACES} new places, {len(TYPED)} keys typed at each",
        (
            row("first token, new place", [_first(cold)]),
            row("whole completion, new place", [[trace.total_ms / 1000 for trace in cold]]),
            row("first token, while typing", [_first(warm)]),
            row("whole completion, while typing", [[trace.total_ms / 1000 for trace in warm]]),
        ),
        f"prompts of {sum(trace.usage.input_tokens for trace in cold) // len(cold)} tokens, by the engine's count",
    )


def _begun(name: str, text: str) -> tuple[Document, int]:
    """Return a document with a new line begun below one of its statements, and the cursor at its end."""
    document = open_document(f"file:///bench/{name}", "python", None, text)
    stroke = next(stroke for stroke in keystrokes(text, seed=3) if stroke.begun)
    end = document.line_span(stroke.line).end
    blanks = stroke.begun[: len(stroke.begun) - len(stroke.begun.lstrip("\n "))]
    text = text[:end] + blanks + text[end:]
    document = open_document(document.uri, "python", None, text)
    syntax = parse(language.find("python", name), text)
    return Document(document.uri, "python", None, text, document.starts, syntax), end + len(blanks)


async def _ask(document: Document, offset: int, client: ModelClient, settings: Settings) -> Trace:
    outcome = await complete(Ask(document, offset), Deps(client, OneDocument(document, None), settings))
    if isinstance(outcome, Skipped) and outcome.reason is Reason.ERROR:
        raise RuntimeError(outcome.detail)
    return outcome.trace


def _first(traces: list[Trace]) -> list[float]:
    return [trace.first_token_ms / 1000 for trace in traces if trace.first_token_ms is not None]
