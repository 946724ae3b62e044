"""Fetches one pinned package from a registry, through the tool that this machine is set up to reach it with.

It unpacks nothing, builds nothing and runs nothing of a package. Which hosts are asked is the tools' own configuration.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import httpx
import truststore

Registry = Literal["pypi", "sdist", "npm", "debian"]
"""PyPI's wheels or source archives, npm's tarballs, the upstream sources that Debian keeps."""

SUITE = "bookworm"
"""The Debian release whose versions are pinned; only its list of sources is read, whatever this machine runs."""

SECONDS = 180


class Unreachable(Exception):
    """A package can not be fetched on this machine; says why."""


def archive(registry: Registry, name: str, version: str, folder: Path) -> Path:
    """Return the archive of a package, fetched if it is not in `folder` yet. Raises Unreachable."""
    place = folder / registry / f"{name.lstrip('@').replace('/', '-')}-{version.replace(':', '-')}"
    place.mkdir(parents=True, exist_ok=True)
    if not (have := _kept(place)):
        partial = place / "partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        _FETCH[registry](name, version, partial)
        found = _kept(partial)
        if not found:
            raise Unreachable(f"{name} {version} has no archive of the kind that is looked for")
        have = [path.replace(place / path.name) for path in found]
        shutil.rmtree(partial)
    return max(have, key=lambda path: path.stat().st_size)


def _kept(folder: Path) -> list[Path]:
    """Return the archives in a folder without what Debian adds to them."""
    return [
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.endswith((".dsc", ".asc")) and ".debian.tar" not in path.name
    ]


def _wheel(name: str, version: str, folder: Path) -> None:
    options = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", "-d", str(folder)]
    _run([sys.executable, "-m", "pip", "download", "-q", *options, f"{name}=={version}"], folder)


def _sdist(name: str, version: str, folder: Path) -> None:
    """Read the index itself: pip would run a source archive's build to learn what it needs."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    index = _index_url()
    try:
        with httpx.Client(verify=context, follow_redirects=True, timeout=SECONDS) as http:
            answer = http.get(f"{index}/{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
            files: list[dict[str, Any]] = answer.raise_for_status().json()["files"]
            wanted = {f"{spelled}-{version}.tar.gz" for spelled in (name, name.replace("-", "_"))}
            file = next((file for file in files if file["filename"] in wanted), None)
            if file is None:
                raise Unreachable(f"the index has no source archive of {name} {version}")
            data = http.get(answer.url.join(file["url"])).raise_for_status().content
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable(f"{name} {version}: {type(error).__name__}") from error
    if hashlib.sha256(data).hexdigest() != file["hashes"]["sha256"]:
        raise Unreachable(f"{name} {version} is not what the index says it is")
    (folder / file["filename"]).write_bytes(data)


def _index_url() -> str:
    """Ask pip which index it uses; its own default where none is configured."""
    if chosen := os.environ.get("PIP_INDEX_URL"):
        return chosen.rstrip("/")
    code = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    default = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], check=False, capture_output=True, text=True
    )
    return (asked.stdout.strip() or default.strip()).rstrip("/")


def _npm(name: str, version: str, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unreachable("npm is not installed")
    _run([npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), f"{name}@{version}"], folder)


def _debian(name: str, version: str, folder: Path) -> None:
    """Use apt as this machine has it, but for the lists: those of the sources, in a folder of our own."""
    if shutil.which("apt-get") is None:
        raise Unreachable("apt is not installed")
    own = folder.parents[2] / "apt"
    listed = own / "sources.list"
    options = [f"Dir::Etc::SourceList={listed}", "Dir::Etc::SourceParts=/dev/null", f"Dir::Cache={own / 'cache'}"]
    options = [word for option in (*options, f"Dir::State::Lists={own / 'lists'}") for word in ("-o", option)]
    if not any(own.glob("lists/*_Sources*")):
        (own / "lists").mkdir(parents=True, exist_ok=True)
        (own / "cache").mkdir(exist_ok=True)
        listed.write_text(f"deb-src {_mirror()} {SUITE} main\n", encoding="utf-8")
        _run(["apt-get", *options, "update"], folder)
    # Unsigned by a key of its own, a download is still held against the checksums of the signed list.
    _run(["apt-get", *options, "-q", "source", "--download-only", f"{name}={version}"], folder)


def _mirror() -> str:
    """Return the Debian mirror that apt is set up with."""
    shown = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(SITE)|$(REPO_URI)"],
        check=False,
        capture_output=True,
        text=True,
    ).stdout
    for line in shown.split("\n"):
        origin, _, address = line.partition("|")
        address = address.rpartition("|")[2]
        if origin == "Debian" and "security" not in address:
            return address
    raise Unreachable("apt knows no Debian mirror")


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreachable(f"{command[0]}: {type(error).__name__}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().split("\n")[-1][:200]
        raise Unreachable(f"{Path(command[0]).name}: {said}")


_FETCH = {"pypi": _wheel, "sdist": _sdist, "npm": _npm, "debian": _debian}
