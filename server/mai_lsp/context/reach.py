"""How far a change reaches: which names an instruction means, and what a file has to do with a name, from its text.

It looks at one file at a time and at no disk; who calls it has found the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from posixpath import dirname

from mai_lsp.context.neighbours import words_of
from mai_lsp.core.imported import Import, exports_in, imported_as, imports_in, package_in
from mai_lsp.core.kinds import kinds_of
from mai_lsp.core.outline import Outline, outline
from mai_lsp.core.text import Document, Span

MAX_PLACES = 200
"""Uses of a name looked at in one file; more of them change nothing about what it is."""

MAX_NAMES = 12
"""Names taken from one instruction."""


class Tie(IntEnum):
    """What a file has to do with a name, the closest first."""

    NAMED = 0
    """The user named the file, or asked in it."""
    DEFINES = 1
    HANDS_ON = 2
    """Imports it for others: a package's main file."""
    IMPORTS = 3
    TEST = 4
    USES = 5
    """As code, by another object or in a language where nothing is imported by name."""
    MENTIONS = 6
    """In a comment, a string or a text for people."""
    STRANGER = 7
    """Has the word, but it means something else there."""


@dataclass(frozen=True, slots=True)
class Uses:
    """Where a file has a name, in code points."""

    code: tuple[int, ...] = ()
    prose: tuple[int, ...] = ()
    """In comments, strings and files that are no code."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name that a change is about."""

    name: str
    owner: str = ""
    """The type it is a member of; empty for what is no member."""
    homes: tuple[str, ...] = ()
    """Files that define it."""
    rivals: tuple[str, ...] = ()
    """Other files that define something of that name."""
    member: bool = False
    """Whether it is used on objects, so that no import tells who uses it."""
    chosen: bool = False
    """Whether `homes` are certain: other files that define the name define something else."""


_QUOTED = re.compile(r"`([^`\n]{1,200})`")
_CODE_LIKE = re.compile(
    r"(?<![\w./\\-])(?:[A-Za-z_$][\w$]*\.)*(?:[A-Za-z$]\w*_\w+|_\w+|[a-z$]+\w*[A-Z]\w*|[A-Z]\w*[a-z]\w*[A-Z]\w*"
    r"|[A-Za-z_$][\w$]*(?=\(\)|\())"
)
_DOTTED = re.compile(r"(?<![\w./\\-])[A-Za-z_]\w*(?:(?:\.|::)[A-Za-z_]\w*)+(?![\w/]|\.\w)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)*(?:\(\))?\Z")
_PATH = re.compile(r"[\w@+.~-]+(?:/[\w@+.~\[\]()-]+)*/?")
_HINT = frozenset(".`:#>&\"'")
_STRICT = frozenset({"python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go"})
"""Languages in which a file uses what other folders define only where it imports it."""

_TEST = re.compile(
    r"(?i:(?:^|/)(?:tests?|specs?|__tests__|e2e)/|(?:^|[/_.-])(?:tests?|spec)(?=[_.-]))|[a-z\d]Tests?\.\w+$"
)


def names_in(instruction: str) -> tuple[str, ...]:
    """Return what looks like a name in an instruction, dots kept: in backticks, or written as only code is."""
    found: dict[str, None] = {}
    for quoted in _QUOTED.findall(instruction):
        if _NAME.match(quoted.strip()):
            found[quoted.strip().removesuffix("()").replace("::", ".").replace("#", ".")] = None
    bare = _QUOTED.sub(" ", instruction)
    for pattern in (_DOTTED, _CODE_LIKE):
        for match in pattern.finditer(bare):
            found[match.group().replace("::", ".")] = None
    return tuple(list(found)[:MAX_NAMES])


def paths_in(instruction: str) -> tuple[str, ...]:
    """Return what may be a path in an instruction: a word with a slash or an ending."""
    found = dict.fromkeys(
        word.rstrip("./") for word in _PATH.findall(instruction) if "/" in word.strip("/") or "." in word.strip(".")
    )
    return tuple(word for word in found if word)


