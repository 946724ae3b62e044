"""Shows an explanation: as a Markdown document that the client opens, or else in short as a message.

The document lies in our cache folder, readable by its owner alone, and goes when newer ones come. It is never run.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from mai_lsp.system.cache import cache_dir

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server

log = logging.getLogger(__name__)

KEEP = 20
"""Explanations that are kept."""

SHORT = 400
"""Characters of one that a message shows."""

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


async def show(server: Server, title: str, text: str) -> bool:
    """Show it; True if as a document."""
    if server.session.client.shows_documents:
        try:
            place = await asyncio.to_thread(write, cache_dir() / "explanations", title, text)
            told = await server.window_show_document_async(
                types.ShowDocumentParams(uri=place.as_uri(), external=False, take_focus=True)
            )
            if told.success:
                return True
        except Exception as error:  # noqa: BLE001 (a full disk, or whatever a client may say)
            log.info("the explanation can not be shown as a document: %s", type(error).__name__)
    server.show("info", short(text))
    return False


def write(folder: Path, title: str, text: str) -> Path:
    """Write a document and drop the oldest; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in sorted(folder.glob("*.md"), reverse=True)[KEEP - 1 :]:
        old.unlink(missing_ok=True)
    words = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:40]
    place = folder / f"{time.time_ns()}-{words or 'explanation'}.md"
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {title}\n\n{text.strip()}\n")
    return place


def short(text: str) -> str:
    """Return the beginning of an explanation without code blocks, up to the end of a sentence where there is one."""
    plain = " ".join(_FENCE.sub(" ", text).split())
    if len(plain) <= SHORT:
        return plain
    cut = plain[:SHORT]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? "))
    return cut[: end + 1] if end > SHORT // 3 else cut.rstrip() + "…"
