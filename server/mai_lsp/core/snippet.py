"""A piece of context with the file it came from; `prompt` renders these, and nothing without a path."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a snippet is, which decides how it is rendered and what is dropped first."""

    WORKSPACE = "workspace"
    """Definitions from one other file of the workspace."""
    CALLER = "caller"
    """Calls of the function being written, from one other file."""
    SCOPE = "scope"
    """Headers of the enclosing functions and classes, with docstrings."""
    IMPORTS = "imports"
    """The file's import statements."""
    DEFINITION = "definition"
    """Something defined in the file and used near the cursor, as a signature or whole."""
    SIMILAR = "similar"
    """A part of another file the user has open or had open, which uses many of the same words."""
    EDIT = "edit"
    """Lines that were changed a moment ago, with what they were before in `former`."""
    DIAGNOSTIC = "diagnostic"
    """A problem that another server reports near the cursor; the text is one line."""
    CLIPBOARD = "clipboard"
    """What the user copied; its path is no file's."""
    FILE = "file"
    """A file that may be changed, or a part of it, as it stands there."""
    REQUEST = "request"
    """Words for the model: what is to be done, the plan, what was wrong with an answer. Without a path."""


CLIPBOARD_PATH = "clipboard"
"""What stands in the place of a path there."""


@dataclass(frozen=True, slots=True)
class Former:
    """What a snippet's text was before an edit, and what stood around that."""

    text: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text that helps the model, and where it stands."""

    kind: Kind
    path: str
    text: str
    start: int
    """Offset of its first character in its file, in code points; keeps the order stable while the user types."""
    tokens: int
    """Estimated tokens of what is shown of it."""
    name: str = ""
    """The symbol or the place, for a person."""
    before: str = ""
    """What stands right before it in its file. Never shown: by it a secret is known of which the text holds a part."""
    after: str = ""
    """The same behind it."""
    former: Former | None = None
    """Of an `EDIT` only."""
