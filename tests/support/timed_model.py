"""A model in this process that answers in the time of the event loop, and counts what is open; no HTTP.

For flows in virtual time (`virtual_time`); what goes over the wire is the scripted server's business.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Edit, Span, open_document
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Endpoint, Preview, Role, Timeouts, Usage, Wire
from mai_lsp.prompt.prompt import ChatPrompt, InfillPrompt, Prompt

Piece = tuple[float, str]
"""Seconds to wait, then text."""

Said = Callable[[Prompt], Sequence[Piece] | MaiError]

ENDPOINT = Endpoint(
    provider="scripted",
    wire=Wire.INFILL,
    base_url="",
    model="timed",
    fim_format=None,
    grammar=False,
    prefill=False,
    context_tokens=2_000,
    timeouts=Timeouts(10, 20, 10, 60),
    price=None,
    local=False,
)


@dataclass
class TimedAnswer:
    """The port `Answer`."""

    pieces: Sequence[Piece]
    usage: Usage = field(default_factory=Usage)
    finish: str | None = None
    first_token_ms: float | None = None
    reasoning_chars: int = 0
    calls: Sequence[tuple[str, str]] = ()
    connect_ms: float = 0.0
    read: int = 0

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        if self.read == len(self.pieces):
            self.finish = "stop"
            raise StopAsyncIteration
        seconds, text = self.pieces[self.read]
        await asyncio.sleep(seconds)
        self.read += 1
        return text


@dataclass
class TimedModel:
    """The port `Model`; `said` gives the pieces for a prompt."""

    said: Said
    endpoint_value: Endpoint = ENDPOINT
    asked: list[Prompt] = field(default_factory=list)
    open: int = 0
    read: int = 0
    """Pieces that were read, over all requests."""

    def endpoint(self, role: Role) -> Endpoint:
        return self.endpoint_value

    def preview(self, endpoint: Endpoint, prompt: Prompt) -> Preview:
        return Preview("POST", "", {}, {})

    @contextlib.asynccontextmanager
    async def ask(self, endpoint: Endpoint, prompt: Prompt) -> AsyncIterator[TimedAnswer]:
        self.asked.append(prompt)
        said = self.said(prompt)
        answer = TimedAnswer([] if isinstance(said, MaiError) else said)
        self.open += 1
        try:
            if isinstance(said, MaiError):
                raise said
            yield answer
        finally:
            self.open -= 1
            self.read += answer.read


def prefix_of(prompt: Prompt) -> str:
    """What the model is told to go on from."""
    if isinstance(prompt, InfillPrompt):
        return prompt.prefix
    assert isinstance(prompt, ChatPrompt)
    return prompt.messages[-1].content


class Page:
    """The port `Documents` over one document that is typed into."""

    def __init__(self, text: str, language: str = "python", uri: str = "file:///work/a.py") -> None:
        self.uri = uri
        document = open_document(uri, language, 1, text)
        self.now = replace(document, syntax=parse(find(language, uri), text))
        self.cursor = len(text)

    def latest(self, uri: str) -> Document | None:
        return self.now if uri == self.uri else None

    def display_path(self, uri: str) -> str:
        return uri.rpartition("/")[2]

    def ignored(self, uri: str, path: str = "") -> str:
        return ""

    def edit(self, start: int, end: int, text: str) -> list[Edit]:
        """Replace a span, and put the cursor behind it."""
        edits = [Edit(Span(start, end), text)]
        self.now = self.now.edited(edits, (self.now.version or 0) + 1)
        self.cursor = start + len(text)
        return edits

    def type(self, text: str) -> list[Edit]:
        """Insert at the cursor."""
        return self.edit(self.cursor, self.cursor, text)

    def back(self, count: int = 1) -> list[Edit]:
        """Delete before the cursor."""
        return self.edit(self.cursor - count, self.cursor, "")
