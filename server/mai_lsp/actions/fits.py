"""Where each built-in action makes sense: a site to what is changed there and what it is called, or None.

Each looks at a few nodes around the place. `conversions` has those that turn one form of code into another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname, splitext

from mai_lsp.actions.site import Part, Site, lines_of
from mai_lsp.actions.stub import is_stub
from mai_lsp.actions.testing import is_test
from mai_lsp.core.shape import name_of, value_of
from mai_lsp.core.syntax import Node
from mai_lsp.core.text import Span, split_lines

SIMPLE_LINES = 6
"""A shorter body has little to be simplified."""

FEW_PARAMETERS = 5
"""So many parameters are worth an object."""

MAX_COMMENT = 4_000

_WORDS = re.compile(r"[^\W\d_]{2,}")
_LEGAL = re.compile(r"(?i)copyright|licen[sc]e|spdx|eslint|noqa|type:|pylint|mypy|prettier|@ts-|-\*-|<reference|pragma")
_CODE = re.compile(r"[;{}]\s*$|^\s*(?:return|import|if|for|while|const|let|var|def)\b.*[:;({=]|\w+\(.*\)\s*;?$|\s=\s")
_MARKS = re.compile(r"^[\s/*#;%<!>-]+|[\s*/>-]+$")
_TODO = re.compile(r"(?i)^\W*(?:todo|fixme|xxx)\b")
_LOOSE = re.compile(
    r"\b(?:Any|any|object|mixed|interface\{\})\b"
    r"|[:>]\s*(?:list|dict|tuple|set|List|Dict|Callable|Array|Function|array|iterable)\b(?!\s*[\[<])"
)
_UNTYPED = frozenset(
    {
        "identifier",
        "default_parameter",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "required_parameter",
        "optional_parameter",
        "assignment_pattern",
        "object_pattern",
        "array_pattern",
        "simple_parameter",
        "variadic_parameter",
        "rest_pattern",
    }
)
"""Parameters, in Python's, TypeScript's, JavaScript's and PHP's grammars, that may lack a type."""


@dataclass(frozen=True, slots=True)
class Fit:
    """An action that makes sense at a site."""

    span: Span
    """What is to be changed or explained, mostly whole lines."""
    name: str = ""
    """Of what it is about, for the title; empty: "this function" or the like."""
    names: tuple[str, ...] = ()
    """Names whose uses in other files matter."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What else the title and the instruction speak of."""
    precise: bool = False
    """It fits so exactly that it may be offered to who has not asked."""


def explained(site: Site) -> Fit | None:
    """Take what is selected, or the definition whose signature the cursor is in, or the function around it."""
    if site.selected:
        return Fit(site.span, "the selection")
    part = site.headed or site.function or site.part
    return Fit(part.lines, shown(part)) if part is not None else None


def undocumented(site: Site) -> Fit | None:
    """Take a signature without documentation."""
    part = site.headed
    if part is None or part.doc is not None or not part.name or _local(part):
        return None
    return Fit(part.head, shown(part))


def documented(site: Site) -> Fit | None:
    """Take a signature with documentation, which may have become wrong."""
    part = site.headed
    return Fit(part.head, shown(part)) if part is not None and part.doc is not None and part.name else None


def untyped(site: Site) -> Fit | None:
    """Take a function whose parameters lack types."""
    part = site.headed
    if part is None or part.kind != "function" or not part.name or not _lacks_types(site, part):
        return None
    return Fit(part.head, shown(part))


def unjsdoced(site: Site) -> Fit | None:
    """Take a JavaScript function with parameters and no types for them in its JSDoc."""
    part = site.headed
    if part is None or part.kind != "function" or not part.name or not parameters(part):
        return None
    doc = site.document.slice(part.doc) if part.doc is not None else ""
    return None if "@param {" in doc or "@type {" in doc else Fit(part.head, shown(part))


def loosely_typed(site: Site) -> Fit | None:
    """Take a signature with types that say little: `Any`, a bare `list`."""
    part = site.headed
    if part is None or part.kind != "function" or not part.name:
        return None
    if _lacks_types(site, part) or not _LOOSE.search(site.document.slice(part.signature)):
        return None
    return Fit(part.head, shown(part))


