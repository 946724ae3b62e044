"""The prompt value: what a model is asked, independent of any HTTP format.

A prompt never performs I/O and knows no provider; `model` turns it into a request body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mai_lsp.core.language import Language
from mai_lsp.core.seam import Seam
from mai_lsp.core.snippet import Snippet


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call; nothing is run by that, its arguments are read like text."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of an object."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a prompt with where it came from, for `--show-prompt`; pieces are listed in prompt order."""

    label: str
    """What it is, for a person: ``prefix``, ``scope``, ``imports`` …"""
    path: str
    """The file it came from; empty for our own prose."""
    tokens: int
    """Estimated tokens (`core.tokens.estimate`)."""


@dataclass(frozen=True, slots=True)
class ChatPrompt:
    """A prompt for `/chat/completions` and `/responses`."""

    messages: tuple[Message, ...]
    max_tokens: int
    """Output tokens at most; hidden reasoning counts among them with nearly every provider."""
    stop: tuple[str, ...] = ()
    """Stop strings; sent only where the provider takes them, enforced by `reply` in any case."""
    seam: Seam = Seam()
    temperature: float = 0
    """Sent only where the provider takes it."""
    pieces: tuple[Piece, ...] = ()
    tools: tuple[Tool, ...] = ()
    """Sent only where the provider takes them (`Endpoint.tools`)."""


@dataclass(frozen=True, slots=True)
class FimPrompt:
    """A prompt for `/completions`: raw text with the model's own FIM tokens, or text plus `suffix`."""

    text: str
    max_tokens: int
    stop: tuple[str, ...] = ()
    seam: Seam = Seam()
    temperature: float = 0
    """Sent only where the provider takes it."""
    suffix: str | None = None
    """Sent as the parameter ``suffix`` when the format has no tokens of its own (Ollama, Codestral); else None."""
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtraFile:
    """Another file's text for llama.cpp's `/infill` (`input_extra`)."""

    filename: str
    text: str


@dataclass(frozen=True, slots=True)
class InfillPrompt:
    """A prompt for llama.cpp's `/infill`: the server puts the FIM tokens in."""

    prefix: str
    suffix: str
    max_tokens: int
    stop: tuple[str, ...] = ()
    seam: Seam = Seam()
    temperature: float = 0
    """Sent only where the provider takes it."""
    extra: tuple[ExtraFile, ...] = ()
    pieces: tuple[Piece, ...] = ()


Prompt = ChatPrompt | FimPrompt | InfillPrompt


@dataclass(frozen=True, slots=True)
class Source:
    """What a completion prompt is made of; the engine fills it from `context`."""

    path: str
    """The file's path as the model is told it, relative to the workspace."""
    language: Language
    prefix: str
    """Text before the cursor, from where the window begins."""
    suffix: str
    """Text behind the cursor, to where the window ends."""
    snippets: tuple[Snippet, ...] = ()
    """Context in stable order: what changes least while typing comes first."""
