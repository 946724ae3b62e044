"""What a name in the tree is: where it is declared, whose it is, and as far as where it means the same.

It is careful rather than clever: what it can not tell it calls nothing, and it resolves no types.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import islice
from typing import NamedTuple

from mai_lsp.core.kinds import Kinds, kinds_of
from mai_lsp.core.shape import body_of, name_of
from mai_lsp.core.syntax import Node, Syntax
from mai_lsp.core.text import Span

MAX_PLACES = 300
"""A name that stands in more places is not looked for: it is a keyword of some kind, or data."""

OWN = frozenset({"self", "this", "cls", "Self", "@", "@@"})
"""What stands before the dot where an object speaks of itself."""

_DECLARES = re.compile(
    r"declar|definition|parameter|_spec$|_item$|let_|short_var|for_|signature|catch_|as_pattern|enumerator|variant"
    r"|field_def|_clause$|^method$|^singleton_method$|binding"
)
_ASSIGNS = re.compile(r"assignment")
_NAMING = ("name", "pattern", "left", "declarator", "declarators", "property", "alias", "bound_identifier")
_LISTS = re.compile(r"parameters$|expression_list|pattern|variable_list|declarator|^block_parameters$|optional_param")
_WRAPPED = frozenset({"variable_name", "navigation_suffix"})
"""What stands around a name and nothing else: a sigil, a dot."""
_NOT_NAMES = ("type", "value", "default_value", "return_type", "right", "body", "superclasses", "arguments")
_TYPED = r"\b{name}\b[ \t]*(?::=|[:=*&])?[ \t*&]*(?:new[ \t]+|mut[ \t]+|struct[ \t]+|const[ \t]+)*\b{type}\b"
_TYPED_BEFORE = r"\b{type}\b(?:<[^<>\n]*>)?[ \t*&]+{name}\b"


class Role(Enum):
    """How a name is used."""

    PLAIN = "plain"
    MEMBER = "member"
    KEYWORD = "keyword"
    """The name of an argument in a call."""
    SHORTHAND = "shorthand"
    """Both a key and a variable: ``{count}``."""


class Declared(Enum):
    """Whether and how a place declares its name."""

    NOT = "not"
    ASSIGNED = "assigned"
    """By giving it a value, which may be the first time or not."""
    DECLARED = "declared"


class Scope(NamedTuple):
    """As far as where a name that is declared at a place means the same."""

    span: Span
    member_of: str
    """The type that has it; empty for what is no member."""
    function: str
    """Of a parameter: whose."""
    local: bool
    """Declared in a body, so that it holds from there on."""
    header: int = 0
    """Offset up to which the same name is another's: the default value of a parameter belongs to what is around."""


def uses(syntax: Syntax, text: str, name: str, span: Span, *, keyword: bool = False) -> list[Node] | None:
    """Return the leaves that are the name, in file order, outside of strings and comments; None if there are too many.

    With `keyword` only those that an equals sign follows.
    """
    pattern = rf"(?<!\w){re.escape(name)}(?!\w){r'[ ]?=(?!=)' if keyword else ''}"
    found = list(islice(re.compile(pattern).finditer(text, span.start, span.end), MAX_PLACES + 1))
    if len(found) > MAX_PLACES:
        return None
    kinds = kinds_of(syntax.language.id)
    leaves = (name_at(syntax, match.start(), name, kinds) for match in found)
    return [leaf for leaf in leaves if leaf is not None]


def name_at(syntax: Syntax, offset: int, name: str, kinds: Kinds) -> Node | None:
    """Return the leaf at `offset` if it is that name as code writes it; a sigil before it belongs to the leaf."""
    leaf = syntax.leaf_at(offset)
    if leaf.text.lstrip("@$") != name or leaf.kind in kinds.comments or leaf.kind in kinds.strings:
        return None
    around = leaf.parent
    if "string" in leaf.kind or "text" in leaf.kind or leaf.broken or (around is not None and around.broken):
        return None
    if around is not None and around.kind in kinds.strings and leaf.kind not in {"identifier", "variable_name", "name"}:
        return None
    return leaf


def role_of(leaf: Node) -> Role:
    """Return how a leaf is used."""
    around = leaf.parent
    if around is not None and around.kind == "keyword_argument" and around.field("name") == leaf:
        return Role.KEYWORD
    if leaf.kind.startswith("shorthand_property") or leaf.kind == "shorthand_field_identifier":
        return Role.SHORTHAND
    if leaf.kind in {"property_identifier", "field_identifier", "instance_variable", "class_variable"}:
        return Role.MEMBER
    return Role.MEMBER if receiver_of(leaf) else Role.PLAIN


def receiver_of(leaf: Node) -> str:
    """Return what stands before the dot: a name, "?" for anything longer; empty where there is no dot."""
    text = leaf.text
    if text.startswith("@"):
        return "@"
    before = leaf.previous
    if before is None and (around := leaf.parent) is not None and around.kind in _WRAPPED:
        before = around.previous  # A variable's name that is wrapped once more.
    if before is None or before.kind not in {".", "?.", "->", "::", "?->", "&.", "!."}:
        return ""
    owner = before.previous
    while owner is not None and not owner.named:
        owner = owner.previous
    if owner is None:
        return "?"
    name = owner.text.lstrip("$")
    return name if re.fullmatch(r"@{0,2}\w+", name) else "?"


