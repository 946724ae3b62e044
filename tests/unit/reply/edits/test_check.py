"""What is wrong with changes: code left out, gone or broken, names left behind; and what is not."""

from __future__ import annotations

import pytest

from mai_lsp.core.change import Change
from mai_lsp.reply.edits.check import SMALL, check
from mai_lsp.reply.edits.elision import leaves_out
from mai_lsp.reply.edits.leftover import uses
from mai_lsp.reply.edits.wanted import Refusal
from tests.support.change_cases import opened


def refusals(path: str, old: str | None, new: str | None, *, drastic: bool = False) -> list[Refusal]:
    before = opened(path, old) if old is not None else None
    return [problem.refusal for problem in check([Change(path, before, new)], drastic=drastic)]


@pytest.mark.parametrize(
    "line",
    [
        "# ... rest of the code unchanged",
        "    // ... existing code ...",
        "// existing code",
        "/* ... other methods ... */",
        "<!-- ... existing items ... -->",
        "{/* rest of the component remains unchanged */}",
        "# (rest of the file is the same)",
        "-- remaining columns unchanged here",
        "# Rest of the implementation omitted for brevity",
        "// ... (other functions)",
        "# … unchanged …",
        "⋮",
    ],
)
def test_lines_that_stand_for_code(line: str) -> None:
    assert leaves_out(line)


@pytest.mark.parametrize(
    "line",
    [
        "# Existing stores are opened, others made.",
        "# The rest of the day is free.",
        "# Keep the existing behaviour for callers that pass None.",
        "...",
        "    ...a,",
        "# Wait, ...",
        'print("... existing code ...")',
        "x = [...]",
        "# same as f, but backwards",
        "def f(self) -> None: ...",
        "// see the previous chapter",
    ],
)
def test_lines_that_do_not(line: str) -> None:
    assert not leaves_out(line)


def test_dots_are_a_body_in_python_and_a_gap_elsewhere() -> None:
    old = "def f():\n    x = 1\n    y = 2\n    return x + y\n"
    assert refusals("a.py", old, "def f():\n    ...\n") == [Refusal.ELIDED]
    assert refusals("a.py", "def f(): pass\n", "def f():\n    ...\n") == []
    assert refusals("a.pyi", old, "def f():\n    ...\n") == []
    assert Refusal.ELIDED in refusals("a.js", "f(1);\n", "...\n")


def test_a_comment_that_was_there_before_stands_for_nothing() -> None:
    old = "# ... existing code ...\nx = 1\n"
    assert refusals("a.py", old, "# ... existing code ...\nx = 2\n") == []


def test_most_of_a_file_does_not_just_go() -> None:
    old = "".join(f"x{number} = {number}\n" for number in range(SMALL + 10))
    assert refusals("a.py", old, "x0 = 0\n") == [Refusal.UNRELATED]
    assert refusals("a.py", old, "x0 = 0\n", drastic=True) == []
    moved = [Change("a.py", opened("a.py", old), "x0 = 0\n"), Change("b.py", None, old.partition("\n")[2])]
    assert check(moved, many=True) == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "broken"),
    [
        ("a.py", "x = 1\n", "x = (1\n", True),
        ("a.py", "x = (1\n", "x = (2\n", False),
        ("a.py", None, "def f(:\n", True),
        ("a.py", "if x:\n    y\n", "if x:\ny\n", True),
        ("a.go", "package a\n", "package a\nfunc f( {\n", True),
        ("a.yaml", "a: 1\n", "a: [1\n", False),
        ("a.txt", "a\n", "(\n", False),
        ("a.rs", "fn f() {}\n", "fn f() {}\n}\n", True),
        ("tsconfig.json", "{}\n", '{ // why\n "a": 1 }\n', False),
        ("a.py", 'x = "\\d"\n', 'x = "\\d" + "\\w"\n', False),
    ],
)
def test_errors_that_were_not_there_before(path: str, old: str | None, new: str, *, broken: bool) -> None:
    assert (Refusal.BROKEN in refusals(path, old, new)) == broken


def test_nothing_changed_is_said() -> None:
    assert refusals("a.py", "x\n", "x\n") == [Refusal.UNCHANGED]
    assert refusals("a.py", "x\n", None) == []


def test_a_placeholder_is_never_written() -> None:
    assert refusals("a.py", "x = 1\n", 'x = "<secret>"\n') == [Refusal.SECRET]


@pytest.mark.parametrize(
    ("path", "text", "rows"),
    [
        ("a.py", "total(1)\n# total\nx = 'total'\ny.total\ntotals\n", [0, 3]),
        ("a.py", 'f"{total} total"\n', [0]),
        ("a.js", "const s = `${total} total`;\n// total\n", [0]),
        ("a.go", 'package a\nvar x = total // total\nvar y = "total"\n', [1]),
        ("a.unknown", "total\n", [0]),
    ],
)
def test_names_in_code_are_uses_and_words_are_not(path: str, text: str, rows: list[int]) -> None:
    assert sorted(set(uses(text, path, "total"))) == rows


def test_files_that_are_changed_count_as_they_are_afterwards() -> None:
    changes = [
        Change("a.py", opened("a.py", "def total(): pass\n"), "def sum_up(): pass\n"),
        Change("b.py", opened("b.py", "total()\n"), "sum_up()\n"),
    ]
    others = {"b.py": "total()\n", "c.py": "import a\na.total()\n"}
    (problem,) = check(changes, renamed=[("total", "sum_up")], others=others)
    assert (problem.refusal, problem.path, problem.lines) == (Refusal.LEFT_BEHIND, "c.py", "a.total()")


def test_problems_show_no_secret_to_the_model() -> None:
    key = "sk-proj-4hT9vKq2LmZx8RwYb3NcPd7F"
    broken = Change("a.py", opened("a.py", "x = 1\n"), f'API_KEY = "{key}", (\n')
    (problem,) = check([broken])
    assert problem.refusal is Refusal.BROKEN
    others = {"b.py": f'total(API_KEY="{key}")\n'}
    (left,) = check([Change("a.py", None, "x = 1\n")], renamed=[("total", "")], others=others)
    assert key not in problem.detail + problem.lines + left.detail + left.lines
