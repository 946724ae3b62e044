"""The filters, each in several languages: what it drops, and what is close to that and must be shown."""

from __future__ import annotations

import pytest

from mai_lsp.core.history import Region
from mai_lsp.reply.broken import LARGE
from mai_lsp.reply.checks import CHECKS, Memory, was_rejected
from mai_lsp.reply.redundant import within
from mai_lsp.reply.verdict import Verdict
from tests.support.fixture import parse
from tests.unit.reply.settling import check

SOURCES = {
    "python": ("def f(a, b):\n    c = a\n    ", "\n    return c\n"),
    "typescript": ("function f(a: number, b: number) {\n  let c = a;\n  ", "\n  return c;\n}\n"),
    "go": ("package p\n\nfunc f(a, b int) int {\n\tc := a\n\t", "\n\treturn c\n}\n"),
    "rust": ("fn f(a: i32, b: i32) -> i32 {\n    let c = a;\n    ", "\n    return c;\n}\n"),
    "java": ("class F {\n    int f(int a, int b) {\n        int c = a;\n        ", "\n        return c;\n    }\n}\n"),
    "c": ("int f(int a, int b) {\n    int c = a;\n    ", "\n    return c;\n}\n"),
    "ruby": ("def f(a, b)\n  c = a\n  ", "\n  return c\nend\n"),
}
"""A function per language, the cursor on an empty line between two statements."""

DROPPED: dict[Verdict, dict[str, str]] = {
    Verdict.DUPLICATE: {
        "python": "return c",
        "typescript": "return c;",
        "go": "return c",
        "rust": "return c;",
        "java": "return c;",
        "c": "return c;",
        "ruby": "return c",
    },
    Verdict.COMMENT: {
        "python": "# add b to c",
        "typescript": "// add b to c",
        "go": "// add b to c",
        "rust": "// add b to c",
        "java": "/* add b to c */",
        "c": "/* add b\n       to c */",
        "ruby": "# add b to c",
    },
    Verdict.IMPORTS: {
        "python": "from os import path",
        "typescript": 'const fs = require("fs");',
        "go": 'import "fmt"',
        "rust": "use std::{\n        fmt,\n        io,\n    };",
        "java": "import java.util.List;",
        "c": "#include <math.h>",
        "ruby": 'require "json"',
    },
    Verdict.BROKEN: {
        "python": "for in b: c += 1",
        "typescript": "const d = c * * b;",
        "go": "if (c > 3 then { c = 3 }",
        "rust": "let fn = c + ;",
        "java": "if (c > ) { c = 0; }",
        "c": "c = = b;",
        "ruby": "c = = b",
    },
    Verdict.REPETITIVE: {
        "python": "c = a" + " + a" * 20,
        "typescript": "const d = a" + " || b || a" * 20 + ";",
        "go": "c = a" + " + b*a" * 20,
        "rust": "let d = a" + " + a" * 20 + ";",
        "java": "int d = g(a" + ", a" * 20 + ");",
        "c": "g(" + "a, " * 20 + "a);",
        "ruby": "c = a" + " + a" * 20,
    },
}

SHOWN = {
    "python": "c += g(a, b)",
    "typescript": 'c += b ? g(a) : h("// no comment");',
    "go": 'c, err := g(a, "import")',
    "rust": "let d: Vec<&'static str> = g(a, b)?;",
    "java": "List<Integer> d = List.of(a, b);",
    "c": "c += (a < b) ? a : g(&b);",
    "ruby": "c += g(a, b) if b > 0",
}


@pytest.mark.parametrize(
    ("verdict", "language"), [(verdict, language) for verdict, texts in DROPPED.items() for language in texts]
)
@pytest.mark.parametrize("chat", [True, False], ids=["chat", "fim"])
def test_is_dropped_with_its_name(verdict: Verdict, language: str, *, chat: bool) -> None:
    before, after = SOURCES[language]
    indent = before.rpartition("\n")[2]
    reply = "\n".join(indent + line for line in DROPPED[verdict][language].split("\n"))
    check(f"{before}$0{after}", reply + "\n", f"<{verdict.value}>", language=language, chat=chat)


@pytest.mark.parametrize("language", SHOWN)
def test_good_code_passes_all_of_them(language: str) -> None:
    before, after = SOURCES[language]
    reply = before.rpartition("\n")[2] + SHOWN[language] + "\n"
    check(f"{before}$0{after}", reply, SHOWN[language], language=language)


@pytest.mark.parametrize("language", SHOWN)
def test_what_was_turned_down_here_is_not_shown_again(language: str) -> None:
    before, after = SOURCES[language]
    text = SHOWN[language]
    reply = before.rpartition("\n")[2] + text + "\n"
    check(f"{before}$0{after}", reply, "<rejected>", language=language, memory=Memory(rejected={text + "  \r\n"}))
    check(f"{before}$0{after}", reply, text, language=language, memory=Memory(rejected={text + "2"}))


@pytest.mark.parametrize("language", SHOWN)
def test_what_was_just_deleted_is_not_put_back(language: str) -> None:
    before, after = SOURCES[language]
    indent = before.rpartition("\n")[2]
    text = SHOWN[language]
    fixture = parse(f"{before}$0{after}")
    at = fixture.cursor
    whole = Memory(Region(at - len(indent), at + 1, f"{indent}{text}\n", 0.0))
    part = Memory(Region(at, at, text, 0.0))
    more = Memory(Region(at, at, f"{text}\n{indent}g(c)", 0.0))
    other = Memory(Region(0, 0, text, 0.0))
    for memory, expect in ((whole, "<undoes>"), (part, "<undoes>"), (more, "<undoes>"), (other, text)):
        check(f"{before}$0{after}", f"{indent}{text}\n", expect, language=language, memory=memory)


