"""What the outline leaves out and other files still look for: further names of one declaration, constants, fields.

Patterns in tree-sitter's own query language, one set per language; pure data and one function that runs them. Only the
index asks for these: the outline, which is made anew on every keystroke, does not.

What is captured says what it is:

- ``@also``: another name of the declaration around it
- ``@member``: a member of the type or object around it
- ``@field``: the same, but found in a constructor
- ``@constant``: a name of the file itself

``@text`` is what to write for it, up to its body, ``@whole`` the same with its body, ``@of`` the declaration that must
be the one around it, where the pattern alone can not tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.shape import header_end
from mai_lsp.core.syntax import Syntax
from mai_lsp.core.text import Span

Role = Literal["also", "member", "field", "constant"]

_ROLES: tuple[Role, ...] = ("also", "field", "member", "constant")

MAX_DETAILS = 4000
"""Of one file; more of them are data."""

DEPTHS = {"python": 6, "go": 6, "rust": 8}
DEPTH = 10
"""How deep in the tree a pattern may begin: beyond it are the bodies of functions, which take most of the time."""


class Detail(NamedTuple):
    """A name that stands in no definition's own place."""

    role: Role
    name: str
    start: int
    """Where the name stands, in code points."""
    text: Span
    """What says most about it: its declaration, without a body unless that is short by nature."""
    of_end: int
    """End of the declaration that it must belong to; -1 where that is certain."""


def details_of(syntax: Syntax) -> Iterator[Detail]:
    """Yield the details of a tree in no particular order; a name may come twice."""
    source = QUERIES.get(syntax.language.id)
    if source is None:
        return
    kinds = kinds_of(syntax.language.id)
    for captured in syntax.matches(source, limit=MAX_DETAILS, depth=DEPTHS.get(syntax.language.id, DEPTH)):
        role = next(role for role in _ROLES if role in captured)
        node, shown, of = captured[role], captured.get("text"), captured.get("of")
        text = captured.get("whole", node).span
        if shown is not None:
            text = Span(shown.start, syntax.to_offset(shown.first_byte + header_end(shown, kinds)))
        name = node.text.strip("\"'`:")
        yield Detail(role, name, node.start, text, of.end if of is not None else -1)


_PYTHON = """
(module (expression_statement (assignment left: [
  (pattern_list (identifier) @also)
  (tuple_pattern (identifier) @also)])))
(module (expression_statement (assignment right: (assignment left: (identifier) @also))))
(class_definition body: (block (expression_statement (assignment left: (pattern_list (identifier) @also)))))
(class_definition body: (block (function_definition
  name: (identifier) @in
  body: (block (expression_statement (assignment
    left: (attribute object: (identifier) @self attribute: (identifier) @field)) @text)))
  (#eq? @self "self") (#any-of? @in "__init__" "__post_init__" "setUp")))
"""

_OBJECT = """(object [
  (pair key: (property_identifier) @member) @text
  (method_definition name: (property_identifier) @member) @text
  (shorthand_property_identifier) @member])"""

_PATTERN = """[
  (array_pattern (identifier) @also)
  (object_pattern [
    (shorthand_property_identifier_pattern) @also
    (pair_pattern value: (identifier) @also)
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @also)
    (rest_pattern (identifier) @also)])]"""


_JAVASCRIPT = f"""
(variable_declarator name: {_PATTERN}) @of
(variable_declarator value: [
  {_OBJECT}
  (call_expression
    function: (member_expression property: (property_identifier) @freeze) arguments: (arguments . {_OBJECT})
    (#eq? @freeze "freeze"))]) @of
(assignment_expression right: [
  {_OBJECT}
  (class name: (_) @also)
  (function_expression name: (_) @also)]) @of
(program (export_statement value: (object [
  (pair key: (property_identifier) @constant value: [(arrow_function) (function_expression)]) @text
  (method_definition name: (property_identifier) @constant) @text])))
(class_body (method_definition
  name: (property_identifier) @in
  body: (statement_block (expression_statement (assignment_expression
    left: (member_expression object: (this) property: (property_identifier) @field)) @text)))
  (#eq? @in "constructor"))
"""

_MEMBERS = """(object_type [
  (property_signature name: (_) @member) @text
  (method_signature name: (_) @member) @text])"""

_TYPESCRIPT = f"""
{_JAVASCRIPT}
(enum_body name: (_) @member)
(enum_body (enum_assignment name: (_) @member) @text)
(variable_declarator value: [
  (as_expression {_OBJECT})
  (satisfies_expression {_OBJECT})
  (satisfies_expression (as_expression {_OBJECT}))]) @of
(type_alias_declaration value: [{_MEMBERS} (intersection_type {_MEMBERS})])
(class_body (method_definition
  name: (property_identifier) @in
  parameters: (formal_parameters [
    (required_parameter [(accessibility_modifier) "readonly"] pattern: (identifier) @field)
    (optional_parameter [(accessibility_modifier) "readonly"] pattern: (identifier) @field)] @text))
  (#eq? @in "constructor"))
"""

