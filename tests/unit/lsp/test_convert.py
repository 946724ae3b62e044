"""LSP parameters to our values, and suggestions to items; bad parameters are refused in one way."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol import types

from mai_lsp.core.encoding import Encoding
from mai_lsp.core.text import Document, Span, open_document
from mai_lsp.engine.outcome import Suggestion, Trace
from mai_lsp.lsp.client import Client, describe
from mai_lsp.lsp.convert import Change, Place, changes, inline_items
from mai_lsp.lsp.listing import completion_list, word_start


def document(text: str, language: str = "python") -> Document:
    return open_document("file:///a.py", language, 1, text)


def suggestion(start: int, end: int, text: str, model: str = "m") -> Suggestion:
    return Suggestion("id-1", 1, Span(start, end), text, Trace(provider="p", model=model))


def position(line: Any, character: Any) -> dict[str, Any]:
    return {"line": line, "character": character}


def test_changes_are_read() -> None:
    params = {
        "textDocument": {"uri": "u", "version": 3},
        "contentChanges": [
            {"range": {"start": position(1, 2), "end": position(3, 4)}, "rangeLength": 9, "text": "x"},
            {"text": "whole"},
            {"range": None, "text": "also whole"},
        ],
    }
    found = [Change("x", Place(1, 2), Place(3, 4)), Change("whole"), Change("also whole")]
    assert changes(params) == ("u", 3, found)


def test_a_missing_version_is_none() -> None:
    assert changes({"textDocument": {"uri": "u"}, "contentChanges": []}) == ("u", None, [])
    assert changes({"textDocument": {"uri": "u", "version": None}, "contentChanges": []}) == ("u", None, [])


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {},
        {"textDocument": {"uri": 1}, "contentChanges": []},
        {"textDocument": {"uri": "u"}},
        {"textDocument": {"uri": "u"}, "contentChanges": {}},
        {"textDocument": {"uri": "u"}, "contentChanges": [None]},
        {"textDocument": {"uri": "u"}, "contentChanges": [{}]},
        {"textDocument": {"uri": "u"}, "contentChanges": [{"text": 1}]},
        {"textDocument": {"uri": "u"}, "contentChanges": [{"text": "", "range": 1}]},
        {"textDocument": {"uri": "u"}, "contentChanges": [{"text": "", "range": {"start": position(0, 0)}}]},
        {
            "textDocument": {"uri": "u"},
            "contentChanges": [{"text": "", "range": {"start": position(0, 0), "end": position(0, "1")}}],
        },
    ],
)
def test_what_is_no_change_is_refused(params: Any) -> None:
    with pytest.raises(ValueError, match=r"change|Change|position"):
        changes(params)


def test_an_inline_item_has_text_range_and_accept_command() -> None:
    reply = inline_items(document("\U0001f600 = fo\n"), [suggestion(4, 6, "foo()\n    bar()")], Encoding.UTF16)
    (item,) = reply.items
    assert item.insert_text == "foo()\n    bar()"
    assert item.range == types.Range(types.Position(0, 5), types.Position(0, 7))
    assert item.command == types.Command("Accept MAI suggestion", "mai.acceptCompletion", arguments=["id-1"])


def listed(
    text: str,
    offset: int,
    given: Suggestion,
    *,
    multiline: bool = False,
    markdown: bool = True,
    inserts_only: bool = False,
) -> types.CompletionItem | None:
    client = Client(encoding=Encoding.UTF8, keeps_lines=multiline, markdown=markdown, inserts_only=inserts_only)
    reply = completion_list(document(text), offset, given, client)
    assert reply.is_incomplete
    assert len(reply.items) <= 1
    return reply.items[0] if reply.items else None


def edit_of(item: types.CompletionItem) -> tuple[int, int, str]:
    assert isinstance(item.text_edit, types.TextEdit)
    where = item.text_edit.range
    assert where.start.line == where.end.line
    return where.start.character, where.end.character, item.text_edit.new_text


def test_a_list_item_begins_at_the_typed_word() -> None:
    item = listed("x = fo", 6, suggestion(6, 6, "o_bar()"))
    assert item is not None
    assert edit_of(item) == (4, 6, "foo_bar()")
    assert (item.filter_text, item.label, item.detail, item.preselect) == ("fo", "foo_bar()", "m", False)


def test_a_list_item_begins_at_the_typed_word_when_the_suggestion_begins_before_it() -> None:
    item = listed("x = fo", 6, suggestion(0, 6, "x = foo"))
    assert item is not None
    assert edit_of(item) == (4, 6, "foo")


def test_a_list_item_replaces_what_the_suggestion_replaces_behind_the_cursor() -> None:
    item = listed("f(a)", 2, suggestion(2, 4, "b, c)"))
    assert item is not None
    assert edit_of(item) == (2, 4, "b, c)")


def test_lines_after_the_first_are_for_clients_that_keep_them() -> None:
    given = suggestion(5, 5, "1\ny = 2\n")
    short, whole = (listed("x =  ", 5, given, multiline=multiline) for multiline in (False, True))
    assert short is not None
    assert whole is not None
    assert edit_of(short)[2] == "1"
    assert short.insert_text_mode is None
    assert edit_of(whole)[2] == "1\ny = 2\n"
    assert whole.insert_text_mode is types.InsertTextMode.AsIs
    assert whole.label == "1…"


def test_nothing_is_listed_when_the_first_line_adds_nothing() -> None:
    given = suggestion(8, 8, "\n    pass")
    assert listed("def f():", 8, given) is None
    whole = listed("def f():", 8, given, multiline=True)
    assert whole is not None
    assert whole.label == "pass"


def test_documentation_is_fenced_and_a_fence_inside_does_not_end_it() -> None:
    item = listed("x = ", 4, suggestion(4, 4, "'```'"))
    assert item is not None
    assert isinstance(item.documentation, types.MarkupContent)
    assert item.documentation.value == "````python\n'```'\n````"
    plain = listed("x = ", 4, suggestion(4, 4, "1"), markdown=False)
    assert plain is not None
    assert plain.documentation == "1"


def test_a_label_is_short() -> None:
    item = listed("x = ", 4, suggestion(4, 4, "y" * 200))
    assert item is not None
    assert item.label == "y" * 60 + "…"


@pytest.mark.parametrize(
    ("text", "offset", "start"),
    [("ab cd", 5, 3), ("a.b_1", 5, 2), ("", 0, 0), ("x\nyz", 4, 2), ("äö", 2, 0), ("(", 1, 1)],
)
def test_a_word_is_an_identifier_on_one_line(text: str, offset: int, start: int) -> None:
    assert word_start(document(text), offset) == start


def test_a_client_that_inserts_only_gets_a_snippet_that_means_the_text() -> None:
    item = listed("x = fo", 6, suggestion(6, 6, "o(${a}, '\\\\')"), inserts_only=True)
    assert item is not None
    assert item.insert_text_format is types.InsertTextFormat.Snippet
    assert edit_of(item) == (4, 6, "foo(\\${a\\}, '\\\\\\\\')")
    assert item.label == "foo(${a}, '\\\\')"


def test_a_client_that_inserts_only_gets_nothing_that_replaces_what_stands_behind_the_cursor() -> None:
    given = suggestion(6, 7, "a, b):")
    assert listed("def f()", 6, given) is not None
    assert listed("def f()", 6, given, inserts_only=True) is None


@pytest.mark.parametrize(("name", "inserts_only"), [("Neovim", True), ("Visual Studio Code", False), (None, False)])
def test_neovim_is_known_by_its_name(name: str | None, inserts_only: bool) -> None:
    info = types.ClientInfo(name) if name else None
    params = types.InitializeParams(capabilities=types.ClientCapabilities(), client_info=info)
    assert describe(params).inserts_only is inserts_only
