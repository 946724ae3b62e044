"""What the flows need from outside, as Protocols, so that nothing here knows an editor or HTTP."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from mai_lsp.core.recent import NOTHING, Recent
from mai_lsp.core.snippet import Snippet
from mai_lsp.core.text import Document
from mai_lsp.engine.mode import NOTHING_SWITCHED, Switches
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Answer, Endpoint, Preview, Role
from mai_lsp.prompt.prompt import Prompt
from mai_lsp.settings import Settings


class Model(Protocol):
    """The part of `model.client.ModelClient` that a flow uses."""

    def endpoint(self, role: Role) -> Endpoint:
        """Resolve the settings for one role; raises NotConfigured."""

    def preview(self, endpoint: Endpoint, prompt: Prompt) -> Preview:
        """Show the request that `ask` would send, its key hidden."""

    def ask(self, endpoint: Endpoint, prompt: Prompt) -> AbstractAsyncContextManager[Answer]:
        """Send the prompt; leaving the context closes the HTTP stream at once."""


class Documents(Protocol):
    """The open documents, as the editor has them now."""

    def latest(self, uri: str) -> Document | None:
        """Return the newest version, or None when it is not open."""

    def display_path(self, uri: str) -> str:
        """Return the path a model is told: relative to the workspace where it is inside, else the file's name."""

    def ignored(self, uri: str, path: str = "") -> str:
        """Return why the open document `uri` must not be shown, or "" if it may.

        With `path`, the same for another file, by its path in the workspace folder that the document is in.
        """


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a completion, bound to the snapshot it was made on."""

    document: Document
    offset: int
    """The cursor, in code points."""
    automatic: bool = True
    """False when the user asked by hand."""
    recent: Recent = NOTHING
    """What else the editor knew at that moment."""
    rejected: Collection[str] = ()
    """Suggestions that the user has turned down at this place; they are not shown again."""


class Elsewhere(Protocol):
    """What the other files of the workspace know (`engine.gather`)."""

    async def snippets(self, ask: Ask, budget: int) -> tuple[Snippet, ...]:
        """Return definitions that the place needs within `budget` tokens; nothing rather than late."""


@dataclass(frozen=True, slots=True)
class Deps:
    """What a flow works with."""

    model: Model
    documents: Documents
    settings: Settings
    elsewhere: Elsewhere | None = None
    """None where there is no workspace."""
    switches: Switches = NOTHING_SWITCHED
    """What the user has switched in this session."""
    instead: Callable[[Endpoint, MaiError], bool] = lambda *_: False
    """Whether `model` has another provider to ask, since the endpoint's failed before it said anything."""
