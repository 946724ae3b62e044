"""What a model is told to do for an action: the text of its file with the names of the place put in.

Nothing of a file's contents is put in but names; what is selected is quoted by who masks secrets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from mai_lsp.actions import styles
from mai_lsp.actions.catalogue import SWITCH

_VALUE = re.compile(r"\{([a-z]+)\}")


def instruction(identity: str, language: str, name: str, values: Mapping[str, str]) -> str:
    """Return what a model is told for a built-in action; raises KeyError where a value is missing."""
    known = {
        "name": name or "this code",
        "documentation": styles.DOCUMENTATION.get(language, "a comment right above it"),
        "testing": styles.TESTING.get(language, "the library that the project's tests use"),
        "types": styles.TYPES.get(language, "types as the language writes them"),
        "switch": SWITCH.get(language, "switch"),
        **values,
    }
    # One pass, so that braces in a name mean nothing.
    return _VALUE.sub(lambda found: known[found[1]], text_of(identity))


@cache
def text_of(identity: str) -> str:
    """Return the text of an action's file."""
    found = resources.files("mai_lsp.actions.texts").joinpath(f"{identity}.txt").read_text(encoding="utf-8")
    return found.replace("\r\n", "\n").strip()
