"""What an import statement says: which module, which names, and what they are called here.

It reads the words of the statement and finds no file; `context.resolve` does that among the files of the index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

MAX_NAMES = 200
"""Names kept of one statement; a longer list is generated."""


_MAIN = frozenset({"__init__", "index", "mod", "lib", "main"})
"""A folder's main file is imported by the folder's name."""

_ENDING = re.compile(r"\.(?:[mc]?[jt]sx?|hh?|hpp|rb|php)$")


class Import(NamedTuple):
    """One module that a file imports from, in the language's own spelling."""

    module: str
    names: tuple[tuple[str, str], ...] = ()
    """(name there, name here)."""
    alias: str = ""
    """What the module itself is called here; empty where it gets no name."""
    star: bool = False
    """Whether all its names can be used here as they are."""
    public: bool = False
    """Whether a file that imports this one gets the names too."""


@lru_cache(maxsize=1024)
def imports_in(language: str, statement: str) -> tuple[Import, ...]:
    """Read one import statement; nothing for a language or form that is not known. Remembered: they seldom change."""
    read = _READERS.get(language)
    return tuple(read(_COMMENT[language in _HASH].sub("", statement))) if read is not None else ()


def import_words(one: Import) -> Iterator[str]:
    """Yield the words that files which import the same can be found by: the last of the module, and imported names."""
    yield from re.findall(r"[\w$-]+", _ENDING.sub("", one.module))[-1:]
    yield from (there for there, _ in one.names if there != "default")


