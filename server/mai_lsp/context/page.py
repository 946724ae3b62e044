"""How definitions of one other file are written in a prompt: signatures under their types, in the file's order.

It chooses nothing (`context.rank`); it only knows how each form looks and what it costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from mai_lsp.context.resolve import Files
from mai_lsp.core import tokens
from mai_lsp.core.facts import File
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.language import find
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.symbols import Symbol

MORE = "also:"
"""What stands before the names of what a file defines beside what is shown of it."""


@dataclass(slots=True)
class Group:
    """A type with the chosen of its members, or a definition by itself."""

    top: Symbol | None
    name: str
    start: int
    lines: dict[int, tuple[str, Symbol]] = field(default_factory=dict)
    """Members as they are written, by their place."""
    text: str = ""
    """The top's own."""

    def put(self, symbol: Symbol, text: str) -> None:
        """Write a definition, or write it differently."""
        if symbol.owner:
            self.lines[symbol.start] = (text, symbol)
        else:
            self.top, self.text, self.start = symbol, text, symbol.start


@dataclass(slots=True)
class Page:
    """What is written of one file."""

    file: File
    groups: dict[str, Group] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)
    """Names of what else the file defines and may be needed."""


def brief(symbol: Symbol, width: int) -> str:
    """Return a signature on one line, without what decorates it, cut after `width` characters."""
    return _brief(symbol.header, symbol.name, width)


@lru_cache(maxsize=4096)
def _brief(header: str, name: str, width: int) -> str:
    lines = header.split("\n")
    if len(lines) == 1 and len(header) <= width:
        return header
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    # Decorators may take several lines, and their arguments look like anything.
    first = next((at for at, line in enumerate(lines) if name in line and not line.lstrip().startswith(_MARKS)), 0)
    text = re.sub(r"\s+", " ", " ".join(lines[first:])).strip()
    if len(text) > width:
        # The name is what it is about, however long.
        text = text[: max(width, text.find(name) + len(name) + 1)].rstrip() + " …"
    return indent + text


_MARKS = ("@", "#[")
"""How a line of decorators, annotations or attributes begins."""


def whole(symbol: Symbol, language: str) -> str:
    """Return a signature with the first line of its docstring or comment, as the language writes them."""
    inside = kinds_of(language).doc_inside
    return "\n".join(filter(None, [symbol.header, symbol.doc] if inside else [symbol.doc, symbol.header]))


def owner_of(files: Files, file: File, name: str) -> Symbol | None:
    """Return the type of a name that a file defines."""
    return next((one for one in files.named(file, name) if one.kind == "type"), None)


def snippet(page: Page) -> Snippet:
    """Write a page."""
    groups = sorted(page.groups.values(), key=lambda group: group.start)
    lines = [line for group in groups for line in _lines(group, page.file.language)]
    if page.more:
        row = find(page.file.language)
        lines.append(f"{row.comment} {MORE} {', '.join(page.more)} {row.comment_end}".rstrip())
    text = "\n".join(lines)
    names = [name for group in groups for name in _names(group)]
    path = page.file.path
    size = tokens.estimate(f"{path}\n{text}\n") + 2
    return Snippet(Kind.WORKSPACE, path, text, groups[0].start, size, ", ".join(names))


def _names(group: Group) -> Iterator[str]:
    if group.text:
        yield group.name
    yield from (symbol.name for _, (_, symbol) in sorted(group.lines.items()))


def _lines(group: Group, language: str) -> Iterator[str]:
    """Write a type with the chosen members where the language writes them, or a definition by itself."""
    members = [member for _, member in sorted(group.lines.items())]
    apart = language in _APART
    # A member without a header is in its owner's.
    members = [(text, symbol) for text, symbol in members if text]
    inside = [text for text, symbol in members if not apart or symbol.kind != "function"]
    outside = [text for text, symbol in members if apart and symbol.kind == "function"]
    if group.text and (inside or not outside or not group.text.endswith("{")):
        yield group.text
        yield from inside
        if group.text.endswith("{"):
            yield "}"
    else:
        yield from inside
    if outside:
        rust = language == "rust"
        yield from [f"impl {group.name} {{", *outside, "}"] if rust else outside


_APART = frozenset({"go", "rust"})
"""Languages that write methods outside of their type."""
