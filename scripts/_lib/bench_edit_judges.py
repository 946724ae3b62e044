"""Judges of changed files: by running them with checks of their own, or by reading their trees.

They know nothing of the flow that made the change, and share nothing with its checks. Each returns "" for right, what
is wrong in a few words, or None when the tool that it needs is not installed.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse

PATIENCE = 30.0
"""Seconds for one program, or one compilation: on a busy machine `javac` takes five."""


class Changed(NamedTuple):
    """A file before and after, in a folder where it stands as it is after."""

    root: Path
    path: str
    before: str
    after: str
    """For an explanation: the words."""
    made: tuple[str, ...] = ()
    """Paths of new files."""


Judge = Callable[[Changed], str | None]


def parses(path: str, text: str) -> bool:
    """Whether a text is without errors, by its grammar."""
    syntax = parse(find("", path), text)
    return syntax is not None and not syntax.root.has_error


def both(*judges: Judge) -> Judge:
    """Ask one judge after the other; the first objection counts."""

    def judge(changed: Changed) -> str | None:
        for one in judges:
            if said := one(changed):
                return said
            if said is None:
                return None
        return ""

    return judge


def runs(checks: str) -> Judge:
    """Run the file with `checks` behind it: statements of its language that fail where the result is wrong."""

    def judge(changed: Changed) -> str | None:
        name = Path(changed.path)
        match name.suffix:
            case ".py":
                return _run(changed.root, [sys.executable, "-I", _written(changed, "check.py", checks)])
            case ".js":
                told = f'const assert = require("node:assert");\n{checks}'
                return _run(changed.root, ["node", _written(changed, "check.js", told)])
            case ".rs":
                source = _written(changed, "check.rs", f"fn main() {{\n{checks}\n}}\n")
                build = ["rustc", "--edition", "2021", "-A", "warnings", "-o", "check", source]
                return _run(changed.root, build) or _run(changed.root, ["./check"])
            case ".java":
                main = f"public class Check {{\n  public static void main(String[] given) {{\n{checks}\n  }}\n}}\n"
                (changed.root / "Check.java").write_text(main, encoding="utf-8")
                build = ["javac", "-d", "out", "Check.java", changed.path]
                return _run(changed.root, build) or _run(changed.root, ["java", "-cp", "out", "Check"])
        raise ValueError(changed.path)

    return judge


def has(pattern: str, what: str) -> Judge:
    """Look for a regular expression in what is there afterwards."""
    return lambda changed: "" if re.search(pattern, changed.after) else f"no {what}"


def lacks(pattern: str, what: str) -> Judge:
    """Look that a regular expression is nowhere in what is there afterwards."""
    return lambda changed: f"still {what}" if re.search(pattern, changed.after) else ""


def shorter(changed: Changed) -> str:
    """Whether there is less code than before, blanks aside."""
    before, after = (len(re.sub(r"\s", "", text)) for text in (changed.before, changed.after))
    return "" if after < before else "it has not become shorter"


def documented(name: str) -> Judge:
    """Python: the function has a docstring, and all else is as it was."""

    def judge(changed: Changed) -> str:
        before, after = ast.parse(changed.before), ast.parse(changed.after)
        doc = next(
            (
                ast.get_docstring(one)
                for one in ast.walk(after)
                if isinstance(one, ast.FunctionDef) and one.name == name
            ),
            None,
        )
        if not doc:
            return "no docstring"
        for tree in (before, after):
            _without_docstrings(tree)
        return "" if ast.dump(before) == ast.dump(after) else "the code has changed"

    return judge


def only_comments(mark: str, beside: str) -> Judge:
    """There is a new line that matches `mark` above the one that begins with `beside`, and no other line is new."""

    def judge(changed: Changed) -> str:
        lines = changed.after.split("\n")
        code = [line for line in lines if not re.match(mark, line)]
        if code != [line for line in changed.before.split("\n") if not re.match(mark, line)]:
            return "the code has changed"
        at = next((number for number, line in enumerate(lines) if line.startswith(beside)), 0)
        return "" if at and re.match(mark, lines[at - 1]) else "no documentation"

    return judge


def typed(name: str, result: str, types: Mapping[str, str]) -> Judge:
    """Python: the function's parameters and result have these types, and without them all is as it was."""

    def judge(changed: Changed) -> str:
        trees = [ast.parse(text) for text in (changed.before, changed.after)]
        for function in ast.walk(trees[1]):
            if isinstance(function, ast.FunctionDef) and function.name == name:
                said = {one.arg: _type(one.annotation) for one in function.args.args} | {"": _type(function.returns)}
                off = [one for one, right in {**types, "": result}.items() if said.get(one) != right]
                if off:
                    return f"{off[0] or 'the result'} has the type {said.get(off[0]) or '(none)'}"
        for tree in trees:
            _without_types(tree)
        return "" if ast.dump(trees[0]) == ast.dump(trees[1]) else "the code has changed"

    return judge


def tests_of(old: str, new: str) -> Judge:
    """Python: the tests that were made pass, and do not any more when `old` in the file has become `new`."""

    def judge(changed: Changed) -> str | None:
        if not changed.made:
            return "no file of tests"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", *changed.made]
        (changed.root / "conftest.py").write_text(
            "import sys\nfrom pathlib import Path\n\nsys.path.insert(0, str(Path(__file__).parent))\n", encoding="utf-8"
        )
        if said := _run(changed.root, command):
            return said
        (changed.root / changed.path).write_text(changed.after.replace(old, new), encoding="utf-8")
        return "" if _run(changed.root, command) else "they pass on broken code, too"

    return judge


def _without_docstrings(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]


def _without_types(tree: ast.Module) -> None:
    tree.body = [one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None


def _type(node: ast.expr | None) -> str:
    return ast.unparse(node) if node is not None else ""


def _written(changed: Changed, name: str, behind: str) -> str:
    (changed.root / name).write_text(f"{changed.after}\n{behind}\n", encoding="utf-8")
    return name


def _run(folder: Path, command: list[str]) -> str | None:
    """Run in the folder, without a shell; "" when it ends well, None when it is not installed."""
    tool = command[0] if command[0].startswith("./") else shutil.which(command[0])
    if tool is None:
        return None
    place = str(folder / tool) if tool.startswith("./") else tool
    try:
        done = subprocess.run(
            [place, *command[1:]],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return "it does not end"
    if not done.returncode:
        return ""
    said = f"{done.stderr}\n{done.stdout}" if done.stderr.strip() else done.stdout
    lines = [line.strip() for line in said.split("\n") if re.search(r"(?i)error|exception|failed|panicked", line)]
    return (lines[-1] if lines else f"exit code {done.returncode}")[:100]
