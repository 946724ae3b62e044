"""What is asked for a next edit, and what it comes to: edits, or a reason why there are none. Values only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from mai_lsp.core.recent import NOTHING, Recent
from mai_lsp.core.text import Document, Edit
from mai_lsp.engine.outcome import Trace
from mai_lsp.errors import MaiError

FRESH = 10.0
"""Seconds after a change in which the next edit is looked for by itself (Copilot's next edits)."""

KNOWN = 300.0
"""Seconds after a change in which it can be asked for by hand: as long as the user may remember what it was."""

COOLDOWN = 5.0
"""Seconds for which nothing is proposed on a line by itself after it was typed in, or after a rejection there
(Copilot's next edits)."""


class EditReason(StrEnum):
    """Why there is no next edit. The set is closed, together with `reply.rewrite.Objection`, whose words it has too."""

    DISABLED = "disabled"
    """Switched off by a setting, for now or altogether."""
    IGNORED = "ignored"
    """The file is never sent, and nothing is proposed in it."""
    LOADING = "loading"
    """The server has only just been started."""
    QUIET = "quiet"
    """Nothing was changed lately."""
    CERTAIN = "certain"
    """No edit is certain, and no model is to be asked."""
    PLAIN = "plain"
    """No edit is certain, and the model only fills gaps, or is the small one on this machine."""
    LONG = "long"
    """The lines at the place are too long to be rewritten."""
    SECRET = "secret"  # noqa: S105 (a reason's name)
    """There is a secret in the lines to be rewritten."""
    LIMITED = "limited"
    """No edit is certain, and the provider has asked to wait."""
    CAPPED = "capped"
    """No edit is certain, and the user's cap on requests per minute is reached."""
    SUPERSEDED = "superseded"
    """A newer request for the same document took its place."""
    STALE = "stale"
    """The place was changed while the model answered."""
    COOLDOWN = "cooldown"
    """Something was turned down on this line a moment ago."""
    NOTEBOOK = "notebook"
    """The document is a notebook's cell: what a change there leads to may belong into any of the others."""
    COMPLETION = "completion"
    """A completion for the same text is on the screen."""
    ERROR = "error"
    """The model could not be asked."""
    EMPTY = "empty"
    CUT = "cut"
    UNCHANGED = "unchanged"
    BLANKS = "blanks"
    LARGE = "large"
    UNDOES = "undoes"
    IMPORTS = "imports"
    REJECTED = "rejected"
    TYPING = "typing"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class EditAsk:
    """One request for the next edit, bound to the snapshot it was made on."""

    document: Document
    offset: int
    """The cursor, in code points."""
    now: float
    """Seconds of the clock that stamped `recent`."""
    automatic: bool = True
    """False when the user asked by hand."""
    recent: Recent = NOTHING
    rejected: Collection[tuple[str, str]] = ()
    """Edits that were turned down, as (what stood there, what was proposed)."""
    quiet_lines: Collection[int] = ()
    """Lines on which something was turned down a moment ago."""


@dataclass(frozen=True, slots=True)
class EditSuggestion:
    """Edits that carry on what was changed; they fit `document` and are taken one by one."""

    id: str
    """Random, tells nothing."""
    document: Document
    edits: tuple[Edit, ...]
    """Disjoint; the first is the next one."""
    certain: bool
    """Found without a model."""
    trace: Trace = field(default_factory=Trace)


@dataclass(frozen=True, slots=True)
class NoEdit:
    """No next edit, and why."""

    reason: EditReason
    error: MaiError | None = None
    """Set when `reason` is ERROR."""
    trace: Trace = field(default_factory=Trace)
