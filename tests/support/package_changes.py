"""A real package with its own tests (mistune 3.1.3), and three changes of it over a dozen files and more each.

What a careful programmer would write is worked out here by patterns, so that scripted models can say it in edits; the
package's own tests say whether it is right.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

NAME, VERSION = "mistune", "3.1.3"
SOURCES = "src/mistune"

_LIBRARY = Path(__file__).resolve().parents[2] / "scripts"


def fetched(folder: Path) -> Path:
    """Unpack the source archive below a folder; return where it is. Raises where the package index can not be reached.

    The archive stays in the cache folder, with those of the benchmarks.
    """
    sys.path.insert(0, str(_LIBRARY))
    try:
        from _lib.corpus import corpus_dir
        from _lib.corpus_fetch import archive
    finally:
        sys.path.remove(str(_LIBRARY))
    with tarfile.open(archive("sdist", NAME, VERSION, corpus_dir() / "archives")) as packed:
        packed.extractall(folder, filter="data")
    return folder / f"{NAME}-{VERSION}"


def texts_of(root: Path) -> dict[str, str]:
    """The package's modules and tests, by path."""
    paths = [*(root / SOURCES).rglob("*.py"), *(root / "tests").rglob("*.py")]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}


def suite_passes(root: Path) -> str:
    """Run the package's own tests; return what they say if they fail, else nothing."""
    plugins = ("asyncio", "hypothesispytest", "pytest-lsp", "cacheprovider")
    options = [part for plugin in plugins for part in ("-p", f"no:{plugin}")]
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *options, "tests"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return "" if ran.returncode == 0 and " passed" in ran.stdout else (ran.stdout + ran.stderr)[-2_000:]


def renamed_parameter(files: Mapping[str, str]) -> dict[str, str | None]:
    """`m`, the match that every rule of the parsers gets, is called `found`."""
    word = re.compile(r"(?<![\w.'\"\\])m(?=[.,:)\s\[])(?!\s*=\s*['\"])")
    return {
        path: word.sub("found", text)
        for path, text in files.items()
        if path.startswith(SOURCES) and re.search(r"\bm: Match", text)
    }


def moved_class(files: Mapping[str, str]) -> dict[str, str | None]:
    """`BlockState` moves from `core` to a module of its own."""
    core, new = f"{SOURCES}/core.py", f"{SOURCES}/block_state.py"
    start = files[core].index("class BlockState:")
    end = files[core].index("class InlineState:")
    line_end = '_LINE_END = re.compile(r"\\n|$")\n'
    rest = (files[core][:start] + files[core][end:]).replace(line_end, "")
    made = "import re\nfrom typing import Any, Dict, List, MutableMapping, Optional\n\n" + line_end + "\n\n"
    changed: dict[str, str | None] = {
        core: rest.replace("if sys.version_info", "from .block_state import BlockState\n\nif sys.version_info", 1),
        new: made + files[core][start:end].rstrip() + "\n",
    }
    for path, text in files.items():
        if path in changed or "BlockState" not in text:
            continue
        after = re.sub(
            r"^([ \t]*)from (\.+)core import (.*\bBlockState\b.*)$", _imports_apart, text, flags=re.MULTILINE
        )
        if after != text:
            changed[path] = after
    return changed


def changed_return_type(files: Mapping[str, str]) -> dict[str, str | None]:
    """Every plugin returns the `Markdown` it was given, so that calls can be chained."""
    changed: dict[str, str | None] = {}
    head = re.compile(r'^(def \w+\(md: "Markdown"\)) -> None:\n', re.MULTILINE)
    for path, text in files.items():
        if not path.startswith(f"{SOURCES}/plugins/"):
            continue
        after = text.replace(
            'def __call__(self, md: "Markdown") -> None: ...', 'def __call__(self, md: "Markdown") -> "Markdown": ...'
        )
        parts = re.split(r"(?m)^(?=\S)", after)
        for number, part in enumerate(parts):
            if head.match(part):
                body = head.sub(r'\1 -> "Markdown":\n', part).rstrip("\n")
                parts[number] = body + "\n    return md\n" + part[len(part.rstrip("\n")) + 1 :]
        if (after := "".join(parts)) != text:
            changed[path] = after
    return changed


CHANGES: Mapping[str, Callable[[Mapping[str, str]], dict[str, str | None]]] = {
    "rename a parameter": renamed_parameter,
    "move a class": moved_class,
    "change a return type": changed_return_type,
}


def as_blocks(path: str, old: str, new: str, around: int = 2) -> str:
    """Say a change as search/replace blocks, with as many lines around as it takes to be the only such place."""
    if not old:
        return f"{path}\n```\n<<<<<<< SEARCH\n=======\n{new}>>>>>>> REPLACE\n```\n"
    return "".join(
        f"{path}\n```\n<<<<<<< SEARCH\n{search}=======\n{put}>>>>>>> REPLACE\n```\n"
        for search, put in _hunks(old, new, around)
    )


def _hunks(old: str, new: str, around: int) -> Iterator[tuple[str, str]]:
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    groups = difflib.SequenceMatcher(None, a, b, autojunk=False).get_grouped_opcodes(around)
    found = [(group[0][1], group[-1][2], group[0][3], group[-1][4]) for group in groups]
    if around < 200 and any(old.count("".join(a[i1:i2])) != 1 for i1, i2, _, _ in found):
        yield from _hunks(old, new, around * 2)
        return
    for i1, i2, j1, j2 in found:
        yield "".join(a[i1:i2]), "".join(b[j1:j2])


def _imports_apart(found: re.Match[str]) -> str:
    indent, dots, names = found[1], found[2], [name.strip() for name in found[3].split(",")]
    rest = ", ".join(name for name in names if name != "BlockState")
    own = f"{indent}from {dots}block_state import BlockState"
    return f"{own}\n{indent}from {dots}core import {rest}" if rest else own
