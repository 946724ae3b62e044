"""Which names a file imports from outside its package: what other packages define is nobody's to find here.

It reads import statements as text, one rule per language, and opens no file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_NAME = r"[A-Za-z_$][\w$]*"
_PYTHON = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))", re.MULTILINE
)
_SCRIPT = re.compile(r"""^[ \t]*import\s+(?:type\s+)?([^'";]*?)\s*from\s*['"]([^'"]+)['"]""", re.MULTILINE)
_GO_BLOCK = re.compile(r"^import\s*(?:\(([^)]*)\)|([^\n]*))", re.MULTILINE)
_GO_LINE = re.compile(rf'^\s*({_NAME}|\.|_)?\s*"([^"]+)"', re.MULTILINE)
_RUST = re.compile(r"^[ \t]*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]*);", re.MULTILINE)
_JAVA = re.compile(r"^\s*import\s+(static\s+)?([\w.]+)(\.\*)?\s*;", re.MULTILINE)

_STANDARD = {"rust": frozenset({"std", "core", "alloc"})}


def foreign(language: str, path: str, text: str, packages: Collection[str]) -> frozenset[str]:
    """Return the names that a file's imports bring in from outside of `packages`, as they are called in it."""
    return frozenset(_READ[language](path, text, packages)) | _STANDARD.get(language, frozenset())


def _python(_path: str, text: str, packages: Collection[str]) -> Iterator[str]:
    for found in _PYTHON.finditer(text):
        module, names, modules = found.groups()
        if modules is not None:
            for part in modules.split("#")[0].split(","):
                said = part.split()
                if said and said[0].partition(".")[0] not in packages:
                    yield said[-1].partition(".")[0]
        elif not module.startswith(".") and module.partition(".")[0] not in packages:
            bare = re.sub(r"#[^\n]*|[()\\]", " ", names)
            yield from (part.split()[-1] for part in bare.split(",") if part.split())


def _script(_path: str, text: str, packages: Collection[str]) -> Iterator[str]:
    for found in _SCRIPT.finditer(text):
        names, module = found.groups()
        if not module.startswith((".", "~", "@/", "#")) and module not in packages:
            bare = re.sub(r"/\*.*?\*/|//[^\n]*|[{}]", ",", names, flags=re.DOTALL)
            yield from (part.split()[-1] for part in bare.split(",") if part.split())


def go_packages(text: str) -> frozenset[str]:
    """Return what a Go file calls the packages it imports; those of its own module, too."""
    return frozenset(name for name, _ in _go_imports(text))


def _go(_path: str, text: str, packages: Collection[str]) -> Iterator[str]:
    if not packages:
        return  # Without a module file nobody knows what is outside.
    for name, module in _go_imports(text):
        if not any(module == own or module.startswith(f"{own}/") for own in packages):
            yield name


def _go_imports(text: str) -> Iterator[tuple[str, str]]:
    for block in _GO_BLOCK.finditer(text):
        for alias, module in _GO_LINE.findall(block[1] or block[2] or ""):
            words = [word for word in module.split("/") if not re.fullmatch(r"v\d+", word)]
            last = re.sub(r"^go-|-go$|\.v\d+$", "", words[-1])
            yield alias or last.rpartition("-")[2], module


def _rust(_path: str, text: str, packages: Collection[str]) -> Iterator[str]:
    for found in _RUST.finditer(text):
        said = re.sub(r"//[^\n]*", "", found[1])
        first = re.match(r"(?:::)?(\w+)", said.strip())
        if first and first[1] not in {"crate", "self", "super", *packages} and not first[1][0].isupper():
            yield first[1]
            # A name stands at the end of its path, before a comma, a bracket or the end.
            yield from re.findall(r"(\w+)\s*(?=[,}]|$)", said)


def _java(_path: str, text: str, packages: Collection[str]) -> Iterator[str]:
    for static, name, star in _JAVA.findall(text):
        home = name if star and not static else name.rpartition(".")[0]
        outer = home.rpartition(".")[0]  # Of a member or an inner class.
        if not star and home not in packages and outer not in packages:
            yield name.rpartition(".")[2]


_READ = {"python": _python, "typescript": _script, "go": _go, "rust": _rust, "java": _java}