def words_in(instruction: str) -> tuple[str, ...]:
    """Return the plain words of an instruction that a file might be called after."""
    return tuple(dict.fromkeys(word for word in re.findall(r"[a-z][\w-]{2,}", instruction.lower())))


def uses_of(document: Document, name: str) -> Uses:
    """Return where a document has a name as a whole word."""
    code: list[int] = []
    prose: list[int] = []
    syntax = document.syntax
    kinds = kinds_of(syntax.language.id) if syntax is not None else None
    beside = kinds.comments | kinds.strings if kinds is not None else frozenset()
    for at in places(document.text, name):
        if syntax is None or not beside:
            prose.append(at)
            continue
        leaf = syntax.leaf_at(at)
        within = leaf.kind in beside or any(node.kind in beside for node in islice(leaf.ancestors(), 3))
        (prose if within and leaf.source != name.encode() else code).append(at)
    return Uses(tuple(code), tuple(at for at in prose if _tells(document.text, at, name)))


def places(text: str, name: str) -> Iterator[int]:
    """Yield where a text has a name as a whole word, a few hundred at most."""
    at, found = text.find(name), 0
    while at >= 0 and found < MAX_PLACES:
        end = at + len(name)
        if not _is_word(text[at - 1 : at]) and not _is_word(text[end : end + 1]):
            found += 1
            yield at
        at = text.find(name, end)


def tie(path: str, document: Document, wanted: Wanted, uses: Uses, outlined: Outline | None = None) -> tuple[Tie, str]:
    """Say what a file has to do with a name that it has, and the same for the user."""
    name = wanted.name
    if path in wanted.homes:
        return Tie.DEFINES, f"defines {name}"
    outlined = outlined or outline(document)
    imported = tuple(imports_of(document, outlined))
    near = _near(path, document, outlined, wanted, imported)
    again = bool(outlined.named({name}, dotted={name}))
    if again and not near and wanted.chosen and not wanted.member:
        return Tie.STRANGER, f"defines another {name}"
    if wanted.member and wanted.chosen and wanted.rivals and not _is_its(document, wanted, uses, imported):
        return Tie.STRANGER, f"has a {name}, and others than {wanted.homes[0]} define one, too"
    if again and not wanted.chosen:
        return Tie.DEFINES, f"defines {name}"
    if not uses.code:
        return Tie.MENTIONS, f"mentions {name}"
    if not near and not wanted.member and wanted.homes and document.language in _STRICT:
        return Tie.STRANGER, f"has the word {name}, but imports nothing of {wanted.homes[0]}"
    if any(_hands_on(path, one, name) for one in imported):
        return Tie.HANDS_ON, f"hands {name} on"
    if is_test(path):
        return Tie.TEST, f"tests {name}" if near else f"a test that uses {name}"
    heirs = [one.name for one in outlined.definitions() if one.kind == "type" and _inherits(document, one.header, name)]
    if heirs:
        return Tie.IMPORTS, f"{heirs[0]} builds on {name}"
    if again:
        return Tie.USES, f"defines {name} for another type"
    return (Tie.IMPORTS, f"imports and uses {name}") if near else (Tie.USES, f"uses {name}")


def imports_of(document: Document, outlined: Outline) -> Iterator[Import]:
    """Yield what a document imports."""
    for span in outlined.imports():
        yield from imports_in(document.language, document.slice(span))
    yield from exports_in(document.language, document.text)


def imports_file(imported: Iterable[Import], path: str) -> bool:
    """Whether one of some imports may mean a file: their words and its path's agree from the end."""
    target = _module(path)
    return any(
        _agree(words, target[-1:] if path.endswith(".go") else target)
        for one in imported
        for words in (_words(one), *([*_words(one), there] for there, _ in one.names))
    )


def is_test(path: str) -> bool:
    """Whether a file is a test by its path."""
    return _TEST.search(path) is not None


