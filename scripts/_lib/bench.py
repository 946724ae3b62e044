"""Measures the server from outside: `scripts/bench [PART …] [--json FILE]`; the parts are in `bench_run.py`.

It only makes the environment and goes on in it; what is measured, and against what, is said by each part's own file.
"""

from __future__ import annotations

import sys
from pathlib import Path

from _lib import env


def main() -> None:
    """Run the parts that the arguments name, in the project's environment."""
    python = str(env.ensure("local", "dev"))
    if Path(sys.prefix).resolve() != env.VENV.resolve():
        env.run([python, str(env.ROOT / "scripts" / "bench"), *sys.argv[1:]])
        return
    from _lib import bench_run  # noqa: PLC0415 (needs the packages of the environment)

    raise SystemExit(bench_run.main(sys.argv[1:]))
