"""Replies that are indented by another number of columns per level than the file."""

from __future__ import annotations

import pytest

from tests.unit.reply.settling import check

REPLIES = {
    "four columns for two": (
        "typescript",
        "function f(xs: number[]) {\n  let s = 0;\n  $0\n}\n",
        "    for (const x of xs) {\n        if (x) {\n            s += x;\n        }\n    }\n",
        "for (const x of xs) {\n    if (x) {\n      s += x;\n    }\n  }",
    ),
    "two columns for four": (
        "java",
        "class F {\n    void f() {\n        $0\n    }\n}\n",
        "    if (a) {\n      b();\n    }\n    c();\n",
        "if (a) {\n            b();\n        }\n        c();",
    ),
    "the whole function again": (
        "ruby",
        "def f(xs)\n  $0\nend\n\ndef g\n  f([])\nend\n",
        "def f(xs)\n    xs.each do |x|\n        puts x\n    end\nend\n",
        "xs.each do |x|\n    puts x\n  end",
    ),
    "at the margin": (
        "python",
        "def f():\n  return 1\n\n\n$0\n",
        "def g(a):\n    if a:\n        return f()\n    return 2\n",
        "def g(a):\n  if a:\n    return f()\n  return 2",
    ),
    "a continued line is indented as it likes": (
        "java",
        "class F {\n  void f() {\n    $0\n  }\n}\n",
        "    if (a) {\n      b(1,\n          2);\n    }\n",
        "if (a) {\n      b(1,\n          2);\n    }",
    ),
    "a file that shows no step of its own": ("typescript", "$0\n", "if (a) {\n  b();\n}\n", "if (a) {\n  b();\n}"),
}


@pytest.mark.parametrize("case", REPLIES)
def test_replies(case: str) -> None:
    language, source, reply, expect = REPLIES[case]
    check(source, reply, expect, language=language, chat=True)
