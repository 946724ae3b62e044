"""Uses of names that are renamed, moved or gone, and still stand as code in files that were given.

Words in strings and comments are no uses. What a name refers to is not resolved: who asks chooses the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mai_lsp.core.change import Change
from mai_lsp.core.language import find
from mai_lsp.core.syntax import Syntax, parse
from mai_lsp.core.text import line_starts
from mai_lsp.reply.edits.masked import shown
from mai_lsp.reply.edits.wanted import Problem, Refusal

MAX_SHOWN = 8
"""Lines shown of one file."""

_TEXT = ("comment", "string", "char", "template", "heredoc", "text", "regex")
"""Parts of grammars' names for what is no code."""

_CODE = ("interpolation", "substitution", "embedded", "template_type")
"""Parts of their names for code inside of it."""


def left_behind(
    changes: Sequence[Change], renamed: Sequence[tuple[str, str]], others: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield a problem for each file that still uses an old name."""
    texts = dict(others)
    for change in changes:
        if change.path in texts:
            del texts[change.path]
            if change.after is not None:
                texts[change.moved_to or change.path] = change.after
    for path, text in texts.items():
        for old, new in renamed:
            rows = sorted(set(uses(text, path, old)))
            if rows:
                at = ", ".join(str(row + 1) for row in rows[:MAX_SHOWN])
                detail = f"{old} is still used at line{'s' if len(rows) > 1 else ''} {at}"
                detail += f" instead of {new}." if new else ", and it is gone."
                yield Problem(Refusal.LEFT_BEHIND, path, detail, "\n".join(shown(text, rows[:MAX_SHOWN])))


def uses(text: str, path: str, name: str) -> Iterator[int]:
    """Yield the lines, from 0, where a name, dotted or not, stands as code."""
    if name not in text:
        return
    syntax = parse(find("", path), text)
    starts = line_starts(text)
    row = 0
    for found in re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text):
        if syntax is None or _is_code(syntax, found.start()):
            while row + 1 < len(starts) and starts[row + 1] <= found.start():
                row += 1
            yield row


def _is_code(syntax: Syntax, offset: int) -> bool:
    leaf = syntax.leaf_at(offset)
    for node in (leaf, *leaf.ancestors()):
        if any(part in node.kind for part in _CODE):
            return True
        if any(part in node.kind for part in _TEXT):
            return False
    return True
