"""Makes the project's own environment (`.venv`) with nothing but a Python, and runs commands in it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
OLDEST = (3, 11)
_STAMP = VENV / "mai-lsp-installed.json"
_BIN = VENV / ("Scripts" if os.name == "nt" else "bin")


def ensure(*extras: str) -> Path:
    """Return the Python that has the project and `extras`; needs the network only when they are not there yet."""
    wanted = {"project": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(), "extras": sorted(extras)}
    have = _installed()
    python = _BIN / ("python.exe" if os.name == "nt" else "python")
    if python.exists() and have["project"] == wanted["project"] and set(extras) <= set(have["extras"]):
        return python
    wanted["extras"] = sorted({*extras, *(have["extras"] if python.exists() else ())})
    if not python.exists():
        say("Making an environment in .venv")
        run([_newest_python(), "-m", "venv", str(VENV)])
    say(f"Installing the server and its dependencies ({', '.join(wanted['extras'])})")
    started = time.monotonic()
    run([str(python), "-m", "pip", "install", "-q", "-e", f".[{','.join(wanted['extras'])}]"], quiet=True)
    _STAMP.write_text(json.dumps(wanted), encoding="utf-8")
    say(f"Installed in {time.monotonic() - started:.0f} s")
    return python


def run(command: list[str], *, env: dict[str, str] | None = None, cwd: Path = ROOT, quiet: bool = False) -> None:
    """Run a command, by default in the project's folder; ends this script with its exit code if it fails.

    With `quiet` what it says is shown only then.
    """
    streams = subprocess.PIPE if quiet else None
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(env or {})}, check=False, stdout=streams, stderr=streams
    )
    if done.returncode:
        for said in (done.stdout, done.stderr):
            sys.stderr.buffer.write(said or b"")
        fail(f"failed with exit code {done.returncode}: {' '.join(command)}", done.returncode)


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"» {text}", flush=True)


def fail(text: str, code: int = 1) -> NoReturn:
    """End this script."""
    print(f"✗ {text}", file=sys.stderr, flush=True)
    raise SystemExit(code)


def _installed() -> dict[str, list[str]]:
    try:
        found: dict[str, list[str]] = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"project": [], "extras": []}
    return found


def _newest_python() -> str:
    """Find a Python that is new enough: the one running this, else one on the PATH."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in range(14, OLDEST[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            return found
    fail(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]} and no other was found.")
