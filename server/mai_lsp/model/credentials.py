"""Keys and tokens: where they are found, and a wrapper that keeps them out of every log.

Nothing here writes, prints or logs a secret; only `authorization` opens the wrapper.
"""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

from mai_lsp.errors import AuthRefused, NotConfigured
from mai_lsp.model.providers import Row
from mai_lsp.system.installed import how_to_add

KEY_VARIABLE = "MAI_LSP_API_KEY"

PROJECT_SCOPE = "https://ai.azure.com/.default"
"""Token scope of Foundry's project routes (``…/api/projects/…``)."""

_MARGIN: Final = 300.0
"""Seconds before its expiry at which a token counts as used up, so that none expires on the way."""


@final
class Secret:
    """A string that does not show itself: not in `repr`, not in `str`, not in a format."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "<hidden>"

    def reveal(self) -> str:
        """Give the value, for the one header that needs it."""
        return self._value


@dataclass(frozen=True, slots=True)
class Found:
    """A key and the name of the place it was found in."""

    key: Secret
    source: str


def find_key(provider: Row, setting: str, own: Mapping[str, str], env: Mapping[str, str]) -> Found | None:
    """Look a provider's key up: what is set for it by name, the setting, MAI_LSP_API_KEY, its own variables."""
    if named := own.get(provider.name, ""):
        return _checked(named, "mai.apiKeys")
    if setting:
        source = KEY_VARIABLE if env.get(KEY_VARIABLE, "").strip() == setting else "mai.apiKey"
        return _checked(setting, source)
    for name in (KEY_VARIABLE, *provider.key_env):
        if value := env.get(name, "").strip():
            return _checked(value, name)
    return None


def _checked(value: str, source: str) -> Found:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise NotConfigured(
            f"The key in {source} holds blanks or characters that no key has.",
            advice=f"Copy the key again, without quotation marks, and set {source}.",
        )
    return Found(Secret(value), source)


def authorization(provider: Row, key: Secret) -> tuple[str, str]:
    """Give the header's name and value for a key."""
    scheme = provider.auth_scheme
    return provider.auth_header, f"{scheme} {key.reveal()}" if scheme else key.reveal()


def entra_installed() -> bool:
    """Say whether `azure-identity` can be imported, without importing it."""
    try:
        return importlib.util.find_spec("azure.identity") is not None
    except ModuleNotFoundError:
        return False


class EntraTokens:
    """Microsoft Entra ID tokens by scope, kept until shortly before they expire."""

    def __init__(self, credential: Callable[[], Any] | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._make_credential = credential or _default_credential
        self._credential: Any = None
        self._clock = clock
        self._kept: dict[str, tuple[Secret, float]] = {}
        self._lock = asyncio.Lock()

    async def token(self, scope: str) -> Secret:
        """Give a valid token; the sign-in itself runs in a thread, since it may call other programs.

        Raises NotConfigured when `azure-identity` is missing, AuthRefused when nobody is signed in.
        """
        if kept := self._fresh(scope):
            return kept
        async with self._lock:  # one sign-in for all requests that wait for it
            if kept := self._fresh(scope):
                return kept
            value, expires = await asyncio.to_thread(self._sign_in, scope)
            secret = Secret(value)
            self._kept[scope] = (secret, expires)
            return secret

    def forget(self) -> None:
        """Drop all tokens, after the provider refused one."""
        self._kept.clear()

    def _fresh(self, scope: str) -> Secret | None:
        secret, expires = self._kept.get(scope, (None, 0.0))
        return secret if self._clock() < expires - _MARGIN else None

    def _sign_in(self, scope: str) -> tuple[str, float]:
        if self._credential is None:
            self._credential = self._make_credential()
        try:
            granted = self._credential.get_token(scope)
        except Exception as error:  # azure-identity has its own tree, which may not be importable here
            raise AuthRefused(
                f"Microsoft Entra ID gave no token ({type(error).__name__}).",
                advice="Sign in with `az login`, or set mai.apiKey and mai.auth to key.",
            ) from error
        return granted.token, float(granted.expires_on)


def _default_credential() -> Any:
    try:
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 (optional, and a second to import)
    except ImportError as error:
        raise NotConfigured(
            "Signing in with Microsoft Entra ID needs the package azure-identity.",
            advice=how_to_add("entra"),
        ) from error
    return DefaultAzureCredential()
