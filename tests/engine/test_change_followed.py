"""Whether a change takes along what used what it renames or moves: what is left is found, nobody blamed wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from mai_lsp.core.change import Change
from mai_lsp.engine.change.followed import unfollowed
from mai_lsp.reply.edits.wanted import Refusal
from mai_lsp.workspace.index.reader import connect
from tests.support.indexed import document_of, scanned, write


class Case(NamedTuple):
    """Files, and what becomes of some: a text, (new path, text), or None where they are deleted."""

    files: Mapping[str, str]
    new: Mapping[str, str | tuple[str, str] | None]


RIGHT = {
    "an attribute has the name": Case(
        {
            "a.py": "class C:\n    def f(self):\n        return self.total\n\ndef total(c):\n    return c.total\n",
            "b.py": "from a import total\nprint(total(c), c.total)\n",
        },
        {
            "a.py": "class C:\n    def f(self):\n        return self.total\n\ndef whole(c):\n    return c.total\n",
            "b.py": "from a import whole\nprint(whole(c), c.total)\n",
        },
    ),
    "a parameter has the name": Case(
        {"a.py": "def total(c):\n    return 1\n\ndef g(total):\n    return total\n"},
        {"a.py": "def whole(c):\n    return 1\n\ndef g(total):\n    return total\n"},
    ),
    "a local variable has the name": Case(
        {
            "a.py": "def total(c):\n    return 1\n",
            "b.py": "from a import total\ndef h():\n    total = 3\n    return total\n",
        },
        {
            "a.py": "def whole(c):\n    return 1\n",
            "b.py": "from a import whole\ndef h():\n    total = whole(3)\n    return total\n",
        },
    ),
    "an argument's name is the name": Case(
        {"a.py": "def total(c):\n    return 1\n", "b.py": "from a import total\nf(total=total(1))\n"},
        {"a.py": "def whole(c):\n    return 1\n", "b.py": "from a import whole\nf(total=whole(1))\n"},
    ),
    "another module has the name": Case(
        {
            "a.py": "def join(c):\n    return 1\n",
            "b.py": "from os.path import join\nimport a\nprint(join('a'), a.join(1))\n",
        },
        {
            "a.py": "def whole(c):\n    return 1\n",
            "b.py": "from os.path import join\nimport a\nprint(join('a'), a.whole(1))\n",
        },
    ),
    "a module hands on by a star": Case(
        {"p/__init__.py": "", "p/a.py": "def f(): ...\n", "b.py": "from p.a import f\n"},
        {"p/a.py": "from .c import *\n", "p/c.py": "def f(): ...\n"},
    ),
    "a module hands on by name": Case(
        {"p/__init__.py": "", "p/a.py": "def f(): ...\n", "b.py": "from p.a import f\n"},
        {"p/a.py": "from .c import f\n", "p/c.py": "def f(): ...\n"},
    ),
    "what is handed on is another package's": Case(
        {"p/__init__.py": "", "p/a.py": "def cached(f): ...\n", "b.py": "from p.a import cached\n"},
        {"p/a.py": "from functools import cache as cached\n"},
    ),
    "a star of another package may bring it": Case(
        {"p/__init__.py": "", "p/a.py": "def cached(f): ...\n", "b.py": "from p.a import cached\n"},
        {"p/a.py": "from functools import *\n"},
    ),
    "a module becomes a package": Case(
        {"p/__init__.py": "", "p/a.py": "def f(): ...\n", "b.py": "from p.a import f\nimport p.a\nfrom p import a\n"},
        {"p/a.py": ("p/a/__init__.py", "def f(): ...\n")},
    ),
    "a module becomes several": Case(
        {"p/__init__.py": "", "p/a.py": "def f(): ...\ndef g(): ...\n", "b.py": "from p.a import f, g\n"},
        {
            "p/a.py": None,
            "p/a/__init__.py": "from .x import f\nfrom .y import g\n",
            "p/a/x.py": "def f(): ...\n",
            "p/a/y.py": "def g(): ...\n",
        },
    ),
    "a module makes names while it runs": Case(
        {"p/__init__.py": "", "p/a.py": "def f(): ...\n", "b.py": "from p.a import f\n"},
        {"p/a.py": "def __getattr__(name):\n    return name\n"},
    ),
    "try fallback": Case(
        {"p/__init__.py": "", "p/a.py": "class F: ...\n", "b.py": "from p.a import F\n"},
        {"p/a.py": "try:\n    from fast import F\nexcept ImportError:\n    class F: ...\n"},
    ),
    "try fallback none": Case(
        {"p/__init__.py": "", "p/a.py": "class F: ...\n", "b.py": "from p.a import F\n"},
        {"p/a.py": "try:\n    from fast import F\nexcept ImportError:\n    F = None\n"},
    ),
    "if definition": Case(
        {"p/__init__.py": "", "p/a.py": "def f(): ...\n", "b.py": "from p.a import f\n"},
        {"p/a.py": "import sys\nif sys.version_info > (3, 11):\n    def f(): ...\nelse:\n    def f(): ...\n"},
    ),
    "assigned": Case(
        {"p/__init__.py": "", "p/a.py": "class F: ...\n", "b.py": "from p.a import F\n"}, {"p/a.py": "F = make('F')\n"}
    ),
    "tuple": Case(
        {"p/__init__.py": "", "p/a.py": "F = 1\nG = 2\n", "b.py": "from p.a import F, G\n"}, {"p/a.py": "F, G = 1, 2\n"}
    ),
    "chained": Case(
        {"p/__init__.py": "", "p/a.py": "F = 1\nG = 2\n", "b.py": "from p.a import F, G\n"}, {"p/a.py": "F = G = 1\n"}
    ),
    "a loop binds it": Case(
        {"p/__init__.py": "", "p/a.py": "F = 1\n", "b.py": "from p.a import F\n"},
        {"p/a.py": "for F in range(3):\n    pass\n"},
    ),
    "annotated": Case(
        {"p/__init__.py": "", "p/a.py": "F = 1\n", "b.py": "from p.a import F\n"}, {"p/a.py": "F: int = 1\n"}
    ),
    "type stmt": Case(
        {
            "p/__init__.py": "",
            "p/a.py": "from typing import Union\nF = Union[int, str]\n",
            "b.py": "from p.a import F\n",
        },
        {"p/a.py": "type F = int | str\n"},
    ),
    "globals are written to": Case(
        {"p/__init__.py": "", "p/a.py": "def f(): ...\n", "b.py": "from p.a import f\n"},
        {"p/a.py": "globals()['f'] = 3\n"},
    ),
    "type checking followed": Case(
        {
            "p/__init__.py": "",
            "p/a.py": "class F: ...\n",
            "b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import F\n",
        },
        {
            "p/a.py": "class G: ...\n",
            "b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import G\n",
        },
    ),
    "all": Case(
        {
            "p/__init__.py": "from .a import *\n",
            "p/a.py": "__all__ = ['F']\nclass F: ...\n",
            "b.py": "from p import F\n",
        },
        {"p/a.py": ("p/c.py", "__all__ = ['F']\nclass F: ...\n"), "p/__init__.py": "from .c import *\n"},
    ),
    "go move in package": Case(
        {
            "go.mod": "module x\n",
            "s/a.go": "package s\n\nfunc F() {}\n",
            "m/m.go": 'package m\n\nimport "x/s"\n\nfunc g() { s.F() }\n',
        },
        {"s/a.go": "package s\n", "s/b.go": "package s\n\nfunc F() {}\n"},
    ),
    "go rename": Case(
        {"go.mod": "module x\n", "s/a.go": "package s\n\nfunc F() {}\n", "s/b.go": "package s\n\nfunc h() { F() }\n"},
        {"s/a.go": "package s\n\nfunc G() {}\n", "s/b.go": "package s\n\nfunc h() { G() }\n"},
    ),
    "java move": Case(
        {
            "s/Cart.java": "package s;\npublic class Cart {}\n",
            "m/M.java": "package m;\nimport s.Cart;\nclass M { Cart c; }\n",
        },
        {
            "s/Cart.java": ("t/Cart.java", "package t;\npublic class Cart {}\n"),
            "m/M.java": "package m;\nimport t.Cart;\nclass M { Cart c; }\n",
        },
    ),
    "java nested static": Case(
        {
            "s/Cart.java": "package s;\npublic class Cart { public static class In {} public static int N = 1; }\n",
            "m/M.java": "package m;\nimport s.Cart.In;\nimport static s.Cart.N;\nclass M { In c; }\n",
        },
        {
            "s/Cart.java": (
                "t/Cart.java",
                "package t;\npublic class Cart { public static class In {} public static int N = 1; }\n",
            ),
            "m/M.java": "package m;\nimport t.Cart.In;\nimport static t.Cart.N;\nclass M { In c; }\n",
        },
    ),
    "csharp ns": Case(
        {
            "s/Cart.cs": "namespace S;\npublic class Cart {}\n",
            "m/M.cs": "using S;\nnamespace M;\nclass M { Cart c; }\n",
        },
        {
            "s/Cart.cs": "namespace T;\npublic class Cart {}\n",
            "m/M.cs": "using T;\nnamespace M;\nclass M { Cart c; }\n",
        },
    ),
    "rust move": Case(
        {
            "Cargo.toml": "[package]\nname='x'\n",
            "src/lib.rs": "mod a;\nmod m;\n",
            "src/a.rs": "pub struct F;\n",
            "src/m.rs": "use crate::a::F;\nfn g(f: F) {}\n",
        },
        {
            "src/a.rs": ("src/c.rs", "pub struct F;\n"),
            "src/lib.rs": "mod c;\nmod m;\n",
            "src/m.rs": "use crate::c::F;\nfn g(f: F) {}\n",
        },
    ),
    "rust shim": Case(
        {
            "Cargo.toml": "[package]\nname='x'\n",
            "src/lib.rs": "mod a;\nmod m;\n",
            "src/a.rs": "pub struct F;\n",
            "src/m.rs": "use crate::a::F;\nfn g(f: F) {}\n",
        },
        {"src/a.rs": "pub use crate::c::F;\n", "src/c.rs": "pub struct F;\n", "src/lib.rs": "mod a;\nmod c;\nmod m;\n"},
    ),
    "rust macro": Case(
        {
            "Cargo.toml": "[package]\nname='x'\n",
            "src/lib.rs": "mod a;\nmod m;\n",
            "src/a.rs": "pub struct F;\n",
            "src/m.rs": "use crate::a::F;\nfn g(f: F) {}\n",
        },
        {"src/a.rs": "make!(F);\n"},
    ),
    "rust ext reexport": Case(
        {
            "Cargo.toml": "[package]\nname='x'\n",
            "src/lib.rs": "mod a;\nmod m;\n",
            "src/a.rs": "pub struct F;\n",
            "src/m.rs": "use crate::a::F;\nfn g(f: F) {}\n",
        },
        {"src/a.rs": "pub use serde::F;\n"},
    ),
    "ts default": Case(
        {"src/a.ts": "export default class F {}\n", "src/b.ts": "import F from './a';\nnew F();\n"},
        {"src/a.ts": "class F {}\nexport default F;\n"},
    ),
    "ts ext reexport": Case(
        {"src/a.ts": "export class F {}\n", "src/b.ts": "import { F } from './a';\nnew F();\n"},
        {"src/a.ts": "export { F } from 'lib';\n"},
    ),
    "ts import then export": Case(
        {"src/a.ts": "export class F {}\n", "src/b.ts": "import { F } from './a';\nnew F();\n"},
        {"src/a.ts": "import { F } from 'lib';\nexport { F };\n"},
    ),
    "ts export const destruct": Case(
        {"src/a.ts": "export const F = 1;\n", "src/b.ts": "import { F } from './a';\nF;\n"},
        {"src/a.ts": "export const { F, G } = lib();\n"},
    ),
    "ts export star ext": Case(
        {"src/a.ts": "export class F {}\n", "src/b.ts": "import { F } from './a';\nnew F();\n"},
        {"src/a.ts": "export * from 'lib';\n"},
    ),
    "ts to folder": Case(
        {"src/a.ts": "export class F {}\n", "src/b.ts": "import { F } from './a';\nnew F();\n"},
        {"src/a.ts": ("src/a/index.ts", "export class F {}\n")},
    ),
    "cjs": Case(
        {"src/a.js": "function f() {}\nmodule.exports = { f };\n", "src/b.js": "const { f } = require('./a');\nf();\n"},
        {"src/a.js": "const f = () => 1;\nexports.f = f;\n"},
    ),
    "method in class same name": Case(
        {"a.py": "def total(c):\n    return 1\n\nclass C:\n    def total(self):\n        return total(self)\n"},
        {"a.py": "def whole(c):\n    return 1\n\nclass C:\n    def total(self):\n        return whole(self)\n"},
    ),
    "ts prop": Case(
        {"a.ts": "export function total(c: C) {}\ntype C = { total: number };\nconst x = { total: 1 };\n"},
        {"a.ts": "export function whole(c: C) {}\ntype C = { total: number };\nconst x = { total: 1 };\n"},
    ),
    "comprehension var": Case(
        {"a.py": "def item(c):\n    return 1\n\ndef g(xs):\n    return [item for item in xs]\n"},
        {"a.py": "def thing(c):\n    return 1\n\ndef g(xs):\n    return [item for item in xs]\n"},
    ),
    "alias kept": Case(
        {"a.py": "def total(c):\n    return 1\n", "b.py": "from a import total\nprint(total(1))\n"},
        {"a.py": "def whole(c):\n    return 1\n", "b.py": "from a import whole as total\nprint(total(1))\n"},
    ),
    "kept for compat": Case(
        {"a.py": "def total(c):\n    return 1\n", "b.py": "from a import total\nprint(total(1))\n"},
        {"a.py": "def whole(c):\n    return 1\n\ntotal = whole\n"},
    ),
    "inner import": Case(
        {"a.py": "def total(c):\n    return 1\n", "b.py": "def f():\n    from a import total\n    return total(1)\n"},
        {"a.py": "def whole(c):\n    return 1\n", "b.py": "def f():\n    from a import whole\n    return whole(1)\n"},
    ),
}

WRONG = {
    "real left": Case(
        {"a.py": "def total(c):\n    return 1\n", "b.py": "from a import total\nprint(total(1))\n"},
        {"a.py": "def whole(c):\n    return 1\n", "b.py": "from a import whole\nprint(total(1))\n"},
    ),
    "real left in own": Case(
        {"a.py": "def total(c):\n    return 1\n\ndef g():\n    return total(1)\n"},
        {"a.py": "def whole(c):\n    return 1\n\ndef g():\n    return total(1)\n"},
    ),
    "module attr left": Case(
        {"a.py": "def total(c):\n    return 1\n", "b.py": "import a\nprint(a.total(1))\n"},
        {"a.py": "def whole(c):\n    return 1\n", "b.py": "import a\nprint(a.total(1))\n#\n"},
    ),
    "type checking": Case(
        {
            "p/__init__.py": "",
            "p/a.py": "class F: ...\n",
            "b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import F\n",
        },
        {"p/a.py": "class G: ...\n"},
    ),
    "go pkg removed": Case(
        {
            "go.mod": "module x\n",
            "s/a.go": "package s\n\nfunc F() {}\n",
            "m/m.go": 'package m\n\nimport "x/s"\n\nfunc g() { s.F() }\n',
        },
        {"s/a.go": ("t/a.go", "package t\n\nfunc F() {}\n")},
    ),
}


async def found(folder: Path, case: Case, *, indexed: bool = True) -> list[str]:
    """The paths that are complained about."""
    root, database = folder / "work", folder / "index.db"
    root.mkdir()
    write(root, case.files)
    scanned(root, database)
    documents = {path: document_of(root, path, text) for path, text in case.files.items()}
    changes = []
    for path, what in case.new.items():
        to, text = what if isinstance(what, tuple) else ("", what)
        changes.append(Change(path, documents.get(path), text, to))
    problems = await unfollowed(changes, documents, (lambda: connect(database, root)) if indexed else None)
    assert {problem.refusal for problem in problems} <= {Refusal.LEFT_BEHIND}
    return [problem.path for problem in problems]


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "no index"])
@pytest.mark.parametrize("case", RIGHT.values(), ids=list(RIGHT))
async def test_a_right_change_is_not_complained_about(tmp_path: Path, case: Case, indexed: bool) -> None:
    assert await found(tmp_path, case, indexed=indexed) == []


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "no index"])
@pytest.mark.parametrize("case", WRONG.values(), ids=list(WRONG))
async def test_what_is_left_behind_is_found(tmp_path: Path, case: Case, indexed: bool) -> None:
    assert len(await found(tmp_path, case, indexed=indexed)) == 1


async def test_a_broken_index_keeps_no_change_from_being_made(tmp_path: Path) -> None:
    case = Case({"a.py": "def f(): ...\n"}, {"a.py": "def g(): ...\n"})
    (tmp_path / "work").mkdir()
    write(tmp_path / "work", case.files)
    scanned(tmp_path / "work", tmp_path / "index.db")
    reader = connect(tmp_path / "index.db", tmp_path / "work")
    assert reader is not None
    reader.close()
    document = document_of(tmp_path / "work", "a.py", case.files["a.py"])
    change = Change("a.py", document, "def g(): ...\n")
    assert await unfollowed([change], {"a.py": document}, lambda: reader) == ()
