"""The values the model layer takes and gives; the engine sees these and nothing of HTTP."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Wire(StrEnum):
    """The HTTP formats spoken here."""

    CHAT = "chat"
    RESPONSES = "responses"
    FIM = "fim"
    INFILL = "infill"


class Role(StrEnum):
    """What a model is used for; each role's model is a setting of its own."""

    COMPLETION = "completion"
    EDIT = "edit"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Named time-outs in seconds (`httpx.Timeout` is not enough: it knows no first token and no total)."""

    connect: float
    """Until the TCP and TLS connection stands."""
    first_token: float
    """From sending the request to the first text or reasoning token."""
    between_tokens: float
    """Between two tokens."""
    total: float
    """From asking to the last token, retries included."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens."""

    input: float
    cached_input: float
    output: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer: the provider's count where it sends one, otherwise our estimate."""

    input_tokens: int = 0
    cached_tokens: int = 0
    """Part of `input_tokens` that was read from the provider's prompt cache."""
    output_tokens: int = 0
    """All output tokens, hidden reasoning included, since they are billed alike."""
    reasoning_tokens: int = 0
    """Part of `output_tokens` that was hidden reasoning."""
    cost_usd: float | None = None
    """The provider's own figure if it sends one, else tokens times price, else None (price unknown)."""
    estimated: bool = False
    """True when the provider sent no usage and we counted."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how one role's requests go: a provider row with the user's settings applied."""

    provider: str
    wire: Wire
    base_url: str
    model: str
    fim_format: str | None
    """Row of `prompt.formats`; None when the wire is not FIM or the model's family is unknown."""
    grammar: bool
    """The server takes a GBNF `grammar` (llama.cpp), so an answer can be made to begin with a half word."""
    prefill: bool
    """The wire is chat, and the server goes on with an answer that the prompt has begun."""
    context_tokens: int
    """Prompt budget for a completion, in tokens."""
    timeouts: Timeouts
    price: Price | None
    local: bool
    """The embedded engine on this machine."""
    window: int = field(default=32_000, kw_only=True)
    """Tokens of prompt that the model takes at most; only edits and plans come near."""
    max_output: int = field(default=8_192, kw_only=True)
    """Tokens of output at most, hidden reasoning included."""
    reasoning: int = field(default=0, kw_only=True)
    """Tokens of hidden reasoning that are granted before the first text, within the prompt's output limit; 0: none are
    expected, and an answer counts as lost when they have used that limit up."""
    tools: bool = field(default=False, kw_only=True)
    """Functions may be declared, and the answer may call them."""
    longest_pause: float = field(default=math.inf, kw_only=True)
    """Seconds before another try at most; few where another provider can be asked instead."""
    edit_format: str = field(default="", kw_only=True)
    """Name of the format its models write edits in (`core.editformat`); empty: by the model's family."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A request as it would be sent, for `--show-prompt`; headers without the secret's value."""

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One entry of a provider's catalogue."""

    id: str
    context_tokens: int | None = None
    price: Price | None = None


class Answer(Protocol):
    """A reply while it streams: iterate it for pieces of visible text; the rest fills in meanwhile.

    Iteration raises a `ModelError`; pieces already given stay valid as text but are no completion then.
    """

    @property
    def usage(self) -> Usage:
        """Complete after the last piece; an estimate before."""
        ...

    @property
    def finish(self) -> str | None:
        """``stop``, ``length`` … as the provider said it; None while streaming or when it said nothing."""
        ...

    @property
    def first_token_ms(self) -> float | None:
        """Milliseconds from sending to the first text token, or to the first piece of a function call."""
        ...

    @property
    def connect_ms(self) -> float:
        """Milliseconds for opening a connection (TCP and TLS); 0 where one was open."""
        ...

    @property
    def reasoning_chars(self) -> int:
        """Characters of hidden reasoning seen so far; the text itself is dropped."""
        ...

    @property
    def calls(self) -> Sequence[tuple[str, str]]:
        """Function calls in order, as (name, JSON text of the arguments); complete after the last piece."""
        ...

    def __aiter__(self) -> AsyncIterator[str]: ...
