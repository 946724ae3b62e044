"""Whether a function's body is still to be written."""

from __future__ import annotations

import re

from mai_lsp.actions.site import Part
from mai_lsp.core.syntax import Node

MAX_BYTES = 1_000
"""A longer body has been begun."""

_NOT_YET = re.compile(
    r"""(?xi)
    pass | \.\.\. | \?\?\?
    | (?:raise\s+|throw\s+(?:new\s+)?)(?:\w+[.:\\]+)*
      (?:Not_?Implemented\w*|UnsupportedOperation\w*|(?:\w*Error|\w*Exception)\s*\(\s*["'`][^"'`]*
        (?:not\ (?:yet\ )?implemented|todo|unimplemented)[^"'`]*["'`]\s*\))
      \s*(?:\([^()]*\))?
    | (?:todo|unimplemented)!\s*\([^()]*\) | todo\s*\([^()]*\)
    | (?:panic|fatalError|error|abort|die)\s*\(\s*["'`][^"'`]*(?:implement|todo)[^"'`]*["'`]\s*\)
    | raise\s+["'][^"']*(?:implement|todo)[^"']*["']
    """
)
_todo = re.compile(r"(?i)\b(?:todo|fixme|implement)\b")
_NOTHING_YET = re.compile(r"(?i)return(?:\s+(?:None|null|nil|undefined|false|0|\"\"|''|\[\]|\{\}|default))?")
_MEANT_EMPTY = re.compile(r"(?i)_*(?:no_?op|constructor|init|deinit|main|dispose|close|new)_*|~\w+")
_ABSTRACT = re.compile(r"\b(?:abstractmethod|overload|abstract|Protocol|external|native)\b")


def is_stub(part: Part) -> bool:
    """Whether nothing stands in a function's body but that it is to be written."""
    body = part.body
    if part.kind != "function" or body is None or body.size > MAX_BYTES or part.document.uri.endswith(".pyi"):
        return False
    said, notes = _split(part, body)
    if _ABSTRACT.search(part.document.text[part.start : part.signature.end]) or _in_protocol(part):
        return False
    if not said:
        return bool(notes and _todo.search(notes)) or bool(part.name and not _MEANT_EMPTY.fullmatch(part.name))
    if _NOT_YET.fullmatch(said):
        return True
    return bool(_NOTHING_YET.fullmatch(said) and _todo.search(notes))


def _split(part: Part, body: Node) -> tuple[str, str]:
    """Return what a body does, and what its comments say, without a docstring and the marks around it."""
    kinds, doc = part.kinds, part.docstring
    text, at, notes = "", body.start, []
    for node in _comments(body, kinds.comments):
        text += part.document.text[at : node.start]
        notes.append(node.text)
        at = node.end
    text += part.document.text[at : body.end]
    if doc is not None:
        text = text.replace(doc.text, "", 1)
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    text = text.strip().removeprefix("=>").removeprefix("=").strip().rstrip(";").strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip().rstrip(";").strip()
    before = body.previous_named
    while before is not None and before.kind in kinds.comments and before.start > part.signature.start:
        notes.append(before.text)  # Python's grammar puts a body's first comment before it.
        before = before.previous_named
    return text, "\n".join(notes)


def _comments(node: Node, kinds: frozenset[str]) -> list[Node]:
    found = []
    for child in node.named_children:
        if child.kind in kinds:
            found.append(child)
        elif child.kind != "string":
            found += _comments(child, kinds)
    return found


def _in_protocol(part: Part) -> bool:
    """Whether it stands in an interface: what has no body there has none for good."""
    for around in part.node.ancestors():
        if around.kind in part.kinds.types:
            first = part.document.text[around.start : around.start + 200]
            opening = re.split(r"[{:\n]", first, maxsplit=1)[0]
            return bool(re.search(r"\b(?:Protocol|interface|trait|protocol)\b", opening))
    return False
