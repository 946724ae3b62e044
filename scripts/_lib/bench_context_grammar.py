"""Tree-sitter queries for the benchmark's ground truth: what a file defines for others, and what it binds itself.

Definitions are the grammars' own tag queries, which our index does not use, and rows for the fields, constants and
variants that those leave out. Nothing here reads a file.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import tree_sitter

from mai_lsp.core import grammars
from mai_lsp.core.kinds import KINDS
from mai_lsp.core.language import find

TAGS = {
    "python": ("tree_sitter_python",),
    "typescript": ("tree_sitter_javascript", "tree_sitter_typescript"),
    "go": ("tree_sitter_go",),
    "rust": ("tree_sitter_rust",),
    "java": ("tree_sitter_java",),
}
"""Modules whose `TAGS_QUERY` holds for a language; TypeScript's is meant to be read after JavaScript's."""

MORE = {
    "python": """
        (class_definition body: (block (expression_statement (assignment left: (identifier) @name))))
        (module (expression_statement (assignment left: (identifier) @name)))
    """,
    "typescript": """
        (program (lexical_declaration (variable_declarator name: (identifier) @name)))
        (program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name))))
        (type_alias_declaration name: (_) @name)
        (enum_declaration name: (_) @name)
        (enum_body name: (property_identifier) @name)
        (enum_assignment name: (property_identifier) @name)
        (public_field_definition name: (property_identifier) @name)
        (property_signature name: (property_identifier) @name)
        (required_parameter (accessibility_modifier) pattern: (identifier) @name)
    """,
    "go": """
        (const_spec (identifier) @name)
        (var_spec (identifier) @name)
        (type_alias name: (_) @name)
        (field_declaration name: (field_identifier) @name)
        (method_elem name: (field_identifier) @name)
    """,
    "rust": """
        (const_item name: (_) @name)
        (static_item name: (_) @name)
        (enum_variant name: (_) @name)
        (field_declaration name: (_) @name)
        (function_signature_item name: (_) @name)
        (associated_type name: (_) @name)
    """,
    "java": """
        (enum_declaration name: (_) @name)
        (record_declaration name: (_) @name)
        (annotation_type_declaration name: (_) @name)
        (enum_constant name: (_) @name)
        (field_declaration declarator: (variable_declarator name: (identifier) @name))
        (constant_declaration declarator: (variable_declarator name: (identifier) @name))
    """,
}
"""Fields, constants, variants and aliases; what stands in the body of a function is dropped afterwards."""

BOUND = {
    "python": """
        (parameters) @p (lambda_parameters) @p (assignment left: (_) @p) (for_statement left: (_) @p)
        (for_in_clause left: (_) @p) (as_pattern_target) @p (named_expression name: (_) @p)
        (function_definition name: (_) @p) (class_definition name: (_) @p) (aliased_import alias: (_) @p)
        (type_parameter) @p
    """,
    "typescript": """
        (required_parameter pattern: (_) @p) (optional_parameter pattern: (_) @p) (variable_declarator name: (_) @p)
        (arrow_function parameter: (_) @p) (catch_clause parameter: (_) @p) (for_in_statement left: (_) @p)
        (type_parameter name: (_) @p) (import_specifier alias: (_) @p) (function_declaration name: (_) @p)
        (function_signature name: (_) @p) (generator_function_declaration name: (_) @p)
        (class_declaration name: (_) @p) (abstract_class_declaration name: (_) @p) (method_definition name: (_) @p)
        (method_signature name: (_) @p) (abstract_method_signature name: (_) @p)
        (public_field_definition name: (_) @p) (property_signature name: (_) @p) (interface_declaration name: (_) @p)
        (type_alias_declaration name: (_) @p) (enum_declaration name: (_) @p) (enum_body name: (_) @p)
        (enum_assignment name: (_) @p) (assignment_expression left: (identifier) @p)
        (assignment_expression left: (member_expression object: (this) property: (_) @p))
    """,
    "go": """
        (parameter_declaration name: (_) @p) (variadic_parameter_declaration name: (_) @p)
        (short_var_declaration left: (_) @p) (var_spec (identifier) @p) (const_spec (identifier) @p)
        (range_clause left: (_) @p) (function_declaration name: (_) @p) (method_declaration name: (_) @p)
        (type_spec name: (_) @p) (type_alias name: (_) @p) (field_declaration name: (_) @p) (method_elem name: (_) @p)
        (type_parameter_declaration name: (_) @p) (import_spec name: (_) @p) (type_switch_statement alias: (_) @p)
    """,
    "rust": """
        (parameter pattern: (_) @p) (let_declaration pattern: (_) @p) (closure_parameters) @p
        (for_expression pattern: (_) @p) (let_condition pattern: (_) @p) (match_pattern) @p
        (function_item name: (_) @p) (function_signature_item name: (_) @p) (struct_item name: (_) @p)
        (enum_item name: (_) @p) (union_item name: (_) @p) (trait_item name: (_) @p) (type_item name: (_) @p)
        (const_item name: (_) @p) (static_item name: (_) @p) (mod_item name: (_) @p) (macro_definition name: (_) @p)
        (enum_variant name: (_) @p) (field_declaration name: (_) @p) (type_parameter name: (_) @p)
        (associated_type name: (_) @p) (use_as_clause alias: (_) @p)
    """,
    "java": """
        (formal_parameter name: (_) @p) (variable_declarator name: (_) @p) (catch_formal_parameter name: (_) @p)
        (inferred_parameters) @p (lambda_expression parameters: (identifier) @p) (enhanced_for_statement name: (_) @p)
        (resource name: (_) @p) (type_parameter) @p (method_declaration name: (_) @p) (class_declaration name: (_) @p)
        (interface_declaration name: (_) @p) (enum_declaration name: (_) @p) (record_declaration name: (_) @p)
        (annotation_type_declaration name: (_) @p) (enum_constant name: (_) @p) (instanceof_expression name: (_) @p)
    """,
}
"""Where a file gives a name a meaning itself: parameters, variables, targets of assignments, definitions, aliases."""

_UNBOUND_FIELDS = frozenset({"type", "value", "return_type", "right", "key", "condition", "bounds", "trait"})
"""Parts of a pattern that use names and bind none."""

_SELF = frozenset({b"self", b"cls"})


_MODULES = frozenset({"package_clause", "mod_item", "import_spec"})
"""What only names a file or a folder."""


class Parsed(NamedTuple):
    """A file's tree with its bytes."""

    language: str
    data: bytes
    root: tree_sitter.Node


