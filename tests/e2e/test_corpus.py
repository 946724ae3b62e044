"""Every case of the corpus through plain LSP: one server process per wire, one document per case."""

from __future__ import annotations

import pytest

from mai_lsp.core.language import find
from mai_lsp.engine.desk import TURNED_DOWN
from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.cases import Case, corpus
from tests.support.model_server import ModelServer
from tests.support.model_steps import finish, send

ANYWHERE = {
    "MAI_LSP_COMPLETION_MIDDLE_OF_LINE": "true",
    "MAI_LSP_COMPLETION_ALTERNATIVES": "1",
    "MAI_LSP_COMPLETION_REQUESTS_PER_MINUTE": "0",
}
WIRES = {"chat": ANYWHERE, "fim": {"MAI_LSP_WIRE": "fim", "MAI_LSP_FIM_FORMAT": "qwen", **ANYWHERE}}


@pytest.mark.parametrize("wire", WIRES)
async def test_what_is_shown_and_what_is_not(wire: str) -> None:
    cases = [case for case in corpus() if case.wire == wire]
    wrong = {}
    async with ModelServer() as model, editing(VSCODE, for_model(model.url) | WIRES[wire]) as editor:
        for case in cases:
            came = await _came(editor, model, case)
            if came != (case.result if case.result is not None else case.reason):
                wrong[case.name] = came
    assert cases
    assert not wrong


async def _came(editor: Editor, model: ModelServer, case: Case) -> str:
    """Open the case's document, ask, and return the text with what was offered, or the reason for nothing."""
    uri = f"file:///corpus/{case.name}/{case.path}"
    text, cursor = case.text, case.cursor
    language = find("", case.path).id
    if case.deleted:
        editor.open(uri, text[:cursor] + case.deleted + text[cursor:], language)
        editor.edit(uri, (cursor, cursor + len(case.deleted), ""))
    else:
        editor.open(uri, text, language)
    for rejected in case.rejected:
        await _turn_down(editor, model, uri, cursor, rejected)
    before = (await editor.report())["skipped"]
    # To each request: asking by hand asks again where nothing came of the first.
    model.default = (send(*(case.reply[at : at + 9] for at in range(0, len(case.reply), 9))), finish(case.finish))
    items = await editor.inline(uri, cursor, invoked=True)
    if items:
        return editor.accepted(uri, items[0])
    after = (await editor.report())["skipped"]
    return next((reason for reason, count in _pairs(after) if count > dict(_pairs(before)).get(reason, 0)), "nothing")


async def _turn_down(editor: Editor, model: ModelServer, uri: str, cursor: int, text: str) -> None:
    """Have a text suggested, and type something else until that counts; then take it back."""
    model.default = (send(text),)
    (item,) = await editor.inline(uri, cursor, invoked=True)
    assert str(item.insert_text).strip() == text.strip()
    other = "@" * TURNED_DOWN
    editor.edit(uri, (cursor, cursor, other))
    editor.edit(uri, (cursor, cursor + len(other), ""))


def _pairs(counts: object) -> list[tuple[str, int]]:
    """Read an object as the client gives it: a mapping, or a named tuple of its keys."""
    found = counts if isinstance(counts, dict) else counts._asdict()  # type: ignore[attr-defined]
    return list(found.items())
