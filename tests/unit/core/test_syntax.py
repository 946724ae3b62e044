"""A tree that followed the edits is the tree that a fresh parse gives, and offsets are code points throughout."""

from __future__ import annotations

import gc
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.core import syntax
from mai_lsp.core.language import LANGUAGES, Language
from mai_lsp.core.syntax import Node, Parsing, Syntax, parse, parsing
from mai_lsp.core.text import Edit, Span
from tests.support.texts import code, texts

SNIPPETS = {
    "python": ("def f(a):", "    return a", "class C:", '    """ä"""', "x = [1, '\U0001f600']", "if x:", "\r", ")"),
    "javascript": ("function f(a) {", "  return a;", "}", "const s = `ä${x}`;", "// \U0001f600", "({[", "`"),
    "typescriptreact": ("const a: number = <b>字</b>;", "interface I {", "}", "<", "type T = 'x'"),
    "go": ("func f() error {", "\treturn nil", "}", 's := "\U0001f600"', "`"),
    "rust": ("fn f<'a>() {", "}", 'let s = r#"ä"#;', "/*", "*/"),
    "ruby": ("def f", "end", "x = <<~A", "  ä", "A", "#{"),
    "html": ("<div>", "</div>", "<script>", "ä = 1", "</script>", "<!--"),
    "json": ("{", '"ä": [1,', "]", "}"),
}


def parsed(language: str, text: str) -> Syntax:
    found = parse(LANGUAGES[language], text)
    assert found is not None
    return found


def shape(tree: Syntax) -> str:
    """The s-expression with every node's bytes, so that two equal trees are equal in places, too."""

    def show(node: Node) -> str:
        inner = " ".join(show(child) for child in node.children)
        return f"({node.kind}{'!' if node.broken else ''} {node.start}-{node.end} {inner})"

    return show(tree.root)


@st.composite
def edited_programs(draw: st.DrawFn) -> tuple[str, str, list[list[Edit]]]:
    language = draw(st.sampled_from(sorted(SNIPPETS)))
    before = text = draw(code(SNIPPETS[language]))
    rounds = []
    for _ in range(draw(st.integers(1, 4))):
        edits = []
        for _ in range(draw(st.integers(1, 3))):
            start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
            new = draw(st.one_of(texts(4), code(SNIPPETS[language], 2)))
            edits.append(Edit(Span(start, end), new))
            text = text[:start] + new + text[end:]
        rounds.append(edits)
    return language, before, rounds


@settings(max_examples=150)
@given(edited_programs())
def test_an_edited_tree_equals_a_fresh_parse(case: tuple[str, str, list[list[Edit]]]) -> None:
    language, text, rounds = case
    tree = parsed(language, text)
    for edits in rounds:
        for edit in edits:
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        following = tree.edited(edits, text)
        assert following is not None
        tree = following
        assert shape(tree) == shape(parsed(language, text))
        assert tree.root.end <= len(text)


@settings(max_examples=50)
@given(edited_programs())
def test_a_parse_in_slices_gives_the_same_tree(case: tuple[str, str, list[list[Edit]]]) -> None:
    language, text, rounds = case
    tree = in_slices(parsing(LANGUAGES[language], text))
    for edits in [[], *rounds]:
        for edit in edits:
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        tree = in_slices(tree.reparsing(edits, text))
        fresh = parsed(language, text)
        assert tree.root.text == fresh.root.text
        assert tree.root.has_error == fresh.root.has_error
        if not fresh.root.has_error:  # There is more than one way to recover.
            assert shape(tree) == shape(fresh)


@pytest.mark.parametrize("last", ["é", "\u2028", "語", "😀"])
def test_a_character_is_never_cut_in_two_by_a_chunk(last: str) -> None:
    for before in ("", "a", "ab", "abc", "x = 1\n# " + "b" * 30, "c" * 70_000):
        text = f"# {before}{last}"
        tree = in_slices(parsing(LANGUAGES["python"], text))
        assert shape(tree) == shape(parsed("python", text))
        assert not tree.root.has_error


