"""Invariants of every row of the format table: where other files stand, and what hostile text can not do."""

from __future__ import annotations

import dataclasses
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.language import find
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.prompt import fim
from mai_lsp.prompt.formats import FORMATS, FimFormat, cache_friendly
from mai_lsp.prompt.gate import Gated, admit
from mai_lsp.prompt.prompt import Source

RAW = [row for row in FORMATS.values() if row.template]
every_raw_row = pytest.mark.parametrize("row", RAW, ids=lambda row: row.name)

SOURCE = Source(
    path="shop/cart.py",
    language=find("python"),
    prefix="def total(items):\n    return su",
    suffix="\n\nprint(total([]))\n",
    snippets=(
        Snippet(Kind.WORKSPACE, "shop/tax.py", "def tax(item): ...", 0, 12, "tax"),
        Snippet(Kind.CALLER, "shop/bill.py", "due = total(basket)", 0, 12),
        Snippet(Kind.IMPORTS, "shop/cart.py", "from shop import tax\n", 0, 7),
        Snippet(Kind.SIMILAR, "shop/order.py", "def sum_up(items): ...", 9, 9),
        Snippet(Kind.EDIT, "shop/stock.py", "amount = 7", 9, 9),
    ),
)
OTHERS = ("def tax(item): ...", "due = total(basket)", "def sum_up(items): ...", "amount = 7")


def text_of(row: FimFormat, source: Source = SOURCE) -> str:
    made = admit(source, ignored=lambda _: "", mask=False)
    assert isinstance(made, Gated)
    return fim.build(made, row.name, max_tokens=64, words=False).text


def places(template: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(template) if name]


def marks(template: str) -> list[str]:
    """Return what stands between the places, of which each token of the row is one or a part of one."""
    return [part for part, _, _, _ in string.Formatter().parse(template) if part.strip()]


@every_raw_row
def test_both_sides_are_shown_once(row: FimFormat) -> None:
    assert sorted(places(row.template)) == ["after", "before"]
    assert marks(row.template)
    if row.name != "codellama":
        assert all(any(token in part for token in row.stop) for part in marks(row.template)), "a FIM token is a stop"


@pytest.mark.parametrize("row", [row for row in RAW if row.file], ids=lambda row: row.name)
def test_a_repository_is_the_same_gap_behind_its_files(row: FimFormat) -> None:
    assert places(row.file) == ["path", "text"]
    assert places(row.repository)[0] == "files"
    assert sorted(places(row.repository)) == ["after", "before", "files", "path"]
    gap = [name for name in places(row.repository) if name in {"before", "after"}]
    assert gap == places(row.template)
    for part in (*marks(row.file), *marks(row.repository)):
        assert any(token in part for token in row.tokens), "whatever marks structure is broken in text"


@pytest.mark.parametrize("row", [row for row in FORMATS.values() if not row.file], ids=lambda row: row.name)
def test_a_family_without_a_way_to_name_files_has_no_half_of_one(row: FimFormat) -> None:
    assert not row.repository


@every_raw_row
def test_other_files_stand_before_the_text_before_the_cursor(row: FimFormat) -> None:
    text = text_of(row)
    at = [text.index(other) for other in OTHERS]
    assert at == sorted(at), "what changes least comes first"
    assert at[-1] < text.index("from shop import tax") < text.index("def total(items):")


@every_raw_row
def test_other_files_are_never_what_the_model_itself_seems_to_have_written(row: FimFormat) -> None:
    """Nothing of them is in the answer's part: behind the middle token, or behind the suffix in `-mid` rows."""
    text = text_of(row)
    gap = [part for part in marks(row.repository or row.template) if "mid" in part.lower()]
    if gap:  # Codestral's last part is the prefix, with nothing behind that says an answer begins.
        written = text[text.index(gap[-1].strip()) :]
        assert not any(other in written for other in OTHERS)


@every_raw_row
def test_without_other_files_nothing_is_said_of_files(row: FimFormat) -> None:
    alone = dataclasses.replace(SOURCE, snippets=())
    text = text_of(row, alone)
    assert SOURCE.path not in text
    assert text == row.template.replace("{before}", alone.prefix).replace("{after}", alone.suffix)


@every_raw_row
def test_typing_on_changes_a_cache_friendly_prompt_at_its_end_only(row: FimFormat) -> None:
    if cache_friendly(row.name) != row.name:
        pytest.skip("there is a row of the same family for that")
    now = text_of(row)
    then = text_of(row, dataclasses.replace(SOURCE, prefix=SOURCE.prefix + "m(items)"))
    same = next((at for at, (one, other) in enumerate(zip(now, then, strict=False)) if one != other), len(now))
    assert all(other in now[:same] for other in OTHERS)
    if row.name.endswith("-mid") or row.name == "codestral":
        assert then[:same] == now
        assert SOURCE.suffix in now[:same]


def test_the_row_that_keeps_the_cache_is_of_the_same_family() -> None:
    qwen, mid = FORMATS["qwen"], FORMATS[cache_friendly("qwen")]
    assert mid.name == "qwen-mid"
    assert (qwen.tokens, qwen.file) == (mid.tokens, mid.file)
    assert cache_friendly("starcoder") == "starcoder"


@every_raw_row
@given(data=st.data())
def test_text_can_not_pose_as_structure(row: FimFormat, data: st.DataObject) -> None:
    """Tokens of a row, or what looks like a place of a template, leave the structure as it is wherever they stand."""
    bad = st.lists(st.sampled_from([*row.tokens, *fim_places(), "x", "\n", "<", "<|"]), max_size=5).map("".join)
    draw = data.draw
    snippets = tuple(
        dataclasses.replace(snippet, path=f"a{draw(bad)}.py", text=draw(bad)) for snippet in SOURCE.snippets
    )
    hostile = Source(f"b{draw(bad)}.py", SOURCE.language, draw(bad), draw(bad), snippets)
    for token in row.tokens:
        assert text_of(row, hostile).count(token) == text_of(row).count(token)


def fim_places() -> list[str]:
    return [f"{{{name}}}" for name in ("files", "path", "text", "before", "after")]


def test_a_place_of_the_template_in_the_code_is_code() -> None:
    source = dataclasses.replace(SOURCE, prefix="x = '{after}'", suffix="y = '{before}'", snippets=())
    assert text_of(FORMATS["qwen"], source) == ("<|fim_prefix|>x = '{after}'<|fim_suffix|>y = '{before}'<|fim_middle|>")


def test_a_line_end_in_a_path_can_not_end_its_header() -> None:
    snippet = dataclasses.replace(SOURCE.snippets[0], path="shop/tax\n.py")
    text = text_of(FORMATS["qwen"], dataclasses.replace(SOURCE, path="shop/ca\rt.py", snippets=(snippet,)))
    assert text.startswith("<|file_sep|>shop/tax .py\ndef tax(item): ...\n<|file_sep|>shop/ca t.py\n<|fim_prefix|>")
