"""Neither source code nor keys reach the log, at any level, whatever fails."""

from __future__ import annotations

import logging

import pytest

from mai_lsp.lsp.logs import DiscreetFormatter
from tests.e2e.editor import KEY, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.model_server import ModelServer
from tests.support.model_steps import drop, error_event, send, status

URI = "file:///work/planted_name.py"
CODE = "planted_code = 'planted-source-93b7'\nplanted_"
REPLY = "planted_reply = 1\n"
PLANTED = ("planted_code", "planted-source", "planted_reply", KEY, "planted-header")


@pytest.mark.parametrize("kept", [False, True], ids=["stderr", "kept by the editor"])
@pytest.mark.parametrize("level", ["error", "warning", "info", "debug"])
async def test_the_log_holds_no_code_and_no_key(level: str, kept: bool) -> None:
    async with ModelServer(send(REPLY)) as model:
        env = for_model(model.url) | {
            "MAI_LSP_LOG_LEVEL": level,
            "MAI_LSP_HEADERS": '{"x-team": "planted-header"}',
            "PYTHONASYNCIODEBUG": "0",
        }
        options = {"mai": {"planted_code": CODE, "apiKey": [KEY], "log": kept}}
        async with editing(VSCODE, env, options=options, clean=False) as editor:
            editor.open(URI, CODE)
            model.enqueue(status(401, {"error": {"message": f"bad key {KEY} for {CODE}"}}))
            model.enqueue(send("a"), error_event(f"{CODE} {KEY}"))
            model.enqueue(status(500, f"{KEY} {CODE}"))
            model.enqueue(drop())
            for _ in range(5):
                await editor.inline(URI)
            editor.edit(URI, (0, 7, "planted_code_two"))
            await editor.run("mai.acceptCompletion", CODE, {"planted_code": KEY})
            with pytest.raises(Exception, match="not defined"):
                await editor.run("mai.noSuchCommand", CODE)
            editor.raw("textDocument/didOpen", {"textDocument": {"text": CODE, "uri": 7}})
            editor.raw("textDocument/didChange", {"textDocument": CODE})
            editor.raw("textDocument/inlineCompletion", {"position": CODE}, identity="bad")
            editor.raw("planted_code/method", {"planted": CODE})
            editor.open("file:///work/b.py", CODE)
            report = str(await editor.report())
        told = "".join(entry.message for entry in editor.client.log_messages if "no setting" not in entry.message)
        for planted in PLANTED:
            assert planted not in editor.log
            assert planted not in told
        for planted in (KEY, "planted-source", "planted-header", "planted_reply"):
            assert planted not in report
        if level == "debug":
            assert "completion:" in (told if kept else editor.log)  # it does log


def test_a_bug_in_a_handler_leaks_nothing() -> None:
    """An exception's text can quote anything, so only its type and place are logged."""

    def broken() -> None:
        raise ValueError(CODE) from KeyError(KEY)

    try:
        broken()
    except ValueError as error:
        raised = (type(error), error, error.__traceback__)
    made = logging.LogRecord("pygls.protocol", logging.ERROR, "x.py", 1, "Failed %s", (CODE,), raised)
    said = DiscreetFormatter("%(levelname)s %(name)s: %(message)s").format(made)
    assert "planted" not in said
    assert "ValueError" in said
    assert "KeyError" in said
    assert "test_privacy.py" in said