def stub(site: Site) -> Fit | None:
    """Take a function that is still to be written."""
    part = site.headed or site.function
    if part is None or not is_stub(part):
        return None
    return Fit(part.lines, shown(part), precise=True)


def testable(site: Site) -> Fit | None:
    """Take a function or type that a test can call, outside of tests."""
    part = site.headed
    if part is None or not part.name or _local(part) or is_test(site.document.uri) or is_stub(part):
        return None
    head = site.document.slice(part.signature)
    private = part.name.startswith(("_", "#")) or re.search(r"\bprivate\b", head)
    return None if private else Fit(part.lines, shown(part), (part.name,))


def long_enough(site: Site) -> Fit | None:
    """Take a function of some length by its signature, or selected statements."""
    if site.statements and not (site.headed is not None and len(site.statements) == 1):
        span = lines_of(site.document, site.span)
        first, last = site.document.line_at(span.start), site.document.line_at(span.end)
        return Fit(span, "the selection") if last > first else None
    part = site.headed
    if part is None or part.kind != "function" or part.body is None or is_stub(part):
        return None
    return Fit(part.lines, shown(part)) if part.body.end_row - part.body.row >= SIMPLE_LINES - 1 else None


def statements(site: Site) -> Fit | None:
    """Take whole statements that are selected, and are not a definition."""
    if not site.statements or site.headed is not None:
        return None
    kinds = site.kinds
    if any(one.kind in kinds.comments | kinds.imports | kinds.definitions - kinds.values for one in site.statements):
        return None
    around = site.function
    return Fit(around.lines if around is not None else lines_of(site.document, site.span))


def expression(site: Site) -> Fit | None:
    """Take an expression that is selected exactly and is worth a name."""
    node = site.expression
    if node is None or site.statement is None or len(node.named_children) == 0 or site.headed is not None:
        return None
    if node.kind in site.kinds.bodies or node.kind in site.kinds.definitions or "parameter" in node.kind:
        return None
    if re.search(r"type|pattern|clause|statement|declarat|import|arguments|argument_list|_list$|decorator", node.kind):
        return None
    return Fit(lines_of(site.document, site.statement.span))


def told(site: Site) -> Fit | None:
    """Take a comment on lines of its own that says in words what is to be done."""
    node = site.comment
    if node is None or (site.selected and not (node.start <= site.span.start and site.span.end <= _last(site).end)):
        return None
    span = _block(site, node)
    if len(span) > MAX_COMMENT or _documents(site, span):
        return None
    words = [_MARKS.sub("", line) for line in split_lines(site.document.slice(span))]
    text = " ".join(filter(None, words))
    if len(_WORDS.findall(text)) < 3 or _LEGAL.search(text) or any(_CODE.search(line) for line in words if line):
        return None
    return Fit(lines_of(site.document, span), precise=bool(_TODO.match(text)))


def many_parameters(site: Site) -> Fit | None:
    """Take a function that takes so many parameters that its callers can not be read."""
    part = site.headed
    if part is None or part.kind != "function" or not part.name or part.name.startswith("__"):
        return None
    count = len(parameters(part))
    if count < FEW_PARAMETERS:
        return None
    return Fit(part.lines, shown(part), (part.name,), {"count": str(count)})


def movable(site: Site) -> Fit | None:
    """Take a type at the top of a file that defines others, too; the new file's name is like those that are there."""
    part = site.headed
    if part is None or part.kind != "type" or not part.name or not _at_top(part):
        return None
    return Fit(part.lines, shown(part), (part.name,)) if _beside(part) else None


def named(site: Site) -> Fit | None:
    """Take a definition at the top of a file, or a public member, that other files may use."""
    part = site.headed
    if part is None or not part.name or _local(part) or part.name.startswith("__"):
        return None
    return Fit(part.lines, shown(part), (part.name,))


def anywhere(site: Site) -> Fit | None:
    """Take what is selected, or the definition around the cursor, or its statement, or its line."""
    document = site.document
    if site.selected:
        return Fit(lines_of(document, site.span), "the selection")
    part = site.headed or site.function or site.part
    if part is not None:
        return Fit(part.lines, shown(part))
    node = site.statement
    return Fit(lines_of(document, node.span if node is not None else site.span))


