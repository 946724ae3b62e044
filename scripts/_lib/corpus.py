"""The open-source packages that context is measured on, and the folder each is unpacked in.

They come from the registries when they are first asked for (`corpus_fetch`) and stay in the cache folder; nothing of
them is part of this repository.
"""

from __future__ import annotations

import json
import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Literal, NamedTuple

from _lib import corpus_fetch
from mai_lsp.system.cache import cache_dir

Language = Literal["python", "typescript", "go", "rust", "java"]

ENDINGS: dict[str, tuple[str, ...]] = {
    "python": (".py",),
    "typescript": (".ts", ".tsx"),
    "go": (".go",),
    "rust": (".rs",),
    "java": (".java",),
}
"""Source files of a language; one workspace holds the files of one language, and what says how they are laid out."""

LAYOUT = frozenset({"package.json", "tsconfig.json", "go.mod", "Cargo.toml", "pyproject.toml"})

MAX_BYTES = 1_000_000

UNPACKED = 1
"""Raised when what is unpacked changes."""


class Package(NamedTuple):
    """One pinned package."""

    language: Language
    registry: corpus_fetch.Registry
    name: str
    version: str
    inside: tuple[str, ...] = ("",)
    """Folders of the package that hold its source; its other folders hold what is built of that, or nothing of it."""

    @property
    def label(self) -> str:
        """Name and version, as one word that can be a folder."""
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version.replace(':', '-')}"


TUNING = (
    Package("python", "pypi", "aiohttp", "3.14.5"),
    Package("python", "pypi", "celery", "5.7.0"),
    Package("python", "pypi", "scrapy", "2.19.0"),
    Package("python", "pypi", "sqlglot", "30.30.0"),
    Package("typescript", "npm", "rxjs", "7.8.2", ("src/",)),
    Package("typescript", "npm", "ethers", "6.17.0", ("src.ts/",)),
    Package("typescript", "npm", "@antv/x6", "3.1.8", ("src/",)),
    Package("typescript", "npm", "effect", "3.17.0", ("src/",)),
    Package("go", "debian", "golang-github-hashicorp-hcl-v2", "2.14.1-2"),
    Package("go", "debian", "golang-github-go-git-go-git", "5.4.2-3"),
    Package("go", "debian", "caddy", "2.6.2-5"),
    Package("go", "debian", "hugo", "0.111.3-1"),
    Package("rust", "sdist", "tokenizers", "0.23.3"),
    Package("rust", "sdist", "pydantic-core", "2.50.4"),
    Package("rust", "sdist", "rustworkx", "0.18.1"),
    Package("rust", "sdist", "ruff", "0.12.0", ("crates/",)),
    Package("java", "npm", "react-native", "0.68.0", ("ReactAndroid/src/main/java/",)),
    Package("java", "debian", "httpcomponents-client", "4.5.14-1"),
    Package("java", "debian", "libcommons-collections4-java", "4.2-1"),
    Package("java", "debian", "junit5", "5.9.2-1"),
)
"""What constants and weights of the context engine may be chosen by."""

HELD_OUT = (
    Package("python", "pypi", "sphinx", "9.0.4"),
    Package("python", "pypi", "textual", "8.2.8"),
    Package("python", "pypi", "mypy", "2.4.1", ("mypy/",)),
    Package("typescript", "npm", "maplibre-gl", "6.17.0", ("src/",)),
    Package("typescript", "npm", "@deck.gl/core", "9.4.0", ("src/",)),
    Package("typescript", "npm", "vega-lite", "6.5.0", ("src/",)),
    Package("go", "debian", "gh", "2.23.0+dfsg1-1"),
    Package("go", "debian", "golang-google-grpc", "1.33.3-2"),
    Package("go", "debian", "golang-github-containers-image", "5.23.1-4"),
    Package("rust", "sdist", "maturin", "1.16.0"),
    Package("rust", "sdist", "deltalake", "1.6.6"),
    Package("rust", "sdist", "uv", "0.13.9", ("crates/",)),
    Package("java", "npm", "@capacitor/android", "8.5.2"),
    Package("java", "debian", "jsoup", "1.15.3-1"),
    Package("java", "debian", "libcommons-compress-java", "1.22-1"),
)
"""What is reported: packages that nothing was chosen by."""


def corpus_dir() -> Path:
    """Return the folder below the cache folder; it need not exist."""
    return cache_dir() / "bench"


def unpacked(package: Package) -> Path:
    """Return the folder with a package's source files, fetched if they are not there. Raises `Unreachable`."""
    folder = corpus_dir() / "packages" / package.label
    stamp = folder.with_name(folder.name + ".json")
    wanted = [UNPACKED, *package.inside]
    if not stamp.exists() or json.loads(stamp.read_text(encoding="utf-8")) != wanted:
        stamp.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        archive = corpus_fetch.archive(package.registry, package.name, package.version, corpus_dir() / "archives")
        for path, data in members(archive, package):
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        stamp.write_text(json.dumps(wanted), encoding="utf-8")
    return folder


def sources(package: Package) -> list[str]:
    """Return the paths of a package's source files in order, with slashes."""
    folder = unpacked(package)
    found = (path for ending in ENDINGS[package.language] for path in folder.rglob(f"*{ending}"))
    return sorted(path.relative_to(folder).as_posix() for path in found if path.is_file())


def members(archive: Path, package: Package) -> Iterator[tuple[str, bytes]]:
    """Yield (path, bytes) of what a workspace of this package holds; no path leads out of a folder."""
    for path, size, file in _files(archive):
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or size > MAX_BYTES or not path.startswith(package.inside):
            continue
        if _wanted(pure.name, package.language):
            yield path, file.read()


def _wanted(name: str, language: str) -> bool:
    built = name.endswith((".d.ts", ".d.mts", ".d.cts", ".min.js"))
    return name in LAYOUT or (name.endswith(ENDINGS[language]) and not built)


def _files(archive: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Yield path, size and content of regular files; of a tarball's paths without the folder that all are in."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            for info in _plain(wheel.infolist()):
                with wheel.open(info) as file:
                    yield info.filename, info.file_size, file
        return
    with tarfile.open(archive) as tarball:
        for member in tarball:
            if member.isreg() and (content := tarball.extractfile(member)) is not None:
                yield member.name.removeprefix("./").partition("/")[2], member.size, content


def _plain(infos: Iterable[zipfile.ZipInfo]) -> Iterator[zipfile.ZipInfo]:
    return (info for info in infos if not info.is_dir())