_GO = """
(source_file (var_declaration [
  (var_spec name: (identifier) @also)
  (var_spec_list (var_spec name: (identifier) @also))]))
(source_file (const_declaration (const_spec (identifier) @also)))
(type_spec type: (struct_type (field_declaration_list (field_declaration name: (field_identifier) @also))))
(type_spec type: (struct_type (field_declaration_list (field_declaration !name type: [
  (type_identifier) @member
  (qualified_type name: (_) @member)
  (generic_type type: (type_identifier) @member)]) @text)))
(type_spec type: (interface_type (type_elem [(type_identifier) @member (qualified_type name: (_) @member)]) @text))
"""

_RUST = "(enum_variant name: (_) @member) @whole"

_JAVA = """
(field_declaration declarator: (variable_declarator name: (_) @also)) @of
(constant_declaration declarator: (variable_declarator name: (_) @also)) @of
(enum_constant name: (_) @member) @text
(record_declaration parameters: (formal_parameters (formal_parameter name: (_) @member) @text))
"""


def _declarators(name: str) -> str:
    """Write what may stand around a declared name in C, two deep: `*a`, `a[3]`, `*a[3]`, `**a`."""
    inner = f"[({name}) @also (pointer_declarator declarator: ({name}) @also)]"
    return f"""[({name}) @also (pointer_declarator declarator: {inner}) (array_declarator declarator: {inner})]"""


_TAGGED = """[
  (struct_specifier name: (type_identifier) @also body: (_))
  (union_specifier name: (type_identifier) @also body: (_))
  (enum_specifier name: (type_identifier) @also body: (_))]"""

_C = f"""
(declaration declarator: {_declarators("identifier")}) @of
(declaration declarator: (init_declarator declarator: {_declarators("identifier")})) @of
(declaration type: {_TAGGED}) @of
(field_declaration declarator: {_declarators("field_identifier")}) @of
(field_declaration type: {_TAGGED}) @of
(type_definition declarator: {_declarators("type_identifier")}) @of
(type_definition type: {_TAGGED}) @of
(enumerator name: (_) @constant) @text
(ERROR (function_declarator declarator: (identifier) @constant parameters: (_)) @text)
"""

_CPP = f"""
{_C}
(enum_specifier ["class" "struct"] body: (enumerator_list (enumerator name: (_) @member) @text))
"""

_CSHARP = """
(field_declaration (variable_declaration (variable_declarator name: (_) @also))) @of
(event_field_declaration (variable_declaration (variable_declarator name: (_) @also))) @of
(enum_member_declaration name: (_) @member) @text
(record_declaration (parameter_list (parameter name: (_) @member) @text))
"""

_RUBY = """
(assignment left: (left_assignment_list [(constant) (identifier)] @also)) @of
(call method: (identifier) @attribute arguments: (argument_list (simple_symbol) @member)
  (#any-of? @attribute "attr_accessor" "attr_reader" "attr_writer")) @text
(alias name: (_) @member) @text
(assignment left: (constant) right: (call method: (identifier) @new
  arguments: (argument_list (simple_symbol) @member)) (#any-of? @new "new" "define"))
"""

_PHP = """
(const_declaration (const_element (name) @also)) @of
(property_declaration (property_element name: (variable_name (name) @also))) @of
(enum_case name: (_) @member) @text
(property_promotion_parameter name: (variable_name (name) @field)) @text
(expression_statement (function_call_expression function: (name) @define
  arguments: (arguments . (argument (string (string_content) @constant)))) @text (#eq? @define "define"))
"""

_KOTLIN = """
(enum_entry . (identifier) @member) @text
(class_parameter ["val" "var"] (identifier) @member) @text
(property_declaration (multi_variable_declaration (variable_declaration . (identifier) @also))) @of
"""

_SWIFT = """
(enum_entry name: (simple_identifier) @member) @text
(property_declaration name: (pattern bound_identifier: (simple_identifier) @also)) @of
"""

_SCALA = """
(enum_body (enum_case_definitions (simple_enum_case name: (_) @member) @text))
(enum_body (enum_case_definitions (full_enum_case name: (_) @member) @text))
(class_definition class_parameters: (class_parameters (class_parameter name: (_) @member) @text))
(val_definition pattern: [(identifiers (identifier) @also) (tuple_pattern (identifier) @also)]) @of
"""

_LUA = """
(chunk [
  (variable_declaration (assignment_statement (variable_list name: (identifier) @also)))
  (assignment_statement (variable_list name: (identifier) @also))])
(chunk [
  (variable_declaration (assignment_statement
    (expression_list (table_constructor (field name: (identifier) @member) @text))))
  (assignment_statement
    (expression_list (table_constructor (field name: (identifier) @member) @text)))
  (return_statement (expression_list (table_constructor (field
    name: (identifier) @constant value: (function_definition)) @text)))])
"""

QUERIES = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "javascriptreact": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "typescriptreact": _TYPESCRIPT,
    "go": _GO,
    "rust": _RUST,
    "java": _JAVA,
    "c": _C,
    "cpp": _CPP,
    "csharp": _CSHARP,
    "ruby": _RUBY,
    "php": _PHP,
    "kotlin": _KOTLIN,
    "swift": _SWIFT,
    "scala": _SCALA,
    "lua": _LUA,
}
"""By language id; a language without one has no details, only its outline."""
