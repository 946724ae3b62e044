"""The other files of the project for a command: its index if there is one, brought up to date only when asked to.

It starts a builder only for ``--index``, waits for it, and leaves none behind.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from mai_lsp.cli.source import OneDocument
from mai_lsp.errors import MaiError
from mai_lsp.settings import Settings

if TYPE_CHECKING:
    from rich.status import Status

    from mai_lsp.engine.gather import Gatherer

WITHIN = 2.0
"""Seconds for looking into the index: nobody is typing, and everything is read for the first time."""


def gatherer(documents: OneDocument, settings: Settings) -> Gatherer | None:
    """Return what looks into the project's index; None without a project, or when the setting says so."""
    root = documents.root
    if root is None or not settings.index_enable:
        return None
    from mai_lsp.engine.gather import Gatherer  # noqa: PLC0415 (`--help` need not wait for it)

    return Gatherer(lambda: (root,), lambda: (), within=WITHIN)


async def build(root: Path, *, gitignore: bool, quiet: bool) -> str:
    """Bring the index of a project up to date; return a sentence about it. Raises MaiError."""
    from mai_lsp.workspace.index import process  # noqa: PLC0415 (`--help` need not wait for it)

    try:
        builder = await process.start([root], gitignore=gitignore)
    except OSError as error:
        raise MaiError(f"The index can not be built: {error.strerror or type(error).__name__}.") from error
    try:
        with nullcontext() if quiet else _bar() as show:
            async for word in builder.words():
                if "error" in word:
                    raise MaiError(f"The index can not be kept: {word['error']}.")
                if word.get("ready"):
                    return f"index: {word['files']} files, {word['parsed']} of them read now"
                if show is not None and "total" in word:
                    show.update(f"Reading the project: {word['done']} of {word['total']} files")
    finally:
        await builder.stop()
    raise MaiError("The index' builder ended early.")


def _bar() -> Status:
    from mai_lsp.cli import terminal  # noqa: PLC0415 (loads rich)

    return terminal.console(error=True).status("Reading the project")
