"""The packages inside the VSIX: which wheels per platform, locked by their hashes.

Pure wheels serve any Python, grammars any CPython (stable ABI), and the binding of tree-sitter exists per CPython:
``libs/``, ``native/`` and ``cpython-311/`` … in the extension, put together by `extension/bundled/launch.py`.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

from _lib import env

LOCK = env.ROOT / "extension" / "bundled" / "requirements.txt"

PLATFORMS = {
    "linux-x64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
    "linux-arm64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"),
    "alpine-x64": ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64"),
    "darwin-x64": tuple(f"macosx_{version}_x86_64" for version in ("10_9", "10_13", "10_15", "11_0")),
    "darwin-arm64": ("macosx_11_0_arm64",),
    "win32-x64": ("win_amd64",),
    "win32-arm64": ("win_arm64",),
}
"""Platform tags that are taken for each of the editor's platforms."""

MINORS = (11, 12, 13, 14)
"""CPython 3.x whose binding of tree-sitter comes along."""

BINDING = "tree-sitter"
GRAMMAR = re.compile(r"tree[-_]sitter[-_]\w")


def write_lock() -> None:
    """Look up every wheel of every platform and write down its version and hash, for people to review and commit."""
    found: dict[str, dict[str, set[str]]] = {}
    with tempfile.TemporaryDirectory(prefix="mai-lsp-") as folder:
        for name, tags in PLATFORMS.items():
            env.say(f"Looking up the wheels for {name}")
            target = Path(folder) / name
            _download(_declared(), tags, MINORS[0], target)
            (binding,) = target.glob("tree_sitter-*.whl")
            version = binding.name.split("-")[1]
            for minor in MINORS[1:]:
                _download([f"{BINDING}=={version}"], tags, minor, target)
            for wheel in target.glob("*.whl"):
                project, at = _project(wheel)
                found.setdefault(project, {}).setdefault(at, set()).add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    several = {project: sorted(versions) for project, versions in found.items() if len(versions) > 1}
    if several:
        env.fail(f"platforms have different versions, so one must be excluded in pyproject.toml: {several}")
    lines = ["# What the extension carries, for all platforms; written by `scripts/build_vsix --lock`."]
    for project, versions in sorted(found.items()):
        for version, hashes in versions.items():
            lines += [f"{project}=={version} \\", *_hash_lines(sorted(hashes))]
    LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def install(target: str, into: Path) -> None:
    """Put the locked packages for one platform (or ``universal``) into the staged extension's ``bundled``.

    Those that have no build for this platform are left out, with a word; the server does without them.
    """
    locked = _locked()
    pure = [name for name in locked if name != BINDING and not GRAMMAR.match(name)]
    some = PLATFORMS["linux-x64"] if target == "universal" else PLATFORMS[target]
    _install(locked, pure, some, MINORS[0], into / "libs")
    if target == "universal":
        return
    _install(locked, [name for name in locked if GRAMMAR.match(name)], some, MINORS[0], into / "native")
    for minor in MINORS:
        _install(locked, [BINDING], some, minor, into / f"cpython-3{minor}")


def add_server(into: Path) -> None:
    """Put the server itself there, as its wheel has it: with metadata and licence, without paths of this machine."""
    with tempfile.TemporaryDirectory(prefix="mai-lsp-") as folder:
        env.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], quiet=True)
        (wheel,) = Path(folder).glob("*.whl")
        with ZipFile(wheel) as archive:
            archive.extractall(into / "libs")


def _install(locked: dict[str, str], names: Iterable[str], tags: Iterable[str], minor: int, into: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="mai-lsp-") as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text("\n".join(locked[name] for name in names) + "\n", encoding="utf-8")
        options = ["--no-deps", "--no-compile", "--require-hashes", "--target", str(into), "-r", str(wanted)]
        _pip("install", [*options, *_only(tags, minor)])
    # Start scripts name the interpreter of this machine, and nobody runs them.
    for leftover in ("bin", "Scripts"):
        shutil.rmtree(into / leftover, ignore_errors=True)


def _download(wanted: Iterable[str], tags: Iterable[str], minor: int, into: Path) -> None:
    _pip("download", [*wanted, "--dest", str(into), *_only(tags, minor)])


def _only(tags: Iterable[str], minor: int) -> list[str]:
    """Return pip's options for wheels of a platform and a CPython that need not be the present ones."""
    abis = (f"cp3{minor}", "abi3", "none")
    return [
        "--only-binary=:all:",
        f"--python-version=3.{minor}",
        "--implementation=cp",
        *(f"--abi={abi}" for abi in abis),
        *(f"--platform={tag}" for tag in tags),
    ]


def _pip(command: str, options: Iterable[str]) -> None:
    env.run([sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *options], quiet=True)


def _declared() -> list[str]:
    """Return what the server needs, without extras: those are too large, or few want them."""
    with (env.ROOT / "pyproject.toml").open("rb") as file:
        needs: list[str] = tomllib.load(file)["project"]["dependencies"]
    return needs


def _project(wheel: Path) -> tuple[str, str]:
    """Return a wheel's project and version, the name in its normal form."""
    with ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        read = HeaderParser().parsestr(archive.read(metadata).decode())
    return re.sub(r"[-_.]+", "-", read["Name"]).lower(), read["Version"]


def _locked() -> dict[str, str]:
    """Return the lock's entries by project."""
    text = re.sub(r" \\\n\s*", " ", LOCK.read_text(encoding="utf-8"))
    return {line.partition("==")[0]: line for line in text.split("\n") if "==" in line}


def _hash_lines(hashes: list[str]) -> list[str]:
    return [f"    --hash=sha256:{one}{'' if one == hashes[-1] else ' ' + chr(92)}" for one in hashes]
