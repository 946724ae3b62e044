"""How long the real local model takes: a prompt it has never seen, and one it knows while a line is being typed.

The same engine as the editor's, without the editor; first tokens are not visible over LSP.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from random import Random

from _lib.bench_completion import Keystroke, keystrokes
from _lib.bench_figures import Row, Table, row
from _lib.bench_sources import modules
from mai_lsp.core import language
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Edit, Span, open_document
from mai_lsp.engine.backend import new_client
from mai_lsp.engine.completion import complete
from mai_lsp.engine.outcome import Reason, Skipped
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.settings import Settings, from_env

COLD = 5
TYPED = "total = sum(values)\n"
"""Twenty characters, typed one by one behind each cold place."""


def run() -> Iterator[Table]:
    """Measure; raises RuntimeError when the model can not be asked."""
    yield asyncio.run(_measure())


async def _measure() -> Table:
    cold: list[tuple[float, float]] = []
    warm: list[tuple[float, float]] = []
    settings, _ = from_env({**os.environ, "MAI_LSP_PROVIDER": "local"})
    client = new_client(lambda: settings, os.environ)
    try:
        for number, (name, text) in enumerate(modules(COLD + 1)):
            pass
    finally:
        await client.aclose()
    raise NotImplementedError
