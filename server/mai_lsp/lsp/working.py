"""Gives the flow that changes code what it works with in this session: files, providers, the index, what was spent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mai_lsp.engine.change.job import Ended, Job, Watcher
    from mai_lsp.engine.ports import Elsewhere, Model
    from mai_lsp.lsp.session import Session
    from mai_lsp.workspace.index.reader import Reader


async def run(session: Session, job: Job, root: Path, watcher: Watcher) -> Ended:
    """Carry a job out in one folder, as far as a proposal; its requests are counted like all others."""
    loaded = await asyncio.shield(session.load())
    from mai_lsp.engine.change import flow  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.engine.change.above import Above  # noqa: PLC0415 (same)
    from mai_lsp.engine.change.deps import ChangeDeps  # noqa: PLC0415 (same)
    from mai_lsp.engine.change.files import Files  # noqa: PLC0415 (same)
    from mai_lsp.engine.route.counted import Counted  # noqa: PLC0415 (same)
    from mai_lsp.workspace.ignore import Rules  # noqa: PLC0415 (same)
    from mai_lsp.workspace.index.reader import connect  # noqa: PLC0415 (same)
    from mai_lsp.workspace.index.store import database_of  # noqa: PLC0415 (same)

    settings, acceptance = session.settings, session.acceptance
    document = job.place.document if job.place is not None else None
    language = document.language if document is not None else ""
    elsewhere: Elsewhere | None = loaded.gatherer if settings.index_enable else None
    if document is not None and document.part is not None:
        view = session.documents.latest(document.uri)
        elsewhere = Above(view, elsewhere) if view is not None else elsewhere
        settings = replace(settings, check_command=[])  # It judges files, and a cell is none.

    def metered(model: Model) -> Model:
        return acceptance.metered(model, language, "change")

    def index() -> Reader | None:
        return connect(database_of(root), root)

    def spent() -> tuple[float, float]:
        day, month = acceptance.costs()
        return day or 0.0, month or 0.0

    await acceptance.learn_costs()
    deps = ChangeDeps(
        # Rules of its own, since files are looked for in a thread.
        Files(root, session.documents.around(document), Rules([root], gitignore=settings.ignore_gitignore)),
        Counted(loaded.providers, metered),
        settings,
        watcher,
        index if settings.index_enable else None,
        elsewhere,
        spent,
    )
    return await flow.run(job, deps)
