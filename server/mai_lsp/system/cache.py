"""Where this machine keeps what can be made again: weights, running engines, indexes of workspaces.

It names the folder and never makes it.
"""

from __future__ import annotations

import os
from pathlib import Path


def cache_dir() -> Path:
    """Return the folder: ``MAI_LSP_CACHE_DIR``, or the user's cache folder."""
    if chosen := os.environ.get("MAI_LSP_CACHE_DIR"):
        return Path(chosen).expanduser().absolute()
    import platformdirs  # noqa: PLC0415 - not needed where the folder was chosen

    return Path(platformdirs.user_cache_dir("mai-lsp", appauthor=False))
