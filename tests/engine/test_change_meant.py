"""What an action is for, as far as a tree can tell: one change that is it, and one that is not, for each rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mai_lsp.actions.offer import find
from mai_lsp.actions.styles import DOCUMENTATION
from mai_lsp.core import syntax
from mai_lsp.core.change import Change
from mai_lsp.core.language import find as find_language
from mai_lsp.core.recent import Problem as Reported
from mai_lsp.core.recent import Severity
from mai_lsp.core.text import Document, Span, open_document
from mai_lsp.engine.change.job import Job, Place
from mai_lsp.engine.change.jobs import job_of
from mai_lsp.engine.change.meant import RULES, meant
from mai_lsp.reply.edits.wanted import Refusal
from tests.support.fixture import parse

PATHS = {"python": "shop.py", "javascript": "shop.js", "typescript": "shop.ts", "rust": "shop.rs", "csharp": "Shop.cs"}


def said(action: str, language: str, text: str, after: str) -> str:
    """What is said of a change by an action that was asked for at the fixture's place; "" for nothing."""
    document, job = asked(action, language, text)
    problem = meant(job, (Change(PATHS[language], document, after),))
    if problem is None:
        return ""
    assert problem.refusal is Refusal.UNMEANT
    assert problem.path == PATHS[language]
    return problem.detail


def asked(action: str, language: str, text: str) -> tuple[Document, Job]:
    fixture = parse(text)
    assert fixture.selection is not None
    document = fixture.document(language)
    at = fixture.selection.start
    reported = [Reported(Span(at, at), Severity.ERROR, "wrong")] if action.startswith("fix") else []
    if action == "fix.all":
        reported *= 2
    offer = find(action, document, fixture.selection, reported, ())
    assert offer is not None, f"{action} is not offered there"
    job = job_of(offer, document, PATHS[language], lambda: {PATHS[language]}, said="do it")
    assert isinstance(job, Job)
    return document, job


