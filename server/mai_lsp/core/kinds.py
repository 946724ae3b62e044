"""What the grammars call things: which node kinds are definitions, imports, bodies, strings … in each language.

Pure data about published grammars; it walks nothing (`core.outline` and `context` do). Every kind named here was seen
in the tree of a real sample, and a test asks each grammar whether it still knows all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kinds:
    """One language's node kinds, by the part they play."""

    functions: frozenset[str] = _NONE
    """Definitions with a signature: functions, methods, constructors, macros."""
    types: frozenset[str] = _NONE
    """Definitions with members: classes, structs, interfaces, enums."""
    modules: frozenset[str] = _NONE
    """Containers that define nothing a caller names: namespaces, impls, extern blocks."""
    values: frozenset[str] = _NONE
    """Constants, variables, fields and type aliases."""
    regions: frozenset[str] = _NONE
    """Scopes that define nothing: lambdas, blocks with parameters, elements, rule sets."""
    prefixes: frozenset[str] = _NONE
    """Nodes that only stand around a definition and belong to its text: `export`, decorators, `template <…>`."""
    wrappers: frozenset[str] = _NONE
    """Nodes that may hold definitions and imports beside other things: `if`, `try`, `#ifdef`."""
    imports: frozenset[str] = _NONE
    """Imports and package clauses; a kind that is also in `modules` is one only without a body."""
    import_calls: frozenset[str] = _NONE
    """Ordinary statements that import when their text matches `import_pattern`."""
    import_pattern: re.Pattern[bytes] | None = None
    bodies: frozenset[str] = _NONE
    """What a definition's signature ends before, and where statements stand."""
    heads: frozenset[str] = _NONE
    """Signatures of scopes that have no body node: a tag before its contents."""
    strings: frozenset[str] = _NONE
    comments: frozenset[str] = _NONE
    arguments: frozenset[str] = _NONE
    """Argument lists of calls."""
    decorators: frozenset[str] = _NONE
    """Attributes that stand beside the definition in the tree, not inside it."""
    names: tuple[str, ...] = ("name",)
    """Fields that lead to a definition's name, tried in this order, again and again down to a leaf."""
    carriers: frozenset[str] = _NONE
    """Children that lead to the name where no field does."""
    nameless: frozenset[str] = _NONE
    """What can be assigned to and is no new name: an element, an attribute of something else."""
    doc_inside: bool = False
    """The docstring is the first string of the body, not the comment above."""

    @property
    def definitions(self) -> frozenset[str]:
        """Everything with a name of its own."""
        return self.functions | self.types | self.values

    @property
    def containers(self) -> frozenset[str]:
        """Everything with members."""
        return self.types | self.modules

    def named(self) -> frozenset[str]:
        """Return every node kind this row speaks of."""
        return frozenset().union(*(getattr(self, part) for part in PARTS))


PARTS = (
    "functions",
    "types",
    "modules",
    "values",
    "regions",
    "prefixes",
    "wrappers",
    "imports",
    "import_calls",
    "bodies",
    "heads",
    "strings",
    "comments",
    "arguments",
    "decorators",
    "carriers",
    "nameless",
)
"""Fields of `Kinds` that hold node kinds."""


def _of(kinds: str) -> frozenset[str]:
    return frozenset(kinds.split())


_PYTHON = Kinds(
    functions=_of("function_definition"),
    types=_of("class_definition"),
    values=_of("assignment type_alias_statement"),
    regions=_of("lambda"),
    prefixes=_of("decorated_definition expression_statement"),
    wrappers=_of(
        "if_statement elif_clause else_clause try_statement except_clause finally_clause with_statement block"
    ),
    imports=_of("import_statement import_from_statement future_import_statement"),
    bodies=_of("block"),
    strings=_of("string"),
    comments=_of("comment"),
    arguments=_of("argument_list"),
    names=("name", "left"),
    nameless=_of("attribute subscript"),
    doc_inside=True,
)

