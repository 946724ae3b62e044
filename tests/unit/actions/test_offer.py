"""What is offered where: each built-in action at the places it is for, and not beside them."""

from __future__ import annotations

import pytest

from mai_lsp.actions import styles
from mai_lsp.actions.catalogue import ACTIONS, IDS, Kind
from mai_lsp.actions.offer import find, offer
from mai_lsp.actions.offered import Abilities, Offer
from mai_lsp.actions.own import Own
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Document, Span
from tests.support.fixture import Fixture, parse

EVERYTHING = Abilities(input=True)


def offers(language: str, text: str, abilities: Abilities = EVERYTHING, *own: Own) -> list[Offer]:
    """What is offered at the cursor or selection of a fixture without problems."""
    fixture = parse(text)
    assert fixture.selection is not None
    return offer(document_of(fixture, language), fixture.selection, [], own, abilities)


def document_of(fixture: Fixture, language: str) -> Document:
    document = fixture.document(language)
    assert document.syntax is not None
    return document


def ids(language: str, text: str, abilities: Abilities = EVERYTHING) -> list[str]:
    return [one.id for one in offers(language, text, abilities)]


def changed(language: str, text: str, identity: str) -> str:
    """The text that an action would change."""
    fixture = parse(text)
    one = next(one for one in offers(language, text) if one.id == identity)
    return fixture.text[one.span.start : one.span.end]


