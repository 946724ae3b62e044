"""Whether a path is among those that a list of `.gitignore` patterns names; pure.

It decides nothing about what may be sent: that is `workspace.ignore`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mai_lsp.workspace.wildmatch import Pattern, parse


def chosen_by(path: str, patterns: Sequence[str]) -> str:
    """Return the pattern that names `path` (with slashes, from the workspace folder) or a folder it is in, or ""."""
    if not patterns:
        return ""
    rules = _compiled(tuple(patterns))
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        whole, last = "/".join(parts[:depth]), parts[depth - 1]
        for pattern, regex in reversed(rules):
            if pattern.directory and depth == len(parts):
                continue
            if regex.fullmatch(_bytes(last if pattern.basename else whole)):
                if not pattern.negated:
                    return pattern.text
                break
    return ""


@lru_cache(maxsize=4)
def _compiled(patterns: tuple[str, ...]) -> tuple[tuple[Pattern, re.Pattern[str]], ...]:
    parsed = (parse(pattern.encode("utf-8", "surrogatepass")) for pattern in patterns)
    return tuple((pattern, re.compile(pattern.regex, re.DOTALL)) for pattern in parsed if pattern is not None)


def _bytes(path: str) -> str:
    """Return a path's bytes as Latin-1 characters, which is what patterns match."""
    return path.encode("utf-8", "surrogatepass").decode("latin-1")