def imported_as(path: str) -> str:
    """Return the word of a path that an import ends with: the file's stem, or the folder's name for its main file."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folder.rpartition("/")[2] or stem if stem in _MAIN or name.endswith(".go") else stem


def package_in(language: str, statement: str) -> str:
    """Return the package or namespace that a statement or header declares; empty when it declares none."""
    pattern = _PACKAGE.get(language)
    found = pattern.match(statement) if pattern is not None else None
    return found[1] if found else ""


def exports_in(language: str, text: str) -> tuple[Import, ...]:
    """Find what a script hands on, which the outline takes for no import: `export … from …`, `export default Name`.

    What it hands on of its own, under another name, comes from the module "".
    """
    if language not in _SCRIPT or "export" not in text:
        return ()
    found = []
    for one in _EXPORT.finditer(text):
        names = _braced(one["from"] or one["own"] or "")
        module = one["module"] or ""
        if module or any(there != here for there, here in names):
            star = one["from"] is None and one["own"] is None and not one["alias"]
            found.append(Import(module, names, one["alias"] or "", star, public=True))
    found += [Import("", ((one[1], "default"),), public=True) for one in _DEFAULT.finditer(text)]
    return tuple(found)


_SCRIPT = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_HASH = frozenset({"python", "ruby"})
_COMMENT = (re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL), re.compile(r"#[^\n]*"))

_PACKAGE = {
    "go": re.compile(r"package\s+(\w+)"),
    "java": re.compile(r"package\s+([\w.]+)"),
    "kotlin": re.compile(r"package\s+([\w.]+)"),
    "scala": re.compile(r"package\s+([\w.]+)"),
    "csharp": re.compile(r"namespace\s+([\w.]+)"),
    "php": re.compile(r"namespace\s+([\w\\]+)"),
}

_EXPORT = re.compile(
    r"""^[ \t]*export\s+(?:type\s+)?(?:
        (?:\*(?:\s*as\s+(?P<alias>\w+))?|\{(?P<from>[^}]*)\})\s*from\s*["'](?P<module>[^"'\n]+)["']
        |\{(?P<own>[^}]*)\}(?!\s*from))""",
    re.MULTILINE | re.VERBOSE,
)
_DEFAULT = re.compile(r"^[ \t]*(?:export\s+default|module\.exports\s*=)\s+([A-Za-z_$][\w$]*)\s*(?:;|$)", re.MULTILINE)


def _pairs(text: str, word: str = r"\s+as\s+") -> tuple[tuple[str, str], ...]:
    """Read ``a, b as c``."""
    found = []
    for item in text.split(",")[:MAX_NAMES]:
        there, *here = re.split(word, item.strip())
        there = there.strip()
        if re.fullmatch(r"[\w$]+", there):
            found.append((there, here[0].strip() if here else there))
    return tuple(found)


def _braced(text: str) -> tuple[tuple[str, str], ...]:
    return _pairs(re.sub(r"\btype\s+(?=\w)", "", text))


def _python(text: str) -> Iterator[Import]:
    if found := re.match(r"\s*from\s+([.\w]+)\s+import\s+(.*)", text, re.DOTALL):
        names = found[2].strip().strip("()").replace("\\\n", " ")
        yield Import(found[1], _pairs(names), star=names.strip() == "*", public=True)
    elif found := re.match(r"\s*import\s+(.*)", text, re.DOTALL):
        for item in found[1].split(","):
            module, *alias = re.split(r"\s+as\s+", item.strip())
            if re.fullmatch(r"[\w.]+", module):
                yield Import(module, alias=alias[0] if alias else module.partition(".")[0], public=True)


_FROM = re.compile(r"""\bfrom\s*["']([^"'\n]+)["']|^\s*import\s*["']([^"'\n]+)["']""")
_REQUIRE = re.compile(
    r"""(?:const|let|var)\s+(\{[^}]*\}|\w+)[^=]*=\s*(?:await\s+)?(?:require|import)\(\s*["']([^"'\n]+)"""
)


def _script(text: str) -> Iterator[Import]:
    if found := _REQUIRE.match(text):
        if found[1].startswith("{"):
            yield Import(found[2], _pairs(found[1].strip("{}"), r"\s*:\s*"))
        else:
            yield Import(found[2], alias=found[1])
    elif found := _FROM.search(text):
        head = text[: found.start()]
        names = re.search(r"\{([^}]*)\}", head)
        space = re.search(r"\*\s*as\s+([\w$]+)", head)
        first = re.match(r"\s*import\s+(?:type\s+)?([\w$]+)\s*(?:,|$)", head)
        plain = (("default", first[1]),) if first and first[1] != "type" else ()
        yield Import(found[1] or found[2], plain + _braced(names[1] if names else ""), space[1] if space else "")


def _go(text: str) -> Iterator[Import]:
    if not text.startswith("import"):
        return
    for name, module in re.findall(r'([\w.]+[ \t]+)?"([^"\n]+)"', text.removeprefix("import")):
        alias = name.strip() or _go_name(module)
        yield Import(module, alias="" if alias in "._" else alias, star=alias == ".")


def _go_name(module: str) -> str:
    """Return what a Go package is most likely called: the last word of its path that is no version."""
    last = re.sub(r"/v\d+$", "", module).rpartition("/")[2]
    return re.sub(r"\.v\d+$", "", last)


def _rust(text: str) -> Iterator[Import]:
    if found := re.match(r"\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)", text):
        yield Import(f"self::{found[1]}", alias=found[1], public=text.lstrip().startswith("pub"))
    elif found := re.match(r"\s*(pub(?:\([^)]*\))?\s+)?use\s+(.*?);?\s*$", text, re.DOTALL):
        for path in _expand(found[2].replace("\n", " "), 0):
            there, *here = re.split(r"\s+as\s+", path.strip())
            module, _, name = there.rpartition("::")
            public = bool(found[1])
            if name == "*":
                yield Import(module, star=True, public=public)
            elif name == "self":
                yield Import(module, alias=here[0] if here else module.rpartition("::")[2], public=public)
            elif module or here:
                yield Import(module, ((name, here[0] if here else name),), public=public)


def _expand(tree: str, depth: int) -> Iterator[str]:
    """Write out ``a::{b, c::{d, e}}`` as single paths."""
    opened = tree.find("{")
    if opened < 0 or depth > MAX_NAMES.bit_length():
        yield re.sub(r"\s*::\s*", "::", tree.strip())
        return
    head, level, at = tree[:opened].strip(), 0, opened + 1
    for index in range(opened + 1, len(tree)):
        mark = tree[index]
        if mark == "{":
            level += 1
        if (mark == "," and not level) or (mark == "}" and not level):
            if tree[at:index].strip():
                yield from (head + inner for inner in _expand(tree[at:index], depth + 1))
            at = index + 1
        if mark == "}":
            level -= 1
            if level < 0:
                return


def _dotted(text: str) -> Iterator[Import]:
    found = re.match(
        r"\s*(?:export\s+)?import\s+(?:static\s+)?([\w.]+?)\.?(\*|_|\{[^}]*\})?(?:\s+as\s+(\w+))?\s*;?\s*$", text
    )
    if found is None:
        return
    module, what = found[1], found[2] or ""
    if what.startswith("{"):
        names = _pairs(what.strip("{}"), r"\s*=>\s*|\s+as\s+")
        yield Import(module, tuple(pair for pair in names if pair[0] != "_"), star="_" in what)
    elif what:
        yield Import(module, star=True)
    else:
        module, _, name = module.rpartition(".")
        yield Import(module, ((name, found[3] or name),))


def _include(text: str) -> Iterator[Import]:
    if found := re.match(r"""\s*#\s*(?:include|import)\s*["<]([^">\n]+)[">]""", text):
        yield Import(found[1], star=True, public=True)


def _using(text: str) -> Iterator[Import]:
    if found := re.match(r"\s*(global\s+)?using\s+(?:static\s+)?(?:(\w+)\s*=\s*)?([\w.]+)", text):
        if found[2]:
            module, _, name = found[3].rpartition(".")
            yield Import(module, ((name, found[2]),))
        else:
            yield Import(found[3], star=True)


def _ruby(text: str) -> Iterator[Import]:
    if found := re.match(r"""\s*(require_relative|require|load)\s*\(?\s*["']([^"'\n]+)["']""", text):
        relative = found[1] == "require_relative" and not found[2].startswith(".")
        yield Import(f"./{found[2]}" if relative else found[2], star=True, public=True)


def _php(text: str) -> Iterator[Import]:
    if found := re.match(r"\s*use\s+(?:function\s+|const\s+)?(.*?);?\s*$", text, re.DOTALL):
        whole = found[1].replace("\n", " ")
        head, brace, inner = whole.partition("{")
        for item in (inner.rstrip("} ") if brace else whole).split(","):
            there, *here = re.split(r"\s+as\s+", item.strip())
            module, _, name = (head.strip() + there if brace else there).strip("\\ ").rpartition("\\")
            if re.fullmatch(r"\w+", name):
                yield Import(module, ((name, here[0] if here else name),))
    elif found := re.match(r"""\s*(?:require|include)(?:_once)?\b[^"'\n]*["']/?([^"'\n]+)["']""", text):
        yield Import(found[1], star=True, public=True)


_READERS: dict[str, Callable[[str], Iterator[Import]]] = {
    "python": _python,
    **dict.fromkeys(_SCRIPT, _script),
    "go": _go,
    "rust": _rust,
    "java": _dotted,
    "kotlin": _dotted,
    "scala": _dotted,
    "c": _include,
    "cpp": _include,
    "csharp": _using,
    "ruby": _ruby,
    "php": _php,
}
