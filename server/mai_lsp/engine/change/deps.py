"""What the flows that change code work with; they know no editor and no terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.job import Watcher
from mai_lsp.engine.ports import Elsewhere
from mai_lsp.engine.route.providers import Providers
from mai_lsp.settings import Settings
from mai_lsp.workspace.index.reader import Reader


def _nothing() -> tuple[float, float]:
    return 0.0, 0.0


@dataclass(frozen=True, slots=True)
class ChangeDeps:
    """What one job works with."""

    files: Files
    """Of the workspace folder that the job is in; made for this job, since it remembers what it has read."""
    providers: Providers
    settings: Settings
    watcher: Watcher
    index: Callable[[], Reader | None] | None = None
    """Opens a reader of the folder's index, in whatever thread asks; None where there is no index."""
    elsewhere: Elsewhere | None = None
    """What other files know, for a change of one file."""
    spent: Callable[[], tuple[float, float]] = _nothing
    """USD of today and of this month, all servers together."""
