"""A model that tells what each request took, however it ended: also those closed early or given up.

It changes nothing about the request and its answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

from mai_lsp.engine.ports import Model
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Answer, Endpoint, Preview, Role, Usage
from mai_lsp.prompt.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Spent:
    """What one request took."""

    provider: str
    model: str
    usage: Usage
    """Estimated where the stream was closed before the provider's count came. All zero if it failed before anything,
    hidden reasoning included, had come."""
    first_token_ms: float | None
    total_ms: float
    """From asking until the stream was closed."""
    failed: bool
    """It ended in an error before the first text."""
    error: MaiError | None = None
    """What it ended in, before the first text or behind it."""
    connect_ms: float = 0.0
    """Part of `total_ms`: connecting, where no connection was open."""
    reasoning_chars: int = 0
    """Characters of hidden reasoning, which not every provider counts as tokens."""


class Metered:
    """Asks another model (`ports.Model`), and calls `note` after each request."""

    def __init__(self, model: Model, note: Callable[[Spent], None]) -> None:
        self._model = model
        self._note = note

    def endpoint(self, role: Role) -> Endpoint:
        """Resolve as the other does."""
        return self._model.endpoint(role)

    def preview(self, endpoint: Endpoint, prompt: Prompt) -> Preview:
        """Show as the other does."""
        return self._model.preview(endpoint, prompt)

    @asynccontextmanager
    async def ask(self, endpoint: Endpoint, prompt: Prompt) -> AsyncIterator[Answer]:
        """Ask the other, and tell what it took when the context is left."""
        started = perf_counter()
        async with self._model.ask(endpoint, prompt) as answer:
            failed = False
            ended: MaiError | None = None
            try:
                yield answer
            except MaiError as error:
                # A request that was refused costs nothing; one that broke off has been answered in part.
                failed, ended = answer.first_token_ms is None, error
                raise
            finally:
                # Reasoning is billed, also where nothing else came of it.
                usage = Usage() if failed and not answer.reasoning_chars else answer.usage
                total = (perf_counter() - started) * 1000
                self._note(
                    Spent(
                        provider=endpoint.provider,
                        model=endpoint.model,
                        usage=usage,
                        first_token_ms=answer.first_token_ms,
                        total_ms=total,
                        failed=failed,
                        error=ended,
                        connect_ms=answer.connect_ms,
                        reasoning_chars=answer.reasoning_chars,
                    )
                )
