"""Names that a file uses bare and nothing in it binds; what may be bound by anything is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mai_lsp.context.bound import bare_uses, binds
from tests.support.indexed import document_of


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "def g():\n    return «total»(1)\n"),
        ("a.py", "x = [«total» for y in z]\n"),
        ("a.py", "f(total=«total»)\n"),
        ("a.py", "x: «total» = 1\n"),
        ("a.py", "def g(a: «total») -> «total»: ...\n"),
        ("a.py", "x = f'{«total»} total'\n"),
        ("a.py", "self.total = {1: «total»}\n"),
        ("a.ts", "const x = { total: «total»(1) };\n"),
        ("a.go", "package a\n\nfunc g() int { return x.total + «total»() }\n"),
        ("a.rs", 'fn g() { println!("total {}", «total»()); }\n'),
        # Bound by something.
        ("a.py", "def g(total):\n    return total\n"),
        ("a.py", "def g(*, total=1):\n    return total\n"),
        ("a.py", "x = [total for total in z]\n"),
        ("a.py", "total, other = 1, 2\nprint(total)\n"),
        ("a.py", "if (total := f()):\n    print(total)\n"),
        ("a.py", "with f() as total:\n    print(total)\n"),
        ("a.py", "from b import *\nprint(total)\n"),
        ("a.py", "def f():\n    from b import total\n    return total\n"),
        ("a.py", "g = lambda total: total\n"),
        ("a.py", "def f():\n    total: int = 1\n    return total\n"),
        ("a.go", "package a\n\nfunc g() int { for _, total := range x { return total } }\n"),
        ("a.ts", "const f = total => total + 1;\n"),
        ("a.ts", "const { total } = x;\nf(total);\n"),
        ("a.go", "package a\n\nfunc g(total int) int { return total }\n"),
        ("a.go", "package a\n\nfunc g() int { total, err := f(); return total }\n"),
        ("a.rs", "fn g(total: u8) -> u8 { total }\n"),
        # No code, or somebody's member.
        ("a.py", "# total\nx = 'total'\nc.total()\n"),
        ("a.ts", "type C = { total: number };\nc.total;\n"),
        ("a.txt", "total\n"),
    ],
)
def test_bare_uses_of_an_unbound_name(path: str, text: str) -> None:
    plain = text.replace("«", "").replace("»", "")
    wanted = [at - 2 * number for number, at in enumerate(at for at, mark in enumerate(text) if mark == "«")]
    assert bare_uses(document_of(Path("/"), path, plain), "total") == wanted


@pytest.mark.parametrize(
    ("path", "text", "bound"),
    [
        ("a.py", "for total in x: ...\n", True),
        ("a.py", "globals()[name] = 1\n", True),
        ("a.py", "def __getattr__(name): ...\n", True),
        ("a.rs", "make!(total);\n", True),
        ("a.py", "def f(total):\n    total = 1\n", False),
        ("a.py", "class C:\n    total = 1\n", False),
        ("a.py", "print(total, total=1)\n", False),
        ("a.py", "# total = 1\n", False),
    ],
)
def test_what_a_file_may_hand_on(path: str, text: str, bound: bool) -> None:
    assert binds(document_of(Path("/"), path, text), "total") is bound
