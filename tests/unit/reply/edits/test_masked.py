"""What a model saw of lines with secrets, and that no value goes anywhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.secrets import Secret, mask
from mai_lsp.reply.edits.masked import Row, revealed, rows_of

VALUE = Row('key = "<secret>"', "\n", 'key = "hunter2"\n')
PLAIN = Row("x = 1", "\n", "x = 1\n")


@given(st.text(alphabet="ab\r\n\f\u2028", max_size=40), st.data())
def test_rows_are_the_masked_text_and_the_true_one(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    secrets = (Secret(start, end, "test"),) if end > start else ()
    rows = rows_of(text, secrets)
    assert "".join(row.text + row.end for row in rows) == mask(text, secrets)
    assert "".join(row.true for row in rows) == text


def test_a_value_over_several_lines_is_on_one_row() -> None:
    assert rows_of("a\nBEGIN1\n2END\nb", [Secret(7, 10, "test")]) == [
        Row("a", "\n", "a\n"),
        Row("BEGIN<secret>END", "\n", "BEGIN1\n2END\n"),
        Row("b", "", "b"),
    ]


@pytest.mark.parametrize("line", ['key = "<secret>"', '    API_KEY = "<secret>"'])
def test_a_value_stays_in_a_line_of_the_same_form(line: str) -> None:
    assert revealed([VALUE], [line]) == [line.replace("<secret>", "hunter2")]


@pytest.mark.parametrize(
    ("removed", "added"),
    [
        ([VALUE], ['send("<secret>")']),
        ([VALUE], ["key = None"]),
        ([VALUE], []),
        ([VALUE], ['key = "<secret>"', 'again = "<secret>"']),
        ([VALUE, VALUE], ['b = "<secret>"', 'a = "<secret>"']),
        ([PLAIN], ['x = "<secret>"']),
        ([], ['x = "<secret>"']),
    ],
)
def test_a_value_goes_nowhere_else(removed: list[Row], added: list[str]) -> None:
    assert revealed(removed, added) is None


def test_lines_without_values_are_what_they_are() -> None:
    assert revealed([PLAIN], ["y = 2", "z = 3"]) == ["y = 2", "z = 3"]
