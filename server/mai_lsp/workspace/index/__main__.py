"""The builder's process: ``python -P -m mai_lsp.workspace.index [--no-gitignore] -- ROOT …`` keeps their indexes.

It scans every root, then reads one JSON object per line on stdin and ends with it: ``{"changed": [path, …]}`` for
files that were saved, made or deleted. On stdout it writes one JSON object per line: ``{"done": …, "total": …}`` while
it scans, ``{"ready": true, "files": …, "parsed": …, "removed": …}`` when it has scanned all, ``{"updated": …}`` after
single files, ``{"error": …}`` when the index can not be kept. None of them holds source code or a path.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
import threading
import time
from collections import deque
from contextlib import AbstractContextManager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from mai_lsp.system import lock
from mai_lsp.workspace.ignore import FILE_NAMES, Rules
from mai_lsp.workspace.index.clean import clean, mark
from mai_lsp.workspace.index.entry import warm_up
from mai_lsp.workspace.index.scan import lower_priority, scan, update
from mai_lsp.workspace.index.store import Writer, database_of

FAILED = 1
"""Exit code: the index can not be kept on this disk."""


def main(arguments: list[str]) -> int:
    """Serve until stdin ends."""
    border = arguments.index("--")
    options, roots = arguments[:border], [Path(root) for root in arguments[border + 1 :]]
    lower_priority()
    words = _listen()
    try:
        with contextlib.ExitStack() as stack:
            rules = Rules(roots, gitignore="--no-gitignore" not in options)
            indexes = []
            for root in roots:
                database = database_of(root)
                database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with _alone(database):
                    writer = Writer(database, root)
                stack.callback(writer.close)
                mark(database)
                indexes.append(_Index(root, database, writer))
            _scan(rules, indexes)
            for one in indexes:
                one.writer.write_back_later()
            for folder in {one.database.parent for one in indexes}:
                clean(folder, time.time())
            left = deque(dict.fromkeys(language for one in indexes for language in one.writer.languages()))
            while True:
                if left and words.empty():
                    # Else the first file that is saved in each language would wait for its grammar.
                    warm_up(left.popleft())
                else:
                    _follow(words.get(), rules, indexes)
    except (sqlite3.Error, OSError) as error:
        _say({"error": type(error).__name__})
        return FAILED


class _Index(NamedTuple):
    """One root and what is kept of it."""

    root: Path
    database: Path
    writer: Writer


def _follow(word: dict[str, Any], rules: Rules, indexes: list[_Index]) -> None:
    changed = [Path(path) for path in word.get("changed", ())]
    rules.forget()
    if any(path.name in FILE_NAMES for path in changed):
        _scan(rules, indexes)
    else:
        _say({"updated": sum(update(one.root, rules, one.writer, changed) for one in indexes)})
        for one in indexes:
            one.writer.write_back()


def _scan(rules: Rules, indexes: list[_Index]) -> None:
    files = parsed = removed = 0
    for one in indexes:
        with _alone(one.database):
            found = scan(one.root, rules, one.writer, lambda done, total: _say({"done": done, "total": total}))
        files, parsed, removed = files + found.files, parsed + found.parsed, removed + found.removed
    _say({"ready": True, "files": files, "parsed": parsed, "removed": removed})


def _alone(database: Path) -> AbstractContextManager[None]:
    """Scan alone: several editors may have one workspace open, and the second then finds nothing left to do."""
    return lock.held(database.with_suffix(".lock"), on_wait=lambda: None)


def _listen() -> SimpleQueue[dict[str, Any]]:
    """Read stdin in a thread; when it ends during a scan, the editor has gone and so does this process."""
    words: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def read() -> None:
        rest = b""
        # Not through sys.stdin, whose lock a thread that is still waiting would hold when the process ends.
        while data := os.read(0, 65536):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError):
                    words.put(json.loads(line))
        # What is not written yet is parsed again with the next start; waiting for a long scan helps nobody.
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return words


def _say(word: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
