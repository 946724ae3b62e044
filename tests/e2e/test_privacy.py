"""Neither source code nor keys reach the log, at any level, whatever fails."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.e2e.editor import KEY, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.model_server import ModelServer
from tests.support.model_steps import drop, error_event, send, status

URI = "file:///work/planted_name.py"
CODE = "planted_code = 'planted-source-93b7'\nplanted_"
REPLY = "planted_reply = 1\n"
PLANTED = ("planted_code", "planted-source", "planted_reply", KEY, "planted-header")


@pytest.mark.parametrize("level", ["error", "warning", "info", "debug"])
async def test_the_log_holds_no_code_and_no_key(level: str) -> None:
    async with ModelServer(send(REPLY)) as model:
        env = for_model(model.url) | {
            "MAI_LSP_LOG_LEVEL": level,
            "MAI_LSP_HEADERS": '{"x-team": "planted-header"}',
            "PYTHONASYNCIODEBUG": "0",
        }
        async with editing(VSCODE, env, options={"mai": {"planted_code": CODE, "apiKey": [KEY]}}, clean=False) as editor:
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
            editor.client.protocol.notify("textDocument/didOpen", {"textDocument": {"text": CODE, "uri": 7}})
            editor.client.protocol.notify("textDocument/didChange", {"textDocument": CODE})
            with pytest.raises(Exception, match="parameters"):
                await editor.client.protocol.send_request_async("textDocument/inlineCompletion", {"position": CODE})
            report = str(await editor.report())
        for planted in PLANTED:
            assert planted not in editor.log
        for planted in (KEY, "planted-source", "planted-header", "planted_reply"):
            assert planted not in report
        if level == "debug":
            assert "completion:" in editor.log  # it does log


async def test_a_bug_in_a_handler_leaks_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """An exception's text can quote anything, so only its type and place are logged."""
    import logging

    from mai_lsp.lsp.logs import DiscreetFormatter

    try:
        raise ValueError(CODE) from KeyError(KEY)
    except ValueError as error:
        made = logging.LogRecord("pygls.protocol", logging.ERROR, "x.py", 1, "Failed %s", (CODE,), (type(error), error, error.__traceback__))
    said = DiscreetFormatter("%(levelname)s %(name)s: %(message)s").format(made)
    assert "planted" not in said
    assert "ValueError" in said
    assert "KeyError" in said
    assert "test_privacy.py" in said
    assert isinstance(types.MessageType.Error, int)