def _near(path: str, document: Document, outlined: Outline, wanted: Wanted, imported: Sequence[Import]) -> bool:
    """Whether a file imports the name, or something of the files that define it, or stands in the same package."""
    names = {wanted.owner or wanted.name, wanted.name}
    for one in imported:
        there = {name for name, _ in one.names}
        if not one.module or (
            any(_means(path, one, rival) for rival in wanted.rivals)
            and not any(_means(path, one, home) for home in wanted.homes)
        ):
            continue
        if there & names or any(_reaches(one, home, loosely=wanted.member) for home in wanted.homes):
            return True
    if document.language not in _STRICT - {"go"} and any(dirname(home) == dirname(path) for home in wanted.homes):
        return True
    clauses = (package_in(document.language, document.slice(span)) for span in outlined.imports()[:3])
    package = next(filter(None, clauses), "").rpartition(".")[2]
    return bool(package) and any(package in home.split("/") for home in wanted.homes)


def _reaches(one: Import, home: str, *, loosely: bool) -> bool:
    """Whether an import gives a file or a package that holds it; `loosely`, anything that is near to it."""
    if imports_file([one], home):
        return True
    words, target = _words(one), _module(home)
    if loosely:
        return not set(words).isdisjoint(target)
    return bool(words) and any(target[at : at + len(words)] == words for at in range(len(target)))


def _means(path: str, one: Import, target: str) -> bool:
    """Whether an import of a file may mean another one; a relative one begins at its own folder."""
    if not imports_file([one], target):
        return False
    if not one.module.startswith("."):
        return True
    dots = re.match(r"\.+", one.module)
    ups = one.module.count("../") if "/" in one.module else len(dots[0]) - 1 if dots else 0
    base = path.split("/")[:-1]
    return target.split("/")[: len(base) - ups] == base[: len(base) - ups]


def _words(one: Import) -> list[str]:
    """Return the words of an import's module; without an ending, and without words for "here"."""
    module = re.sub(r"\.\w{1,4}$", "", one.module) if "/" in one.module else one.module
    return [word for word in re.findall(r"[\w$-]+", module) if word not in {"crate", "self", "super"}]


def _module(path: str) -> list[str]:
    """Return the words that an import may name a file by; a folder's main file has the folder's."""
    folders, word = path.split("/")[:-1], imported_as(path)
    return [*(one for one in folders if one not in {"src", "lib"}), *([word] if word not in folders[-1:] else [])]


def _agree(words: Sequence[str], target: Sequence[str]) -> bool:
    return bool(words) and all(one == other for one, other in zip(reversed(words), reversed(target), strict=False))


def _is_its(document: Document, wanted: Wanted, uses: Uses, imported: Sequence[Import]) -> bool:
    """Whether a member that several types have may be the wanted one's: by what is imported, or by the receiver."""
    for one in imported if uses.code else ():
        if wanted.owner in {there for there, _ in one.names} or (
            one.module and any(_reaches(one, home, loosely=False) for home in wanted.homes)
        ):
            return True
    owner = words_of(wanted.owner)
    places_of = uses.code or uses.prose
    receivers = (_RECEIVER.search(document.text, max(0, at - 60), at) for at in places_of)
    return any(found is not None and owner & words_of(found[1]) for found in receivers)


_RECEIVER = re.compile(r"(\w+)(?:\([^()]*\)|\[[^\[\]]*\])?\s*(?:\?\.|\.|->|::)\s*\Z")


def _hands_on(path: str, one: Import, name: str) -> bool:
    main = path.rpartition("/")[2].partition(".")[0] in {"__init__", "index", "mod", "lib"}
    return main and one.public and any(there == name for there, _ in one.names)


def _inherits(document: Document, header: Span, name: str) -> bool:
    text = document.slice(header)
    head = re.match(r"[^(:<{]*", text)
    return any(at >= (head.end() if head else 0) or " extends " in text[:at] for at in places(text, name))


def _tells(text: str, at: int, name: str) -> bool:
    """Whether a word in prose means the name: a plain English one does only where it is written as code."""
    if not name.isalpha() or not name.islower():
        return True
    end = at + len(name)
    return text[at - 1 : at] in _HINT or text[end : end + 1] in {"(", "`"}


def _is_word(mark: str) -> bool:
    return mark.isalnum() or mark == "_"
