"""Keys and tokens: found in order, renewed in time, never shown."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

import pytest

from mai_lsp.errors import AuthRefused, NotConfigured
from mai_lsp.model import credentials
from mai_lsp.model.credentials import EntraTokens, Secret, authorization
from mai_lsp.model.providers import Row, row


def test_a_secret_does_not_show_itself(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret("k-123")
    logging.getLogger("test").error("%s %r", secret, secret)
    shown = f"{secret} {secret!r} {[secret]} {caplog.text}"
    assert "k-123" not in shown
    assert secret.reveal() == "k-123"


@pytest.mark.parametrize(
    ("provider", "header"),
    [
        (row("foundry"), ("api-key", "k")),
        (row("openrouter"), ("Authorization", "Bearer k")),
        (row("baseten", {"baseten": {"authScheme": "Api-Key"}}), ("Authorization", "Api-Key k")),
    ],
)
def test_each_provider_has_its_header(provider: Row, header: tuple[str, str]) -> None:
    assert authorization(provider, Secret("k")) == header


@dataclass
class Granted:
    token: str
    expires_on: int


@dataclass
class Credential:
    """Stands for azure-identity's credential."""

    asked: list[str] = field(default_factory=list)
    fails: bool = False

    def get_token(self, scope: str) -> Granted:
        self.asked.append(scope)
        if self.fails:
            raise RuntimeError("a long text with account names")
        return Granted(f"t{len(self.asked)}", 10_000 + 4000 * len(self.asked))


async def test_a_token_is_kept_until_shortly_before_it_expires() -> None:
    now = 10_000.0
    credential = Credential()
    tokens = EntraTokens(lambda: credential, clock=lambda: now)
    assert (await tokens.token("s")).reveal() == "t1"
    now = 13_699.0
    assert (await tokens.token("s")).reveal() == "t1"
    now = 13_701.0
    assert (await tokens.token("s")).reveal() == "t2"
    tokens.forget()
    assert (await tokens.token("s")).reveal() == "t3"


async def test_requests_at_the_same_time_sign_in_once() -> None:
    credential = Credential()
    tokens = EntraTokens(lambda: credential, clock=lambda: 0.0)
    await asyncio.gather(*(tokens.token("s") for _ in range(5)))
    assert credential.asked == ["s"]


async def test_a_failed_sign_in_says_what_to_do_and_nothing_else() -> None:
    with pytest.raises(AuthRefused, match="az login") as caught:
        await EntraTokens(lambda: Credential(fails=True)).token("s")
    assert "account names" not in str(caught.value)


async def test_without_the_package_the_way_to_get_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "azure", None)
    assert not credentials.entra_installed()
    with pytest.raises(NotConfigured, match=r"mai-lsp\[entra\]"):
        await EntraTokens().token("s")
