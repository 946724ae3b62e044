"""What is kept of a file for other files: brief, and what belongs to which type."""

from __future__ import annotations

from pathlib import Path

import pytest
import tree_sitter

from mai_lsp.core import grammars
from mai_lsp.core.details import QUERIES
from mai_lsp.core.facts import HEADER_CHARACTERS, Facts, facts_of
from mai_lsp.core.language import LANGUAGES
from mai_lsp.workspace.index.entry import pack, unpack
from tests.support.indexed import document_of

CASES = {
    "a.py": (
        'class A(B):\n    """Doc.\n\n    More.\n    """\n    x: int = 1\n    def f(self, a): ...\nLIMIT = 3\n',
        [
            ("A", "type", "", "class A(B):", '    """Doc."""'),
            ("x", "value", "A", "    x: int = 1", ""),
            ("f", "function", "A", "    def f(self, a):", ""),
            ("LIMIT", "value", "", "LIMIT = 3", ""),
        ],
    ),
    "a.ts": (
        "/** Doc. */\nexport class Foo<T> { x = 1; bar(): void {} }\nexport enum E { A, B }\n",
        [
            ("Foo", "type", "", "export class Foo<T> {", "/** Doc. */"),
            ("x", "value", "Foo", "x = 1", ""),
            ("bar", "function", "Foo", "bar(): void", ""),
            ("E", "type", "", "export enum E { A, B }", ""),
            ("A", "value", "E", "", ""),
            ("B", "value", "E", "", ""),
        ],
    ),
    "a.go": (
        "package p\n// M does.\nfunc (r *T) M(a int) int { return 1 }\ntype T struct {\n\tA int\n}\n",
        [
            ("M", "function", "T", "func (r *T) M(a int) int", "// M does."),
            ("T", "type", "", "type T struct {", ""),
            ("A", "value", "T", "\tA int", ""),
        ],
    ),
    "a.rs": (
        "pub struct Bar<T> { x: T }\nimpl<T> Foo for Bar<T> { fn m(&self) {} }\nmod inner { pub fn free() {} }\n",
        [
            ("Bar", "type", "", "pub struct Bar<T> {", ""),
            ("x", "value", "Bar", "x: T", ""),
            ("m", "function", "Bar", "fn m(&self)", ""),
            ("free", "function", "", "pub fn free()", ""),
        ],
    ),
    "a.cpp": (
        "namespace n { int free(int a) { return a; } void A::f() {} }\n",
        [("free", "function", "", "int free(int a)", ""), ("f", "function", "A", "void A::f()", "")],
    ),
}

LONG = ", ".join(f"CONSTANT_NUMBER_{number}" for number in range(9))

