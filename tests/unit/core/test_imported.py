"""What import statements of each language say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.imported import Import, exports_in, imports_in, package_in

LANGUAGES = [
    "python",
    "javascript",
    "typescript",
    "go",
    "rust",
    "java",
    "kotlin",
    "scala",
    "c",
    "cpp",
    "csharp",
    "ruby",
    "php",
]

CASES = [
    ("python", "import a.b as c, d", [Import("a.b", alias="c", public=True), Import("d", alias="d", public=True)]),
    ("python", "import a.b", [Import("a.b", alias="a", public=True)]),
    (
        "python",
        "from ..x import (\n    y as z,  # why, not\n    w,\n)",
        [Import("..x", (("y", "z"), ("w", "w")), public=True)],
    ),
    ("python", "from . import *", [Import(".", star=True, public=True)]),
    (
        "typescript",
        "import X, {a as b, type C} from './m';",
        [Import("./m", (("default", "X"), ("a", "b"), ("C", "C")))],
    ),
    ("typescript", "import type { A } from '@/a'", [Import("@/a", (("A", "A"),))]),
    ("typescript", 'import * as ns from "m"', [Import("m", alias="ns")]),
    ("typescript", "import './effects'", [Import("./effects")]),
    ("javascript", "const {k, l: m} = require('n');", [Import("n", (("k", "k"), ("l", "m")))]),
    ("javascript", "const x = await import('n')", [Import("n", alias="x")]),
    (
        "go",
        'import (\n\t"a/b"\n\tx "c/d" // e\n\t. "f"\n)',
        [Import("a/b", alias="b"), Import("c/d", alias="x"), Import("f", star=True)],
    ),
    (
        "rust",
        "pub use crate::a::{self, b, c::{D as E, *}};",
        [
            Import("crate::a", alias="a", public=True),
            Import("crate::a", (("b", "b"),), public=True),
            Import("crate::a::c", (("D", "E"),), public=True),
            Import("crate::a::c", star=True, public=True),
        ],
    ),
    ("rust", "mod q;", [Import("self::q", alias="q")]),
    ("java", "import static c.d.E.f;", [Import("c.d.E", (("f", "f"),))]),
    ("java", "import g.h.*;", [Import("g.h", star=True)]),
    ("kotlin", "import c.D as E", [Import("c", (("D", "E"),))]),
    ("scala", "import c.{D, E => F, _}", [Import("c", (("D", "D"), ("E", "F")), star=True)]),
    ("cpp", '#include "x/y.h"\n', [Import("x/y.h", star=True, public=True)]),
    ("csharp", "using System.X;", [Import("System.X", star=True)]),
    ("csharp", "using Y = A.B;", [Import("A", (("B", "Y"),))]),
    ("ruby", "require_relative 'x/y'", [Import("./x/y", star=True, public=True)]),
    ("ruby", "require 'z'", [Import("z", star=True, public=True)]),
    ("php", "use F\\{G, H as I};", [Import("F", (("G", "G"),)), Import("F", (("H", "I"),))]),
    ("php", "require_once __DIR__ . '/a/b.php';", [Import("a/b.php", star=True, public=True)]),
    ("css", "@import 'a.css';", []),
]


@pytest.mark.parametrize(("language", "statement", "expected"), CASES)
def test_a_statement_is_read(language: str, statement: str, expected: list[Import]) -> None:
    assert list(imports_in(language, statement)) == expected


def test_exports_from_elsewhere_are_imports_that_are_handed_on() -> None:
    text = "export { q as r, type S } from './z';\nexport * from './w'\nexport * as n from './v'\nexport { own };\n"
    assert list(exports_in("typescript", text)) == [
        Import("./z", (("q", "r"), ("S", "S")), public=True),
        Import("./w", star=True, public=True),
        Import("./v", alias="n", public=True),
    ]


def test_what_a_script_gives_of_its_own_under_another_name_comes_from_no_module() -> None:
    text = "export { a as b, c as default, d };\nexport default Form;\nexport default function g() {}\n"
    assert list(exports_in("typescript", text)) == [
        Import("", (("a", "b"), ("c", "default"), ("d", "d")), public=True),
        Import("", (("Form", "default"),), public=True),
    ]
    assert list(exports_in("javascript", "module.exports = Form;\n")) == [
        Import("", (("Form", "default"),), public=True)
    ]
    assert exports_in("typescript", "export { own };\n") == ()


@pytest.mark.parametrize(
    ("language", "statement", "package"),
    [
        ("go", "package foo", "foo"),
        ("java", "package a.b;", "a.b"),
        ("csharp", "namespace N.M ", "N.M"),
        ("php", "namespace A\\B;", "A\\B"),
        ("python", "import a", ""),
    ],
)
def test_a_package_is_read(language: str, statement: str, package: str) -> None:
    assert package_in(language, statement) == package


@given(st.sampled_from(LANGUAGES), st.text(alphabet="import from use{}(),*;:.'\"<>\n #/as\\", max_size=80))
def test_no_text_makes_it_fail(language: str, text: str) -> None:
    for imported in (*imports_in(language, text), *imports_in(language, f"use {text}"), *exports_in(language, text)):
        assert isinstance(imported.module, str)
