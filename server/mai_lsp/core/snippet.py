"""A piece of context with the file it came from; `prompt` renders these, and nothing without a path."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a snippet is, which decides how it is rendered and what is dropped first."""

    WORKSPACE = "workspace"
    """Definitions from one other file of the workspace."""
    SCOPE = "scope"
    """Headers of the enclosing functions and classes, with docstrings."""
    IMPORTS = "imports"
    """The file's import statements."""
    DEFINITION = "definition"
    """Something defined in the file and used near the cursor, as a signature or whole."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text that helps the model, and where it stands."""

    kind: Kind
    path: str
    text: str
    start: int
    """Offset of its first character in its file, in code points; keeps the order stable while the user types."""
    tokens: int
    """Estimated tokens of `text`."""
    name: str = ""
    """The symbol, for a person."""
