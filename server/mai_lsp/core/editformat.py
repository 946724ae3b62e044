"""The names of the formats in which a model may say an edit; how each is asked for and read is told elsewhere.

`prompt.editing` has the words for each and the table of model families, `reply.edits` the readers.
"""

from __future__ import annotations

from enum import StrEnum


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
