"""The part of the server that is loaded only after `initialize` is answered: the engine and the model client.

Their imports (HTTP, TLS, prompts) take longer than everything before the reply, and nothing needs them until then.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mai_lsp.engine.outcome import Outcome, Skipped
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.settings import Settings

if TYPE_CHECKING:
    from mai_lsp.engine.completion import Plan
    from mai_lsp.engine.gather import Gatherer
    from mai_lsp.lsp.documents import Documents
    from mai_lsp.model.client import ModelClient


@dataclass(frozen=True, slots=True)
class Backend:
    """What answers requests."""

    complete: Callable[[Ask, Deps], Awaitable[Outcome]]
    plan: Callable[[Ask, Deps], Awaitable[Plan | Skipped]]
    client: ModelClient
    gatherer: Gatherer


async def load(settings: Callable[[], Settings], documents: Documents) -> Backend:
    """Import in a worker thread, then build with the settings as they are by then."""
    await asyncio.to_thread(_import)
    from mai_lsp.engine.backend import new_client  # noqa: PLC0415 (loaded late on purpose)
    from mai_lsp.engine.completion import complete, plan_for  # noqa: PLC0415 (same)
    from mai_lsp.engine.gather import Gatherer  # noqa: PLC0415 (same)

    gatherer = Gatherer(lambda: documents.folders, lambda: documents)
    return Backend(complete, plan_for, new_client(settings, os.environ), gatherer)


def _import() -> None:
    import mai_lsp.engine.backend  # noqa: PLC0415 (in the worker thread, not at the top)
    import mai_lsp.engine.completion  # noqa: PLC0415 (same)
    import mai_lsp.engine.metered  # noqa: PLC0415 (same)
    import mai_lsp.model.exchange  # noqa: PLC0415 (same; it brings httpx)
    import mai_lsp.usage.follower  # noqa: F401, PLC0415 (same)


def why(settings: Settings) -> str:
    """Say which provider answers and why; raises NotConfigured like `resolve.choose`."""
    from mai_lsp.model.resolve import choose  # noqa: PLC0415 (loaded late on purpose)

    return str(choose(settings, os.environ))