_JAVASCRIPT = Kinds(
    functions=_of("function_declaration generator_function_declaration method_definition"),
    types=_of("class_declaration"),
    values=_of("variable_declarator assignment_expression field_definition"),
    regions=_of("arrow_function function_expression generator_function class"),
    prefixes=_of("export_statement lexical_declaration variable_declaration expression_statement"),
    wrappers=_of("if_statement else_clause try_statement statement_block"),
    imports=_of("import_statement"),
    import_calls=_of("lexical_declaration variable_declaration expression_statement"),
    import_pattern=re.compile(rb"(?:(?:const|let|var)\s[^=;]{0,400}=\s*|)(?:await\s+)?(?:require|import)\s*\("),
    bodies=_of("statement_block class_body"),
    strings=_of("string template_string regex"),
    comments=_of("comment"),
    arguments=_of("arguments"),
    decorators=_of("decorator"),
    names=("name", "left", "property"),
    nameless=_of("subscript_expression"),
)

_TYPESCRIPT = replace(
    _JAVASCRIPT,
    functions=_JAVASCRIPT.functions | _of("function_signature method_signature abstract_method_signature"),
    types=_JAVASCRIPT.types | _of("abstract_class_declaration interface_declaration enum_declaration"),
    modules=_of("internal_module module"),
    values=_of(
        "variable_declarator assignment_expression public_field_definition property_signature type_alias_declaration"
    ),
    prefixes=_JAVASCRIPT.prefixes | _of("ambient_declaration"),
    imports=_of("import_statement import_alias"),
    bodies=_JAVASCRIPT.bodies | _of("interface_body enum_body"),
)

_GO = Kinds(
    functions=_of("function_declaration method_declaration method_elem"),
    types=_of("type_spec"),
    values=_of("const_spec var_spec type_alias field_declaration"),
    regions=_of("func_literal"),
    prefixes=_of("type_declaration const_declaration var_declaration var_spec_list"),
    imports=_of("import_declaration package_clause"),
    bodies=_of("block statement_list field_declaration_list interface_type"),
    strings=_of("interpreted_string_literal raw_string_literal rune_literal"),
    comments=_of("comment"),
    arguments=_of("argument_list"),
)

_RUST = Kinds(
    functions=_of("function_item function_signature_item macro_definition"),
    types=_of("struct_item enum_item union_item trait_item"),
    modules=_of("mod_item impl_item foreign_mod_item"),
    values=_of("const_item static_item type_item associated_type field_declaration"),
    regions=_of("closure_expression"),
    imports=_of("use_declaration extern_crate_declaration mod_item"),
    bodies=_of("block declaration_list field_declaration_list enum_variant_list"),
    strings=_of("string_literal raw_string_literal char_literal"),
    comments=_of("line_comment block_comment"),
    arguments=_of("arguments"),
    decorators=_of("attribute_item"),
    names=("name", "type"),
)

_JAVA = Kinds(
    functions=_of(
        "method_declaration constructor_declaration compact_constructor_declaration annotation_type_element_declaration"
    ),
    types=_of(
        "class_declaration interface_declaration enum_declaration record_declaration annotation_type_declaration"
    ),
    values=_of("field_declaration constant_declaration"),
    regions=_of("lambda_expression static_initializer"),
    wrappers=_of("enum_body_declarations"),
    imports=_of("import_declaration package_declaration"),
    bodies=_of("block constructor_body class_body interface_body enum_body annotation_type_body"),
    strings=_of("string_literal character_literal"),
    comments=_of("line_comment block_comment"),
    arguments=_of("argument_list"),
    names=("name", "declarator"),
)

