"""Keeps the index's builder running beside the session, for the folders and settings of the moment.

No request waits for it, and what fails in it is a line in the log: completions then know the open file alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from mai_lsp.lsp.tasks import Tasks
from mai_lsp.workspace.index import process

log = logging.getLogger(__name__)

STARTS = 3
"""A builder that dies this often is left alone until the folders or settings change."""


class Meter(Protocol):
    """Shows the user how far the index is."""

    async def begin(self) -> None:
        """Show that it is being made."""

    def report(self, done: int, total: int) -> None:
        """Show how many files have been looked at."""

    def end(self, text: str) -> None:
        """Take it away again."""


class Indexing:
    """The builder of a session, or none."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._meter: Meter | None = None
        self._roots: tuple[Path, ...] = ()
        self._gitignore = True
        self._task: asyncio.Task[None] | None = None
        self._builder: process.Builder | None = None
        self.scanning = False
        """Whether a scan is reading files: the index is not whole, and the processor is busy."""

    def begin(self, meter: Meter) -> None:
        """Allow it to run: the client may be spoken to from now on."""
        self._meter = meter

    def follow(self, folders: Sequence[Path], *, enabled: bool, gitignore: bool) -> None:
        """Run a builder for just these folders, or none.

        A folder inside another has an index of its own: what is asked there is answered from either.
        """
        roots = tuple(dict.fromkeys(folder for folder in folders if folder.parent != folder)) if enabled else ()
        if self._meter is None or (roots, gitignore) == (self._roots, self._gitignore):
            return
        self._roots, self._gitignore = roots, gitignore
        before = self._task
        self._task = self._tasks.start(self._run(roots, self._meter, before), "index")

    def changed(self, paths: Iterable[Path | None]) -> None:
        """Pass on that files were saved, made or deleted."""
        found = [path for path in paths if path is not None and any(path.is_relative_to(root) for root in self._roots)]
        if self._builder is not None and found:
            self._builder.changed(found)

    async def _run(self, roots: tuple[Path, ...], meter: Meter, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            before.cancel()
            await asyncio.wait({before})
        for _ in range(STARTS if roots else 0):
            try:
                self._builder = await process.start(roots, gitignore=self._gitignore)
            except OSError as error:
                log.warning("the index can not be built: %s", error.strerror or type(error).__name__)
                return
            try:
                if not await self._listen(self._builder, meter):
                    return
            finally:
                builder, self._builder = self._builder, None
                await builder.stop()
            log.warning("the index' builder has ended")

    async def _listen(self, builder: process.Builder, meter: Meter) -> bool:
        """Show what a builder says until it ends; return whether another start may do better."""
        self.scanning = False
        try:
            async for word in builder.words():
                if "error" in word:
                    log.warning("the index can not be kept: %s", word["error"])
                    return False
                if word.get("ready"):
                    log.info("index: %d files, %d parsed, %d removed", word["files"], word["parsed"], word["removed"])
                    if self.scanning:
                        meter.end(f"{word['files']} files")
                    self.scanning = False
                elif "total" in word and (self.scanning or word["done"] < word["total"]):
                    if not self.scanning:
                        self.scanning = True
                        await meter.begin()
                    meter.report(word["done"], word["total"])
        finally:
            if self.scanning:
                meter.end("")
            self.scanning = False
        return True
