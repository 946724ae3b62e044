"""Every error this server raises on purpose, each with a sentence for the user.

It imports nothing of ours, so any layer may raise or catch these.

    MaiError
    ├── SettingsError            a setting has a value that can not be used
    └── ModelError               asking a model did not give a usable answer
        ├── NotConfigured        no key, no endpoint or no way to sign in
        ├── Unreachable          no connection: DNS, refused, TLS, proxy
        ├── TimedOut
        │   ├── ConnectTimedOut      no connection in time
        │   ├── FirstTokenTimedOut   connected, but nothing came
        │   ├── StreamStalled        it came, then stopped coming
        │   └── TotalTimedOut        it kept coming for too long
        ├── AuthRefused          401, 403
        ├── NoCredit             402, 412: the account can not pay or is suspended
        ├── ModelMissing         404: no such model, deployment or path
        ├── RateLimited          429
        ├── ContextTooLong       the prompt does not fit the model
        ├── ContentFiltered      the provider's safety filter said no
        ├── BadRequest           other 4xx: our request is not what it expects
        ├── ProviderDown         408, 409, 5xx and errors inside a 200 stream
        ├── StreamBroken         the answer broke off or was not what was agreed
        └── ReasoningOnly        the budget went into hidden reasoning
        └── LocalModelError      the model on this machine
            ├── WeightsMissing       not fetched yet
            ├── WeightsCorrupt       the digest is not the publisher's
            ├── FetchFailed          no source could give the weights
            ├── EngineMissing        the optional engine is not installed
            └── EngineFailed         the engine's process died or did not start
"""

from __future__ import annotations


class MaiError(Exception):
    """Base of all errors here: what happened, and what the user can do about it."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What happened: one sentence, without secrets and without source code."""
        self.advice = advice
        """What to do: one sentence, or empty when there is nothing to do."""

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class SettingsError(MaiError):
    """A setting has a value that can not be used."""


class ModelError(MaiError):
    """Asking a model did not give a usable answer."""

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        final: bool = False,
    ) -> None:
        super().__init__(message, advice=advice)
        self.status = status
        """The HTTP status, if there was one."""
        self.retry_after = retry_after
        """Seconds the provider asked us to wait, if it did."""
        self.final = final
        """The same request will fail again until somebody changes something, although its kind is often passing."""


class NotConfigured(ModelError):
    """No key, no endpoint or no way to sign in."""


class Unreachable(ModelError):
    """No connection: name not found, refused, TLS or proxy failure."""


class TimedOut(ModelError):
    """One of the named time-outs ran out."""


class ConnectTimedOut(TimedOut):
    """No connection in time."""


class FirstTokenTimedOut(TimedOut):
    """Connected, but the first token did not come in time."""


class StreamStalled(TimedOut):
    """Tokens came, then none for too long."""


class TotalTimedOut(TimedOut):
    """The whole answer took too long."""


class AuthRefused(ModelError):
    """The provider does not accept the key (401) or does not allow this (403)."""


class NoCredit(ModelError):
    """The account has no credit (402) or is suspended (412)."""


class ModelMissing(ModelError):
    """The provider knows no such model, deployment or path (404)."""


class RateLimited(ModelError):
    """Too many requests or tokens for the quota (429)."""


class ContextTooLong(ModelError):
    """The prompt does not fit into the model's context window."""


class ContentFiltered(ModelError):
    """The provider's safety filter refused the request or the answer; never retried unchanged."""


class BadRequest(ModelError):
    """The provider does not understand the request (other 4xx)."""


class ProviderDown(ModelError):
    """The provider failed (408, 409, 5xx, or an error inside the stream)."""


class StreamBroken(ModelError):
    """The answer broke off, or was not in the agreed format."""


class ReasoningOnly(ModelError):
    """The model spent its whole budget on hidden reasoning."""


class LocalModelError(ModelError):
    """The model on this machine can not be used."""


class WeightsMissing(LocalModelError):
    """The weights are not on this machine yet."""


class WeightsCorrupt(LocalModelError):
    """The weights' digest is not the publisher's."""


class FetchFailed(LocalModelError):
    """No source could give the weights."""


class EngineMissing(LocalModelError):
    """The optional engine (extra ``local``) is not installed."""


class EngineFailed(LocalModelError):
    """The engine's process died or did not start."""
