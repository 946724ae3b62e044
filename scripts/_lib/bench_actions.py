"""What a menu of code actions costs: codeAction through the real server in 10,000 lines, idle and while typing.

At random places and selections, with problems and without, beside a workspace that is indexed. No model is asked.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from _lib.bench_completion import settle
from _lib.bench_figures import Row, Table, row
from _lib.bench_sources import modules, python_file
from _lib.bench_startup import OURS
from _lib.corpus import HELD_OUT, sources, unpacked
from _lib.corpus_fetch import Unreachable
from tests.support.lsp_client import LspClient

LINES = 10_000
ROUNDS = 5
MENUS = 60
"""Per round and kind."""

GOAL = 15.0
"""Milliseconds that one menu in twenty may take longer than (the issue's own figure)."""

SELECTED = 0.3
TROUBLED = 0.3
"""Shares of the menus for a selection, and at a problem."""

INDEX_WITHIN = 120.0

_CAPABILITIES = {
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
            "isPreferredSupport": True,
        }
    },
    "workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]}},
    "window": {"workDoneProgress": True},
}


class Place(NamedTuple):
    """Where a menu is opened."""

    start: tuple[int, int]
    end: tuple[int, int]
    troubled: bool


def run() -> Iterator[Table]:
    """Measure both languages; a missing package leaves TypeScript out."""
    yield _measure("python", "typed.py", python_file(LINES))
    with contextlib.suppress(Unreachable):
        yield _measure("typescript", "typed.ts", _typescript())


def _typescript() -> str:
    """Return real modules of a pinned package, one after the other."""
    package = next(one for one in HELD_OUT if one.language == "typescript")
    folder = unpacked(package)
    text = ""
    for path in sources(package):
        if path.endswith(".d.ts") or not path.endswith(".ts"):
            continue
        text += (folder / path).read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n") + "\n"
        if text.count("\n") >= LINES:
            break
    return "\n".join(text.split("\n")[:LINES]) + "\n"


def _measure(language: str, name: str, text: str) -> Table:
    with tempfile.TemporaryDirectory(prefix="mai-bench-", ignore_cleanup_errors=True) as made:
        root, cache = Path(made, "root"), Path(made, "cache")
        root.mkdir()
        (root / name).write_text(text, encoding="utf-8")
        for module, source in modules(10):
            (root / module).write_text(source, encoding="utf-8")
        env = {"MAI_LSP_CACHE_DIR": str(cache), "MAI_LSP_CONFIG_DIR": made, "MAI_LSP_COMPLETION_ENABLE": "false"}
        with LspClient(OURS, env=env) as client:
            indexed = threading.Event()
            client.on_notification = lambda word: indexed.set() if _is_end(word) else None
            client.initialize(_CAPABILITIES, root=root.as_uri())
            uri = (root / name).as_uri()
            client.open(uri, language, text)
            settle(client)
            if not indexed.wait(INDEX_WITHIN):
                raise RuntimeError("the index was not ready in time")
            places = list(_places(text))
            _menus(client, uri, places[:MENUS])  # What is worked out for the first time is not what a user waits for.
            idle: list[list[float]] = []
            typing: list[list[float]] = []
            keys: list[list[float]] = []
            offers = 0
            version = 1
            for turn in range(ROUNDS):
                some = places[turn * MENUS : (turn + 1) * MENUS]
                times, count = _menus(client, uri, some)
                idle.append(times)
                offers += count
                behind, alone, version = _typing(client, uri, some, version)
                typing.append(behind)
                keys.append(alone)
    rows: tuple[Row, ...] = (
        row("a menu, idle", idle, goal_p95=GOAL),
        row("a menu right behind a key", typing, goal_p95=GOAL),
        row("  a request that does nothing, there", keys),
    )
    note = f"{offers / (ROUNDS * MENUS):.1f} actions a menu; behind a key both wait for it to be taken in"
    title = f"Code actions: {text.count(chr(10)):,} lines of {language}, {ROUNDS} x {MENUS}"
    return Table("actions", title, rows, note)


def _places(text: str) -> Iterator[Place]:
    """Yield the same random places in every run."""
    random = Random(5)  # noqa: S311 (the same places in every run are the point)
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for _ in range(ROUNDS * MENUS):
        number = random.choice(filled)
        column = random.randrange(len(lines[number]) + 1)
        start = end = (number, column)
        if random.random() < SELECTED:
            last = min(len(lines) - 1, number + random.randrange(8))
            end = (last, len(lines[last]))
            start = (number, len(lines[number]) - len(lines[number].lstrip()))
        yield Place(start, max(start, end), random.random() < TROUBLED)


def _menus(client: LspClient, uri: str, places: Sequence[Place]) -> tuple[list[float], int]:
    """Open menus one after the other; return their times in seconds, and the actions in them."""
    times, count = [], 0
    for place in places:
        params = _params(uri, place)
        started = time.perf_counter()
        found = client.request("textDocument/codeAction", params)
        times.append(time.perf_counter() - started)
        count += len(found or ())
    return times, count


def _typing(client: LspClient, uri: str, places: Sequence[Place], version: int) -> tuple[list[float], list[float], int]:
    """Open menus right behind a key, as editors do that look for a light bulb; what was typed is taken back.

    Returns their times, those of a request that does nothing in their place, and the document's version.
    """
    nothing = {"command": "mai.acceptCompletion", "arguments": [""]}
    behind: list[float] = []
    alone: list[float] = []
    for place in places:
        menu = _params(uri, place)
        for method, params, times in (
            ("textDocument/codeAction", menu, behind),
            ("workspace/executeCommand", nothing, alone),
        ):
            line, column = place.start
            client.insert(uri, version + 1, line, column, "x")
            started = time.perf_counter()
            client.request(method, params)
            times.append(time.perf_counter() - started)
            version += 2
            client.replace(uri, version, (line, column), (line, column + 1), "")
            settle(client)
    return behind, alone, version


def _params(uri: str, place: Place) -> dict[str, Any]:
    ends = [{"line": line, "character": column} for line, column in (place.start, place.end)]
    where = {"start": ends[0], "end": ends[1]}
    problem = {"range": where, "message": "Undefined name `x`", "severity": 1, "source": "Ruff", "code": "F821"}
    context = {"diagnostics": [problem] if place.troubled else [], "triggerKind": 1}
    return {"textDocument": {"uri": uri}, "range": where, "context": context}


def _is_end(word: dict[str, Any]) -> bool:
    """Whether a notification says that the index's progress is over."""
    if word["method"] != "$/progress" or not str(word["params"]["token"]).startswith("mai-index"):
        return False
    return bool(word["params"]["value"]["kind"] == "end")