class Defined(NamedTuple):
    """A name where it is defined, in bytes of its file."""

    name: str
    start: int
    end: int


def parse(language: str, path: str, data: bytes) -> Parsed:
    """Parse a file; raises LookupError without a grammar."""
    grammar = _grammar(path)
    return Parsed(language, data, tree_sitter.Parser(grammar).parse(data).root_node)


def definitions(parsed: Parsed, path: str) -> Iterator[Defined]:
    """Yield what other files can use of this one: everything defined outside the bodies of functions."""
    query = _query(path, _definitions_text(parsed.language))
    local = _functions(parsed.language)
    seen = set()
    for _, captures in tree_sitter.QueryCursor(query).matches(parsed.root):
        if not any(kind.startswith("definition.") for kind in captures) and len(captures) != 1:
            continue
        if any(kind.startswith("reference.") for kind in captures):
            continue
        for node in captures.get("name", ()):
            holder = node.parent
            if holder is not None and holder.type in _MODULES:
                continue
            if node.start_byte not in seen and not _is_local(node, local):
                seen.add(node.start_byte)
                name = parsed.data[node.start_byte : node.end_byte].decode("utf-8", "replace")
                yield Defined(name, node.start_byte, node.end_byte)


def bound(parsed: Parsed, path: str) -> frozenset[str]:
    """Return the names that a file binds itself."""
    captures = tree_sitter.QueryCursor(_query(path, BOUND[parsed.language])).captures(parsed.root)
    found: set[bytes] = set()
    for node in captures.get("p", ()):
        found.update(_bound_in(node, parsed))
    return frozenset(name.decode("utf-8", "replace") for name in found)


def _bound_in(node: tree_sitter.Node, parsed: Parsed) -> Iterator[bytes]:
    kind = node.type
    text = parsed.data[node.start_byte : node.end_byte]
    if not node.children:
        # In Rust's patterns a capital begins a constant or a variant, which is used there.
        pattern = parsed.language == "rust" and kind == "identifier" and text[:1].isupper()
        if "identifier" in kind and not (pattern and _in_pattern(node)):
            yield text
    elif kind == "attribute":
        owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if owner is not None and name is not None and parsed.data[owner.start_byte : owner.end_byte] in _SELF:
            yield parsed.data[name.start_byte : name.end_byte]
    elif kind not in {"subscript", "scoped_identifier", "selector_expression", "index_expression", "member_expression"}:
        for place, child in enumerate(node.children):
            if node.field_name_for_child(place) not in _UNBOUND_FIELDS:
                yield from _bound_in(child, parsed)


def _in_pattern(node: tree_sitter.Node) -> bool:
    parent = node.parent
    return parent is not None and ("pattern" in parent.type or parent.type in {"let_declaration", "let_condition"})


def _is_local(node: tree_sitter.Node, local: frozenset[str]) -> bool:
    parent = node.parent
    own = parent  # The definition itself may be a function; what is around it may not.
    while parent is not None:
        if parent.type in local and parent is not own and not _names(parent, node):
            return True
        parent = parent.parent
    return False


def _names(function: tree_sitter.Node, node: tree_sitter.Node) -> bool:
    """Whether `node` is a function's name or stands in its header: a constructor's fields are declared there."""
    body = function.child_by_field_name("body")
    return body is not None and node.start_byte < body.start_byte


@cache
def _functions(language: str) -> frozenset[str]:
    kinds = KINDS[language]
    return (kinds.functions | kinds.regions) - {"class"}


@cache
def _definitions_text(language: str) -> str:
    return "\n".join([*(importlib.import_module(module).TAGS_QUERY for module in TAGS[language]), MORE[language]])


def _grammar(path: str) -> tree_sitter.Language:
    grammar = grammars.load(find("", path))
    if grammar is None:
        raise LookupError(f"there is no grammar for {path}")
    return grammar


def _query(path: str, text: str) -> tree_sitter.Query:
    return _made(find("", path).id, text)


@cache
def _made(language: str, text: str) -> tree_sitter.Query:
    return tree_sitter.Query(_grammar("x" + find(language).extensions[0]), text)