def test_parses_that_take_turns_do_not_disturb_each_other() -> None:
    texts_ = ["def f(a):\n    return [a, 'ä']\n" * 1000, "class A:\n    b = {1: 2}\n" * 1000]
    begun = [parsing(LANGUAGES["python"], text) for text in texts_]
    trees: list[Syntax | None] = [None, None]
    while None in trees:
        for number, one in enumerate(begun):
            assert one is not None
            trees[number] = trees[number] or one.go_on(lambda: True)
    for tree, text in zip(trees, texts_, strict=True):
        assert tree is not None
        assert shape(tree) == shape(parsed("python", text))


def test_an_interruptible_parse_leaves_no_memory_behind() -> None:
    text = "def f(a):\n    return [a]\n" * 4000
    in_slices(parsing(LANGUAGES["python"], text))
    gc.collect()
    tracemalloc.start()
    try:
        in_slices(parsing(LANGUAGES["python"], text))
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 20_000


def test_a_parse_really_stops() -> None:
    begun = parsing(LANGUAGES["python"], "def f(a):\n    return [a, 'ä']\n" * 1000)
    assert begun is not None
    slices = 1
    while begun.go_on(lambda: True) is None:
        slices += 1
    assert slices > 10


def in_slices(begun: Parsing | None) -> Syntax:
    """Parse with as many interruptions as there can be."""
    assert begun is not None
    while (tree := begun.go_on(lambda: True)) is None:
        pass
    return tree


@given(texts(30), st.integers(1, 9), st.data())
def test_bytes_and_offsets_are_inverse(text: str, spacing: int, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(syntax, "_CHECKPOINT", spacing)  # many checkpoints in a short text
        tree = parsed("python", text)
        byte = tree.to_byte(offset)
        assert byte == len(text[:offset].encode("utf-8", "surrogatepass"))
        assert tree.to_offset(byte) == offset


@given(edited_programs(), st.integers(1, 9), st.data())
def test_counts_are_kept_over_edits(case: tuple[str, str, list[list[Edit]]], spacing: int, data: st.DataObject) -> None:
    language, text, rounds = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(syntax, "_CHECKPOINT", spacing)
        tree = parsed(language, text)
        for edits in rounds:
            for edit in edits:
                text = text[: edit.span.start] + edit.text + text[edit.span.end :]
            tree = in_slices(tree.reparsing(edits, text))
            offset = data.draw(st.integers(0, len(text)))
            byte = len(text[:offset].encode("utf-8", "surrogatepass"))
            assert tree.to_byte(offset) == byte
            offset = data.draw(st.integers(0, len(text)))
            assert tree.to_offset(len(text[:offset].encode("utf-8", "surrogatepass"))) == offset


def test_checkpoints_hold_in_a_long_text() -> None:
    text = "x = 'äöü\U0001f600'\n" * 2000
    tree = parsed("python", text)
    for offset in range(0, len(text) + 1, 97):
        assert tree.to_offset(tree.to_byte(offset)) == offset
        assert tree.to_byte(offset) == len(text[:offset].encode())


def test_nodes_speak_code_points() -> None:
    text = "s = '\U0001f600ä'\ndef f():\n    pass\n"
    tree = parsed("python", text)
    node = tree.node_at(text.index("f()"))
    assert (node.kind, node.text) == ("identifier", "f")
    assert text[node.start : node.end] == "f"
    function = next(around for around in node.ancestors() if around.kind == "function_definition")
    assert text[function.start : function.end] == function.text == "def f():\n    pass"


def test_a_snapshot_keeps_its_tree() -> None:
    tree = parsed("python", "a = 1\n")
    before = shape(tree)
    assert tree.edited([Edit(Span(0, 5), "def f(: ")], "def f(: \n") is not None
    assert shape(tree) == before


def test_a_text_that_is_too_large_has_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "MAX_CHARACTERS", 10)
    assert parse(LANGUAGES["python"], "a = 123456789") is None
    small = parsed("python", "a = 1")
    assert small.edited([Edit(Span(5, 5), "234567")], "a = 1234567") is None


def test_without_a_grammar_there_is_no_tree() -> None:
    assert parse(Language("cobol", "COBOL", (), "*"), "MOVE A TO B.") is None


def test_errors_are_counted() -> None:
    assert parsed("python", "a = 1\n").root.errors() == 0
    assert parsed("python", "def f(:\n").root.errors() > 0
