"""Where this machine keeps things: what can be made anew (weights, indexes), what can not (figures), what users write.

It names the folders and never makes them.
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


def data_dir() -> Path:
    """Return the folder for what can not be made again: ``MAI_LSP_DATA_DIR``, or the user's data folder."""
    if chosen := os.environ.get("MAI_LSP_DATA_DIR"):
        return Path(chosen).expanduser().absolute()
    import platformdirs  # noqa: PLC0415 - not needed where the folder was chosen

    return Path(platformdirs.user_data_dir("mai-lsp", appauthor=False))


def config_dir() -> Path:
    """Return the folder of what the user writes: ``MAI_LSP_CONFIG_DIR``, or the user's configuration folder."""
    if chosen := os.environ.get("MAI_LSP_CONFIG_DIR"):
        return Path(chosen).expanduser().absolute()
    import platformdirs  # noqa: PLC0415 - not needed where the folder was chosen

    return Path(platformdirs.user_config_dir("mai-lsp", appauthor=False))