def test_in_a_large_file_what_is_no_code_by_itself_is_dropped_too() -> None:
    filler = "".join(f"def g{number}(a):\n    return a + {number}\n\n\n" for number in range(LARGE // 30))
    assert len(filler) > LARGE
    before, after = SOURCES["python"]
    check(f"{filler}{before}$0{after}", "    for in b: c += 1\n", "<broken>")
    check(f"{filler}{before}$0{after}", "    for x in b:\n        c += x\n", "for x in b:\n        c += x")


def test_what_is_being_typed_again_after_it_was_deleted_may_be_completed() -> None:
    again = Memory(Region(4, 7, "max(a, b)", 0.0))
    check("x = max$0\ny = x\n", "(a, b)\n", "(a, b)", chat=True, memory=again)


def test_typing_on_after_a_slip_is_no_undoing() -> None:
    slip = Memory(Region(11, 11, "m", 0.0))
    check("total = sum$0\n", "marize(x)\n", "marize(x)", chat=True, memory=slip)


REPLIES = {
    "the next lines with two letters changed": (
        "typescript",
        "$0\nexport function total(prices: number[]) {\n  return prices.reduce((a, b) => a + b, 0);\n}\n",
        "export function total(price: number[]) {\n  return prices.reduce((a, b) => a + b, 0);\n}\n",
        "<duplicate>",
    ),
    "a sister of the next line": ("python", "self.a = a\n$0\nself.c = c\n", "self.b = b\n", "self.b = b"),
    "the next line with another number": (
        "c",
        "x[0] = read_value(0);\n$0\nx[2] = read_value(2);\n",
        "x[1] = read_value(1);\n",
        "x[1] = read_value(1);",
    ),
    "the line above again": (
        "go",
        "package p\n\nfunc f() {\n\tregister(home)\n\t$0\n}\n",
        "\tregister(home)\n",
        "<repetitive>",
    ),
    "a short line again": ("c", "void f(int i) {\n    i++;\n    $0\n}\n", "    i++;\n", "i++;"),
    "a bracket that stays open before the line's rest": (
        "java",
        "class F {\n    boolean f(int a) {\n        if (a > 0$0) {\n            return true;\n        }\n    }\n}\n",
        " && g((a)\n",
        "<unbalanced>",
    ),
    "a comment behind a comment": (
        "go",
        "package p\n\n// Read reads.\n$0\nfunc Read() {}\n",
        "// It may fail.\n",
        "// It may fail.",
    ),
    "a comment behind whole code": ("python", "x = 1 $0\ny = 2\n", "# the first\n", "<comment>"),
    "a comment and its code": ("rust", "fn f() {\n    $0\n}\n", "    // say so\n    say();\n", "// say so\n    say();"),
    "an import below imports": (
        "java",
        "import java.util.Map;\n$0\n\nclass F {}\n",
        "import java.util.List;\n",
        "import java.util.List;",
    ),
    "an import below one in several lines": (
        "python",
        "from a import (\n    b,\n    c,\n)\n$0\n\nx = b\n",
        "import os\n",
        "import os",
    ),
    "an import in an empty file": ("typescript", "$0\n", 'import fs from "fs";\n', 'import fs from "fs";'),
    "an import that is being typed": ("python", "x = 1\nimport $0\n", "os\n", "os"),
    "a call of import": ("typescript", "f();\n$0\ng();\n", 'import("./x").then(h);\n', 'import("./x").then(h);'),
    "an error in the second line": (
        "java",
        "class F {\n    int f(int a) {\n        $0\n    }\n}\n",
        "        int b = a;\n        int = b;\n        return b;\n",
        "int b = a;",
    ),
    "an unfinished call at the end": ("python", "def f(a):\n    $0\n", "    return max(a,\n", "return max(a,"),
    "a header whose body is still to come": ("python", "def f(a):\n    $0\n", "    for x in a:\n", "for x in a:"),
    "code in a place that does not parse anyway": (
        "typescript",
        "function (((\n$0\nconst x = ;\n",
        "const d = c * * b;\n",
        "const d = c * * b;",
    ),
    "any text in a template": (
        "html",
        "<ul>\n  $0\n</ul>\n",
        "  {% for x in xs %}<li>{{ x }}</li>\n",
        "{% for x in xs %}<li>{{ x }}</li>",
    ),
    "a pattern of a few tokens": ("css", ".a {\n  $0\n}\n", "  margin: 0 0 0 0;\n", "margin: 0 0 0 0;"),
}


@pytest.mark.parametrize("case", REPLIES)
def test_replies(case: str) -> None:
    language, source, reply, expect = REPLIES[case]
    check(source, reply, expect, language=language)


def test_each_filter_is_asked_once_and_in_the_order_of_their_names() -> None:
    asked = [verdict for verdict, _ in CHECKS]
    assert asked == [verdict for verdict in Verdict if verdict in asked]


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "bc", 1), ("kitten", "sitting", 3), ("", "ab", 2)],
)
def test_distance(one: str, other: str, distance: int) -> None:
    assert within(one, other, distance)
    assert not distance or not within(one, other, distance - 1)


def test_rejected_texts_are_compared_without_their_blanks_at_line_ends() -> None:
    assert was_rejected("a\n  b", ["a \r\n  b\r\n"])
    assert not was_rejected("a\n  b", ["a b"])
