"""What is kept of a file for other files: brief, and what belongs to which type."""

from __future__ import annotations

from pathlib import Path

import pytest

from mai_lsp.core.facts import HEADER_CHARACTERS, Facts, facts_of
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