DETAILS = {
    "names of one declaration, python": (
        "a.py",
        "a, b = 1, 2\nx = y = 3\nclass K:\n  p, q = f()\n",
        "a b x y K K.p K.q",
    ),
    "names of one declaration, go": (
        "a.go",
        "package p\nvar a, b int\nvar (\n\tc, d = f()\n)\nconst (\n\tE, F = 1, 2\n)\ntype T struct{ X, Y int }\n",
        "a b c d E F T T.X T.Y",
    ),
    "names of one declaration, java": ("A.java", "class A { int a, b = 2; }\n", "A A.a A.b"),
    "names of one declaration, c": (
        "a.c",
        (
            "int a, *b, c[3] = {1};\ntypedef struct node { int v, w; } node_t, *node_p;\n"
            "int f(int z) { int local, other; }\n"
        ),
        "a b c node_t node node_p node_t.v node_t.w f",
    ),
    "names of one declaration, csharp": ("a.cs", "class A { int a, b; event E x, y; }\n", "A A.a A.b A.x A.y"),
    "names of one declaration, php": (
        "a.php",
        "<?php\nclass A { const P = 1, Q = 2; public $r, $s; }\n",
        "A A.P A.Q A.r A.s",
    ),
    "names taken apart": (
        "a.ts",
        (
            "export const { a, b: c, ...d } = f(), [e] = g();\nconst run = () => { const { local } = h(); };\n"
            "on(() => { const { inner } = h(); });\n"
        ),
        "a c d e run",
    ),
    "names taken apart, scala": ("a.scala", "val (a, b) = f()\nval c, d = 1\n", "a b c d"),
    "no new names": ("a.py", "a.b = 1\nc['d'] = 2\ne = 3\n", "e"),
    "fields made by a constructor, python": (
        "a.py",
        (
            "class A:\n  kept = 0\n  def __init__(self, c):\n    self.c: C = c\n    self.kept = 1\n    local = 2\n"
            "  def f(self):\n    self.late = 1\n"
        ),
        "A A.kept A.__init__ A.c A.f",
    ),
    "fields made by a constructor, typescript": (
        "a.ts",
        "class A { constructor(private readonly x: X, y: Y, public z?: Z) { this.w = 1; } }\n",
        "A A.constructor A.x A.z A.w",
    ),
    "fields made by a constructor, php": (
        "a.php",
        "<?php\nclass A { function __construct(private int $x, $y) {} }\n",
        "A A.__construct A.x",
    ),
    "constants, rust": ("a.rs", "enum E { A(u8), B { x: i32 } }\nfn f() { enum L { C } }\n", "E E.A E.B f"),
    "constants, java": ("E.java", "enum E { A(1), B { int f() { return 2; } }; int z; }\n", "E E.z E.A E.B"),
    "constants, csharp": ("a.cs", "enum E { A, B = 2 }\nrecord R(int P);\n", "E E.A E.B R R.P"),
    "constants, kotlin": (
        "a.kt",
        "enum class E(val v: Int) {\n  A(1),\n  B(2);\n  fun m() {}\n}\n",
        "E E.m E.v E.A E.B",
    ),
    "constants, swift": ("a.swift", "enum E { case a, b(Int)\n case c }\n", "E E.a E.b E.c"),
    "constants, scala": ("a.scala", "enum E { case A, B }\ncase class P(x: Int)\n", "E E.A E.B P P.x"),
    "constants, php": ("a.php", "<?php\nenum E { case A; case B; }\ndefine('T', 3);\n", "E E.A E.B T"),
    "constants, c": ("a.c", "enum color { RED, GREEN = 2 };\n", "color RED GREEN"),
    "constants, c++": ("a.cpp", "enum class E { A };\nenum F { B };\n", "E E.A F B"),
    "objects": (
        "a.ts",
        (
            "export const api = { get(x: X) { return {y: 1} }, list: async () => {}, n: 1, short } as const;\n"
            "const frozen = Object.freeze({ z: 1 });\nuse({ no: 1 });\n"
        ),
        "api api.get api.list api.n api.short frozen frozen.z",
    ),
    "type literals": ("a.ts", "type X = { p: string; m(): void } & Y;\ntype Z = string;\n", "X X.p X.m Z"),
    "exports": (
        "a.js",
        "module.exports = { a, b: function () {}, c() {} };\nexports.d = () => 1;\nA.prototype.e = function () {};\n",
        "exports b c d A.e",
    ),
    "embedded types": (
        "a.go",
        "package p\ntype T struct {\n\tsync.Mutex\n\t*Base\n\tX int\n}\ntype I interface {\n\tio.Reader\n\tM()\n}\n",
        "T T.X T.Mutex T.Base I I.M I.Reader",
    ),
    "outside of the class": ("a.cpp", "int A::z = 1;\nvoid A::f(int x = B::g()) {}\n", "A.z A.f"),
    "attributes, ruby": ("a.rb", "class A\n  attr_reader :x, :y\n  alias z x\nend\nP, Q = 1, 2\n", "A A.x A.y A.z P Q"),
    "tables, lua": (
        "a.lua",
        "local a, b = 1, 2\nlocal api = { get = function() end, n = 1 }\n",
        "a b api api.get api.n",
    ),
}


