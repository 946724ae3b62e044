"""A renaming in one file where another file imports the name: the import and the uses there, without a model.

Only what an import names, from a module called like the file: whatever else might be meant brings nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from mai_lsp.context.binding import Declared, Role, declared, name_at, receiver_of, role_of, scope_of, uses
from mai_lsp.context.echo import Echo, replaced
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.recent import Visited
from mai_lsp.core.syntax import Node, Syntax
from mai_lsp.core.text import Document, Edit, Span

_PACKAGES = frozenset({"__init__", "index", "mod", "lib"})
"""Files that are imported by the name of their folder."""


def abroad(document: Document, visited: Sequence[Visited]) -> Echo | None:
    """Return what renamings in other open files ask for in this one; the file used last that asks for any decides."""
    if document.syntax is None:
        return None
    for one in visited:
        renaming = _renaming(one) if one.regions else None
        if renaming is not None:
            old, new, at = renaming
            edits = _uses(document, document.syntax, old, new, _module(one.path))
            if edits:
                return Echo(old, new, tuple(edits), at)
    return None


def _renaming(one: Visited) -> tuple[str, str, float] | None:
    """Return (old, new, when) if the last change of a file renamed something that others can import."""
    document, syntax = one.document, one.document.syntax
    if syntax is None:
        return None
    kinds = kinds_of(syntax.language.id)
    for change in replaced(document, one.regions):
        leaf = name_at(syntax, change.span.start, change.new, kinds) if change.renames else None
        if leaf is None or declared(leaf) is Declared.NOT:
            continue
        scope = scope_of(leaf, syntax)
        if scope is not None and not scope.member_of and not scope.function and scope.span == syntax.root.span:
            return change.old, change.new, change.at
    return None


def _uses(document: Document, syntax: Syntax, old: str, new: str, module: str) -> list[Edit]:
    """Return the edits of a file that imports `old` from `module`, in file order."""
    whole = syntax.root.span
    if uses(syntax, document.text, new, whole) != []:
        return []  # The new name means something here, or has been put in already.
    found = uses(syntax, document.text, old, whole) or []
    imports = {leaf: text for leaf in found if (text := _import_of(leaf, syntax))}
    ours = [leaf for leaf, text in imports.items() if _names(text, module)]
    others = [leaf for leaf in found if leaf not in imports]
    by_name = bool(ours) and len(ours) == len(imports)
    if by_name and any(declared(leaf) is not Declared.NOT and role_of(leaf) is Role.PLAIN for leaf in others):
        return []
    aliased = any(re.search(rf"\b{re.escape(old)}\s+as\s", imports[leaf]) for leaf in ours)
    edits = []
    for leaf in found:
        role = role_of(leaf)
        if leaf in imports:
            wanted = by_name
        elif role is Role.MEMBER:
            wanted = receiver_of(leaf) == module and _imports_module(document, syntax, module)
        else:
            wanted = by_name and not aliased and role in {Role.PLAIN, Role.SHORTHAND}
        if wanted:
            text = f"{old}: {new}" if role is Role.SHORTHAND and leaf not in imports else new
            edits.append(Edit(Span(leaf.end - len(old), leaf.end), text))
    return edits


def _import_of(leaf: Node, syntax: Syntax) -> str:
    """Return the import statement around a leaf; empty where there is none."""
    kinds = kinds_of(syntax.language.id)
    return next((node.text for node in leaf.ancestors() if node.kind in kinds.imports), "")


def _imports_module(document: Document, syntax: Syntax, module: str) -> bool:
    """Whether a file imports a module under its own name, and has no other thing of that name."""
    found = uses(syntax, document.text, module, syntax.root.span) or []
    imported = any(_import_of(leaf, syntax) for leaf in found)
    return imported and not any(
        declared(leaf) is not Declared.NOT and role_of(leaf) is Role.PLAIN and not _import_of(leaf, syntax)
        for leaf in found
    )


def _names(text: str, module: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(module)}(?!\w)", text) is not None


def _module(path: str) -> str:
    """Return what a file is imported as: its name without endings, or its folder's."""
    here = PurePosixPath(path)
    stem = here.name.partition(".")[0]
    return here.parent.name if stem in _PACKAGES and here.parent.name else stem
