"""Which definitions of the file are shown beside the window, and how they are shortened."""

from __future__ import annotations

import pytest

from mai_lsp.context.near import near
from mai_lsp.context.scopes import scopes
from mai_lsp.context.used import used
from mai_lsp.core import tokens
from mai_lsp.core.outline import outline
from mai_lsp.core.text import Span
from tests.support.fixture import parse

FAR = "\n" * 60


def found(text: str, language: str, budget: int = 1000) -> list[str]:
    """Return the snippets for a cursor whose window shows only its own line."""
    fixture = parse(text)
    document = fixture.document(language)
    enclosing = scopes(document, fixture.cursor)
    names = near(document, fixture.cursor, enclosing)
    window = document.line_span(document.line_at(fixture.cursor))
    snippets = used(
        document, outline(document), names, enclosing, budget=budget, path="/a", shown=(Span(window.start, window.end),)
    )
    assert sum(snippet.tokens for snippet in snippets) <= budget
    assert [snippet.start for snippet in snippets] == sorted(snippet.start for snippet in snippets)
    assert all(snippet.tokens == tokens.estimate(snippet.text) for snippet in snippets)
    return [snippet.text for snippet in snippets]


LONG = "    y = x\n" * 40
LONGER = "        y = x\n" * 40
HELPER = 'def helper(a: int) -> str:\n    """Help.\n\n    More.\n    """\n'
SHAPE = 'class Shape(Base):\n    """A shape."""\n    sides: int = 0\n    @property\n    def area(self) -> float:\n'

CASES = {
    "python": (
        f"LIMIT = 3\n{HELPER}{LONG}\n{SHAPE}{LONGER}def unused():\n    pass\n{FAR}x = helper(LIMIT, Shape($0))\n",
        [
            "LIMIT = 3",
            'def helper(a: int) -> str:\n    """Help."""',
            'class Shape(Base):\n    """A shape."""\n    sides: int = 0\n    @property\n    def area(self) -> float:',
        ],
    ),
    "javascript": (
        "/** Doc. */\nexport function helper(a, b) {\n" + "  a();\n" * 40 + f"}}\nconst small = (x) => x + 1;\n{FAR}"
        "helper(small(1), $0);\n",
        ["/** Doc. */\nexport function helper(a, b)", "const small = (x) => x + 1;"],
    ),
    "typescript": (
        "export interface Shape {\n  sides: number;\n"
        + "  // filler\n" * 20
        + f"  area(scale: number): number;\n}}\n{FAR}"
        "const s: Shape = $0\n",
        ["export interface Shape {\n  sides: number\n  area(scale: number): number\n}"],
    ),
    "go": (
        "package p\n\n// Doc.\ntype Shape struct {\n\tSides int\n}\n\nfunc helper(a int) error {\n"
        + "\ta++\n" * 40
        + f"}}\n{FAR}func main() {{ helper(Shape{{$0}}) }}\n",
        ["// Doc.\ntype Shape struct {\n\tSides int\n}", "func helper(a int) error"],
    ),
    "rust": (
        "struct Shape { sides: u8 }\nimpl Shape {\n    /// Doc.\n    pub fn area(&self) -> u8 {\n"
        + "        let a = 1;\n" * 40
        + f"    }}\n    fn other(&self) {{ }}\n}}\n{FAR}fn main() {{ let s: Shape = x; s.area($0) }}\n",
        ["struct Shape { sides: u8 }", "impl Shape {\n    /// Doc.\n    pub fn area(&self) -> u8"],
    ),
    "c": (
        "#define LIMIT 3\nstruct shape { int sides; };\n/* Doc. */\nstatic int helper(struct shape *s)\n{\n"
        + "    s++;\n" * 40
        + f"}}\n{FAR}int main(void) {{ struct shape s; return helper(LIMIT, $0); }}\n",
        ["#define LIMIT 3", "struct shape { int sides; }", "/* Doc. */\nstatic int helper(struct shape *s)"],
    ),
    "ruby": (
        "LIMIT = 3\ndef helper(a)\n" + "  a\n" * 40 + f"end\n{FAR}helper(LIMIT, $0)\n",
        ["LIMIT = 3", "def helper(a)"],
    ),
    "kotlin": (
        "fun helper(a: Int): Int {\n" + "    a\n" * 40 + f"}}\nobject Other\n{FAR}fun main() {{ helper($0) }}\n",
        ["fun helper(a: Int): Int"],
    ),
    "lua": (
        "function M.helper(a)\n" + "  a()\n" * 40 + f"end\n{FAR}M.helper($0)\n",
        ["function M.helper(a)"],
    ),
}


@pytest.mark.parametrize("language", CASES)
def test_used_definitions(language: str) -> None:
    text, expected = CASES[language]
    assert found(text, language) == expected


def test_methods_of_the_enclosing_class_are_listed_under_it() -> None:
    text = (
        f"class A(Base):\n    def first(self, a): {FAR}        pass\n    def second(self, b):\n{LONGER}"
        f"    def third(self):\n{LONGER}        return self.first(self.second($0\n"
    )
    assert found(text, "python") == ["class A(Base):\n    def first(self, a): ...\n    def second(self, b): ..."]


def test_a_member_of_another_type_needs_a_dot() -> None:
    text = f"class A:\n    def size(self):\n{LONGER}\n{FAR}"
    assert found(text + "size($0)\n", "python") == []
    assert found(text + "x.size($0)\n", "python") == ["class A:\n    def size(self): ..."]


def test_the_word_being_typed_does_not_count_yet() -> None:
    text = f"def helper():\n{LONG}{FAR}"
    assert found(text + "x = helper$0\n", "python") == []
    assert found(text + "x = helper($0\n", "python") == ["def helper(): ..."]


def test_the_nearest_win_a_small_budget_but_file_order_is_kept() -> None:
    text = "".join(f"def f{number}(argument_{number}):\n{LONG}" for number in range(5))
    text += FAR + "f0()\n" + "\n" * 12 + "f3()\nf1(f1($0))\n"
    everything = found(text, "python")
    assert everything == [f"def f{number}(argument_{number}): ..." for number in (0, 1, 3)]
    assert found(text, "python", budget=20) == [everything[1], everything[2]]
    assert found(text, "python", budget=11) == [everything[1]]
    assert found(text, "python", budget=2) == []


def test_a_class_too_large_for_the_budget_shrinks_to_its_header() -> None:
    methods = "".join(f"    def method_{number}(self, value_{number}):\n{LONGER}" for number in range(30))
    text = f'class Big(Base):\n    """Doc."""\n{methods}{FAR}Big($0\n'
    assert found(text, "python", budget=12) == ['class Big(Base):\n    """Doc."""']
    assert found(text, "python", budget=7) == ["class Big(Base):"]


def test_parameters_of_the_enclosing_function_count() -> None:
    text = f"class Shape:\n    sides = 1\n{FAR}def f(s: Shape):\n" + "\n" * 60 + "    s.$0\n"
    assert found(text, "python") == ["class Shape:\n    sides = 1"]


def test_choice_stays_while_typing_a_line() -> None:
    text = CASES["python"][0].replace("Shape($0))", "Shape(), value, $0")
    base = found(text, "python")
    for typed in ("f", "fo", "foo", "foo_b", "foo_bar(", "foo_bar(1, 2) +"):
        assert found(text.replace("$0", typed + "$0"), "python") == base
