"""What a fetch tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Progress(NamedTuple):
    """One moment of a fetch; a new `what` begins a new line or bar."""

    what: str
    """For a person: what is being done, and from where."""
    done: int = 0
    """Bytes."""
    total: int = 0
    """Bytes; 0 while nobody knows."""


Report = Callable[[Progress], None]


class SourceFailed(Exception):
    """One source could not give the file; the next one is tried. The message is a sentence for the user."""