YES = [
    ("complete", "python", "def total$0(items): ...\n"),
    ("complete", "python", "def total(items):\n    '''Sum.'''\n    pass$0\n"),
    ("complete", "python", "def total(items):\n    # Todo: add them up\n    return None$0\n"),
    ("complete", "python", "def total$0(items):\n    raise NotImplementedError\n"),
    ("complete", "python", "def total$0(items):\n    raise NotImplementedError('later')\n"),
    ("complete", "typescript", "function total(items: X[]): number { throw new Error('not implemented')$0; }\n"),
    ("complete", "typescript", "class A { total(items) {$0} }\n"),
    ("complete", "javascript", "const total = ($0items) => { throw new Error('Todo'); };\n"),
    ("complete", "rust", "fn total(items: &[u8]) -> u8 { todo!()$0 }\n"),
    ("complete", "rust", 'fn total$0(items: &[u8]) -> u8 { unimplemented!("later") }\n'),
    ("complete", "go", 'package a\n\nfunc Total$0(items []int) int {\n\tpanic("not implemented")\n}\n'),
    ("complete", "java", "class A { int f$0(int a) { throw new UnsupportedOperationException(); } }\n"),
    ("complete", "csharp", "class A { int F() => throw new System.NotImplementedException()$0; }\n"),
    ("complete", "kotlin", "fun total$0(): Int = Todo()\n"),
    ("complete", "ruby", "def total$0(a)\n  raise NotImplementedError\nend\n"),
    ("complete", "php", "<?php\nfunction total$0($a) { }\n"),
    ("complete", "cpp", "int total$0(int a) { }\n"),
    ("translate", "python", "def f(path):\n    # read the file and count its words$0\n    return 1\n"),
    ("translate", "python", "# Todo: sort all the names $0by their length\n"),
    ("translate", "typescript", "function f() {\n  // fetch all users and print $0their names\n}\n"),
    ("translate", "go", "package a\n\nfunc F() {\n\t// open the file and read every line$0\n}\n"),
    ("extract.function", "python", "def f(a):\n    $0b = a + 1\n    c = b * 2\n$0    return c\n"),
    ("extract.function", "javascript", "function f(a) {\n  $0const b = a + 1;\n  g(b);$0\n  return b;\n}\n"),
    ("extract.function", "go", "package a\n\nfunc F(a int) int {\n\t$0b := a + 1\n\tb = b * 2$0\n\treturn b\n}\n"),
    ("extract.function", "rust", "fn f(a: i32) -> i32 {\n    $0let b = a + 1;\n    g(b);$0\n    b\n}\n"),
    ("extract.variable", "python", "def f(a):\n    return $0a.price * 2$0 + 1\n"),
    ("extract.variable", "typescript", "function f(a) { return $0g(a, 1)$0 + 1; }\n"),
    ("document", "python", "def total$0(items):\n    return sum(items)\n"),
    ("document", "python", "class Cart$0:\n    x = 1\n"),
    ("document", "python", "class Cart:\n    def add(self, $0item):\n        self.x = item\n"),
    ("document", "typescript", "export const f = ($0a: number) => a + 1;\n"),
    ("document", "go", "package a\n\nfunc F$0(a int) int { return a }\n"),
    ("document", "rust", "#[inline]\nfn f$0(a: i32) -> i32 { a }\n"),
    ("document", "java", "class A { int f$0(int a) { return a; } }\n"),
    ("document", "csharp", "class A { int F$0(int a) { return a; } }\n"),
    ("redocument", "python", "def total(items):\n    '''Sum $0them.'''\n    return sum(items)\n"),
    ("redocument", "typescript", "/** Adds $0one. */\nfunction f(a: number) { return a; }\n"),
    ("redocument", "rust", "/// Adds.\nfn f$0(a: i32) -> i32 { a }\n"),
    ("types.add", "python", "def f$0(a, b: int): return a\n"),
    ("types.add", "python", "def f$0(a: int): return a\n"),
    ("types.add", "typescript", "function f$0(a, b: number) { return a; }\n"),
    ("types.add", "php", "<?php\nfunction f$0($a, int $b) { return $a; }\n"),
    ("types.jsdoc", "javascript", "function f$0(a) { return a; }\n"),
    ("types.tighten", "python", "def f$0(a: Any) -> list: return a\n"),
    ("types.tighten", "typescript", "function f$0(a: any): number { return 1; }\n"),
    ("convert.comprehension", "python", "def f(xs):\n    out = []\n    for$0 x in xs:\n        out.append(x + 1)\n"),
    ("convert.comprehension", "python", "for$0 x in xs:\n    if x:\n        seen.add(x)\n"),
    ("convert.comprehension", "python", "for k, v$0 in xs:\n    table[k] = v\n"),
    ("convert.loop", "python", "names = [one.name for $0one in all if one]\n"),
    ("convert.fstring", "python", "text = 'a' + $0name\n"),
    ("convert.fstring", "python", "text = '%s' % $0name\n"),
    ("convert.fstring", "python", "text = '{}'.for$0mat(name)\n"),
    ("convert.template", "typescript", "const text = 'a' + $0name + '!';\n"),
    ("convert.interpolation", "csharp", 'class A { string F(string b) { return "a" +$0 b; } }\n'),
    ("convert.async", "typescript", "function f() {\n  return get().th$0en((a) => a.b);\n}\n"),
    ("convert.async", "javascript", "read('x', (err, data$0) => { use(data); });\n"),
    ("convert.promise", "javascript", "function f(a, callback$0) { callback(null, a); }\n"),
    ("convert.switch", "python", "if$0 a == 1:\n    b()\nelif a == 2:\n    c()\nelif a == 3:\n    d()\n"),
    ("convert.switch", "typescript", "if$0 (a === 1) { b(); } else if (a === 2) { c(); } else if (a === 3) { d(); }\n"),
    (
        "convert.switch",
        "java",
        "class A { void f(int a) { if$0 (a == 1) b(); else if (a == 2) c(); else if (a == 3) d(); } }\n",
    ),
    (
        "convert.switch",
        "rust",
        "fn f(a: i32) {\n    if$0 a == 1 { b() } else if a == 2 { c() } else if a == 3 { d() }\n}\n",
    ),
    ("convert.guard", "python", "def f(a):\n    if $0a:\n        b()\n        c()\n        d()\n"),
    ("convert.guard", "go", "package a\n\nfunc F(a bool) {\n\tif $0a {\n\t\tb()\n\t\tc()\n\t}\n}\n"),
    (
        "convert.dataclass",
        "python",
        "class Point$0:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n",
    ),
    ("simplify", "python", "def f$0(a):\n" + "".join(f"    a = a + {n}\n" for n in range(8)) + "    return a\n"),
    ("simplify", "python", "def f(a):\n    $0if a:\n        return True\n    return False$0\n"),
    ("tests", "python", "def total$0(items):\n    return sum(items)\n"),
    ("tests", "go", "package a\n\nfunc Total$0(a int) int { return a }\n"),
    ("tests", "rust", "pub fn total$0(a: i32) -> i32 { a }\n"),
    ("tests", "java", "class Cart$0 { int f(int a) { return a; } }\n"),
    ("parameters", "python", "def f$0(a, b, c, d, e): return a\n"),
    ("parameters", "typescript", "export function f($0a, b, c, d, e) { return a; }\n"),
    ("parameters", "java", "class A { int f$0(int a, int b, int c, int d, int e) { return a; } }\n"),
    ("move", "python", "class Cart$0:\n    x = 1\n\n\nclass Item:\n    y = 2\n"),
    ("move", "typescript", "export class Cart$0 {}\nexport interface Item { a: number }\n"),
    ("explain", "python", "def f():\n    return $0g()\n"),
    ("explain", "python", "x = $0f(1)$0\n"),
    ("modify", "python", "x = 1$0\n"),
    ("refactor", "python", "def f$0(a): return a\n"),
    ("refactor", "typescript", "export class Cart$0 {}\n"),
]