CASES = {
    "document": (
        "python",
        "def f$0(a):\n    return a\n",
        'def f(a):\n    """Give it back."""\n    return a\n',
        "pass\n",
    ),
    "redocument": (
        "rust",
        "/// Old.\npub fn f$0(a: u8) -> u8 {\n    a\n}\n",
        "/// New.\npub fn f(a: u8) -> u8 {\n    a\n}\n",
        "/// New.\npub fn f(a: u8) -> u8 {\n    a + 1\n}\n",
    ),
    "types.jsdoc": (
        "javascript",
        "function f$0(a) {\n  return a;\n}\n",
        "/** @param {number} a */\nfunction f(a) {\n  return a;\n}\n",
        "function f(a = 1) {\n  return a;\n}\n",
    ),
    "types.add": (
        "python",
        "import os\n\n\ndef f$0(a):\n    return a\n",
        "import os\nfrom typing import TypeVar\n\n\ndef f(a: int) -> int:\n    return a\n",
        "import os\n\n\ndef f(a: int) -> int:\n    return [a]\n    return a\n",
    ),
    "types.tighten": (
        "python",
        "def f$0(a: list) -> int:\n    return len(a)\n",
        "def f(a: list[str]) -> int:\n    return len(a)\n",
        "def f(a: list[str]) -> int:\n    return len(a) + 0\n",
    ),
    "complete": (
        "python",
        'def f$0(a):\n    """Double it."""\n    raise NotImplementedError\n',
        'def f(a):\n    """Double it."""\n    return a * 2\n',
        'def f(a):\n    """Double it."""\n    pass\n',
    ),
    "translate": (
        "javascript",
        "function f(a) {\n  // return the double$0 of the number given\n}\n",
        "function f(a) {\n  return a * 2;\n}\n",
        "function f(a) {\n  // returns the number given, twice\n}\n",
    ),
    "simplify": (
        "python",
        (
            "def f$0(a):\n    if a:\n        b = True\n    else:\n        b = False\n    if b:\n        return True\n"
            "    return False\n"
        ),
        "def f(a):\n    return bool(a)\n",
        (
            "def f(a):\n    if a is True:\n        b = True\n    elif a is None:\n        b = False\n    else:\n"
            "        b = bool(a)\n    if b:\n        return True\n    return False\n"
        ),
    ),
    "extract.variable": (
        "javascript",
        "function f(a) {\n  if ($0a.b * a.c$0 > 9) {\n    return 1;\n  }\n}\n",
        "function f(a) {\n  const size = a.b * a.c;\n  if (size > 9) {\n    return 1;\n  }\n}\n",
        "function f(a) {\n  a.b * a.c\n}\n",
    ),
    "extract.function": (
        "python",
        "def f(a):\n    $0b = a * 2\n    print(b)$0\n    return b\n",
        "def f(a):\n    b = g(a)\n    return b\n\n\ndef g(a):\n    b = a * 2\n    print(b)\n    return b\n",
        "def f(a):\n    b = 2 * a\n    print(b)\n    return b\n",
    ),
    "fix": (
        "python",
        "def f(a):\n    return b$0\n",
        "def f(a):\n    return a\n",
        "def f(a):\n    return b  # noqa: F821\n",
    ),
    "fix.all": (
        "typescript",
        "const a$0: number = 'b';\n",
        "const a: string = 'b';\n",
        "// @ts-ignore\nconst a: number = 'b';\n",
    ),
    "convert.comprehension": (
        "python",
        "def f(a):\n    b = []\n    for$0 c in a:\n        b.append(c * 2)\n    return b\n",
        "def f(a):\n    b = [c * 2 for c in a]\n    return b\n",
        "def f(a):\n    b = list()\n    for c in a:\n        b.append(c * 2)\n    return b\n",
    ),
    "convert.loop": (
        "python",
        "def f(a):\n    return [c * 2$0 for c in a]\n",
        "def f(a):\n    b = []\n    for c in a:\n        b.append(c * 2)\n    return b\n",
        "def f(a):\n    b = [c * 2 for c in a]\n    return b\n",
    ),
    "convert.fstring": (
        "python",
        "def f(a):\n    return 'a' +$0 a\n",
        "def f(a):\n    return f'a{a}'\n",
        "def f(a):\n    return ''.join(('a', a))\n",
    ),
    "convert.template": (
        "javascript",
        "const a = 'b' +$0 c;\n",
        "const a = `b${c}`;\n",
        "const a = 'b'.concat(c);\n",
    ),
    "convert.interpolation": (
        "csharp",
        'class A { string F(int c) {\n    return "b" +$0 c;\n} }\n',
        'class A { string F(int c) {\n    return $"b{c}";\n} }\n',
        'class A { string F(int c) {\n    return "b" + c.ToString();\n} }\n',
    ),
    "convert.async": (
        "javascript",
        "function f(a) {\n  return a.get()$0.then((b) => b.c);\n}\n",
        "async function f(a) {\n  const b = await a.get();\n  return b.c;\n}\n",
        "function f(a) {\n  return a.get().then(({ c }) => c);\n}\n",
    ),
    "convert.switch": (
        "javascript",
        (
            "function f(a) {\n  if$0 (a === 1) {\n    return 2;\n  } else if (a === 2) {\n    return 3;\n"
            "  } else if (a === 3) {\n    return 4;\n  }\n}\n"
        ),
        (
            "function f(a) {\n  switch (a) {\n    case 1:\n      return 2;\n    case 2:\n      return 3;\n"
            "    case 3:\n      return 4;\n  }\n}\n"
        ),
        "function f(a) {\n  if (a === 1) return 2;\n  if (a === 2) return 3;\n  if (a === 3) return 4;\n}\n",
    ),
    "convert.guard": (
        "python",
        "def f(a):\n    if$0 a:\n        b = a * 2\n        print(b)\n        print(a)\n",
        "def f(a):\n    if not a:\n        return\n    b = a * 2\n    print(b)\n    print(a)\n",
        "def f(a):\n    if bool(a):\n        b = a * 2\n        print(b)\n        print(a)\n",
    ),
    "convert.dataclass": (
        "python",
        "class A$0:\n    def __init__(self, b, c):\n        self.b = b\n        self.c = c\n",
        "from dataclasses import dataclass\n\n\n@dataclass\nclass A:\n    b: int\n    c: int\n",
        "class A:\n    b: int\n    c: int\n",
    ),
}
"""By action: a language, a place, a change that is what was asked for, and one that is not."""


def test_every_rule_has_its_case() -> None:
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("action", CASES)
def test_what_was_asked_for_passes_and_something_else_does_not(action: str) -> None:
    language, text, good, bad = CASES[action]
    assert not said(action, language, text, good)
    assert said(action, language, text, bad).endswith(".")


def test_documentation_may_come_anywhere_above_and_keeps_strings_that_are_none() -> None:
    text = 'import os\n\n\nclass A:\n    def f$0(self, a):\n        print("b")\n        return a\n'
    after = text.replace("$0", "").replace("        print", '        """Say it."""\n        print')
    assert not said("document", "python", text, after)
    assert said("document", "python", text, after.replace('print("b")', 'print("c")'))


def test_a_value_may_be_named_where_it_stands_twice() -> None:
    text = "const a = f($0b.c + 1$0, b.c + 1);\n"
    assert not said("extract.variable", "javascript", text, "const size = b.c + 1;\nconst a = f(size, size);\n")


