"""The edits that were given out for chosen code actions, so that `mai-lsp undo` knows the way back from those too.

The client makes such an edit by itself and then runs a command; only what its documents show to have been made is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mai_lsp.core.text import Document
    from mai_lsp.engine.change.job import Proposal

log = logging.getLogger(__name__)

KEEP = 10
"""Edits that may still be made: menus are opened one after the other."""

Key = tuple[Any, ...]


class Taken:
    """Proposals by what their action's data says."""

    def __init__(self, latest: Callable[[str], Document | None]) -> None:
        self._latest = latest
        self._given: dict[Key, tuple[Path, Proposal]] = {}

    def give(self, key: Key, root: Path, proposal: Proposal) -> None:
        """Take note of an edit that the client has from now on."""
        self._given.pop(key, None)
        self._given[key] = (root, proposal)
        while len(self._given) > KEEP:
            del self._given[next(iter(self._given))]

    async def take(self, key: Key, *, keep: bool = True) -> bool:
        """Keep the way back from an edit, if every document is as the edit leaves it."""
        root, proposal = self._given.pop(key, (None, None))
        if root is None or proposal is None or not keep:
            return False
        for change in proposal.changes:
            current = self._latest(change.before.uri) if change.before is not None else None
            if current is None or current.text != change.after:
                log.info("an edit was taken in part, or not at all")
                return False
        from mai_lsp.engine.change import undo  # noqa: PLC0415 (loaded late, with the engine)

        try:
            await asyncio.to_thread(undo.record, root, proposal.job.title, proposal.changes, by="editor")
        except OSError as error:
            log.warning("the way back from a change can not be kept: %s", type(error).__name__)
            return False
        return True
