"""What recent edits changed word by word, and where the same is still to be made; the corpus has the usual cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context.changes import changes
from mai_lsp.context.echo import echo
from mai_lsp.core import syntax
from mai_lsp.core.difference import difference
from mai_lsp.core.history import Regions, record
from mai_lsp.core.language import find
from mai_lsp.core.text import Document, Edit, Span, apply, open_document


def document_of(text: str, path: str = "a.py") -> Document:
    row = find("", path)
    return replace(open_document(f"file:///{path}", row.id, 1, text), syntax=syntax.parse(row, text))


def history(texts: Sequence[str]) -> Regions:
    """Record what makes each text of the one before, five seconds apart."""
    regions: Regions = ()
    for number, (before, after) in enumerate(pairwise(texts)):
        regions = record(regions, before, difference(before, after), 5.0 * number)
    return regions


def echoed(*texts: str, path: str = "a.py") -> str | None:
    """The last text with all that is proposed, or None."""
    found = echo(document_of(texts[-1], path), history(texts))
    return apply(texts[-1], found.edits) if found is not None else None


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("f(count)", "f(total)", [("count", "total")]),
        ("usr_name = 1", "user_name = 1", [("usr_name", "user_name")]),
        ("f(a, b)", "f(b, a)", [("", "b ,"), (", b", "")]),
        ("x = 30", "x = 60", [("30", "60")]),
        ("def f(a):", "def f(a, b):", [("", ", b")]),
        ("x: int = 1", "x: float = 1", [("int", "float")]),
    ],
)
def test_changes_are_whole_words(before: str, after: str, found: list[tuple[str, str]]) -> None:
    (region,) = history([before, after])
    got = [(change.old, change.new) for change in changes(document_of(after), region)]
    assert [tuple(part.replace(" ", "") for part in one) for one in got] == [
        tuple(part.replace(" ", "") for part in one) for one in found
    ]


def test_a_name_that_is_typed_key_by_key_is_one_change() -> None:
    text = "def f(count):\n    return count\n"
    regions: Regions = ()
    at = text.index("count")
    for number, edit in enumerate(
        [Edit(Span(at, at + 5), ""), *(Edit(Span(at + n, at + n), c) for n, c in enumerate("sum"))]
    ):
        regions = record(regions, text, edit, number * 0.1)
        text = apply(text, [edit])
    found = echo(document_of(text), regions)
    assert found is not None
    assert apply(text, found.edits) == "def f(sum):\n    return sum\n"


def test_the_nearest_place_comes_first_and_below_before_above() -> None:
    text = "A = 1\n\n\ndef g():\n    return load(A)\n\n\ndef load(a):\n    return a\n\n\nb = load(1)\n"
    new = text.replace("def load", "def read")
    found = echo(document_of(new), history([text, new]))
    assert found is not None
    assert [new.count("\n", 0, edit.span.start) for edit in found.edits] == [4, 11]
    text, new = (one.replace("\n\n\nb = load", "\n\nb = load") for one in (text, new))
    found = echo(document_of(new), history([text, new]))
    assert found is not None
    assert [new.count("\n", 0, edit.span.start) for edit in found.edits] == [10, 4]


QUIET = {
    "a keyword takes a name's place": ("a = b\nc = b\n", "a = None\nc = b\n"),
    "words in a docstring": (
        'def f():\n    """Count it."""\n\n\n# Count it\n',
        'def f():\n    """Sum it."""\n\n\n# Count it\n',
    ),
    "a word inside another": (
        "def load(p):\n    return p\n\n\nreload(1)\n",
        "def read(p):\n    return p\n\n\nreload(1)\n",
    ),
    "another type has such a field": (
        "class A:\n    x: int\n\n\nclass B:\n    x: int\n\n\ndef f(a: A):\n    return a.x\n",
        "class A:\n    y: int\n\n\nclass B:\n    x: int\n\n\ndef f(a: A):\n    return a.x\n",
    ),
    "an unknown object's field": (
        "class A:\n    x: int\n\n\ndef f(a):\n    return a.x\n",
        "class A:\n    y: int\n\n\ndef f(a):\n    return a.x\n",
    ),
    "used before it is assigned": (
        "def f(a):\n    while a:\n        print(b)\n        b = a\n    return b\n",
        "def f(a):\n    while a:\n        print(b)\n        c = a\n    return b\n",
    ),
    "an import of another thing": ("from m import load\n\nload(1)\n", "from m import read\n\nload(1)\n"),
    "a type instead of another": ("def f(a: int, b: int):\n    pass\n", "def f(a: str, b: int):\n    pass\n"),
    "a default instead of another": (
        "Z = 1\n\n\ndef f(a=Z, b=Z):\n    pass\n",
        "Z = 1\n\n\ndef f(a=Y, b=Z):\n    pass\n",
    ),
    "an attribute of something else": (
        "class A:\n    def f(self, o):\n        o.count = 1\n        self.count = 2\n",
        "class A:\n    def f(self, o):\n        o.total = 1\n        self.count = 2\n",
    ),
}


def test_a_parameters_default_is_another_name() -> None:
    text = "key = 1\n\n\ndef f(key=key):\n    return key\n"
    assert echoed(text, text.replace("f(key=", "f(name=")) == "key = 1\n\n\ndef f(name=key):\n    return name\n"


def test_what_stands_in_hundreds_of_places_is_left_to_others() -> None:
    text = "def f(a):\n    return a\n\n\n" + "f(1)\n" * 301
    assert echoed(text, text.replace("def f", "def read")) is None


@pytest.mark.parametrize("name", QUIET)
def test_nothing_is_proposed_where_it_is_not_certain(name: str) -> None:
    assert echoed(*QUIET[name]) is None


def test_a_renamed_import_is_not_certain_in_a_repeated_place_either() -> None:
    assert echoed("a(1)\nb = a\n", "c(1)\nb = a\n") is None


def test_a_third_place_in_the_same_function_only() -> None:
    one = "def f(a):\n    p(a.x)\n    p(a.x)\n    p(a.x)\n\n\ndef g(a):\n    p(a.x)\n"
    two = one.replace("p(a.x)", "p(a.y)", 1)
    three = two.replace("p(a.x)", "p(a.y)", 1)
    assert echoed(one, two) is None
    assert echoed(one, two, three) == three.replace("p(a.x)", "p(a.y)", 1)


def test_without_a_tree_nothing_is_certain() -> None:
    old, new = "def f(count):\n    return count\n", "def f(total):\n    return count\n"
    document = replace(document_of(new), syntax=None)
    assert echo(document, history([old, new])) is None


WORDS = (
    "count",
    "total",
    "self.count",
    "f(count)",
    "def f(count):",
    "    return count",
    "    count = 1",
    "x: count",
    "",
)


@given(
    st.lists(st.sampled_from(WORDS), max_size=8),
    st.integers(0, 60),
    st.sampled_from(["count", "total", "other", "", "("]),
)
def test_proposals_are_disjoint_and_replace_the_old_name(lines: list[str], at: int, new: str) -> None:
    text = "\n".join(lines)
    start = min(at, len(text))
    after = text[:start] + new + text[min(len(text), start + 5) :]
    found = echo(document_of(after), history([text, after]))
    if found is None:
        return
    spans = sorted((edit.span for edit in found.edits), key=lambda span: span.start)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert all(after[span.start : span.end] == found.old for span in spans)
