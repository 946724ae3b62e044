"""The way to a model server: proxy, certificate authorities, and the one pooled HTTP client for both.

Only `build` touches httpx or the disk; loopback addresses never go through a proxy.
"""

from __future__ import annotations

import ipaddress
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from mai_lsp.errors import SettingsError
from mai_lsp.settings import Settings

if TYPE_CHECKING:
    import httpx

KEEP_ALIVE_SECONDS = 300.0
"""Idle connections are kept this long; a server that closes earlier is noticed before the next use."""


@dataclass(frozen=True, slots=True)
class Route:
    """The network configuration for one origin."""

    proxy: str = field(default="", repr=False)
    """Proxy URL, password included; empty: straight."""
    proxy_source: str = ""
    """Name of the setting or variable it came from, or why there is none."""
    tls: bool = False
    authorities: tuple[tuple[str, str], ...] = ()
    """(source, path) of extra certificate files and folders, beside the system's store."""


def route(url: str, settings: Settings, env: Mapping[str, str]) -> Route:
    """Decide how `url` is reached."""
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    proxy, source = _proxy(parts.scheme, parts.hostname or "", parts.port, settings, env)
    named = (("mai.http.caFile", settings.ca_file), *((name, env.get(name, "")) for name in _CA_VARIABLES))
    tls_somewhere = tls or proxy.startswith("https:")
    return Route(proxy, source, tls_somewhere, tuple((n, path) for n, path in named if path) if tls_somewhere else ())


def describe(way: Route) -> list[str]:
    """Say which proxy and authorities are in force, one sentence each, without the proxy's password."""
    proxy = f"{_without_password(way.proxy)} (from {way.proxy_source})" if way.proxy else f"none ({way.proxy_source})"
    if not way.tls:
        return [f"Proxy: {proxy}.", "Certificates: none needed, the connection is not encrypted."]
    extra = "".join(f", and {path} (from {name})" for name, path in way.authorities)
    return [f"Proxy: {proxy}.", f"Certificates: the system's store{extra}."]


def build(way: Route) -> httpx.AsyncClient:
    """Make the pooled client; slow the first time (it loads httpx and the system's certificates).

    HTTP/1.1, since one request at a time per connection is what a typing person makes, and it needs no more packages.
    Raises SettingsError for a proxy or CA file that can not be used.
    """
    import httpx  # noqa: PLC0415 (0.15 s that the start of the server does not pay)

    try:
        return httpx.AsyncClient(
            verify=tls_context(way),
            proxy=way.proxy or None,
            trust_env=False,  # `route` has read the environment; .netrc must not replace the key
            http2=False,
            follow_redirects=False,  # a key is sent where the user said, and nowhere else
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=KEEP_ALIVE_SECONDS),
        )
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        raise SettingsError(
            f"The proxy address from {way.proxy_source} can not be used.",
            advice="Write it like http://proxy.example:8080 (SOCKS proxies need the package socksio).",
        ) from error


_CA_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def tls_context(way: Route) -> ssl.SSLContext:
    """Build the TLS settings of a route: the system's own certificate store, and the user's extra authorities."""
    if not way.tls:
        # Knows no authority at all: cheap to make, and should anything ever go over TLS here, it fails.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import truststore  # noqa: PLC0415 (only needed here)

    context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for source, name in way.authorities:
        path = Path(name).expanduser()
        try:
            if path.is_dir():
                context.load_verify_locations(capath=str(path))
            else:
                context.load_verify_locations(cafile=str(path))
        except OSError as error:  # ssl.SSLError is one too
            what = "holds no PEM certificate" if isinstance(error, ssl.SSLError) else "can not be read"
            raise SettingsError(
                f"The certificate file {path} from {source} {what}.", advice=f"Correct or remove {source}."
            ) from error
    return context


def _proxy(scheme: str, host: str, port: int | None, settings: Settings, env: Mapping[str, str]) -> tuple[str, str]:
    if is_loopback(host):
        return "", "loopback is always reached directly"
    no_proxy = env.get("no_proxy") or env.get("NO_PROXY") or ""
    if _bypassed(host, port, no_proxy):
        return "", "NO_PROXY names the host"
    if settings.proxy:
        return _with_scheme(settings.proxy), "mai.http.proxy"
    for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY"):
        if value := env.get(name):
            return _with_scheme(value), name
    if sys.platform in {"darwin", "win32"}:
        from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 (slow to import, and seldom needed)

        found = {} if proxy_bypass(host) else getproxies()
        if value := found.get(scheme) or found.get("all"):
            return _with_scheme(value), "the system's settings"
    return "", "none is set"


def is_loopback(host: str) -> bool:
    """Say whether `host` is this machine, without asking DNS."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bypassed(host: str, port: int | None, no_proxy: str) -> bool:
    """Match ``NO_PROXY`` as curl and Python do (domain suffixes, ``host:port``, ``*``), and CIDR blocks as Go does."""
    shown = f"{host}:{port}".lower()
    for item in no_proxy.lower().split(","):
        name = item.strip().removeprefix("*").removeprefix(".")
        if item.strip() == "*" or (name and any(h == name or h.endswith(f".{name}") for h in (host, shown))):
            return True
        try:
            if "/" in name and ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False):
                return True
        except ValueError:
            continue
    return False


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"


def _without_password(proxy: str) -> str:
    parts = urlsplit(proxy)
    _, at, address = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{'***@' if at else ''}{address}"))
