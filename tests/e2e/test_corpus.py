"""Every case of the corpus through plain LSP: one server process per wire, one document per case."""

from __future__ import annotations

import pytest

from mai_lsp.core.language import find
from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.cases import Case, corpus
from tests.support.model_server import ModelServer
from tests.support.model_steps import finish, send

ANYWHERE = {"MAI_LSP_COMPLETION_MIDDLE_OF_LINE": "true", "MAI_LSP_COMPLETION_ALTERNATIVES": "1"}
WIRES = {"chat": ANYWHERE, "fim": {"MAI_LSP_WIRE": "fim", "MAI_LSP_FIM_FORMAT": "qwen", **ANYWHERE}}


@pytest.mark.parametrize("wire", WIRES)
async def test_what_is_shown_and_what_is_not(wire: str) -> None:
    # What was turned down before is the session's to remember; the flow's own test gives it by hand.
    cases = [case for case in corpus() if case.wire == wire and not case.rejected]
    wrong = {}
    async with ModelServer() as model, editing(VSCODE, for_model(model.url) | WIRES[wire]) as editor:
        for case in cases:
            # To each request: asking by hand asks again where nothing came of the first.
            model.default = (
                send(*(case.reply[at : at + 9] for at in range(0, len(case.reply), 9))),
                finish(case.finish),
            )
            came = await _came(editor, case)
            if came != (case.result if case.result is not None else case.reason):
                wrong[case.name] = came
    assert cases
    assert not wrong


async def _came(editor: Editor, case: Case) -> str:
    """Open the case's document, ask, and return the text with what was offered, or the reason for nothing."""
    uri = f"file:///corpus/{case.name}/{case.path}"
    before = (await editor.report())["skipped"]
    text, cursor = case.text, case.cursor
    language = find("", case.path).id
    if case.deleted:
        editor.open(uri, text[:cursor] + case.deleted + text[cursor:], language)
        editor.edit(uri, (cursor, cursor + len(case.deleted), ""))
    else:
        editor.open(uri, text, language)
    items = await editor.inline(uri, cursor, invoked=True)
    if items:
        return editor.accepted(uri, items[0])
    after = (await editor.report())["skipped"]
    return next((reason for reason, count in _pairs(after) if count > dict(_pairs(before)).get(reason, 0)), "nothing")


def _pairs(counts: object) -> list[tuple[str, int]]:
    """Read an object as the client gives it: a mapping, or a named tuple of its keys."""
    found = counts if isinstance(counts, dict) else counts._asdict()  # type: ignore[attr-defined]
    return list(found.items())
