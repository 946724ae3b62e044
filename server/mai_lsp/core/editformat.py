"""The names of the formats in which a model may say an edit; how each is asked for and read is told elsewhere.

`prompt.editing` has the words for each and the table of model families, `reply.edits` the readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class EditFormat(StrEnum):
    """How a model says what is to be changed."""

    REGION = "region"
    """One fenced block: the region that was named, written anew. One file only."""
    SEARCH = "search"
    """Search/replace blocks, each below its file's path (Aider's, and the one most models were trained on)."""
    WHOLE = "whole"
    """Each changed file whole, in a fenced block below its path."""
    DIFF = "diff"
    """Unified diffs; line numbers are not believed."""
    CALLS = "calls"
    """Calls of functions that the provider's API carries apart from the text."""


# What the prompt that asks for an edit and the reader of the reply must agree on.

CUT_MARK = "⋮"
"""A line of its own, where a prompt leaves out lines of a file; never part of a file's text."""


class Function(NamedTuple):
    """A function that a model may call to say an edit; its arguments are all strings, and all are needed."""

    name: str
    description: str
    arguments: Mapping[str, str]
    """What each is."""


_PATH = "The file's path, as it was shown."

EDIT_FUNCTIONS = (
    Function(
        "replace_in_file",
        "Replace one place of a file. Call it once per place.",
        {
            "path": _PATH,
            "search": "Whole lines as they stand in the file, with their indentation, and enough of them to be there "
            "once.",
            "replace": "The lines that shall stand there instead; empty to remove them.",
        },
    ),
)
RESOURCE_FUNCTIONS = (
    Function("create_file", "Make a new file.", {"path": "The new file's path.", "text": "Its whole text."}),
    Function("delete_file", "Delete a file.", {"path": _PATH}),
    Function(
        "move_file", "Give a file another path; change its text by other calls.", {"path": _PATH, "to": "The new path."}
    ),
)
"""Given only where files may be made, moved and deleted."""
