"""Where a file's tests are in its project, worked out from the paths that there are.

It reads nothing: a path that is new is named as the tests that exist are named, or else as the language's people do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from posixpath import basename, dirname, splitext

_FOLDERS = frozenset({"test", "tests", "spec", "specs", "__tests__", "testing"})
_ROOTS = frozenset({"src", "lib", "app", "source", "python", "server", "packages"})
"""Folders that hold code and are left out when its path is repeated below the tests."""

_SCRIPTS = ("javascript", "javascriptreact", "typescript", "typescriptreact")


@dataclass(frozen=True, slots=True)
class Home:
    """Where the tests of a file go."""

    path: str
    exists: bool
    inside: bool = False
    """They go into the file itself (Rust)."""


@dataclass(frozen=True, slots=True)
class _Naming:
    """How one language names tests: patterns of file names, the usual first, and the usual folder."""

    names: tuple[str, ...]
    folder: str = ""
    """Below the project; empty: beside the file."""


_PYTHON = _Naming(("test_{stem}.py", "{stem}_test.py"), "tests")
_NAMINGS: dict[str, _Naming] = {
    "python": _PYTHON,
    **{one: _Naming(("{stem}.test{ending}", "{stem}.spec{ending}", "{stem}-test{ending}")) for one in _SCRIPTS},
    "go": _Naming(("{stem}_test.go",)),
    "java": _Naming(("{stem}Test.java", "{stem}Tests.java", "Test{stem}.java"), "src/test/java"),
    "kotlin": _Naming(("{stem}Test.kt", "{stem}Tests.kt"), "src/test/kotlin"),
    "scala": _Naming(("{stem}Test.scala", "{stem}Spec.scala", "{stem}Suite.scala"), "src/test/scala"),
    "csharp": _Naming(("{stem}Tests.cs", "{stem}Test.cs")),
    "ruby": _Naming(("{stem}_spec.rb", "{stem}_test.rb", "test_{stem}.rb"), "spec"),
    "php": _Naming(("{stem}Test.php",), "tests"),
    "swift": _Naming(("{stem}Tests.swift",), "Tests"),
    "cpp": _Naming(("{stem}_test{ending}", "test_{stem}{ending}", "{stem}Test{ending}"), "tests"),
    "c": _Naming(("test_{stem}.c", "{stem}_test.c"), "tests"),
    "lua": _Naming(("{stem}_spec.lua", "test_{stem}.lua"), "spec"),
    "rust": _Naming(()),
}

LANGUAGES = tuple(_NAMINGS)
"""Those whose layout is known."""

_TEST_NAME = re.compile(
    r"(?:^(?:test|Test)[_A-Z-].*|.*(?:[_.-](?:test|tests|spec|specs|e2e)|[a-z\d](?:Test|Tests|Spec|Suite|IT))|conftest)$"
)


def is_test(path: str) -> bool:
    """Whether a path is that of a test, by its name or its folder."""
    folders = path.split("/")[:-1]
    stem = splitext(basename(path))[0]
    return bool(_TEST_NAME.match(stem)) or any(one in _FOLDERS or one.endswith(".Tests") for one in folders[-4:])


def is_test_module(name: str, kind: str) -> bool:
    """Whether a definition is a Rust file's own module of tests."""
    return kind == "module" and name in {"tests", "test"}


def home_of_tests(path: str, language: str, paths: Collection[str]) -> Home | None:
    """Return where the tests of the file at `path` are or should be; None where its language's layout is not known.

    `paths` are those of the project, from the same folder, with slashes.
    """
    naming = _NAMINGS.get(language)
    if naming is None:
        return None
    if language == "rust":
        return Home(path, exists=True, inside=True)
    stem, ending = splitext(basename(path))
    names = [_named(pattern, stem, ending, path) for pattern in naming.names]
    tests = [one for one in paths if one != path and splitext(one)[1] == ending and is_test(one)]
    if existing := _nearest(path, [one for one in tests if basename(one) in names]):
        return Home(existing, exists=True)
    used = max(naming.names, key=lambda pattern: (_count(pattern, ending, tests), -naming.names.index(pattern)))
    name = _named(used, stem, ending, path)
    return Home(_joined(_folder(path, language, naming, tests, paths), name), exists=False)


def _named(pattern: str, stem: str, ending: str, path: str) -> str:
    """Fill a pattern; `__init__.py` is called as its folder."""
    if stem == "__init__":
        stem = basename(dirname(path)) or stem
    return pattern.format(stem=stem.lstrip("_") or stem, ending=ending)


