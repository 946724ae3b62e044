"""Edits as LSP has them: versions, places in the client's units, and what an inline completion can show."""

from __future__ import annotations

import pytest
from lsprotocol import types

from mai_lsp.core.encoding import Encoding
from mai_lsp.core.text import Edit, Span, open_document
from mai_lsp.lsp.client import Client
from mai_lsp.lsp.editing import copilot_edit, inline_item, workspace_edit
from tests.support.fixture import cursor

DOCUMENT = open_document("file:///a.py", "python", 7, "a = '😀'; count = 1\nb = count\n")
AT = DOCUMENT.text.index("count")
EDIT = Edit(Span(AT, AT + 5), "total")


def test_an_edit_is_bound_to_the_version_where_the_client_knows_versions() -> None:
    found = workspace_edit(DOCUMENT, [EDIT], Client(versioned_edits=True))
    assert found.changes is None
    assert found.document_changes is not None
    (change,) = found.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 7
    plain = workspace_edit(DOCUMENT, [EDIT], Client())
    assert plain.document_changes is None
    assert list(plain.changes or {}) == [DOCUMENT.uri]


@pytest.mark.parametrize(("encoding", "column"), [(Encoding.UTF8, 12), (Encoding.UTF16, 10), (Encoding.UTF32, 9)])
def test_copilots_item_names_the_version_and_counts_as_the_client_does(encoding: Encoding, column: int) -> None:
    item = copilot_edit(DOCUMENT, EDIT, "id", encoding)
    assert item["text"] == "total"
    assert item["textDocument"] == {"uri": DOCUMENT.uri, "version": 7}
    assert item["range"]["start"] == {"line": 0, "character": column}
    assert item["command"]["arguments"] == ["id"]


@pytest.mark.parametrize(
    ("source", "old", "new", "everywhere", "overlaid"),
    [
        ("save(user$0)\n", "", ", db", "save(user, db)", "save(user, db)"),
        ("user.n$0me\n", "nme", "name", "user.name", "user.name"),
        ("$0return count\n", "count", "total", None, "return total"),
        ("return cou$0nt\n", "count", "total", None, "return total"),
        ("return count$0\n", "count", "counter", "return counter", "return counter"),
        ("x$0\nreturn count\n", "count", "counter", None, None),
        ("return count$0\n", "count", "a\nb", None, None),
    ],
)
def test_what_an_inline_completion_can_show(
    source: str, old: str, new: str, everywhere: str | None, overlaid: str | None
) -> None:
    text, offset = cursor(source)
    document = open_document("file:///a.py", "python", 1, text)
    at = text.index(old) if old else offset
    edit = Edit(Span(at, at + len(old)), new)
    for client, wanted in ((Client(), everywhere), (Client(overlays=True), overlaid)):
        item = inline_item(document, edit, offset, "id", client)
        if item is None:
            assert wanted is None
            continue
        assert item.range is not None
        start, end = item.range.start.character, item.range.end.character
        assert start <= offset <= end
        line = text.partition("\n")[0]
        assert line[:start] + str(item.insert_text) + line[end:] == wanted
