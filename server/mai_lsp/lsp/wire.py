"""pygls' protocol, with our document store instead of its own and with a lifecycle that answers every request.

It handles no feature: it decides which messages reach a handler, and turns bad ones into JSON-RPC errors.
"""

from __future__ import annotations

import json
import logging
import uuid
from concurrent.futures import Future
from contextvars import ContextVar
from functools import partial
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import JsonRPCNotification, JsonRPCResponseMessage, LanguageServerProtocol

from mai_lsp.lsp.protocol import DID_CHANGE_CLIPBOARD, DID_CHANGE_DIAGNOSTICS, LM_PART

log = logging.getLogger(__name__)

OURS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.EXIT,
)
"""Methods that pygls would handle itself: its document store splits lines at the wrong places, costs 10 ms per key in
a long file and holds every text again; its `exit` ends the interpreter inside a callback."""

PLAIN = (
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_SAVE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    DID_CHANGE_DIAGNOSTICS,
    DID_CHANGE_CLIPBOARD,
    LM_PART,
)
"""Notifications whose parameters stay JSON."""

work_done_token: ContextVar[int | str | None] = ContextVar("work_done_token", default=None)
"""The token under which the client shows the progress of the command that is being handled; pygls gives commands their
arguments alone."""

BEFORE_INITIALIZE = frozenset({types.INITIALIZE, types.EXIT})


class Protocol(LanguageServerProtocol):
    """The connection's state machine."""

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()  # type: ignore[no-untyped-call]
        for method in OURS:
            self.fm.builtin_features.pop(method, None)

    _plain_results: frozenset[str] = frozenset()
    """Ids of requests under way whose results stay JSON."""
    _initialized = False
    _asked_to_shut_down = False

    @property
    def has_shut_down(self) -> bool:
        """Whether the client has asked to shut down; an `exit` that follows at once may be handled before the reply."""
        return self._asked_to_shut_down

    def receive(self, body: bytes) -> None:
        """Handle one message body; never raises."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            log.error("a message that is not JSON was refused")  # noqa: TRY400 (the traceback quotes the body)
            self._answer(None, types.ErrorCodes.ParseError, "The message is not JSON.")
            return
        if not isinstance(data, dict) or data.get("jsonrpc") != "2.0":
            log.error("a message that is not JSON-RPC 2.0 was refused")
            self._answer(_id(data), types.ErrorCodes.InvalidRequest, "The message is not a JSON-RPC 2.0 object.")
            return
        method = data.get("method")
        if isinstance(method, str) and not self._admit(method, data):
            return
        try:
            message = self.structure_message(data)
        except JsonRpcException:
            log.error("the parameters of %s are not as LSP has them", _known(method))  # noqa: TRY400
            self._refuse(data, types.ErrorCodes.InvalidParams, "The parameters are not as LSP has them.")
            return
        if method == types.INITIALIZE:
            self._initialized = True
        if method == types.WORKSPACE_EXECUTE_COMMAND:
            work_done_token.set(getattr(getattr(message, "params", None), "work_done_token", None))
        try:
            self.handle_message(message)
        except Exception:
            log.exception("handling %s failed", _known(method))

    def _run_generator(self, future: Any, *, gen: Any, result_future: Any) -> None:
        """Let a cancelled command end: pygls cancels the request alone, and what carries it out goes on."""
        known = set(self._request_futures)
        super()._run_generator(future, gen=gen, result_future=result_future)
        for identity in self._request_futures.keys() - known:
            running = self._request_futures[identity]
            result_future.add_done_callback(partial(_follow, running))
            # Otherwise pygls keeps it for ever.
            running.add_done_callback(partial(self._forget, identity))

    def _forget(self, identity: Any, _: object) -> None:
        self._request_futures.pop(identity, None)

    def _handle_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        """Take an answer, unless it comes when nobody waits for it any more: an editor may be busy for seconds."""
        future = self._request_futures.get(msg_id)
        if future is not None and future.done():
            self._forget(msg_id, None)
            return
        super()._handle_response(msg_id, result, error)

    def request(self, method: str, params: Any) -> Future[Any]:
        """Send a request whose result stays JSON: pygls has no types for ours, and fails on odd names of fields.

        The future may be cancelled; the answer, which comes all the same, is dropped then.
        """
        identity = str(uuid.uuid4())
        self._plain_results = self._plain_results | {identity}
        sent: Future[Any] = self.send_request(method, params, msg_id=identity)
        return sent

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Turn JSON into typed values; what we read ourselves stays plain (`convert`, `reported`, `lm`)."""
        identity = data.get("id")
        if isinstance(identity, str) and identity in self._plain_results and "method" not in data:
            self._plain_results = self._plain_results - {identity}
            self._result_types.pop(identity, None)
            if "error" not in data:
                return JsonRPCResponseMessage(identity, "2.0", data.get("result"))
        if (method := data.get("method")) in PLAIN and "id" not in data:
            return JsonRPCNotification(str(method), "2.0", data.get("params"))
        return super().structure_message(data)

    def _admit(self, method: str, data: dict[str, Any]) -> bool:
        """Whether a message may come now (LSP: Server lifecycle); answers those requests that may not."""
        if not self._initialized:
            if method in BEFORE_INITIALIZE:
                return True
            code, text = types.ErrorCodes.ServerNotInitialized, "The server has not been initialized yet."
        elif method == types.INITIALIZE:
            code, text = types.ErrorCodes.InvalidRequest, "The server has been initialized already."
        elif self._asked_to_shut_down and method != types.EXIT:
            code, text = types.ErrorCodes.InvalidRequest, "The server is shutting down."
        else:
            if method == types.SHUTDOWN:
                self._asked_to_shut_down = True
                self._give_up()
            return True
        log.info("%s came at the wrong time", _known(method))
        self._refuse(data, code, text)
        return False

    def _give_up(self) -> None:
        """End the requests under way.

        pygls is about to, too, but fails at the first that ends: it leaves the very dict that is gone through.
        """
        for future in list(self._request_futures.values()):
            if not future.done():
                future.cancel()

    def _refuse(self, data: dict[str, Any], code: types.ErrorCodes, text: str) -> None:
        """Answer a request with an error; a notification or a reply gets none."""
        if isinstance(data.get("method"), str) and (identity := _id(data)) is not None:
            self._answer(identity, code, text)

    def _answer(self, identity: int | str | None, code: types.ErrorCodes, text: str) -> None:
        self._send_data(
            types.ResponseErrorMessage(id=identity, error=types.ResponseError(code=int(code), message=text))
        )


def _follow(running: Any, request: Any) -> None:
    """End what carries a request out once that is cancelled."""
    if request.cancelled():
        running.cancel()


def _id(data: Any) -> int | str | None:
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, int | str) else None


def _known(method: Any) -> str:
    """Return a method's name for the log if it is one, since anything may stand there."""
    return method if method in types.METHOD_TO_TYPES else "a message"
