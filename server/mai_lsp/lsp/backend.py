"""The part of the server that is loaded only after `initialize` is answered: the engine and the model client.

Their imports (HTTP, TLS, prompts) take longer than everything before the reply, and nothing needs them until then.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mai_lsp.engine.outcome import Outcome, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.settings import Settings
from mai_lsp.workspace.access import Access

Flow = Callable[[Ask, Deps], Coroutine[Any, Any, Outcome]]

if TYPE_CHECKING:
    from mai_lsp.engine.completion import Plan
    from mai_lsp.engine.desk import Desk, Start
    from mai_lsp.engine.gather import Gatherer
    from mai_lsp.engine.route.providers import Providers
    from mai_lsp.lsp.documents import Documents
    from mai_lsp.model.client import ModelClient
    from mai_lsp.model.relay import Relay


class Alternatives(Protocol):
    """`engine.alternatives.alternatives`."""

    def __call__(
        self,
        ask: Ask,
        deps: Deps,
        wanted: int,
        found: Callable[[Suggestion], None],
        *,
        hurry: bool,
        usual: Flow,
        another: Callable[[], bool],
    ) -> Awaitable[list[Suggestion] | Skipped]:
        """Return up to `wanted` different suggestions, or why there is none."""


TREE_WITHIN = 0.2
"""Seconds that a request waits for a large file's tree; the model takes longer, and a better prompt is worth it."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What answers requests."""

    desk: Desk
    plan: Callable[[Ask, Deps], Awaitable[Plan | Skipped]]
    alternatives: Alternatives
    client: ModelClient
    providers: Providers
    """The client's provider, and those that are asked when it can not answer."""
    gatherer: Gatherer


async def load(
    settings: Callable[[], Settings],
    documents: Documents,
    start: Start,
    *,
    busy: Callable[[], bool],
    relay: Relay | None = None,
) -> Backend:
    """Import in a worker thread, then build with the settings as they are by then; `busy` while files are scanned.

    `relay` leads to the editor's own language models, if it has some.
    """
    await asyncio.to_thread(_import)
    from mai_lsp.engine.alternatives import alternatives  # noqa: PLC0415 (loaded late on purpose)
    from mai_lsp.engine.backend import new_client  # noqa: PLC0415 (loaded late on purpose)
    from mai_lsp.engine.completion import plan_for  # noqa: PLC0415 (same)
    from mai_lsp.engine.desk import Desk  # noqa: PLC0415 (same)
    from mai_lsp.engine.gather import Gatherer  # noqa: PLC0415 (same)
    from mai_lsp.engine.route.providers import Providers  # noqa: PLC0415 (same)

    gatherer = Gatherer(lambda: documents.folders, lambda: documents, busy=busy)
    clock = asyncio.get_running_loop().time
    access = Access(clock)
    desk = Desk(start, documents.latest, lambda one: documents.parsed(one, TREE_WITHIN), clock, access.locked)
    client = new_client(settings, os.environ, relay=relay)
    providers = Providers(
        client, settings, os.environ, make=lambda chosen, env: new_client(lambda: chosen, env, relay=relay)
    )
    return Backend(desk, plan_for, alternatives, client, providers, gatherer)


def _import() -> None:
    import mai_lsp.actions.offer  # noqa: PLC0415 (in the worker thread, not at the top)
    import mai_lsp.engine.alternatives  # noqa: PLC0415 (in the worker thread, not at the top)
    import mai_lsp.engine.backend  # noqa: PLC0415 (in the worker thread, not at the top)
    import mai_lsp.engine.completion  # noqa: PLC0415 (same)
    import mai_lsp.engine.desk  # noqa: PLC0415 (same)
    import mai_lsp.engine.metered  # noqa: PLC0415 (same)
    import mai_lsp.engine.nextedit  # noqa: PLC0415 (same)
    import mai_lsp.engine.route.serving  # noqa: PLC0415 (same)
    import mai_lsp.model.exchange  # noqa: PLC0415 (same; it brings httpx)
    import mai_lsp.usage.follower  # noqa: F401, PLC0415 (same)


def why(settings: Settings) -> str:
    """Say which provider answers and why; raises NotConfigured like `resolve.choose`."""
    from mai_lsp.model.resolve import choose  # noqa: PLC0415 (loaded late on purpose)

    return str(choose(settings, os.environ))
