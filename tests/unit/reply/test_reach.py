"""One line, one statement or a whole block: decided before the model is asked, in several languages."""

from __future__ import annotations

import pytest

from mai_lsp.core.seam import Seam
from mai_lsp.reply.place import look
from mai_lsp.reply.reach import Reach
from tests.support.fixture import parse

LINE, STATEMENT, BLOCK = Reach.LINE, Reach.STATEMENT, Reach.BLOCK

PLACES = [
    ("python", "def f(a):\n    $0\n", BLOCK),
    ("python", "def f(a):\n    $0\n\n\ndef g():\n    pass\n", BLOCK),
    ("python", 'def f(a):\n    """Say."""\n    $0\n', BLOCK),
    ("python", "def f(a):\n    # so\n    $0\n", BLOCK),
    ("python", "def f(a):$0\n", BLOCK),
    ("python", "def f(a):\n    $0\n    return a\n", STATEMENT),
    ("python", "def f(a):\n    x = $0\n", STATEMENT),
    ("python", "x = f($0\n", BLOCK),
    ("python", "x = f(a, $0\n", STATEMENT),
    ("python", "x = f($0)\n", BLOCK),
    ("python", "x = [\n    $0\n]\n", BLOCK),
    ("python", "x = [\n    1,\n    $0\n]\n", STATEMENT),
    ("python", "if $0:\n    pass\n", STATEMENT),
    ("python", "if a $0b:\n    pass\n", LINE),
    ("python", "f(a$0, b)\n", LINE),
    ("python", "import os\n$0\nx = 1\n", STATEMENT),
    ("typescript", "function f() {\n  $0\n}\n", BLOCK),
    ("typescript", "function f() {$0}\n", BLOCK),
    ("typescript", "function f() {\n  g();\n  $0\n}\n", STATEMENT),
    ("typescript", "function f() {\n  $0\n  g();\n}\n", STATEMENT),
    ("typescript", "switch (a) {\n$0\ncase 1:\n  g();\n}\n", STATEMENT),
    ("typescript", "f(() => {\n  $0\n});\n", BLOCK),
    ("typescript", "f({ a: 1, $0 });\n", STATEMENT),
    ("typescript", "const a = $0 + b;\n", LINE),
    ("typescriptreact", "const A = () => {\n  $0\n};\n", BLOCK),
    ("typescriptreact", "const A = () => <b onClick={$0}>x</b>;\n", LINE),
    ("go", "package p\n\nfunc f() {\n\t$0\n}\n", BLOCK),
    ("go", "package p\n\nfunc f() {\n\ta := 1\n\t$0\n\treturn a\n}\n", STATEMENT),
    ("go", "package p\n\ntype T struct {\n\t$0\n}\n", BLOCK),
    ("go", "package p\n\nvar x = g($0, 1)\n", LINE),
    ("rust", "fn f(x: i32) {\n    match x {\n        $0\n    }\n}\n", BLOCK),
    ("rust", "fn f(x: i32) {\n    match x {\n        1 => 2,\n        $0\n    }\n}\n", STATEMENT),
    ("rust", "impl A {\n    // nothing yet\n    $0\n}\n", BLOCK),
    ("java", "class F {\n    void f()\n    {\n        $0\n    }\n}\n", BLOCK),
    ("java", "class F {\n    int a;\n    $0\n}\n", STATEMENT),
    ("c", "int f(void) {\n    $0\n}\n", BLOCK),
    ("c", "int f(void)\n{\nint a;\n$0\n}\n", STATEMENT),
    ("cpp", "namespace n {\n$0\nclass A {};\n}\n", STATEMENT),
    ("cpp", "namespace n {\n$0\n}\n", BLOCK),
    ("csharp", "class A\n{\n    $0\n}\n", BLOCK),
    ("ruby", "def f(a)\n  $0\nend\n", BLOCK),
    ("ruby", "def f(a)\n  b = a\n  $0\nend\n", STATEMENT),
    ("ruby", "xs.each do |x|$0\n", BLOCK),
    ("shellscript", 'if [ -f "$1" ]; then\n  $0\nfi\n', BLOCK),
    ("css", ".a {\n  $0\n}\n", BLOCK),
    ("css", ".a {\n  color: $0;\n}\n", STATEMENT),
    ("lua", "function f()\n  $0\nend\n", BLOCK),
]


@pytest.mark.parametrize(("language", "source", "expect"), PLACES)
def test_how_far_a_suggestion_may_go(language: str, source: str, expect: Reach) -> None:
    fixture = parse(source)
    for parsed in (True, False):
        document = fixture.document(language, parse=parsed)
        place = look(document, fixture.cursor, seam=Seam(), chat=False, max_lines=12)
        assert parsed is False or place.reach is expect
        assert (place.reach is LINE) == (expect is LINE), "without a tree, too"
