"""Runs in Aider's environment: reads places as JSON on stdin and writes its repo maps for them on stdout.

It imports nothing of ours. Each file is put back as it was after its place.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any


class Model:
    """The part of Aider's model that a map asks."""

    def __init__(self, bytes_per_token: float) -> None:
        self._bytes = bytes_per_token

    def token_count(self, text: str) -> int:
        """Count as we do (`core.tokens.estimate`)."""
        return int(len(text.encode("utf-8", "surrogatepass")) / self._bytes) + 1 if text else 0


class Files:
    """The part of Aider's terminal that a map asks."""

    def read_text(self, name: str) -> str | None:
        """Read a file; None for one that is no text."""
        try:
            return Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeError):
            return None

    def tool_output(self, *said: Any) -> None:
        """Say nothing."""

    tool_warning = tool_error = tool_output


def main() -> None:
    """Answer everything at once."""
    warnings.simplefilter("ignore")
    asked = json.loads(sys.stdin.read())
    answers: list[list[str]] = []
    maps: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for place in asked["places"]:
            root = place["root"]
            if root not in maps:
                maps[root] = _map(root, Model(asked["bytes_per_token"]))
            answers.append(_answers(maps[root], place, asked["sizes"]))
    sys.stdout.write(json.dumps(answers))


def _map(root: str, model: Model) -> Any:
    from aider.repomap import RepoMap  # type: ignore[import-not-found] # noqa: PLC0415 (only this environment has it)

    found = RepoMap(root=root, main_model=model, io=Files(), refresh="always")
    found.TAGS_CACHE = {}  # Its own fallback where the disk can not be written; the same tags, sooner.
    return found


def _answers(repo_map: Any, place: dict[str, str], sizes: list[int]) -> list[str]:
    root = Path(place["root"])
    file = root / place["path"]
    saved, times = file.read_bytes(), file.stat()
    others = sorted(str(path) for path in root.rglob("*") if path.is_file() and path != file)
    ranked = type(repo_map).get_ranked_tags
    kept: list[Any] = []

    def once(*arguments: Any, **named: Any) -> Any:
        """Rank once per place: it does not depend on the size of the map."""
        if not kept:
            kept.append(ranked(repo_map, *arguments, **named))
        return kept[0]

    repo_map.get_ranked_tags = once
    found = []
    try:
        file.write_bytes(place["text"].encode())
        for size in sizes:
            repo_map.max_map_tokens = size
            found.append(repo_map.get_repo_map([str(file)], others, force_refresh=True) or "")
    finally:
        file.write_bytes(saved)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    repo_map.map_cache.clear()
    return found


if __name__ == "__main__":
    main()
