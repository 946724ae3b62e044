"""Proxies and certificate authorities: which are in force, and that passwords stay hidden."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from mai_lsp.errors import SettingsError
from mai_lsp.model import network
from mai_lsp.model.network import Route, build, describe, route
from mai_lsp.settings import Settings

URL = "https://api.example.com/v1"


@pytest.fixture(autouse=True)
def _no_system_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What macOS and Windows keep in their own settings must not decide a test."""
    monkeypatch.setattr("urllib.request.getproxies", dict)


def way(url: str = URL, env: dict[str, str] | None = None, **settings: Any) -> Route:
    return route(url, Settings(**settings), env or {})


@pytest.mark.parametrize(
    ("url", "env", "proxy"),
    [
        (URL, {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        (URL, {"https_proxy": "p:1", "HTTPS_PROXY": "http://q:1"}, "http://p:1"),
        (URL, {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        (URL, {"HTTP_PROXY": "http://p:1"}, ""),
        ("http://model.lan/v1", {"HTTP_PROXY": "http://p:1"}, "http://p:1"),
        (URL, {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example.com"}, ""),
        (URL, {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other, .example.com"}, ""),
        (URL, {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "ample.com"}, "http://p:1"),
        (URL, {"HTTPS_PROXY": "http://p:1", "no_proxy": "*"}, ""),
        ("https://h:8443/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "h:8443"}, ""),
        ("https://h:8443/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "h:443"}, "http://p:1"),
        ("https://10.1.2.3/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, ""),
    ],
)
def test_the_environments_proxy(url: str, env: dict[str, str], proxy: str) -> None:
    assert way(url, env).proxy == proxy


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.8.8", "model.localhost"])
def test_loopback_never_goes_through_a_proxy(host: str) -> None:
    env = {"HTTP_PROXY": "http://p:1", "ALL_PROXY": "http://p:1"}
    assert way(f"http://{host}:8080/v1", env, proxy="http://q:1").proxy == ""


def test_the_setting_wins_over_the_environment_but_not_over_no_proxy() -> None:
    env = {"HTTPS_PROXY": "http://p:1"}
    assert way(env=env, proxy="http://q:1").proxy == "http://q:1"
    assert way(env={**env, "NO_PROXY": "example.com"}, proxy="http://q:1").proxy == ""


def test_the_description_says_what_is_in_force_and_hides_the_password() -> None:
    chosen = way(env={"HTTPS_PROXY": "http://me:pass@p:1", "SSL_CERT_FILE": "/x.pem"}, ca_file="/y.pem")
    assert describe(chosen) == [
        "Proxy: http://***@p:1 (from HTTPS_PROXY).",
        "Certificates: the system's store, and /y.pem (from mai.http.caFile), and /x.pem (from SSL_CERT_FILE).",
    ]
    assert "pass" not in repr(chosen)
    assert describe(way("http://127.0.0.1:1/v1"))[0] == "Proxy: none (loopback is always reached directly)."


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_a_certificate_file_that_can_not_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "company.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"company\.pem") as caught:
        build(way(ca_file=str(path)))
    assert "mai.http.caFile" in caught.value.advice


@pytest.mark.parametrize("proxy", ["ftp://p:1", "http://p:port"])
def test_a_proxy_that_can_not_be_used_is_named_without_its_password(proxy: str) -> None:
    with pytest.raises(SettingsError, match=r"mai\.http\.proxy"):
        build(way(proxy=proxy))


async def test_without_tls_no_certificate_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: pytest.fail("loaded the system's store"))
    client = build(way("http://127.0.0.1:1/v1", ca_file="/does/not/matter"))
    await client.aclose()


async def test_the_environment_is_read_by_us_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://from-the-process:1")
    client = build(way())
    assert not client.trust_env
    assert not any("from-the-process" in repr(transport) for transport in client._mounts.values())
    await client.aclose()


def test_kept_connections_live_for_minutes() -> None:
    assert network.KEEP_ALIVE_SECONDS >= 60