_C = Kinds(
    functions=_of("function_definition preproc_function_def"),
    types=_of("struct_specifier union_specifier enum_specifier type_definition"),
    values=_of("declaration preproc_def field_declaration"),
    wrappers=_of("preproc_ifdef preproc_if preproc_else preproc_elif linkage_specification declaration_list"),
    imports=_of("preproc_include"),
    bodies=_of("compound_statement field_declaration_list enumerator_list declaration_list"),
    strings=_of("string_literal char_literal system_lib_string"),
    comments=_of("comment"),
    arguments=_of("argument_list"),
    names=("name", "declarator"),
)

_CPP = replace(
    _C,
    types=_C.types | _of("class_specifier"),
    modules=_of("namespace_definition linkage_specification"),
    values=_C.values | _of("alias_declaration concept_definition"),
    regions=_of("lambda_expression"),
    prefixes=_of("template_declaration"),
    wrappers=_of("preproc_ifdef preproc_if preproc_else preproc_elif"),
    imports=_of("preproc_include using_declaration"),
    strings=_C.strings | _of("raw_string_literal"),
)

_CSHARP = Kinds(
    functions=_of(
        "method_declaration constructor_declaration destructor_declaration operator_declaration "
        "conversion_operator_declaration indexer_declaration delegate_declaration property_declaration "
        "local_function_statement"
    ),
    types=_of("class_declaration interface_declaration struct_declaration record_declaration enum_declaration"),
    modules=_of("namespace_declaration"),
    values=_of("field_declaration event_field_declaration"),
    regions=_of("lambda_expression anonymous_method_expression"),
    prefixes=_of("global_statement"),
    wrappers=_of("preproc_if preproc_else preproc_elif"),
    imports=_of("using_directive extern_alias_directive file_scoped_namespace_declaration"),
    bodies=_of("block declaration_list accessor_list arrow_expression_clause enum_member_declaration_list"),
    strings=_of(
        "string_literal verbatim_string_literal raw_string_literal interpolated_string_expression character_literal"
    ),
    comments=_of("comment"),
    arguments=_of("argument_list bracketed_argument_list"),
    carriers=_of("variable_declaration variable_declarator"),
)

_RUBY = Kinds(
    functions=_of("method singleton_method"),
    types=_of("class"),
    modules=_of("module singleton_class"),
    values=_of("assignment"),
    regions=_of("do_block block lambda"),
    imports=_NONE,
    import_calls=_of("call"),
    import_pattern=re.compile(rb"(?:require|require_relative|load|autoload|import)\b"),
    bodies=_of("body_statement block_body"),
    strings=_of("string heredoc_body regex"),
    comments=_of("comment"),
    arguments=_of("argument_list"),
    names=("name", "left"),
    nameless=_of("call element_reference"),
)

_PHP = Kinds(
    functions=_of("function_definition method_declaration"),
    types=_of("class_declaration interface_declaration trait_declaration enum_declaration"),
    modules=_of("namespace_definition"),
    values=_of("const_declaration property_declaration assignment_expression"),
    regions=_of("anonymous_function arrow_function"),
    prefixes=_of("expression_statement"),
    wrappers=_of("if_statement else_clause compound_statement"),
    imports=_of("namespace_use_declaration namespace_definition"),
    import_calls=_of("expression_statement"),
    import_pattern=re.compile(rb"(?:require|include)(?:_once)?\b"),
    bodies=_of("compound_statement declaration_list enum_declaration_list"),
    strings=_of("string encapsed_string heredoc nowdoc"),
    comments=_of("comment"),
    arguments=_of("arguments"),
    names=("name", "left"),
    carriers=_of("const_element property_element"),
    nameless=_of("subscript_expression"),
)

_BASH = Kinds(
    functions=_of("function_definition"),
    values=_of("variable_assignment"),
    prefixes=_of("declaration_command"),
    import_calls=_of("command"),
    import_pattern=re.compile(rb"(?:source|\.)\s"),
    wrappers=_of("if_statement"),
    bodies=_of("compound_statement do_group"),
    strings=_of("string raw_string ansi_c_string heredoc_body"),
    comments=_of("comment"),
)

