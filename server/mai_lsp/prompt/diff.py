"""Writes what an edit changed as the lines of a unified diff, without its headers.

Both texts must have been through the gate: comparing comes after masking, so that no half of a secret is a line of
its own.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from mai_lsp.core.text import split_lines


def diff(old: str, new: str) -> str:
    """Return the lines of both, each marked by a blank, a minus or a plus; both texts are a few lines."""
    before, after = split_lines(old), split_lines(new)
    lines: list[str] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [f" {line}" for line in before[old_from:old_to]]
        else:
            lines += [f"-{line}" for line in before[old_from:old_to]]
            lines += [f"+{line}" for line in after[new_from:new_to]]
    return "\n".join(lines)
