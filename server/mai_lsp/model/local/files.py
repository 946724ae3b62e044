"""Small files that several processes read while one writes them: always whole, never half written."""

from __future__ import annotations

import json
import os
import secrets
import time
from pathlib import Path
from typing import Any

_REPLACE_TRIES = 20


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Put `data` at `path` in one step, readable by this user only."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(data, out)
            out.flush()
            os.fsync(out.fileno())
        _replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read_json(path: Path) -> dict[str, Any] | None:
    """Read an object; None when there is no such file or it is not one of ours."""
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _replace(draft: Path, path: Path) -> None:
    for _ in range(_REPLACE_TRIES):
        try:
            draft.replace(path)
        except PermissionError:
            # Windows refuses while a reader has the old file open, which lasts microseconds.
            time.sleep(0.02)
        else:
            return
    draft.replace(path)


def note_path(path: Path) -> Path:
    """Return where the note about a half-fetched file lies."""
    return path.with_name(path.name + ".json")


def forget(part: Path) -> None:
    """Delete a half-fetched file and the note about it."""
    part.unlink(missing_ok=True)
    note_path(part).unlink(missing_ok=True)
