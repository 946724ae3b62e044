"""Between LSP URIs and paths of this machine; anything that is not a `file:` URI has no path.

It never touches the disk.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


def path_of(uri: str) -> Path | None:
    """Return the file's path, or None for another scheme, another host or something that is no URI."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.scheme.lower() != "file" or not path or "\0" in path:
        return None
    if os.name == "nt":
        if parts.netloc:
            return Path(f"//{parts.netloc}{path}")
        return Path(path.lstrip("/"))
    return Path(path) if parts.netloc in {"", "localhost"} else None


def name_of(uri: str) -> str:
    """Return the last part of any URI's path, for choosing a language and for showing."""
    return unquote(uri.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2])
