"""The index at ten thousand files: building it, with and without an editor at work, keeping it, and asking it.

It makes the workspace anew each time, of packages that stay in the cache folder, and leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import operator
import os
from collections.abc import Iterator

from _lib import bench_index_build as building
from _lib import bench_index_gather as gathering
from _lib import bench_index_server as serving
from _lib.bench_figures import Row, Table, compared, quantile, row
from _lib.bench_index_build import MIB
from _lib.bench_index_workspace import Workspace, empty_cache, workspace

WARM_STARTS = 3

BUDGETS = (3000, 2000, 8000)
"""Tokens of a whole prompt: of hosted models, of a server of one's own, and of the benchmark of context."""


def run() -> Iterator[Table]:
    """Measure; raises `corpus_fetch.Unreachable` when there are no packages to make a workspace of."""
    with workspace() as made:
        with empty_cache():
            yield _alone(made)
            yield _changed(made)
            yield from _asked(made)
        with empty_cache():
            yield _meanwhile(made)


def _alone(made: Workspace) -> Table:
    before = load()
    cold = building.build(made.root)
    loaded = load()
    warm = sorted(building.build(made.root).seconds for _ in range(WARM_STARTS))
    return Table(
        "index",
        f"Index, builder alone: {made.label}",
        (
            Row("cold", cold.seconds, unit="s", goal_p50=30),
            Row("processor time of that, all processes", cold.processor, unit="s"),
            Row(f"warm, {WARM_STARTS} starts (longest beside)", quantile(warm, 0.5), warm[-1], "s", goal_p50=1),
            Row("resident at most, builder and helpers", cold.shared / MIB, unit="MiB", goal_p50=200),
            Row("the same, shared pages once per process", cold.memory / MIB, unit="MiB"),
            Row("resident once it is ready", cold.resting / MIB, unit="MiB"),
            Row("database", cold.database / MIB, unit="MiB"),
        ),
        f"{made.languages}; {cold.files:,} files indexed, {cold.parsed:,} parsed; {cold.processes} processes; "
        f"load {before} before, {loaded} after",
    )


def _changed(made: Workspace) -> Table:
    paths = building.of_all_sizes(made.root, made.paths)
    sizes = [(made.root / path).stat().st_size for path in paths]
    before = load()
    samples = building.change(made.root, paths)
    return Table(
        "index",
        f"Index, one changed file: {len(paths)} of {sizes[0]:,} to {sizes[-1]:,} bytes",
        (
            row("from telling the builder to updated", [samples], goal_p50=20),
            Row("longest", 1000 * max(samples)),
        ),
        f"load {before} before",
    )


def _asked(made: Workspace) -> Iterator[Table]:
    places = gathering.spots(made.root, made.paths)
    for budget in BUDGETS:
        before = load()
        looks = asyncio.run(gathering.measure(made.root, places, budget))
        yield Table(
            "index",
            f"Gathering, prompts of {budget:,} tokens: a line typed key by key in {len(places)} files",
            (
                row("a new place in a file that was opened", [looks.placed], goal_p50=10, goal_p95=30),
                Row("later than a request waits", 100 * gathering.late(looks.placed), unit="%"),
                row("processor time of that", [looks.placed_busy]),
                row("every key typed there", [looks.keys], goal_p50=10, goal_p95=30),
                row("processor time of that", [looks.keys_busy]),
                Row("longest", 1000 * max(looks.keys)),
                Row("later than a request waits", 100 * gathering.late(looks.keys), unit="%"),
                row("first look, done when a file opens", [looks.first]),
                Row("later than a request waits", 100 * gathering.late(looks.first), unit="%"),
                row("looking ahead all over the file", [looks.opening]),
            ),
            f"{len(looks.keys):,} keys, something found after {100 * looks.found // len(looks.keys)} %; "
            f"load {before} before",
        )


def _meanwhile(made: Workspace) -> Table:
    before = load()
    found = serving.measure(made.root)
    during, after = found.during, found.after
    added = [ours - bare for ours, bare in zip(during.completions, during.bare, strict=True)]
    return Table(
        "index",
        f"Index, cold while somebody types: {made.label}; {len(during.completions)} completions, "
        f"{1000 * serving.EVERY:.0f} ms apart",
        (
            Row("until the index is ready", found.seconds, unit="s", goal_p50=30),
            row("edit and completion over LSP", [during.completions]),
            row("bare httpx POST, same bytes", [during.bare]),
            compared("added by the server", [during.completions], [during.bare], operator.sub, unit="ms", goal_p95=50),
            Row("added at most", 1000 * max(added)),
            row("a keystroke, sent and answered", [during.keystrokes]),
            compared(
                "added when the index is there", [after.completions], [after.bare], operator.sub, unit="ms", goal_p95=50
            ),
            row("a keystroke when the index is there", [after.keystrokes]),
            Row("resident when the index is there, server and builder", found.settled / MIB, unit="MiB", goal_p50=200),
            Row("resident at most, server, builder, helpers", found.shared / MIB, unit="MiB"),
            Row("the same, shared pages once per process", found.together / MIB, unit="MiB"),
            Row("resident at most, server", found.server / MIB, unit="MiB"),
        ),
        f"typed in a file of {serving.LINES:,} lines; load {before} before, {load()} after",
    )


def load() -> str:
    """Return how busy the machine was in the last minute, where the system says it."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
