"""A renaming in one open file, and what it asks for in another that imports the name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mai_lsp.context.abroad import abroad
from mai_lsp.core import syntax
from mai_lsp.core.difference import difference
from mai_lsp.core.history import record
from mai_lsp.core.language import find
from mai_lsp.core.recent import Visited
from mai_lsp.core.text import Document, apply, open_document


def document_of(text: str, path: str) -> Document:
    row = find("", path)
    return replace(open_document(f"file:///{path}", row.id, 1, text), syntax=syntax.parse(row, text))


def there(before: str, after: str, path: str, here: str) -> str | None:
    """The text `here` with what a change of the file `path` asks for in it, or None."""
    change = record((), before, difference(before, after), 1.0)
    ending = path.rpartition(".")[2]
    found = abroad(document_of(here, f"here.{ending}"), [Visited(document_of(after, path), path, change)])
    return apply(here, found.edits) if found is not None else None


LOAD = "def load(path):\n    return path\n"
READ = "def read_file(path):\n    return path\n"


def test_an_import_by_name_and_its_uses() -> None:
    here = "from pkg.tools import load, save\n\nx = load(1)\ny = other.load(2)\n"
    wanted = "from pkg.tools import read_file, save\n\nx = read_file(1)\ny = other.load(2)\n"
    assert there(LOAD, READ, "pkg/tools.py", here) == wanted


def test_a_module_and_its_member() -> None:
    here = "from pkg import tools\n\nx = tools.load(1)\nload = 3\n"
    assert there(LOAD, READ, "pkg/tools.py", here) == here.replace("tools.load", "tools.read_file")


def test_a_package_is_named_by_its_folder() -> None:
    assert there(LOAD, READ, "tools/__init__.py", "from tools import load\n") == "from tools import read_file\n"


def test_an_alias_stays() -> None:
    here = "from tools import load as get\n\nget(1)\n"
    assert there(LOAD, READ, "tools.py", here) == here.replace("load as", "read_file as")


def test_typescript() -> None:
    here = 'import { load } from "./tools";\n\nconst a = load(1);\nconst b = { load };\n'
    wanted = 'import { readFile } from "./tools";\n\nconst a = readFile(1);\nconst b = { load: readFile };\n'
    before, after = (f"export function {name}(a: number) {{ return a; }}\n" for name in ("load", "readFile"))
    assert there(before, after, "src/tools.ts", here) == wanted


@pytest.mark.parametrize(
    "here",
    [
        "from others import load\n\nload(1)\n",
        "from tools import load\nfrom others import load\n\nload(1)\n",
        "from tools import load\n\n\ndef load(a):\n    return a\n",
        "from tools import load\n\nread_file = 1\n",
        "load(1)\n",
        "tools = make()\ntools.load(1)\n",
        '"""from tools import load."""\n',
    ],
)
def test_nothing_where_another_thing_may_be_meant(here: str) -> None:
    assert there(LOAD, READ, "tools.py", here) is None


def test_what_can_not_be_imported_changes_nothing_elsewhere() -> None:
    here = "from tools import path\n\npath(1)\n"
    assert there(LOAD, LOAD.replace("path", "name", 1), "tools.py", here) is None
    method = "class A:\n    def load(self):\n        pass\n"
    assert there(method, method.replace("load", "read"), "tools.py", "from tools import load\n") is None
