"""The samples of `bench_edit`: an action, a file of `scripts/sample_edits` with its place, and who judges the result.

What is asked for is what a user would ask; the judges ask for the meaning of the code and not for its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from _lib.bench_edit_judges import (
    Judge,
    both,
    documented,
    has,
    lacks,
    only_comments,
    runs,
    shorter,
    tests_of,
    typed,
)

FILES = Path(__file__).resolve().parent.parent / "sample_edits"
"""Their `$0` is the cursor, or both ends of a selection."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One action at one place."""

    action: str
    file: str
    judge: Judge
    said: str = ""
    """The user's words, where the action needs some."""
    message: str = ""
    """Of the problem that is to be mended."""
    at: str = ""
    """What the problem is reported at."""
    source: str = ""
    code: str = ""


def _throws(call: str) -> str:
    """Return Java that fails unless `call` is refused."""
    return (
        f"boolean thrown = false;\ntry {{ {call} }} catch (IllegalArgumentException e) {{ thrown = true; }}\n"
        'if (!thrown) throw new AssertionError("accepted");'
    )


def _equal(*pairs: tuple[str, str]) -> str:
    """Return Java that fails unless both of each pair are the same."""
    return "\n".join(f'if ({one} != {other}) throw new AssertionError("{one}");' for one, other in pairs)


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "fix",
        "invoice.py",
        runs("assert total([10, 20], 0.5) == 15\nassert total([], 0) == 0"),
        message="Undefined name `reslt`",
        at="reslt",
        source="Ruff",
        code="F821",
    ),
    Sample(
        "fix",
        "counter.js",
        runs('assert.equal(countWords("one  two three"), 3);\nassert.equal(countWords(""), 0);'),
        message="Cannot assign to 'count' because it is a constant.",
        at="count += 1",
        source="ts",
        code="2588",
    ),
    Sample("document", "ranges.py", documented("clamp")),
    Sample("document", "strings.rs", only_comments(r"\s*///", "pub fn is_palindrome")),
    Sample("types.add", "greeting.py", typed("greet", "str", {"name": "str", "times": "int", "loud": "bool"})),
    Sample(
        "types.jsdoc",
        "points.js",
        both(
            has(r"@param \{[^}]+\} a\b[\s\S]*@param \{[^}]+\} b\b[\s\S]*@returns? \{number\}", "types in JSDoc"),
            runs("assert.equal(distance({ x: 0, y: 0 }, { x: 3, y: 4 }), 5);"),
        ),
    ),
    Sample(
        "complete",
        "calendars.py",
        runs("assert [is_leap_year(one) for one in (1900, 2000, 2023, 2024)] == [False, True, False, True]"),
    ),
    Sample(
        "complete",
        "Numbers.java",
        runs(
            _equal(
                ("Numbers.largest(new int[] {3, 9, 4})", "9"),
                ("Numbers.largest(new int[] {-5, -2})", "-2"),
                ("Numbers.sum(new int[] {1, 2})", "3"),
            )
            + "\n"
            + _throws("Numbers.largest(new int[0]);")
        ),
    ),
    Sample(
        "simplify",
        "grades.py",
        both(
            runs(
                "assert [passed(one, 4) for one in (3, 4, 5)] == [False, True, True]\nassert passed(None, 4) is False"
            ),
            shorter,
        ),
    ),
    Sample(
        "convert.comprehension",
        "squares.py",
        both(
            runs("assert even_squares([1, 2, 3, 4]) == [4, 16]\nassert even_squares([]) == []"),
            has(r"[\[(][^\[\]]*\bfor\b[^\[\]]*\bin\b", "comprehension"),
        ),
    ),
    Sample(
        "convert.loop",
        "lengths.py",
        both(runs("assert lengths(['a', '', 'bcd']) == {'a': 1, 'bcd': 3}"), has(r"(?m)^ +for .*:\n", "loop")),
    ),
    Sample(
        "convert.template",
        "labels.js",
        both(
            runs('assert.equal(label({ name: "Ann", age: 7 }), "Name: Ann (7)");'),
            has(r"`[^`]*\$\{", "template string"),
            lacks(r"\" \+|\+ \"", "put together by +"),
        ),
    ),
    Sample(
        "extract.variable",
        "shipping.js",
        both(
            runs(
                "assert.equal(shipping({ items: [1, 2], weight: 60 }), 20);\n"
                "assert.equal(shipping({ items: [1], weight: 60 }), 5);"
            ),
            has(r"(?:const|let) (\w+) = order\.items\.length \* order\.weight;?\s+if \(\1 > 100\)", "variable"),
        ),
    ),
    Sample(
        "translate",
        "names.js",
        runs('assert.equal(initials("ada king lovelace"), "AKL");\nassert.equal(initials("bob"), "B");'),
    ),
    Sample("tests", "slug.py", tests_of(".lower()", "")),
    Sample("explain", "search.rs", both(has(r"(?i)binary search", "binary search"), has(r"`?None`?", "None"))),
    Sample(
        "modify",
        "Account.java",
        runs(
            "Account one = new Account();\none.deposit(5);\n"
            + _equal(("one.getBalance()", "5"))
            + "\n"
            + _throws("one.deposit(-1);")
        ),
        said="Throw an IllegalArgumentException if the amount is negative.",
    ),
)
"""In the order of the menu, more or less."""
