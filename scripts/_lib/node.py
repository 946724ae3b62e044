"""The extension's own tools, from npm with every version locked; fails in words where node is missing or too old."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from _lib import env

EXTENSION = env.ROOT / "extension"
OLDEST = 20
_STAMP = EXTENSION / "node_modules" / "mai-lsp-installed"


def ensure() -> None:
    """Install what `package-lock.json` names, unless it is there; needs the network only then."""
    _check_version()
    wanted = hashlib.sha256((EXTENSION / "package-lock.json").read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text(encoding="utf-8") == wanted:
        return
    env.say("Installing the extension's tools")
    # None of them needs an install script to do what it is used for here.
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    _STAMP.write_text(wanted, encoding="utf-8")


def run(command: list[str]) -> None:
    """Run npm, npx or node in the extension's folder; ends this script with its exit code if it fails."""
    env.run([shutil.which(command[0]) or command[0], *command[1:]], cwd=EXTENSION)


def vsce(arguments: list[str], folder: Path) -> None:
    """Run the editor's packer in a staged extension; ends this script with its exit code if it fails."""
    env.run(["node", str(EXTENSION / "node_modules" / "@vscode" / "vsce" / "vsce"), *arguments], cwd=folder, quiet=True)


def check() -> None:
    """Check the extension's types, and run the tests of its pure parts."""
    ensure()
    run(["npm", "run", "--silent", "check"])
    run(["npm", "run", "--silent", "test"])


def _check_version() -> None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        env.fail(f"The extension needs node {OLDEST} or newer with npm on the PATH, and there is none.")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST:
        env.fail(f"The extension needs node {OLDEST} or newer; {node} is {version}.")