NO = [
    ("complete", "python", "def total$0(items):\n    return sum(items)\n"),
    ("complete", "python", "class A:\n    @abstractmethod\n    def total$0(self): ...\n"),
    ("complete", "python", "class A(Protocol):\n    def total$0(self): ...\n"),
    ("complete", "python", "@overload\ndef total$0(items): ...\n"),
    ("complete", "python", "class A$0:\n    pass\n"),
    ("complete", "typescript", "class A { constructor($0private a: B) {} }\n"),
    ("complete", "typescript", "const noop$0 = () => {};\n"),
    ("complete", "java", "interface A { int f$0(int a); }\n"),
    ("complete", "python", "def total$0(items):\n    raise ValueError('no items')\n"),
    ("translate", "python", "# Copyright 2026 the authors$0 of this\nx = 1\n"),
    ("translate", "python", "x = 1  # count of all $0the words\n"),
    ("translate", "python", "def f():\n    # return sum($0items)\n    return 1\n"),
    ("translate", "python", "# noqa$0\n"),
    ("translate", "typescript", "// Adds one to a $0given number.\nfunction f(a: number) { return a; }\n"),
    ("translate", "rust", "/// Adds one to $0a given number.\nfn f(a: i32) -> i32 { a }\n"),
    ("extract.function", "python", "def f(a):\n    b = $0a + 1\n    c$0 = b * 2\n    return c\n"),
    ("extract.function", "python", "$0def f(a):\n    return a$0\n"),
    ("extract.function", "python", "$0import os\nimport re$0\n"),
    ("extract.function", "python", "x = 1$0\n"),
    ("extract.variable", "python", "x = $0name$0\n"),
    ("extract.variable", "python", "x = f($0a, b$0)\n"),
    ("extract.variable", "python", "def f($0a: int$0): return a\n"),
    ("document", "python", "def total$0(items):\n    '''Sum.'''\n    return sum(items)\n"),
    ("document", "python", "def total(items):\n    return sum($0items)\n"),
    ("document", "python", "def f():\n    def inner$0(a): return a\n    return inner\n"),
    ("document", "go", "package a\n\n// F adds.\nfunc F$0(a int) int { return a }\n"),
    ("document", "java", "class A {\n  /** Adds. */\n  int f$0(int a) { return a; }\n}\n"),
    ("redocument", "python", "def total$0(items):\n    return sum(items)\n"),
    ("types.add", "python", "def f$0(self, a: int) -> int: return a\n"),
    ("types.add", "typescript", "function f$0(a: number) { return a; }\n"),
    ("types.add", "go", "package a\n\nfunc F$0(a int) int { return a }\n"),
    ("types.add", "javascript", "function f$0(a) { return a; }\n"),
    ("types.jsdoc", "javascript", "/** @param {number} a */\nfunction f$0(a) { return a; }\n"),
    ("types.jsdoc", "typescript", "function f$0(a) { return a; }\n"),
    ("types.tighten", "python", "def f$0(a: list[int]) -> dict[str, int]: return {}\n"),
    ("convert.comprehension", "python", "for$0 x in xs:\n    print(x)\n"),
    ("convert.comprehension", "python", "for$0 x in xs:\n    out.append(x)\n    print(x)\n"),
    ("convert.comprehension", "python", "for$0 x in xs:\n    out.append(x)\nelse:\n    stop()\n"),
    ("convert.comprehension", "javascript", "for$0 (const x of xs) { out.push(x); }\n"),
    ("convert.fstring", "python", "x = a + $0b\n"),
    ("convert.fstring", "python", "x = 'a' + $0'b'\n"),
    ("convert.template", "typescript", "const x = 1 + $0a;\n"),
    ("convert.template", "typescript", "const x = 'a' + $0'b';\n"),
    ("convert.async", "typescript", "items.map(($0a) => a.b);\n"),
    ("convert.switch", "python", "if$0 a == 1:\n    b()\nelif c == 2:\n    c()\nelif a == 3:\n    d()\n"),
    ("convert.switch", "python", "if$0 a == 1:\n    b()\nelif a == 2:\n    c()\n"),
    ("convert.switch", "python", "if a == 1:\n    $0b()\nelif a == 2:\n    c()\nelif a == 3:\n    d()\n"),
    ("convert.guard", "python", "def f(a):\n    if $0a:\n        b()\n        c()\n        d()\n    return 1\n"),
    ("convert.guard", "python", "def f(a):\n    if $0a:\n        b()\n        c()\n    else:\n        d()\n"),
    (
        "convert.dataclass",
        "python",
        "class Point$0:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y + 1\n",
    ),
    ("simplify", "python", "def f$0(a):\n    return a\n"),
    ("simplify", "python", "def f(a):\n    return $0a\n"),
    ("tests", "python", "def _total$0(items):\n    return sum(items)\n"),
    ("tests", "python", "//- /tests/test_cart.py\ndef helper$0(items):\n    return sum(items)\n"),
    ("tests", "go", "//- /cart_test.go\npackage a\n\nfunc Total$0(a int) int { return a }\n"),
    ("tests", "java", "class A { private int f$0(int a) { return a; } }\n"),
    ("tests", "css", "a$0 { color: red }\n"),
    ("parameters", "python", "def f$0(self, a, b, c, d): return a\n"),
    ("move", "python", "class Cart$0:\n    x = 1\n"),
    ("move", "python", "class Cart:\n    class Inner$0:\n        y = 1\n\n\nclass Item:\n    y = 2\n"),
    ("refactor", "python", "def f(a):\n    return $0a\n"),
    ("explain", "python", "x = 1$0\n"),
]


