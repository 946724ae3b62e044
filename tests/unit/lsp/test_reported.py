"""Notifications of our own as values: every encoding, and whatever else a client may send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.encoding import Encoding
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Span, open_document
from mai_lsp.lsp.reported import MAX_MESSAGE, clipboard, document_of, problems

DOCUMENT = open_document("file:///a.py", "python", 3, "a = '\U0001f600' + foo\nb\n")
FOO = Span(10, 13)
COLUMNS = {Encoding.UTF8: 13, Encoding.UTF16: 11, Encoding.UTF32: 10}


def diagnostic(column: int = 0, **more: Any) -> dict[str, Any]:
    start, end = ({"line": 0, "character": column + size} for size in (0, 3))
    return {"range": {"start": start, "end": end}, "message": "no foo", **more}


def read(*items: Any, encoding: Encoding = Encoding.UTF32) -> list[Problem]:
    return problems({"diagnostics": list(items)}, DOCUMENT, encoding)


@pytest.mark.parametrize("encoding", Encoding)
def test_places_are_read_in_the_clients_encoding(encoding: Encoding) -> None:
    (found,) = read(diagnostic(COLUMNS[encoding], severity=2, source="ruff"), encoding=encoding)
    assert found == Problem(FOO, Severity.WARNING, "no foo", "ruff")


def test_the_worst_come_first_and_none_means_an_error() -> None:
    found = read(diagnostic(severity=4), diagnostic(severity=2), diagnostic(), diagnostic(severity=9))
    assert [problem.severity for problem in found] == [1, 1, 2, 4]


def test_markup_is_read_and_a_page_of_text_is_not() -> None:
    (found,) = read(diagnostic(message={"kind": "markdown", "value": "no **foo**"}))
    assert found.message == "no **foo**"
    assert read(diagnostic(message="x" * (MAX_MESSAGE + 1))) == []


def test_a_place_that_is_not_in_the_text_is_brought_into_it() -> None:
    far = {"start": {"line": 99, "character": 5}, "end": {"line": -1, "character": -5}}
    (found,) = read(diagnostic() | {"range": far})
    assert found.span == Span(0, len(DOCUMENT.text))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["uri", "version", "diagnostics", "range", "start", "end", "line", "character", "message", "text"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JUNK)
def test_nothing_raises(params: Any) -> None:
    uri, version = document_of(params)
    assert isinstance(uri, str)
    assert version is None or isinstance(version, int)
    assert all(isinstance(problem, Problem) for problem in problems(params, DOCUMENT, Encoding.UTF16))
    assert isinstance(clipboard(params), str)


def test_the_parts_that_are_there_are_read() -> None:
    assert document_of({"uri": "file:///a.py", "version": 3}) == ("file:///a.py", 3)
    assert document_of({"uri": "file:///a.py"}) == ("file:///a.py", None)
    assert clipboard({"text": "x = 1"}) == "x = 1"