@pytest.mark.parametrize("case", DETAILS)
def test_every_name_is_known_and_nothing_local(case: str) -> None:
    name, text, expected = DETAILS[case]
    symbols = facts_of(document_of(Path("/w"), name, text)).symbols
    found = [f"{symbol.owner}.{symbol.name}".lstrip(".") for symbol in symbols]
    assert sorted(found) == sorted(expected.split())
    assert [symbol.start for symbol in symbols] == sorted(symbol.start for symbol in symbols)


def test_names_of_one_declaration_share_its_text_and_place() -> None:
    first, second = facts_of(document_of(Path("/w"), "a.go", "package p\n// Doc.\nvar a, b = f()\n")).symbols
    assert first._replace(name="b") == second
    assert first.header == "var a, b = f()"
    assert first.doc == "// Doc."


def test_a_long_enum_is_opened_and_a_short_one_is_shown_whole() -> None:
    short, long = (
        facts_of(document_of(Path("/w"), "a.ts", f"export enum E {{ {constants} }}\n")).symbols
        for constants in ("A, B", LONG)
    )
    assert [symbol.header for symbol in short] == ["export enum E { A, B }", "", ""]
    assert [symbol.header for symbol in long][:3] == ["export enum E {", "CONSTANT_NUMBER_0,", "CONSTANT_NUMBER_1,"]
    (_, red, *_), text = facts_of(document_of(Path("/w"), "a.c", f"enum e {{ {LONG} }};\n")).symbols, LONG
    assert red.header == f"enum e {{ {text.partition(',')[0]} }}"


def test_a_constructor_gives_its_object_the_text_of_its_assignments() -> None:
    text = "class A:\n    def __init__(self, c):\n        self.client = Client(c)\n        planted = 1\n"
    symbols = facts_of(document_of(Path("/w"), "a.py", text)).symbols
    assert [symbol.header for symbol in symbols] == [
        "class A:",
        "    def __init__(self, c):",
        "        self.client = Client(c)",
    ]


@pytest.mark.parametrize("language", QUERIES)
def test_every_query_fits_its_grammar(language: str) -> None:
    grammar = grammars.load(LANGUAGES[language])
    assert grammar is not None
    assert tree_sitter.Query(grammar, QUERIES[language]).pattern_count > 0


@pytest.mark.parametrize("name", CASES)
def test_definitions_are_brief_and_know_their_type(name: str) -> None:
    text, expected = CASES[name]
    facts = facts_of(document_of(Path("/w"), name, text))
    assert [tuple(symbol[:5]) for symbol in facts.symbols] == expected


def test_a_body_or_a_long_value_is_never_kept() -> None:
    text = "def f():\n    planted = 1\n\nDATA = [\n" + "    'row',\n" * 500 + "]\n" + f"LONG = '{'x' * 5000}'\n"
    facts = facts_of(document_of(Path("/w"), "a.py", text))
    assert "planted" not in str(facts)
    assert all(len(symbol.header) <= HEADER_CHARACTERS for symbol in facts.symbols)


def test_facts_survive_packing() -> None:
    text = "from .a import b as c\nclass Ä(c):\n    '''Doc “x”.'''\n    def f(self): ...\n"
    facts = facts_of(document_of(Path("/w"), "a.py", text))
    assert facts.symbols
    assert facts.imports
    assert unpack(pack(facts)) == facts
    assert unpack(pack(Facts())) == Facts()


def test_what_runs_only_as_a_script_is_not_offered_to_other_files(tmp_path: Path) -> None:
    text = 'class A: ...\nif __name__ == "__main__":\n    table = A()\n    def helper(): ...\n'
    facts = facts_of(document_of(tmp_path, "a.py", text))
    assert [symbol.name for symbol in facts.symbols] == ["A"]