def shown(part: Part) -> str:
    """Return what a title calls a definition."""
    return f"`{part.name}`" if part.name else f"this {part.kind}"


def parameters(part: Part) -> list[Node]:
    """Return the nodes of a function's parameters, without the receiver."""
    holder = part.callable.field("parameters") or part.callable.field("parameter")
    if holder is None:
        declarator = part.callable.field("declarator")
        holder = declarator.field("parameters") if declarator is not None else None
    if holder is None:
        holder = next((one for one in part.callable.named_children if "parameters" in one.kind), None)
    if holder is None:
        return []
    if holder.kind == "identifier":
        return [holder]
    skipped = part.kinds.comments | {"self_parameter", "receiver_parameter", "type_parameters"}
    found = [one for one in holder.named_children if one.kind not in skipped]
    if found and found[0].kind == "identifier" and found[0].text in {"self", "cls"}:
        found = found[1:]
    return [one for one in found if one.text not in {"*", "/"}]


def moved_path(path: str, name: str, beside: Collection[str]) -> str:
    """Return the path of a file for one type, named as the files beside `path` are named."""
    folder, ending = dirname(path), splitext(path)[1]
    stems = [splitext(basename(one))[0] for one in beside if dirname(one) == folder and one.endswith(ending)]
    stems.append(splitext(basename(path))[0])
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name) or [name]
    if ending in {".java", ".kt", ".cs", ".scala", ".swift", ".php"} or any(stem[:1].isupper() for stem in stems):
        stem = name
    elif any("-" in stem for stem in stems):
        stem = "-".join(words).lower()
    elif ending in {".py", ".rb", ".rs", ".go", ".c", ".cpp", ".lua"} or any("_" in stem for stem in stems):
        stem = "_".join(words).lower()
    else:
        stem = name[:1].lower() + name[1:]
    return f"{folder}/{stem}{ending}" if folder else f"{stem}{ending}"


def _lacks_types(site: Site, part: Part) -> bool:
    """Whether a parameter has no type, or the result of a Python function."""
    if any(one.kind in _UNTYPED and one.field("type") is None for one in parameters(part)):
        return True
    return site.language == "python" and part.name != "__init__" and part.callable.field("return_type") is None


def _local(part: Part) -> bool:
    """Whether it is defined inside of a function."""
    kinds = part.kinds
    return any(
        node.kind in kinds.functions or (node.kind in kinds.regions and value_of(node) is None)
        for node in part.node.ancestors()
    )


def _beside(part: Part) -> bool:
    """Whether other types stand beside it."""
    around = part.outer.parent
    for one in around.named_children if around is not None else ():
        at: Node | None = one
        while at is not None and at.kind in part.kinds.prefixes:
            at = at.named_children[-1] if at.named_children else None
        if at is not None and at.kind in part.kinds.types and name_of(at, part.kinds) != part.name:
            return True
    return False


def _at_top(part: Part) -> bool:
    opened = part.kinds.prefixes | part.kinds.modules | part.kinds.wrappers | {"declaration_list"}
    around = list(part.node.ancestors())
    return all(node.kind in opened or node.kind in part.kinds.bodies for node in around[:-1]) and not any(
        node.kind in part.kinds.types for node in around
    )


def _block(site: Site, node: Node) -> Span:
    """Return the run of comments, line after line, that a comment belongs to."""
    kinds = site.kinds.comments
    first = last = node
    while (before := first.previous) is not None and before.kind in kinds and first.row - before.end_row <= 1:
        first = before
    while (behind := last.next_named) is not None and behind.kind in kinds and behind.row - last.end_row <= 1:
        last = behind
    return Span(first.start, last.end)


def _last(site: Site) -> Span:
    return _block(site, site.comment) if site.comment is not None else site.span


def _documents(site: Site, span: Span) -> bool:
    """Whether a comment stands right above a definition, which it speaks of."""
    document, syntax = site.document, site.document.syntax
    line = document.line_at(lines_of(document, span).end) + 1
    if syntax is None or line >= document.line_count or not document.line_text(line).strip():
        return False
    at = document.starts[line] + len(document.line_text(line)) - len(document.line_text(line).lstrip())
    below = Site(document, Span(at, at)).headed
    return below is not None and below.start <= span.start
