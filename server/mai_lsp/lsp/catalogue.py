"""The command `mai.models`: who can answer, and which models the chosen provider lists, for dialogues in editors.

It chooses nothing and changes no setting.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mai_lsp.errors import MaiError
from mai_lsp.lsp import registration
from mai_lsp.lsp.protocol import MODELS_COMMAND, Catalogue, CatalogueModel, CatalogueProvider, Prices

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session
    from mai_lsp.model.providers import Row
    from mai_lsp.model.types import ModelInfo

LIST_SECONDS = 15.0
"""After this the user is told that there is no list; somebody looks at a dialogue meanwhile."""

_UNNAMED = "unnamed"
"""Stands for a model where none is chosen yet: the list is asked for in order to choose one."""


def register(server: Server) -> None:
    """Register the command."""

    @server.command(MODELS_COMMAND)
    async def models(*arguments: Any) -> Catalogue:
        server.session.status.choosing()
        # The dialogue has just changed a setting, and word of it may still be on its way.
        await registration.pull(server)
        return await catalogue(server.session, listed=arguments[:1] == (True,))


async def catalogue(session: Session, *, listed: bool) -> Catalogue:
    """Return all providers and, if they are wanted, the models that the chosen one lists now."""
    loaded = await asyncio.shield(session.load())
    from mai_lsp.model import providers  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.model.resolve import resolve  # noqa: PLC0415 (same)
    from mai_lsp.model.types import Role  # noqa: PLC0415 (same)
    from mai_lsp.prompt.formats import infer  # noqa: PLC0415 (same)

    settings = session.settings
    known = [row for row in providers.ROWS.values() if not row.relay or session.client.language_models]
    result = Catalogue(
        providers=[_provider(row, os.environ) for row in known], provider="", models=[], roles={}, reason=""
    )
    try:
        result["provider"] = loaded.client.choice().provider
        row = providers.row(result["provider"], settings.providers)
        for role in Role:
            result["roles"][role.value] = getattr(settings, f"{role.value}_model") or row.model(role)
        if listed and not row.local:
            named = replace(settings, completion_model=settings.completion_model or _UNNAMED)
            target = resolve(named, os.environ, Role.COMPLETION, infer)
            async with asyncio.timeout(LIST_SECONDS):
                result["models"] = [_model(info) for info in await loaded.client.models(target)]
    except TimeoutError:
        result["reason"] = f"There was no list of models within {LIST_SECONDS:.0f} s."
    except MaiError as error:
        result["reason"] = str(error)
    return result


def _provider(row: Row, env: Mapping[str, str]) -> CatalogueProvider:
    optional = bool(row.entra_scope) or not row.needs_key
    return CatalogueProvider(
        name=row.name,
        label=row.label[:1].upper() + row.label[1:],
        key="none" if not row.key_env else "optional" if optional else "needed",
        keyFrom=next((name for name in row.key_env if env.get(name, "").strip()), ""),
        needsUrl=not (row.base_url or row.local or row.relay or any(env.get(name) for name in row.base_url_env)),
    )


def _model(info: ModelInfo) -> CatalogueModel:
    price = info.price
    return CatalogueModel(
        id=info.id,
        window=info.context_tokens,
        price=None if price is None else Prices(input=price.input, cachedInput=price.cached_input, output=price.output),
    )