def _count(pattern: str, ending: str, tests: Iterable[str]) -> int:
    expression = re.compile(re.escape(pattern.replace("{ending}", ending)).replace(r"\{stem\}", r"[^/]+") + "$")
    return sum(bool(expression.match(basename(one))) for one in tests)


def _folder(path: str, language: str, naming: _Naming, tests: list[str], paths: Collection[str]) -> str:
    """Return the folder for a new test: as the tests of this file's neighbours are placed, else the usual one."""
    here = dirname(path)
    if language == "csharp" and (twin := _twin(path, paths)):
        return twin
    if language == "go" or not tests:
        return _usual(path, language, naming)
    placed: Counter[str] = Counter()
    for one in tests:
        placed[_way(dirname(one), here)] += 1
    if language in _SCRIPTS and any(one.startswith("__tests__/") or "/__tests__/" in one for one in tests):
        return _joined(here, "__tests__")
    if placed[""]:
        return here
    return _mirrored(path, tests) or _usual(path, language, naming)


def _way(folder: str, here: str) -> str:
    """Return "" for tests that stand beside code, as far as the folder says it, and their folder otherwise."""
    return "" if folder == here or not any(word in _FOLDERS for word in folder.split("/")) else folder


def _mirrored(path: str, tests: list[str]) -> str:
    """Return the place below a folder of tests that corresponds to the file's place below the code."""
    roots = Counter(root for one in tests if (root := _root(one)))
    if not roots:
        return ""
    own = path.split("/")
    root = max(roots, key=lambda one: (_common(one.split("/"), own), roots[one], one))
    folders = {dirname(one) for one in tests if dirname(one).startswith(root)}
    inner = [word for word in dirname(path).split("/") if word]
    shared = _common(root.split("/"), inner)
    inner = inner[shared:]
    # The longest end of the file's own folders that the tests repeat, too: `src/shop/model` in `tests/model`.
    for cut in range(len(inner)):
        if (found := _joined(root, "/".join(inner[cut:]))) in folders:
            return found
    if folders == {root}:
        return root
    while inner and inner[0] in _ROOTS:
        inner = inner[1:]
    if inner[:1] and not any(
        one == _joined(root, inner[0]) or one.startswith(f"{root}/{inner[0]}/") for one in folders
    ):
        inner = inner[1:]  # The package's own name, which most mirrors leave out.
    return _joined(root, "/".join(inner))


def _root(test: str) -> str:
    """Return the folder of tests that a test stands in."""
    words = dirname(test).split("/")
    for number, word in enumerate(words):
        if word in _FOLDERS:
            # `tests/unit` is as much the root of a mirror as `tests` is.
            deeper = words[number + 1 : number + 2]
            end = number + 2 if deeper and deeper[0] in {"unit", "java", "kotlin", "scala"} else number + 1
            return "/".join(words[:end])
    return ""


def _twin(path: str, paths: Collection[str]) -> str:
    """Return a folder's place in the project `X.Tests` that belongs to the project X it is in (C#)."""
    folders = dirname(path).split("/")
    homes = {"/".join(one.split("/")[: at + 1]) for one in paths for at, word in enumerate(one.split("/")[:-1]) if word}
    for at in range(len(folders) - 1, -1, -1):
        for home in sorted(homes):
            if basename(home) in {f"{folders[at]}.Tests", f"{folders[at]}.UnitTests", f"{folders[at]}.Test"}:
                return _joined(home, "/".join(folders[at + 1 :]))
    return ""


def _usual(path: str, language: str, naming: _Naming) -> str:
    """Return where the language's people put tests when a project has none yet."""
    here = dirname(path)
    if language in {"java", "kotlin", "scala"}:
        return re.sub(r"(^|/)src/main/", r"\1src/test/", here + "/").rstrip("/") if "src/main/" in f"{here}/" else here
    return naming.folder or here


def _nearest(path: str, found: Collection[str]) -> str:
    """Return the candidate whose folders are most like the file's own; "" where two are as good as each other."""
    if not found:
        return ""
    own = [word for word in dirname(path).split("/") if word not in _ROOTS]

    def likeness(one: str) -> tuple[int, int]:
        words = [word for word in dirname(one).split("/") if word not in _FOLDERS]
        return len(set(own) & set(words)), -len(set(words) - set(own))

    best = sorted(found, key=lambda one: (likeness(one), one), reverse=True)
    return "" if len(best) > 1 and likeness(best[0]) == likeness(best[1]) else best[0]


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name
