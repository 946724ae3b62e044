"""The outline: what it finds in every language, and that an edit costs only the node it touches."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.core import outline as module
from mai_lsp.core import pieces
from mai_lsp.core.outline import OPENED_BYTES, Definition, Outlines, outline
from mai_lsp.core.text import Document, Edit, Span
from tests.support.fixture import File
from tests.unit.core.outline_samples import FOUND, IMPORTED, SAMPLES


def opened(language: str, text: str) -> Document:
    return File("/sample", text).document(language)


def shown(document: Document, memory: Outlines | None = None) -> list[str]:
    """Write an outline as lines: kind, name, signature, docstring."""
    lines = []
    for found in outline(document, memory or Outlines(100_000)).definitions():
        doc = f"  <- {document.slice(found.doc).rstrip()!r}" if found.doc else ""
        header = document.slice(found.header).rstrip()
        lines.append(f"{'  ' * depth(found)}{found.kind} {found.name}: {header!r}{doc}")
    return lines


def depth(definition: Definition) -> int:
    return 0 if definition.parent is None else 1 + depth(definition.parent)


@pytest.mark.parametrize("language", SAMPLES)
def test_definitions(language: str) -> None:
    assert shown(opened(language, SAMPLES[language])) == FOUND[language]


@pytest.mark.parametrize("language", SAMPLES)
def test_imports(language: str) -> None:
    document = opened(language, SAMPLES[language])
    assert [document.slice(span).rstrip() for span in outline(document).imports()] == IMPORTED[language]


@pytest.mark.parametrize("language", [language for language in SAMPLES if FOUND[language]])
def test_large_containers_give_the_same_as_small_ones(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPENED_BYTES", 10)
    document = opened(language, SAMPLES[language])
    assert shown(document) == FOUND[language]
    spans = [document.slice(span).rstrip() for span in outline(document, Outlines(100_000)).imports()]
    assert spans == IMPORTED[language]


@pytest.mark.parametrize("language", ["python", "rust", "java"])
def test_offsets_are_code_points(language: str) -> None:
    text = SAMPLES[language].replace("Doc.", "Dóc → 漢字 😀.").replace("Em.", "😀.")
    expected = [line.replace("Doc.", "Dóc → 漢字 😀.").replace("Em.", "😀.") for line in FOUND[language]]
    assert shown(opened(language, text)) == expected


def test_members_of_small_and_large_types() -> None:
    small = "class A:\n    x = 1\n    def f(self): pass\n    class B:\n        y = 2\n"
    large = small + "    def g(self):\n" + "        pass\n" * (OPENED_BYTES // 10)
    for text, expected in ((small, ["x", "f", "B"]), (large, ["x", "f", "B", "g"])):
        found = outline(opened("python", text))
        first = next(found.definitions())
        assert [member.name for member in found.members(first)] == expected


def test_named_takes_members_only_behind_a_dot_or_inside() -> None:
    text = "x = 1\nclass A:\n    x = 2\n    def f(self): pass\n"
    found = outline(opened("python", text))
    assert [depth(one) for one in found.named({"x"})] == [0]
    assert [depth(one) for one in found.named({"x"}, dotted={"x"})] == [0, 1]
    assert [one.name for one in found.named({"f"}, inside={"A"})] == ["f"]


def test_named_leaves_out_what_too_many_define() -> None:
    text = "".join(f"class A{number}:\n    def get(self): pass\n" for number in range(9))
    found = outline(opened("python", text))
    assert found.named({"get"}, dotted={"get"}) == []
    assert len(found.named({"get"}, dotted={"get"}, inside={"A3"})) == 1


def test_after_an_edit_only_the_touched_member_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    members = "".join(f"  int f{number}(int x) {{\n    return x + {number};\n  }}\n" for number in range(400))
    document = opened("java", "class Huge {\n" + members + "}\n")
    memory = Outlines(1_000_000)
    list(outline(document, memory).definitions())
    walked: list[str] = []
    plain = pieces.piece_of

    def counted(*given_: object) -> object:
        walked.append(given_[0].text)  # type: ignore[attr-defined]
        return plain(*given_)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "piece_of", counted)
    at = document.text.index("x + 200")
    edited = document.edited([Edit(Span(at, at), "y + ")], 2)
    assert len(list(outline(edited, memory).definitions())) == 401
    assert walked == ["int f200(int x) {\n    return y + x + 200;\n  }"]


def test_a_document_is_outlined_once_and_again_after_an_edit() -> None:
    memory = Outlines(1000)
    document = opened("python", "def f(): pass\n")
    made = outline(document, memory)
    assert outline(document, memory) is made
    edited = document.edited([Edit(Span(0, 0), "import os\n")], 2)
    assert [found.span.start for found in outline(edited, memory).definitions()] == [10]
    assert [found.span.start for found in outline(document, memory).definitions()] == [0]


def test_every_name_is_that_of_a_member_too() -> None:
    found = outline(opened("python", "class A:\n    def f(self): pass\n\ndef g(): pass\n"), Outlines(1000))
    assert found.every_name() == {"A", "f", "g"}
    assert found.names() == {"A", "g"}


def test_memory_is_bounded() -> None:
    memory = Outlines(1000)
    document = opened("python", "".join(f"def f{number}(): pass\n" for number in range(500)))
    assert len(list(outline(document, memory).definitions())) == 500
    kept = [*memory.pieces._young, *memory.pieces._old]
    assert 0 < sum(map(len, kept)) <= 2000


def test_same_source_of_another_kind_is_not_mixed_up() -> None:
    memory = Outlines(100_000)
    member = "int f(int x);"
    assert shown(opened("c", member), memory) == ["value f: 'int f(int x);'"]
    assert shown(opened("java", f"interface I {{ {member} }}"), memory)[1] == "  function f: 'int f(int x);'"
    assert shown(opened("cpp", member), memory) == ["value f: 'int f(int x);'"]


def test_nothing_without_a_tree() -> None:
    document = File("/a.py", "def f(): pass\n").document(parse=False)
    assert list(outline(document).definitions()) == []
    assert outline(document).imports() == []


@pytest.mark.parametrize("language", SAMPLES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_an_outline_after_edits_is_that_of_a_fresh_parse_or_at_least_inside(language: str, data: st.DataObject) -> None:
    """The same text may be broken in more than one way, but spans always lie inside the text and nest."""
    document = opened(language, SAMPLES[language])
    memory = Outlines(100_000)
    for version in range(3):
        start = data.draw(st.integers(0, len(document.text)))
        end = data.draw(st.integers(start, min(start + 20, len(document.text))))
        new = data.draw(st.sampled_from(["", "(", "{", "}", '"', "'''", "x", "\n", "\r", "é😀", "def f(", "class "]))
        document = document.edited([Edit(Span(start, end), new)], version)
        warm, fresh = outline(document, memory), outline(document, Outlines(100_000))
        assert document.syntax is not None
        if not document.syntax.root.has_error:
            assert list(warm.definitions()) == list(fresh.definitions())
        for found in warm.definitions():
            assert 0 <= found.span.start <= found.header.end <= found.span.end <= len(document.text)
            assert found.parent is None or found.parent.span.start <= found.span.start