def test_a_comment_that_was_silent_before_may_stay() -> None:
    text = "def f(a):\n    return b$0  # noqa: RET\n"
    assert not said("fix", "python", text, "def f(a):\n    return a  # noqa: RET\n")


def test_tests_are_of_what_was_meant_and_leave_the_code_alone() -> None:
    document, job = asked("tests", "python", "def double$0(a):\n    return a * 2\n")
    (made,) = job.creates
    good = Change(made, None, "from shop import double\n\n\ndef test_double():\n    assert double(2) == 4\n")
    assert meant(job, (good,)) is None
    nothing = meant(job, (replace(good, after="def test_doubled():\n    assert True\n"),))
    assert nothing is not None
    assert (nothing.refusal, nothing.detail) == (Refusal.UNMEANT, "The tests would not name double.")
    both = meant(job, (good, Change("shop.py", document, "def double(a):\n    return a + a\n")))
    assert both is not None
    assert both.path == "shop.py"


def test_rust_s_tests_are_of_the_same_file() -> None:
    document, job = asked("tests", "rust", "pub fn double$0(a: u8) -> u8 {\n    a * 2\n}\n")
    module = (
        "\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn two() { assert_eq!(double(1), 2); }\n}\n"
    )
    assert meant(job, (Change("shop.rs", document, document.text + module),)) is None


def test_what_no_tree_can_tell_passes() -> None:
    assert not said("modify", "python", "def f$0(a):\n    return a\n", "def f(a):\n    pass\n")
    document, job = asked("complete", "python", "def f$0(a):\n    pass\n")
    assert meant(job, (Change("other.py", document, "pass\n"),)) is None
    bare = replace(document, syntax=None)
    assert meant(job, (Change("shop.py", bare, "def f(a):\n    ...\n"),)) is None


DOCUMENTED = {
    "python": ("", "class A:\n    b = 1\n"),
    "javascript": ("/** A.\n * @returns {number} b\n */\n", "function f() { return 1; }\n"),
    "javascriptreact": ("/** A. */\n", "const F = () => <p>b</p>;\n"),
    "typescript": ("/** A. */\n", "export function f(): number { return 1; }\n"),
    "typescriptreact": ("/** A. */\n", "export const F = () => <p>b</p>;\n"),
    "go": ("// F is one.\n", "func F() int { return 1 }\n"),
    "rust": ("/// A.\n///\n/// # Panics\n", "pub fn f() -> u8 { 1 }\n"),
    "java": ("/** A. */\n", "class A { int f() { return 1; } }\n"),
    "csharp": ("/// <summary>A.</summary>\n", "class A { int F() { return 1; } }\n"),
    "kotlin": ("/** A. */\n", "fun f(): Int { return 1 }\n"),
    "scala": ("/** A. */\n", "object A { def f(): Int = 1 }\n"),
    "swift": ("/// A.\n/// - Returns: one\n", "func f() -> Int { return 1 }\n"),
    "php": ("/** A. */\n", "function f() { return 1; }\n"),
    "ruby": ("# A.\n# @return [Integer] one\n", "def f\n  1\nend\n"),
    "c": ("/** @brief A. */\n", "int f(void) { return 1; }\n"),
    "cpp": ("/** @brief A. */\n", "int f() { return 1; }\n"),
    "lua": ("--- A.\n-- @return one\n", "function f() return 1 end\n"),
    "shellscript": ("# A.\n", "f() {\n  echo 1\n}\n"),
}
"""By language: what is written above code when that is documented, as `actions.styles` has it."""


def test_every_language_with_documentation_is_here() -> None:
    assert set(DOCUMENTED) == set(DOCUMENTATION)


@pytest.mark.parametrize("language", DOCUMENTED)
def test_documentation_is_no_code_in_any_language(language: str) -> None:
    row = find_language(language)
    doc, code = DOCUMENTED[language]
    before = "<?php\n" + code if language == "php" else code
    document = open_document("file:///a", language, 1, before)
    document = replace(document, syntax=syntax.parse(row, before))
    if document.syntax is None:
        pytest.skip("its grammar is not installed")
    job = Job("redocument", "", "", Place("a", document, Span(len(before) - len(code), len(before))))
    after = before.replace(code, doc + code) if doc else before.replace(":\n", ':\n    """A."""\n\n', 1)
    assert after != before
    assert meant(job, (Change("a", document, after),)) is None
    broken = after.replace("1", "2").replace("<p>b", "<p>c")
    assert meant(job, (Change("a", document, broken),)) is not None
