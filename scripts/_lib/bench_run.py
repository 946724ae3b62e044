"""The parts of the benchmark, which of them to run, and where the figures go.

It measures nothing itself.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from _lib import env

sys.path.insert(0, str(env.ROOT))  # for tests.support

from _lib import (
    bench_actions,
    bench_completion,
    bench_index,
    bench_infill,
    bench_keystroke,
    bench_memory,
    bench_model,
    bench_startup,
)
from _lib.bench_figures import Table, as_json, as_text

PARTS: dict[str, Callable[[], Iterator[Table]]] = {
    "completion": bench_completion.run,
    "keystroke": bench_keystroke.run,
    "actions": bench_actions.run,
    "startup": bench_startup.run,
    "memory": bench_memory.run,
    "model": bench_model.run,
    "infill": bench_infill.run,
    "index": bench_index.run,
}
"""In the order of a whole run."""

ON_REQUEST = ("model", "infill", "index")
"""They need minutes, and the local model's weights or packages from the registries."""


def main(arguments: Sequence[str]) -> int:
    """Run and print; returns 1 if `--strict` was given and a goal was missed."""
    if arguments[:1] == ["context"]:
        from _lib import bench_context  # noqa: PLC0415 (no other part needs it)

        print(machine_line(), flush=True)
        return bench_context.main(arguments[1:], machine())
    if arguments[:1] == ["typing"]:
        from _lib import bench_typing  # noqa: PLC0415 (same)

        print(machine_line(), flush=True)
        return _show(bench_typing.main(arguments[1:]))
    if arguments[:1] == ["edit"]:
        from _lib import bench_edit  # noqa: PLC0415 (same)

        print(machine_line(), flush=True)
        return bench_edit.main(arguments[1:], machine())
    if arguments[:1] == ["newcomer"]:
        from _lib import bench_newcomer  # noqa: PLC0415 (same)

        print(machine_line(), flush=True)
        return bench_newcomer.main()
    given = _parser().parse_args(arguments)
    wanted = given.parts or [part for part in PARTS if part not in ON_REQUEST]
    if given.model and "model" not in wanted:
        wanted.append("model")
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"  # everything measured is on this machine
    started = time.monotonic()
    print(machine_line(), flush=True)
    tables = []
    for part in wanted:
        for table in PARTS[part]():
            print("\n" + as_text(table), flush=True)
            tables.append(table)
    missed = [f"{table.part}: {row.name}" for table in tables for row in table.rows if row.met is False]
    print(f"\n{'Missed: ' + '; '.join(missed) if missed else 'All goals met.'} ({time.monotonic() - started:.0f} s)")
    if given.json is not None:
        given.json.write_text(json.dumps({"machine": machine(), "tables": as_json(tables)}, indent=1), encoding="utf-8")
    return 1 if missed and given.strict else 0


def _show(tables: Sequence[Table]) -> int:
    """Print tables; returns 1 if a goal was missed."""
    print("\n\n".join(map(as_text, tables)))
    return int(any(row.met is False for table in tables for row in table.rows))


def machine() -> dict[str, Any]:
    """Say what was measured on."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "packages": {name: metadata.version(name) for name in ("pygls", "httpx", "tree-sitter", "tree-sitter-python")},
    }


def machine_line() -> str:
    """Return `machine` in one line."""
    have = machine()
    packages = ", ".join(f"{name} {version}" for name, version in have["packages"].items())
    load = "" if have["load"] is None else f" · load {have['load']} before"
    return f"{have['cores']} cores · Python {have['python']} · {have['system']} · {packages}{load}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="What the server costs, beside the least that it could cost.",
        epilog="Parts of their own: what prompts show of other files (scripts/bench context --help), what typing is "
        "like (scripts/bench typing --help), code actions with the local model (scripts/bench edit --help), and the "
        "way from a clone to the first suggestion in VS Code (scripts/bench newcomer).",
    )
    parser.add_argument(
        "parts", nargs="*", type=_part, metavar="PART", help=f"{', '.join(PARTS)}; all but {', '.join(ON_REQUEST)}"
    )
    parser.add_argument("--model", action="store_true", help="also the latency with the real local model")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a goal is missed")
    return parser


def _part(name: str) -> str:
    if name not in PARTS:  # `choices` would refuse an empty list (Python before 3.14).
        raise argparse.ArgumentTypeError(f"there is no {name!r}; choose from {', '.join(PARTS)}")
    return name
