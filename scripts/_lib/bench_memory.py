"""Resident memory with ten files open and fifty completions made, beside a bare pygls server with the same files.

Measured once per server: unlike time it hardly varies.
"""

from __future__ import annotations

from collections.abc import Iterator

import psutil

from _lib import bench_startup
from _lib.bench_completion import REPLY, keystrokes
from _lib.bench_figures import Row, Table
from _lib.bench_sources import modules, python_file
from tests.support.lsp_client import LspClient
from tests.support.model_server import spawned

COMPLETIONS = 50
LARGE = 10_000
MIB = 2**20


def run() -> Iterator[Table]:
    """Measure."""
    files = [*modules(9), ("large.py", python_file(LARGE))]
    with spawned(*REPLY) as url:
        chosen = {
            "MAI_LSP_PROVIDER": "openai-compatible",
            "MAI_LSP_BASE_URL": f"{url}/v1",
            "MAI_LSP_COMPLETION_MODEL": "qwen2.5-coder",
            "MAI_LSP_WIRE": "fim",
            # By hand: an automatic request waits for the next key on purpose, and there is a cap on them.
            "MAI_LSP_COMPLETION_ALTERNATIVES": "1",
            "MAI_LSP_COMPLETION_REQUESTS_PER_MINUTE": "0",
        }
        opened, used = _measure(bench_startup.OURS, files, chosen)
    _, bare = _measure(bench_startup.BARE, files, {})
    yield Table(
        "memory",
        f"Memory: resident, {len(files)} open files of {sum(text.count(chr(10)) for _, text in files):,} lines in all",
        (
            Row("the server, files just opened", opened / MIB, unit="MiB"),
            Row(f"the server after {COMPLETIONS} completions", used / MIB, unit="MiB", goal_p50=120),
            Row("bare pygls server, same files and requests", bare / MIB, unit="MiB"),
        ),
    )


def _measure(command: list[str], files: list[tuple[str, str]], chosen: dict[str, str]) -> tuple[int, int]:
    """Return the bytes that are resident after opening the files, and after completing in each of them."""
    strokes = [keystrokes(text) for _, text in files]
    with LspClient(command, env=chosen) as client:
        client.initialize({"textDocument": {"inlineCompletion": {}}})
        process = psutil.Process(client.pid)
        for name, text in files:
            client.open(f"file:///bench/{name}", "python", text)
        client.complete(f"file:///bench/{files[0][0]}", 0, 0, automatic=False)
        opened = process.memory_info().rss
        for number in range(COMPLETIONS):
            uri = f"file:///bench/{files[number % len(files)][0]}"
            stroke = next(strokes[number % len(files)])
            client.insert(uri, number + 2, stroke.line, stroke.character, stroke.begun + stroke.typed)
            client.complete(uri, *stroke.cursor, automatic=False)
            client.replace(uri, number + 3, (stroke.line, stroke.character), stroke.cursor, "")
        return opened, int(process.memory_info().rss)
