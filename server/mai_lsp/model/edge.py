"""Where httpx's errors and error responses become ours, once; and the two small requests beside asking.

Imported late, with httpx. It decides nothing about retries, and nothing of a response's body gets out unread.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from mai_lsp.errors import BadRequest, ConnectTimedOut, FirstTokenTimedOut, ModelError, StreamBroken, Unreachable
from mai_lsp.model import faults
from mai_lsp.model.deadline import timed_out
from mai_lsp.model.resolve import Target
from mai_lsp.model.retry import retry_after
from mai_lsp.model.wires.delta import Failure, read_failure
from mai_lsp.prompt.prompt import Prompt

FAILURES = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError)
"""Everything that httpx raises when the network or the other side is at fault."""

_MAX_ERROR_BYTES = 64 * 1024


def unanswered(error: Exception, target: Target) -> ModelError:
    """Map what httpx raises before there is a response."""
    host = httpx.URL(target.url).host if target.url else "this machine"
    if isinstance(error, httpx.ConnectTimeout):
        return timed_out(ConnectTimedOut, target)
    if isinstance(error, httpx.ReadTimeout):
        return timed_out(FirstTokenTimedOut, target)
    if isinstance(error, httpx.ProxyError):
        return Unreachable(
            f"The proxy did not let the request to {host} through.",
            advice="Check mai.http.proxy or HTTPS_PROXY, and its user name and password.",
            final=True,
        )
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Unreachable(
            f"The certificate of {host} is not trusted here.",
            advice="If a company proxy re-signs traffic, set mai.http.caFile to its certificate (PEM).",
            final=True,
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Unreachable(
            f"No encrypted connection to {host}.",
            advice="Check whether mai.baseUrl should begin with http:// or https://.",
            final=True,
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Unreachable(f"The name {host} was not found.", advice="Check mai.baseUrl, the network and the proxy.")
    if isinstance(error, httpx.ReadError | httpx.WriteError | httpx.CloseError) or "disconnected" in str(error):
        return Unreachable(
            f"{host} closed the connection without an answer.",
            advice="Try again; if it stays, read the server's log.",
        )
    if isinstance(error, httpx.ConnectError | OSError):
        return Unreachable(f"No connection to {host}.", advice="Check that the server runs, and mai.baseUrl.")
    if isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError):
        return StreamBroken(f"{host} did not answer in HTTP.", advice="Check scheme, host and port of mai.baseUrl.")
    return BadRequest(f"The request to {host} could not be sent ({type(error).__name__}).", advice="Check mai.baseUrl.")


def broken(error: Exception, target: Target) -> StreamBroken:
    """Map what httpx raises while the body comes."""
    return StreamBroken(
        f"The connection to {target.row.label} broke while the answer came ({type(error).__name__}).",
        advice="Try again; if it stays, check the network and the proxy.",
    )


async def refused(response: httpx.Response, target: Target, prompt: Prompt | None, now: float) -> ModelError:
    """Read an error response (not endlessly) and choose the error for it; `now` is in seconds since 1970."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _MAX_ERROR_BYTES:
            break
    if 300 <= response.status_code < 400:
        return BadRequest(
            f"{target.row.label} redirects elsewhere ({response.status_code}), where your key is not sent.",
            advice="Set mai.baseUrl to the address that it redirects to.",
            status=response.status_code,
        )
    return faults.refusal(
        target,
        response.status_code,
        _failure(body.decode("utf-8", "replace")),
        prompt=prompt,
        retry_after=retry_after(response.headers, now),
        headers=response.headers,
    )


async def fetch_json(
    client: httpx.AsyncClient, url: str, headers: Mapping[str, str], target: Target, now: float
) -> Any:
    """GET a JSON document within the time for a first token; None when it is not JSON. Raises ModelError."""
    times = httpx.Timeout(target.timeouts.first_token, connect=target.timeouts.connect)
    try:
        async with client.stream("GET", url, headers=dict(headers), timeout=times) as response:
            if response.status_code != 200:
                raise await refused(response, target, None, now)
            return json.loads(await response.aread())
    except FAILURES as error:
        raise unanswered(error, target) from error
    except (ValueError, RecursionError):
        return None


async def knock(client: httpx.AsyncClient, url: str, headers: Mapping[str, str], target: Target) -> bool:
    """Open a connection with the smallest request there is; False when it failed. Its status does not matter."""
    try:
        await client.head(url, headers=dict(headers), timeout=httpx.Timeout(target.timeouts.connect))
    except FAILURES:
        return False
    return True


def _failure(text: str) -> Failure:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return faults.read_text(text)
    if isinstance(data, list) and data:  # Google's style: the error object inside a list
        data = data[0]
    return (read_failure(data) if isinstance(data, dict) else None) or Failure()


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
