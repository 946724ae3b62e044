"""From starting the process to the reply to `initialize`, ours and a bare pygls server's in turns.

Byte code is there on both sides, as it is for a user from the second start on.
"""

from __future__ import annotations

import operator
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from _lib.bench_figures import Row, Table, compared
from tests.support.lsp_client import LspClient

STARTS = 11

OURS = [sys.executable, "-m", "mai_lsp", "--stdio"]
BARE = [sys.executable, str(Path(__file__).with_name("bench_bare.py"))]


def run() -> Iterator[Table]:
    """Measure."""
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    for number in range(STARTS + 1):  # the first of each writes byte code and fills the file cache
        mine, theirs = _start(OURS), _start(BARE)
        if number:
            ours.append([mine])
            bare.append([theirs])
    yield Table(
        "startup",
        f"Start-up: process start to the reply to `initialize`, {STARTS} of each in turns",
        (
            Row("the server", 1000 * median(sample for (sample,) in ours)),
            Row("bare pygls server", 1000 * median(sample for (sample,) in bare)),
            Row("ratio", compared("", ours, bare, operator.truediv, unit="x").p50, unit="x", goal_p50=1.3),
        ),
    )


def _start(command: list[str]) -> float:
    started = time.perf_counter()
    with LspClient(command) as client:
        client.initialize({"textDocument": {"inlineCompletion": {}}})
        return time.perf_counter() - started