_KOTLIN = Kinds(
    functions=_of("function_declaration secondary_constructor"),
    types=_of("class_declaration object_declaration"),
    modules=_of("companion_object"),
    values=_of("property_declaration type_alias"),
    regions=_of("lambda_literal anonymous_function anonymous_initializer getter setter"),
    imports=_of("import package_header"),
    bodies=_of("class_body enum_class_body function_body block"),
    strings=_of("string_literal multiline_string_literal character_literal"),
    comments=_of("line_comment block_comment"),
    arguments=_of("value_arguments"),
    names=("name", "type"),
    carriers=_of("variable_declaration"),
)

_SWIFT = Kinds(
    functions=_of(
        "function_declaration init_declaration deinit_declaration subscript_declaration protocol_function_declaration"
    ),
    types=_of("class_declaration protocol_declaration"),
    values=_of("property_declaration protocol_property_declaration typealias_declaration associatedtype_declaration"),
    regions=_of("lambda_literal"),
    imports=_of("import_declaration"),
    bodies=_of("class_body enum_class_body protocol_body function_body computed_property statements"),
    strings=_of("line_string_literal multi_line_string_literal raw_string_literal"),
    comments=_of("comment multiline_comment"),
    arguments=_of("value_arguments"),
    names=("name", "bound_identifier"),
)

_SCALA = Kinds(
    functions=_of("function_definition function_declaration"),
    types=_of("class_definition trait_definition object_definition enum_definition given_definition package_object"),
    modules=_of("extension_definition package_clause"),
    values=_of("val_definition var_definition val_declaration var_declaration type_definition"),
    regions=_of("lambda_expression"),
    imports=_of("import_declaration package_clause"),
    bodies=_of("template_body with_template_body enum_body block indented_block"),
    strings=_of("string interpolated_string_expression character_literal"),
    comments=_of("comment block_comment"),
    arguments=_of("arguments"),
    names=("name", "pattern"),
)

_LUA = Kinds(
    functions=_of("function_declaration"),
    values=_of("variable_declaration assignment_statement"),
    regions=_of("function_definition"),
    import_calls=_of("function_call variable_declaration assignment_statement"),
    import_pattern=re.compile(rb"(?:(?:local\s+)?[\w.]+\s*=\s*)?require\b"),
    wrappers=_of("do_statement if_statement else_statement elseif_statement block"),
    bodies=_of("block"),
    strings=_of("string"),
    comments=_of("comment"),
    arguments=_of("arguments"),
    names=("name", "field", "method"),
    carriers=_of("assignment_statement variable_list"),
)

_HTML = Kinds(
    regions=_of("element script_element style_element"),
    heads=_of("start_tag self_closing_tag"),
    strings=_of("quoted_attribute_value"),
    comments=_of("comment"),
)

_CSS = Kinds(
    types=_of("keyframes_statement"),
    regions=_of("rule_set media_statement supports_statement at_rule"),
    imports=_of("import_statement charset_statement namespace_statement"),
    bodies=_of("block keyframe_block_list"),
    strings=_of("string_value"),
    comments=_of("comment"),
    arguments=_of("arguments"),
    carriers=_of("keyframes_name"),
)

_JSON = Kinds(
    regions=_of("pair"),
    bodies=_of("object array"),
    strings=_of("string"),
    comments=_of("comment"),
)

KINDS: dict[str, Kinds] = {
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
    "shellscript": _BASH,
    "kotlin": _KOTLIN,
    "swift": _SWIFT,
    "scala": _SCALA,
    "lua": _LUA,
    "html": _HTML,
    "css": _CSS,
    "json": _JSON,
    "jsonc": _JSON,
}
"""Rows by language id (`core.language`); a language without a row has a tree at most, no known parts."""

NO_KINDS = Kinds()
"""For languages without a row."""


def kinds_of(language_id: str) -> Kinds:
    """Return the row of a language id, or an empty one."""
    return KINDS.get(language_id, NO_KINDS)