def declared(leaf: Node) -> Declared:
    """Say whether the leaf declares its name: the tree's field names tell what is a name and what is a value."""
    child = leaf
    for node in islice(leaf.ancestors(), 6):
        if any(_same(node.field(field), child) for field in _NOT_NAMES):
            return Declared.NOT
        names = any(_same(node.field(field), child) for field in _NAMING)
        lists = bool(_LISTS.search(node.kind))
        if (names or "parameter" in node.kind) and _DECLARES.search(node.kind) and not node.kind.startswith("assign"):
            return Declared.DECLARED
        if names and _ASSIGNS.search(node.kind) and not node.kind.startswith("augmented"):
            return Declared.ASSIGNED
        if node.kind == "variable_declaration" and not names:
            names = node.named_children[:1] == [child]  # Kotlin's has no fields.
            if names:
                return Declared.DECLARED
        member = node.kind in _WRAPPED or node.kind in {
            "attribute",
            "member_expression",
            "field_access",
            "member_access_expression",
        }
        if not (names or lists or member or _same(node, child)):
            return Declared.NOT
        child = node
    return Declared.NOT


def scope_of(leaf: Node, syntax: Syntax) -> Scope | None:
    """Return as far as where the name that `leaf` declares means the same; None where that can not be told."""
    kinds = kinds_of(syntax.language.id)
    whole = syntax.root.span
    chain = list(islice(leaf.ancestors(), 64))
    opens = kinds.functions | kinds.types | kinds.regions | kinds.modules
    own = next((node for node in chain if node.kind in opens), None)
    role = role_of(leaf)
    if role is Role.MEMBER and receiver_of(leaf):
        holder = next((node for node in chain if node.kind in kinds.types), None)
        own_kind = receiver_of(leaf) in OWN and holder is not None
        return Scope(whole, name_of(holder, kinds), "", local=False) if own_kind and holder is not None else None
    if own is None:
        return Scope(whole, "", "", local=False)
    body = body_of(own, kinds)
    inside = body is not None and body.start <= leaf.start < body.end
    if own.kind in kinds.functions | kinds.regions:
        if inside:
            return Scope(own.span, "", "", local=True)
        if _names_itself(own, leaf, kinds):
            outer = next((node for node in chain[chain.index(own) + 1 :] if node.kind in opens), None)
            if outer is None:
                return Scope(whole, "", "", local=False)
            if outer.kind in kinds.types | kinds.modules:
                return Scope(whole, name_of(outer, kinds), "", local=False)
            return Scope(outer.span, "", "", local=False)
        header = body.start if body is not None else own.start
        return Scope(own.span, "", name_of(own, kinds), local=False, header=header)
    if not inside and _names_itself(own, leaf, kinds):
        return Scope(whole, "", "", local=False)
    return Scope(whole, name_of(own, kinds), "", local=False)


def speaks_of(leaf: Node, owner: str, syntax: Syntax, text: str) -> bool:
    """Whether a member is surely that of the type `owner`: by `self`, the type's own name, or a typed variable."""
    kinds = kinds_of(syntax.language.id)
    receiver = receiver_of(leaf)
    chain = list(islice(leaf.ancestors(), 64))
    inside = any(node.kind in kinds.types | kinds.modules and name_of(node, kinds) == owner for node in chain)
    if receiver in OWN:
        return inside
    if not receiver:
        around = leaf.parent
        literal = around is not None and around.parent is not None and around.parent.parent is not None
        named = literal and around is not None and _literal_of(around) == owner
        return named or (inside and role_of(leaf) is Role.PLAIN and syntax.language.id in _IMPLICIT)
    if receiver == owner:
        return True
    if receiver == "?":
        return False
    function = next((node for node in chain if node.kind in kinds.functions), None)
    part = function.text if function is not None else text
    ways = (_TYPED, _TYPED_BEFORE)
    return any(re.search(way.format(name=re.escape(receiver), type=re.escape(owner)), part) for way in ways)


_IMPLICIT = frozenset({"java", "csharp", "cpp", "kotlin", "swift", "scala"})
"""Languages in which a member needs no `this`."""


def callee_of(leaf: Node) -> str:
    """Return the last name of what is called, for a leaf that is directly an argument; empty where it is none."""
    for node in islice(leaf.ancestors(), 3):
        if node.kind in {"call", "call_expression", "method_invocation", "invocation_expression"}:
            called = node.field("function") or node.field("name") or node.field("method")
            found = re.search(r"(\w+)\s*\Z", called.text) if called is not None else None
            return found.group(1) if found else ""
    return ""


def _literal_of(node: Node) -> str:
    """Return the type of the literal that a key stands in: ``Server{port: 1}``."""
    for around in (node, *islice(node.ancestors(), 3)):
        named = around.field("type") or (around.field("name") if "struct" in around.kind else None)
        if named is not None and ("literal" in around.kind or around.kind == "struct_expression"):
            return named.text
    return ""


def _names_itself(node: Node, leaf: Node, kinds: Kinds) -> bool:
    """Whether the leaf is the name of the definition `node`, and not of something in its header."""
    if name_of(node, kinds) != leaf.text:
        return False
    return not any("parameter" in around.kind for around in islice(leaf.ancestors(), 8) if around.start >= node.start)


def _same(one: Node | None, other: Node) -> bool:
    return one is not None and one == other
