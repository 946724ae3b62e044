"""Whether a file gives a name a meaning of its own anywhere, and where it uses the name bare.

It resolves no scopes: a name that may be bound by anything counts as bound, so that nobody is blamed wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mai_lsp.core.facts import facts_of, imports_within
from mai_lsp.core.syntax import Syntax
from mai_lsp.core.text import Document

_TEXT = ("comment", "string", "char_literal", "heredoc", "jsx_text", "regex")
"""Parts of grammars' names for what is no code."""
_CODE = ("interpolation", "substitution", "embedded", "template_type")
"""Parts of their names for code inside of it."""

_BINDS = re.compile(
    r"\b(?:def|class|function|func|fn|let|const|var|val|type|interface|enum|struct|trait|mod|for|as|import|global|"
    r"nonlocal|static|mut|catch|package|namespace)[\s*(]*\Z"
)
_GIVEN = re.compile(r"\s*(?::?=(?!=)|=>)")
_ANNOTATES = re.compile(r"[\w\])][ \t]*:[ \t]*\Z")
_KEY = re.compile(r"\s*:(?!:|=)")
_MEMBER = re.compile(r"(?:\.|::|@|\$)\s*\Z")
_POINTED = re.compile(r"->\s*\Z")
_POINTING = {"c", "cpp", "php"}
"""Languages in which that leads to a member, and not to a type."""

_SHORT = {"short_var_declaration", "range_clause"}
"""Go's, whose names on the left are new."""
_LEFT = re.compile(r"[^\n;{]*:=")
_BEFORE_PARAMETER = re.compile(r"(?:[(,*&|]|[\w>\]]\s)\s*\Z")
_NEAR = 60
"""Characters before a name that are looked at."""

_NAMES_OF_MEMBERS = {"property_identifier", "field_identifier"}
_MADE = ("macro_invocation",)
_INNER = ("function", "method", "class", "lambda", "closure", "block_expression", "impl_item")


def bare_uses(document: Document, name: str) -> list[int]:
    """Return the offsets where a name stands by itself in code, where nothing in the file binds it.

    Without a tree there are none.
    """
    syntax = document.syntax
    if syntax is None or name not in document.text or _imported(document, name):
        return []
    found: list[int] = []
    for start in _code(document, syntax, name):
        before, behind = document.text[max(0, start - _NEAR) : start], document.text[start + len(name) :][:_NEAR]
        if _is_member(before, document.language):
            continue
        kinds = _kinds(syntax, start)
        if kinds[0] in _NAMES_OF_MEMBERS:
            continue
        if "keyword_argument" in kinds[1:2] and _GIVEN.match(behind):
            continue
        if "pair" in kinds[1:2] and _KEY.match(behind) and document.language != "python":
            continue
        if _is_binding(before, behind, kinds) or _is_made(kinds):
            return []
        found.append(start)
    return found


def binds(document: Document, name: str) -> bool:
    """Whether something binds a name that is no parameter: for what imports of the file may find."""
    syntax = document.syntax
    if syntax is None:
        return name in document.text
    if document.language == "python" and re.search(
        r"\bglobals\(\)|\bdef __getattr__\b|\bsys\.modules\b", document.text
    ):
        return True
    for start in _code(document, syntax, name):
        before, behind = document.text[max(0, start - _NEAR) : start], document.text[start + len(name) :][:_NEAR]
        kinds = _kinds(syntax, start)
        if any(part in kind for kind in kinds[2:] for part in _INNER) or "keyword_argument" in kinds:
            continue
        if _is_made(kinds) or (not _is_member(before, document.language) and _is_binding(before, behind, kinds)):
            return True
    return False


def _is_member(before: str, language: str) -> bool:
    return _MEMBER.search(before) is not None or (language in _POINTING and _POINTED.search(before) is not None)


def _is_binding(before: str, behind: str, kinds: list[str]) -> bool:
    if _BINDS.search(before) or (_GIVEN.match(behind) and not _ANNOTATES.search(before)):
        return True
    if (kinds[1:2] == ["assignment"] and _KEY.match(behind)) or (not _SHORT.isdisjoint(kinds) and _LEFT.match(behind)):
        return True
    if any("pattern" in kind and kind != "as_pattern" for kind in kinds):
        return True
    return any("parameter" in kind for kind in kinds) and _BEFORE_PARAMETER.search(before) is not None


def _is_made(kinds: list[str]) -> bool:
    """Whether it stands in a macro that makes definitions, for all that can be told."""
    return any(kind in _MADE for kind in kinds) and not any("function" in kind for kind in kinds)


def _imported(document: Document, name: str) -> bool:
    imports = (*facts_of(document).imports, *imports_within(document.language, document.text))
    return any(one.star or name == one.alias or any(here == name for _, here in one.names) for one in imports)


def _code(document: Document, syntax: Syntax, name: str) -> Iterator[int]:
    for found in re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", document.text):
        for kind in _kinds(syntax, found.start()):
            if any(part in kind for part in _CODE):
                yield found.start()
                break
            if any(part in kind for part in _TEXT):
                break
        else:
            yield found.start()


def _kinds(syntax: Syntax, offset: int) -> list[str]:
    leaf = syntax.leaf_at(offset)
    return [leaf.kind, *(node.kind for node in leaf.ancestors())]
