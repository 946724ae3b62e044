"""The text that a notebook's cells make: what is in it, in which order, and that an edit of a cell is an edit of it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.notebook import PROSE_COLUMNS, PROSE_LINES, Cell, change, join
from mai_lsp.core.text import Edit, Span, apply, open_document
from tests.support.texts import texts


def cell(name: str, text: str, language: str = "python", *, code: bool = True) -> Cell:
    return Cell(code, open_document(name, language, 1, text))


def test_cells_of_a_language_stand_below_each_other() -> None:
    cells = [cell("a", "x = 1"), cell("b", "select 1", "sql"), cell("c", "y = 2\n")]
    python, sql = join(cells, "python"), join(cells, "sql")
    assert python.text == "x = 1\n\ny = 2\n"
    assert python.spans == {"a": Span(0, 5), "c": Span(7, 13)}
    assert (sql.text, sql.spans) == ("select 1", {"b": Span(0, 8)})


def test_prose_is_a_comment_of_the_code_around_it() -> None:
    cells = [cell("a", "x = 1"), cell("b", "# Load\n\nall of it", "markdown", code=False), cell("c", "y = 2")]
    assert join(cells, "python").text == "x = 1\n\n# # Load\n# all of it\n\ny = 2"
    assert join(cells, "javascript").text == "// # Load\n// all of it"
    assert join(cells, "markdown").text == "# Load\n\nall of it"
    assert join(cells, "html").text == "", "a comment that has to be closed could be closed by the prose"


def test_of_prose_the_beginning_is_enough() -> None:
    long = cell("a", "\n".join("word " * 100 for _ in range(50)), "markdown", code=False)
    lines = join([long], "python").text.split("\n")
    assert len(lines) == PROSE_LINES
    assert max(map(len, lines)) <= PROSE_COLUMNS + len("# ")


def test_a_cell_in_a_language_of_its_own_is_alone() -> None:
    shell = cell("b", "%%bash\nls")
    assert (shell.language, shell.alone) == ("shellscript", True)
    assert join([cell("a", "x = 1"), shell, cell("c", "y = 2")], "python").text == "x = 1\n\ny = 2"
    assert not cell("d", "%%bash\nls", "shellscript").alone, "the language is the client's, and has no magics"


def test_the_grammar_sees_magics_as_comments_and_a_model_sees_them() -> None:
    joined = join([cell("a", "%matplotlib inline"), cell("b", "!ls")], "python")
    assert joined.text == "%matplotlib inline\n\n!ls"
    assert joined.seen == "#matplotlib inline\n\n#ls"


def test_where_a_key_was_pressed_is_kept() -> None:
    """From the texts alone the second `a` could have been typed before or behind the first."""
    before, after = ([cell("z", "%x"), cell("a", text)] for text in ("a", "aa"))
    edit = change(join(before, "python"), join(after, "python"), "a", [Edit(Span(0, 0), "a")])
    assert edit == Edit(Span(4, 4), "a")


def test_a_key_that_makes_a_magic_of_its_line_is_an_edit_too() -> None:
    before, after = ([cell("a", text)] for text in ("x = 1\nls", "x = 1\n!ls"))
    edit = change(join(before, "python"), join(after, "python"), "a", [Edit(Span(6, 6), "!")])
    assert edit == Edit(Span(6, 6), "#")


TEXTS = st.one_of(texts(), st.sampled_from(["%%bash\nls", "%time x = 1", "!ls \\\nmore", "x = 1", "x?"]))
CELLS = st.lists(st.tuples(TEXTS, st.sampled_from(["python", "sql"]), st.booleans()), max_size=5)


def made(given: Sequence[tuple[str, str, bool]]) -> list[Cell]:
    return [cell(str(at), text, language, code=code) for at, (text, language, code) in enumerate(given)]


@given(CELLS)
def test_every_cell_is_where_it_is_said_to_be(given: list[tuple[str, str, bool]]) -> None:
    cells = made(given)
    for language in ("python", "sql"):
        joined = join(cells, language)
        assert len(joined.seen) == len(joined.text)
        own = [one for one in cells if one.language == language and not one.alone]
        assert list(joined.spans) == [one.uri for one in own]
        for one in own:
            span = joined.spans[one.uri]
            assert joined.text[span.start : span.end] == one.document.text
            assert not joined.text[: span.start] or joined.text[: span.start].endswith("\n")


@given(CELLS, st.data())
def test_edits_of_cells_in_any_order_lead_to_what_joining_anew_gives(
    given: list[tuple[str, str, bool]], data: st.DataObject
) -> None:
    cells = made(given)
    text = join(cells, "python").seen
    for _ in range(data.draw(st.integers(0, 4)) if cells else 0):
        at = data.draw(st.integers(0, len(cells) - 1))
        old = cells[at].document
        low, high = sorted(data.draw(st.integers(0, len(old.text))) for _ in range(2))
        edit = Edit(Span(low, high), data.draw(TEXTS))
        before = join(cells, "python")
        cells[at] = Cell(cells[at].code, old.edited([edit], 2))
        after = join(cells, "python")
        text = apply(text, [change(before, after, old.uri, [edit])])
        assert text == after.seen
