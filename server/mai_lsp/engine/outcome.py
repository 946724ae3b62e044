"""What a completion request comes to: a suggestion, or a reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mai_lsp.core.text import Span
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Usage


class Reason(StrEnum):
    """Why there is no suggestion. The set is closed, and a test reaches every one."""

    DISABLED = "disabled"
    """Switched off by a setting, for this language or altogether."""
    SNOOZED = "snoozed"
    """Everything is quiet for a while, as the user asked."""
    MANUAL = "manual"
    """Suggestions come only when asked for by hand."""
    LIMITED = "limited"
    """The provider wants to be left alone for a while; asking by hand is still possible."""
    CEILING = "ceiling"
    """What the user wants to spend in a day or a month is spent; asking by hand is still possible."""
    IGNORED = "ignored"
    """The file is one that must not be sent; `Skipped.detail` names the rule."""
    SECRET = "secret"  # noqa: S105 (a reason's name)
    """The cursor is at a secret, or the answer holds the mask of one."""
    READ_ONLY = "read-only"
    """The file can not be edited; nothing is asked by itself."""
    LARGE = "large"
    """The file is too long to be asked about by itself."""
    BLANK = "blank"
    """The file holds nothing yet to go on from."""
    DELETED = "deleted"
    """Text was just deleted, and typing has not gone on."""
    MIDDLE = "middle"
    """The cursor is in the middle of a line."""
    PROSE = "prose"
    """The cursor is in a comment or a string, where the user wants quiet."""
    CAPPED = "capped"
    """The user's own cap on requests per minute is reached."""
    SUPERSEDED = "superseded"
    """A newer request for the same document took its place."""
    STALE = "stale"
    """The text changed meanwhile and the suggestion does not fit any more."""
    EMPTY = "empty"
    """The model said nothing, or nothing but blanks."""
    CHATTER = "chatter"
    """The model talked instead of writing code."""
    DUPLICATE = "duplicate"
    """It only repeats what stands behind the cursor."""
    REPETITIVE = "repetitive"
    """The model got stuck in a loop, or wrote the line above once more."""
    MISMATCH = "mismatch"
    """It does not go on from the half word, or the line, that was typed."""
    REJECTED = "rejected"
    """The user has turned it down at this place."""
    UNDOES = "undoes"
    """It puts back what the user has just taken away."""
    COMMENT = "comment"
    """Nothing but a comment, where code is missing."""
    IMPORTS = "imports"
    """Nothing but imports, away from the file's imports."""
    UNBALANCED = "unbalanced"
    """Its brackets do not go together with the rest of the line."""
    BROKEN = "broken"
    """It would bring in a syntax error."""
    ERROR = "error"
    """The model could not be asked; `Skipped.error` says why."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What asking cost, for the status, the command line and the log; holds no source code."""

    provider: str = ""
    model: str = ""
    wire: str = ""
    context_ms: float = 0.0
    """Choosing the context and building the prompt."""
    first_token_ms: float | None = None
    """From sending the request to the first text."""
    total_ms: float = 0.0
    """From being asked to having the answer."""
    prompt_tokens: int = 0
    """Our estimate; `usage` has the provider's count."""
    usage: Usage = field(default_factory=Usage)
    finish: str | None = None
    """Why the stream ended: the provider's word, or our own rule that closed it."""
    reach: str = ""
    """How far a suggestion may go at this place: a word of `reply.reach.Reach`."""
    said_chars: int = 0
    """Characters the model sent, as far as they were read."""
    remembered: bool = False
    """Nothing was asked: it is what is left of an earlier answer, whose figures the others are."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Text that fits the document version it was made for."""

    id: str
    """Names the suggestion in the accept command; random, tells nothing."""
    version: int | None
    """Document version it belongs to."""
    span: Span
    """What it replaces: on one line, and the cursor is in it."""
    text: str
    """Replaces `span`; begins with the text before the cursor inside `span`, and has the document's line ends."""
    trace: Trace


@dataclass(frozen=True, slots=True)
class Skipped:
    """No suggestion, and why."""

    reason: Reason
    detail: str = ""
    """One sentence for a person; no source code."""
    error: MaiError | None = None
    """Set when `reason` is ERROR."""
    trace: Trace = field(default_factory=Trace)


Outcome = Suggestion | Skipped
