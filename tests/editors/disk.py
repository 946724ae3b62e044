"""What editors have saved."""

from __future__ import annotations

from pathlib import Path


def holds(path: Path, text: str) -> bool:
    """Return whether a file has this text by now; there may be none while an editor puts a new one in its place."""
    try:
        return path.read_text(encoding="utf-8") == text
    except FileNotFoundError:
        return False