@pytest.mark.parametrize(("identity", "language", "text"), YES)
def test_an_action_is_offered_where_it_is_for(identity: str, language: str, text: str) -> None:
    assert identity in ids(language, text)


@pytest.mark.parametrize(("identity", "language", "text"), NO)
def test_an_action_is_not_offered_beside_that(identity: str, language: str, text: str) -> None:
    assert identity not in ids(language, text)


def test_every_action_has_places_where_it_is_offered_and_where_it_is_not() -> None:
    assert {row.id for row in ACTIONS} == {identity for identity, _, _ in YES}
    always = {"modify", "convert.loop", "convert.interpolation", "convert.promise"}
    assert {row.id for row in ACTIONS} - always <= {identity for identity, _, _ in NO}


REGIONS = [
    ("complete", "python", "x = 1\n\n@cache\ndef f$0(a):\n    pass\n\ny = 2\n", "@cache\ndef f(a):\n    pass"),
    ("document", "python", "@cache\ndef f$0(a,\n      b):\n    return a\n", "@cache\ndef f(a,\n      b):"),
    (
        "redocument",
        "python",
        "def f$0(a):\n    '''One.\n\n    Two.'''\n    return a\n",
        "def f(a):\n    '''One.\n\n    Two.'''",
    ),
    ("document", "typescript", "export const f$0 = (a) => {\n  g(a);\n};\n", "export const f = (a) => {"),
    ("redocument", "rust", "/// One.\n#[inline]\nfn f$0() {\n    g();\n}\n", "/// One.\n#[inline]\nfn f() {"),
    (
        "extract.variable",
        "python",
        "def f(a):\n    b = g(\n        $0a + 1$0,\n    )\n",
        "    b = g(\n        a + 1,\n    )",
    ),
    ("extract.function", "python", "def f(a):\n    $0b = 1\n    c = 2$0\n", "def f(a):\n    b = 1\n    c = 2"),
    (
        "translate",
        "python",
        "def f():\n    # read all lines$0\n    # and count them\n    x = 1\n",
        "    # read all lines\n    # and count them",
    ),
    (
        "convert.comprehension",
        "python",
        "out = []\nfor$0 x in y:\n    out.append(x)\nz = 1\n",
        "out = []\nfor x in y:\n    out.append(x)",
    ),
    ("modify", "python", "def f(a):\n    b = $01\n    c$0 = 2\n", "    b = 1\n    c = 2"),
]


@pytest.mark.parametrize(("identity", "language", "text", "expected"), REGIONS)
def test_what_would_be_changed_is_whole_lines_and_no_more_than_needed(
    identity: str, language: str, text: str, expected: str
) -> None:
    assert changed(language, text, identity) == expected


def test_crlf_and_wide_characters_do_not_move_regions() -> None:
    text = "x = '😀é'\r\n\r\ndef f$0(a):\r\n    pass\r\n\r\ny = 2\r\n"
    assert changed("python", text, "complete") == "def f(a):\r\n    pass"


