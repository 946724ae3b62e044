"""What can be wrong with a reply: one word and one sentence per filter, in the order in which they look at it.

It holds no rules; those stand beside the names in `trim`, `checks` and the modules that they call.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import StrEnum


class Verdict(StrEnum):
    """Why a reply is not shown; the values are those of `engine.outcome.Reason`."""

    CHATTER = "chatter"
    """Talk instead of code."""
    MISMATCH = "mismatch"
    """It does not go on from what was typed."""
    EMPTY = "empty"
    """Nothing, or nothing but blanks."""
    REPETITIVE = "repetitive"
    """A loop, or the line above once more."""
    DUPLICATE = "duplicate"
    """What stands below the cursor, or nearly that."""
    REJECTED = "rejected"
    """The user has turned it down at this place."""
    UNDOES = "undoes"
    """It puts back what the user has just taken away."""
    COMMENT = "comment"
    """Nothing but a comment where code was begun or is missing."""
    IMPORTS = "imports"
    """Nothing but imports, away from the imports."""
    UNBALANCED = "unbalanced"
    """Brackets that the rest of the line does not close, or has closed already."""
    BROKEN = "broken"
    """A syntax error inside it, where there was none."""


LOOKS_FOR: Mapping[Verdict, str] = types.MappingProxyType(
    {
        Verdict.CHATTER: "talk, a refusal or a tool call instead of code",
        Verdict.MISMATCH: "an answer that does not go on from what was typed",
        Verdict.EMPTY: "nothing left once what stands around the cursor is taken off",
        Verdict.REPETITIVE: "a loop, or the line above once more",
        Verdict.DUPLICATE: "what stands below the cursor already",
        Verdict.REJECTED: "what was turned down here before",
        Verdict.UNDOES: "what was deleted a moment ago",
        Verdict.COMMENT: "a comment alone where code is missing",
        Verdict.IMPORTS: "imports alone, away from the imports",
        Verdict.UNBALANCED: "brackets that do not go with the rest of the line",
        Verdict.BROKEN: "a syntax error that was not there before",
    }
)
"""What each filter looks for, for a person."""
