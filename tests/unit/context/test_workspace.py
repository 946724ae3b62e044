"""Which definitions of other files a place is given: through imports, re-exports and packages; how they are cut."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mai_lsp.context.place import place_of
from mai_lsp.context.rank import LEAST_BUDGET, Own, fill, room
from mai_lsp.context.workspace import candidates
from mai_lsp.core import tokens
from mai_lsp.core.snippet import Kind, Snippet
from tests.support.indexed import document_of, reader_of, scanned, write


def found(root: Path, files: Mapping[str, str], here: str, budget: int = 1000) -> list[Snippet]:
    """Index all files but the one with the cursor, and look from there."""
    text, after = files[here].split("¦")
    write(root / "w", {**files, here: text + after})
    scanned(root / "w", root / "cache" / "index.db")
    reader = reader_of(root / "w", root / "cache" / "index.db")
    try:
        document = document_of(root / "w", here, text + after)
        reader.begin({})
        place = place_of(document, len(text), here, reader)
        snippets = fill(candidates(place, reader), reader, budget, Own(document.text, place.defined)).snippets
    finally:
        reader.close()
    assert [snippet.path for snippet in snippets] == sorted(snippet.path for snippet in snippets)
    assert all(snippet.kind is Kind.WORKSPACE and snippet.path != here for snippet in snippets)
    assert sum(tokens.estimate(snippet.text) for snippet in snippets) <= budget
    return list(snippets)


def shown(root: Path, files: Mapping[str, str], here: str) -> dict[str, str]:
    return {snippet.path: snippet.text for snippet in found(root, files, here)}


NOISE = "def unrelated(): ...\n"

LEADS: dict[str, tuple[dict[str, str], str, dict[str, str]]] = {
    "python, across two re-exports": (
        {
            "pkg/__init__.py": "from .core import *\n",
            "pkg/core/__init__.py": "from .shapes import Shape as Form\n",
            "pkg/core/shapes.py": 'class Shape:\n    """A shape."""\n    def area(self): ...\n',
            "other/shapes.py": "class Form: ...\n",
            "app.py": "from pkg import Form\nForm(¦\n",
        },
        "app.py",
        {"pkg/core/shapes.py": 'class Shape:\n    """A shape."""\n    def area(self):'},
    ),
    "python, relative": (
        {"a/b/here.py": "from ..c import f\nf(¦\n", "a/c.py": "def f(x): ...\n", "c.py": "def f(y): ...\n"},
        "a/b/here.py",
        {"a/c.py": "def f(x):"},
    ),
    "python, a module under a name": (
        {"app.py": "import lib.tool as t\nt.run(¦\n", "src/lib/tool.py": f"def run(x): ...\n{NOISE}"},
        "app.py",
        {"src/lib/tool.py": "def run(x):\ndef unrelated():"},
    ),
    "python, a submodule": (
        {"app.py": "from lib import tool\ntool.run(¦\n", "lib/tool.py": "def run(x): ...\n"},
        "app.py",
        {"lib/tool.py": "def run(x):"},
    ),
    "typescript, across an index file": (
        {
            "src/app.ts": "import { Card as C } from './parts';\nnew C(¦\n",
            "src/parts/index.ts": "export { Card } from './card.js';\nexport * from './list';\n",
            "src/parts/card.ts": "export class Card { title: string; draw(): void {} }\n",
        },
        "src/app.ts",
        {"src/parts/card.ts": "export class Card {\ntitle: string\ndraw(): void\n}"},
    ),
    "typescript, a path alias and a default export": (
        {
            "web/src/pages/home.tsx": "import Card from '@/parts/card';\nCard(¦\n",
            "web/src/parts/card.tsx": "export default function Card(p: number) { return p; }\n",
            "web/old/card.tsx": "export default function Card() {}\n",
        },
        "web/src/pages/home.tsx",
        {"web/src/parts/card.tsx": "export default function Card(p: number)"},
    ),
    "javascript, require": (
        {
            "app.js": "const { f } = require('./lib/f');\nf(¦\n",
            "lib/f.js": "function f(a) {}\n",
        },
        "app.js",
        {"lib/f.js": "function f(a)"},
    ),
    "go, a package and its own": (
        {
            "go.mod": "module example.com/m\n",
            "cmd/main.go": 'package main\nimport "example.com/m/store"\nfunc main() { store.Open(helper(¦)) }\n',
            "cmd/helper.go": 'package main\nfunc helper(n int) string { return "" }\n',
            "store/open.go": "package store\nfunc Open(path string) *DB { return nil }\n",
            "store/db.go": "package store\ntype DB struct { Path string }\nfunc (d *DB) Close() {}\n",
        },
        "cmd/main.go",
        {
            "cmd/helper.go": "func helper(n int) string",
            "store/db.go": "type DB struct {\nPath string\n}\nfunc (d *DB) Close()",
            "store/open.go": "func Open(path string) *DB",
        },
    ),
    "rust, from the crate and re-exported": (
        {
            "src/main.rs": "mod model;\nuse crate::model::Shape;\nfn main() { Shape::new(¦) }\n",
            "src/model/mod.rs": "mod shape;\npub use self::shape::Shape;\n",
            "src/model/shape.rs": (
                "/// A shape.\npub struct Shape { sides: u8 }\nimpl Shape { pub fn new(n: u8) -> Self { panic!() } }\n"
            ),
        },
        "src/main.rs",
        {
            "src/model/shape.rs": (
                "/// A shape.\npub struct Shape {\nsides: u8\n}\nimpl Shape {\npub fn new(n: u8) -> Self\n}"
            ),
        },
    ),
    "java, by package": (
        {
            "src/a/App.java": "package a;\nimport b.c.Shape;\nclass App { Shape s = Side.of(¦); }\n",
            "src/a/Side.java": "package a;\nclass Side { static Shape of(int n) { return null; } }\n",
            "src/b/c/Shape.java": "package b.c;\npublic class Shape { int sides; }\n",
            "src/d/Shape.java": "package d;\npublic class Shape { int wrong; }\n",
        },
        "src/a/App.java",
        {
            "src/a/Side.java": "class Side {\nstatic Shape of(int n)\n}",
            "src/b/c/Shape.java": "public class Shape {\nint sides;\n}",
        },
    ),
    "csharp, by namespace": (
        {
            "App.cs": "using B.C;\nnamespace A { class App { Shape s = new Shape(¦); } }\n",
            "Shape.cs": "namespace B.C { public class Shape { public int Sides; } }\n",
        },
        "App.cs",
        {"Shape.cs": "public class Shape {\npublic int Sides;\n}"},
    ),
    "c, a header": (
        {
            "src/app.c": '#include "shape.h"\nint main() { area(¦); }\n',
            "include/shape.h": "int area(int w, int h);\n",
        },
        "src/app.c",
        {"include/shape.h": "int area(int w, int h);"},
    ),
    "ruby, relative": (
        {
            "app.rb": "require_relative 'lib/shape'\nShape.new(¦\n",
            "lib/shape.rb": "class Shape\n  def area(x)\n  end\nend\n",
        },
        "app.rb",
        {"lib/shape.rb": "class Shape\n  def area(x)\n  end"},
    ),
    "php, by namespace": (
        {
            "app.php": "<?php\nnamespace A;\nuse B\\Shape;\n$s = new Shape(¦);\n",
            "lib/Shape.php": "<?php\nnamespace B;\nclass Shape { function area() {} }\n",
        },
        "app.php",
        {"lib/Shape.php": "class Shape {\nfunction area()\n}"},
    ),
    "the type a class is made from": (
        {
            "app.py": "from model import Child\ndef f(c: Child):\n    c.¦\n",
            "model.py": "from base import Parent\nclass Child(Parent):\n    own: int\n",
            "base.py": "class Parent:\n    given: int\n",
        },
        "app.py",
        {"base.py": "class Parent:\n    given: int", "model.py": "class Child(Parent):\n    own: int"},
    ),
    "python, an import inside of the function": (
        {
            "app.py": "def main():\n    from lib.tool import run_it\n    return ¦\n",
            "lib/tool.py": "def run_it(x): ...\n",
        },
        "app.py",
        {"lib/tool.py": "def run_it(x):"},
    ),
    "rust, an import inside of the function": (
        {
            "src/lib.rs": "mod tool;\nfn main() {\n    use crate::tool::run_it;\n    ¦\n}\n",
            "src/tool.rs": "pub fn run_it(x: u8) {}\n",
        },
        "src/lib.rs",
        {"src/tool.rs": "pub fn run_it(x: u8)"},
    ),
    "javascript, require inside of the function": (
        {
            "app.js": "function main() {\n  const { runIt } = require('./lib/tool');\n  ¦\n}\n",
            "lib/tool.js": "export function runIt(x) {}\n",
        },
        "app.js",
        {"lib/tool.js": "export function runIt(x)"},
    ),
    "rust, what the module around imports for itself": (
        {
            "src/lib.rs": "mod model;\nmod deep;\n",
            "src/model.rs": "pub struct Shape { sides: u8 }\n",
            "src/deep/mod.rs": "use crate::model::Shape;\nmod inner;\n",
            "src/deep/inner.rs": "use super::Shape;\nfn f() { Shape { ¦ } }\n",
        },
        "src/deep/inner.rs",
        {"src/model.rs": "pub struct Shape {\nsides: u8\n}"},
    ),
    "rust, a path from a module of this crate": (
        {
            "src/lib.rs": "mod model;\nuse model::make_shape;\nfn f() { make_shape(¦) }\n",
            "src/model.rs": "pub fn make_shape(n: u8) {}\n",
        },
        "src/lib.rs",
        {"src/model.rs": "pub fn make_shape(n: u8)"},
    ),
    "typescript, a namespace that is handed on": (
        {
            "src/app.ts": "import { shapes } from './all';\nshapes.makeShape(¦);\n",
            "src/all.ts": "export * as shapes from './shapes';\n",
            "src/shapes.ts": "export function makeShape(n: number) {}\n",
        },
        "src/app.ts",
        {"src/shapes.ts": "export function makeShape(n: number)"},
    ),
    "typescript, a folder's index by its name": (
        {
            "src/app.ts": "import { makeShape } from './index';\nmakeShape(¦);\n",
            "src/index.ts": "export function makeShape(n: number) {}\n",
            "index.ts": "export function makeShape(wrong: number) {}\n",
        },
        "src/app.ts",
        {"src/index.ts": "export function makeShape(n: number)"},
    ),
    "typescript, the index of a folder": (
        {
            "src/app.ts": "import { makeShape } from './parts/index.js';\nmakeShape(¦);\n",
            "src/parts/index.ts": "export function makeShape(n: number) {}\n",
        },
        "src/app.ts",
        {"src/parts/index.ts": "export function makeShape(n: number)"},
    ),
    "members of the type that a variable is named after": (
        {
            "app.py": "def f(data_source):\n    data_source.¦\n",
            "a/data.py": "class DataSource:\n    def fetch_rows(self, limit: int): ...\n",
        },
        "app.py",
        {"a/data.py": "class DataSource:\n    def fetch_rows(self, limit: int):"},
    ),
    "go, members of the type that a variable is named after": (
        {
            "m/app.go": "package m\nfunc f(dataSource any) {\n\tdataSource.¦\n}\n",
            "m/data.go": "package m\ntype DataSource struct {\n\tRows int\n}\n",
        },
        "m/app.go",
        {"m/data.go": "type DataSource struct {\n\tRows int\n}"},
    ),
    "what sounds like a name near the cursor, beside it": (
        {
            "app/here.py": "def close_account(user):\n    ¦\n",
            "app/there.py": "def audit_account(user): ...\ndef paint(): ...\n",
        },
        "app/here.py",
        {"app/there.py": "def audit_account(user):"},
    ),
    "a method of one type only": (
        {
            "app.py": "def f(thing):\n    thing.calibrate(¦\n",
            "a/dev.py": "class Device:\n    def calibrate(self, level: int): ...\n",
        },
        "app.py",
        {"a/dev.py": "class Device:\n    def calibrate(self, level: int):"},
    ),
}


@pytest.mark.parametrize("case", LEADS)
def test_names_lead_to_their_definitions(case: str, tmp_path: Path) -> None:
    files, here, expected = LEADS[case]
    assert shown(tmp_path, files, here) == expected


def test_a_name_that_many_files_define_gives_nothing(tmp_path: Path) -> None:
    files = {f"m{number}/a.py": "class Config: ...\n" for number in range(9)}
    assert shown(tmp_path, {**files, "app.py": "x = Config(¦\n"}, "app.py") == {}


def test_an_import_of_a_library_is_no_reason_to_guess(tmp_path: Path) -> None:
    files = {"app.py": "from json import JSONDecoder\nJSONDecoder(¦\n", "x/y.py": "class JSONDecoder: ...\n"}
    assert shown(tmp_path, files, "app.py") == {}


def test_members_that_are_used_come_first_and_with_their_docstring(tmp_path: Path) -> None:
    members = "".join(f"    def other_{number}(self, a: int, b: int) -> None: ...\n" for number in range(60))
    text = f'class Big:\n{members}    def wanted(self):\n        """Do it."""\n'
    files = {"big.py": text, "app.py": "from big import Big\nBig().wanted(¦\n"}
    (snippet,) = found(tmp_path, files, "app.py", budget=200)
    *written, more = snippet.text.split("\n")
    assert written[-2:] == ["    def wanted(self):", '        """Do it."""']
    assert written[:2] == ["class Big:", "    def other_0(self, a: int, b: int) -> None:"]
    # What does not fit is named behind it.
    assert more.startswith("# also: other_")


def test_what_is_shown_stays_the_same_while_a_word_is_typed(tmp_path: Path) -> None:
    files = {"lib.py": "def alpha(): ...\ndef beta(): ...\n", "app.py": "from lib import alpha, beta\nalpha(¦\n"}
    before = found(tmp_path / "1", files, "app.py")
    after = found(tmp_path / "2", {**files, "app.py": "from lib import alpha, beta\nalpha(be¦\n"}, "app.py")
    assert before == after


def test_a_signature_that_the_file_shows_is_not_repeated(tmp_path: Path) -> None:
    files = {
        "shape.h": "int area_of_shape(int width, int height);\n",
        "shape.c": '#include "shape.h"\nint area_of_shape(int width, int height);\nint f() { area_of_shape(¦ }\n',
    }
    assert shown(tmp_path, files, "shape.c") == {}


def test_a_small_prompt_has_no_room_and_a_large_one_keeps_some_for_the_file() -> None:
    assert room(LEAST_BUDGET - 1, 0) == 0
    assert 0 < room(2000, 100_000) < room(2000, 200) < 2000
    assert room(8000, 100_000) == 5200
    assert room(2000, 200) == room(2000, 210)
