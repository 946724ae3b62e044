"""Get one file over HTTP, going on where an earlier try broke off.

It never judges the content: the caller knows the digest.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from mai_lsp.model.local.files import note_path, read_json, write_json
from mai_lsp.model.local.progress import Progress, Report, SourceFailed

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
"""A hub that can not be reached must not keep the next source waiting."""

TRIES = 5
"""Tries in a row that bring nothing new."""

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 20.0


class _Dropped(Exception):
    """Worth another try; the text says why."""


def download(
    url: str,
    part: Path,
    *,
    client: httpx.Client,
    size: int | None,
    report: Report,
    room: Callable[[int], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Bring `part` to the whole content of `url`; what is in it already is asked for only if it still fits.

    `room` is told how many bytes are still to come and may raise. Raises `SourceFailed`; `part` stays for next time.
    """
    barren = 0
    while True:
        before = _size(part)
        try:
            _attempt(url, part, client=client, size=size, report=report, room=room)
        except (_Dropped, httpx.TransportError) as error:
            if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError) and not _size(part):
                raise SourceFailed(f"no connection to {_host(url)} ({_reason(error)})") from error
            barren = 0 if _size(part) > before else barren + 1
            if barren >= TRIES:
                raise SourceFailed(f"{_host(url)}: {_reason(error)}, {TRIES} times in a row") from error
            sleep(min(_LONGEST_WAIT, 0.5 * 2**barren))
        except httpx.HTTPError as error:
            raise SourceFailed(f"{_host(url)}: {_reason(error)}") from error
        else:
            return


def _attempt(
    url: str,
    part: Path,
    *,
    client: httpx.Client,
    size: int | None,
    report: Report,
    room: Callable[[int], None],
) -> None:
    have = _size(part)
    if size is not None and have > size:
        part.unlink()
        have = 0
    if have and have == size:
        return
    # Compressed, the bytes would not be those that a range counts.
    headers = {"Accept-Encoding": "identity"}
    if have:
        validator = _validator(url, part)
        if validator is None and size is None:
            have = 0  # nothing would tell us that two halves belong together
        else:
            headers["Range"] = f"bytes={have}-"
            if validator is not None:
                headers["If-Range"] = validator
    with client.stream("GET", url, headers=headers, timeout=TIMEOUT, follow_redirects=True) as response:
        total = _begin(response, have, size, part)
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            have = 0
        if total:
            room(total - have)
        _note(url, part, response)
        with part.open("ab" if have else "wb") as out:
            for block in response.iter_raw():
                out.write(block)
                have += len(block)
                if size is not None and have > size:
                    raise SourceFailed(f"{_host(url)} sends more than the {size:,} bytes of this file")
                report(Progress(f"from {_host(url)}", have, total))
    if total and have < total:
        raise _Dropped("the connection ended early")


def _begin(response: httpx.Response, have: int, size: int | None, part: Path) -> int:
    """Check the status; return the file's whole size, or 0 if nobody says."""
    status = response.status_code
    if status == httpx.codes.PARTIAL_CONTENT:
        unit, _, place = response.headers.get("Content-Range", "").partition(" ")
        span, _, total = place.partition("/")
        if unit != "bytes" or not span.startswith(f"{have}-"):
            part.unlink(missing_ok=True)
            raise _Dropped("it answered with another range")
        return int(total) if total.isdecimal() else size or 0
    if status == httpx.codes.OK:
        length = response.headers.get("Content-Length", "")
        return int(length) if length.isdecimal() else size or 0
    if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        # What we have is not the beginning of what they have.
        part.unlink(missing_ok=True)
        raise _Dropped("it refused to continue")
    if status in _RETRIED:
        raise _Dropped(f"HTTP {status} {response.reason_phrase}")
    raise SourceFailed(f"{_host(str(response.url))}: HTTP {status} {response.reason_phrase}")


def _note(url: str, part: Path, response: httpx.Response) -> None:
    """Remember which version the part belongs to; weak validators do not count for ranges (RFC 9110, 13.1.5)."""
    etag = response.headers.get("ETag", "")
    validator = etag if etag.startswith('"') else response.headers.get("Last-Modified", "")
    write_json(note_path(part), {"url": _url_digest(url), "validator": validator})


def _validator(url: str, part: Path) -> str | None:
    noted = read_json(note_path(part)) or {}
    return (noted.get("validator") or None) if noted.get("url") == _url_digest(url) else None


def _url_digest(url: str) -> str:
    # An address may hold a token, so it is not written down.
    return hashlib.sha256(url.encode()).hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the address"


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return str(error) or type(error).__name__