def test_titles_name_what_they_are_about_and_long_names_are_cut() -> None:
    titles = [one.title for one in offers("python", "def total$0(a, b, c, d, e): return a\n")]
    assert "Write documentation for `total`" in titles
    assert "Put the 5 parameters of `total` into one object, everywhere" in titles
    long = next(one.title for one in offers("python", f"def {'x' * 80}$0(a): return a\n") if one.id == "document")
    assert len(long) < 70
    assert long.endswith("…`")


def test_who_has_not_asked_sees_only_what_fits_exactly() -> None:
    quiet = Abilities(input=True, by_hand=False)
    assert ids("python", "def f$0(a, b, c, d, e): return a\n", quiet) == []
    assert ids("python", "def f$0(a): ...\n", quiet) == ["complete"]
    assert ids("python", "# Todo: read all the lines$0\n", quiet) == ["translate"]
    assert ids("python", "def f():\n    # read all the lines$0\n    x = 1\n", quiet) == []


def test_a_menu_stays_short() -> None:
    assert len(offers("python", "def f$0(a, b, c, d, e):\n" + "    x = a\n" * 20)) <= 9
    assert len(offers("python", "x = 1$0\n")) <= 2


def test_only_the_kinds_that_are_wanted_are_offered() -> None:
    text = "def f(a):\n    return $0a.price * 2$0 + 1\n"
    assert ids("python", text, Abilities(only=["refactor.extract"])) == ["extract.variable"]
    assert set(ids("python", text, Abilities(input=True, only=["refactor"]))) == {"extract.variable", "modify"}
    assert ids("python", text, Abilities(only=["source.organizeImports"])) == []
    assert ids("python", text, Abilities(only=["quickfix"])) == []
    assert "explain" in ids("python", text, Abilities(only=[""]))


def test_what_the_user_has_disabled_is_not_offered() -> None:
    text = "def f$0(a): return a\n"
    assert "tests" not in ids("python", text, Abilities(disabled=["tests"]))
    assert "document" in ids("python", text, Abilities(disabled=["tests"]))


def test_what_the_client_can_not_do_is_not_offered() -> None:
    text = "class Cart$0:\n    x = 1\n\n\nclass Item:\n    y = 2\n"
    assert {"modify", "refactor"}.isdisjoint(ids("python", text, Abilities()))
    assert "move" not in ids("python", text, Abilities(creates=False))
    assert "move" in ids("python", text, Abilities())


def test_an_offer_can_be_found_again_by_its_id() -> None:
    for identity, language, text in YES:
        fixture = parse(text)
        assert fixture.selection is not None
        document = document_of(fixture, language)
        there = next(one for one in offers(language, text) if one.id == identity)
        assert find(identity, document, fixture.selection, [], []) == there


def test_an_offer_that_does_not_fit_any_more_is_not_found() -> None:
    fixture = parse("def f$0(a): return a\n")
    assert fixture.selection is not None
    document = document_of(fixture, "python")
    assert find("complete", document, fixture.selection, [], []) is None
    assert find("no.such", document, fixture.selection, [], []) is None


def test_without_a_tree_nothing_is_guessed() -> None:
    fixture = parse("def f$0(a): ...\n")
    assert fixture.selection is not None
    document = fixture.document("python", parse=False)
    assert offer(document, fixture.selection, [], [], EVERYTHING) == []
    problem = Problem(Span(0, 6), Severity.ERROR, "wrong")
    assert [one.id for one in offer(document, fixture.selection, [problem], [], EVERYTHING)][:1] == ["fix"]


def test_an_empty_file_and_the_ends_of_a_file_are_places_too() -> None:
    assert offers("python", "$0") == [] or offers("python", "$0")[0].id == "modify"
    for text in ("$0def f(a): return a\n", "def f(a): return a\n$0", "\n\n$0\n\n", "x = (\n$0"):
        offers("python", text)


def test_ids_are_unique_and_every_language_with_documentation_is_known() -> None:
    assert len(IDS) == len(set(IDS))
    assert set(styles.TYPES) == {"python", "typescript", "typescriptreact", "php", "javascript", "javascriptreact"}
    assert {one.value for one in Kind if one is not Kind.EXPLAIN} <= {
        "quickfix",
        "refactor",
        "refactor.extract",
        "refactor.rewrite",
        "refactor.move",
        "source",
    }
