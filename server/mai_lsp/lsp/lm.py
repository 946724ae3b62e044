"""The way to the editor's own language models (`model.relay.Relay`): a request, notifications with parts, a result.

It carries JSON and reads none of it but ids; what a part or an error means is `model.wires.relay`'s matter.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from lsprotocol.types import ErrorCodes
from pygls.exceptions import JsonRpcException

from mai_lsp.lsp.protocol import LM_CANCEL, LM_CHAT, LM_MODELS, LM_PART
from mai_lsp.lsp.wire import Protocol

log = logging.getLogger(__name__)

_PARTS = ("text", "call")
_END = object()


class LanguageModels:
    """All questions under way over one connection."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._ids = itertools.count(1)
        self._waiting: dict[str, asyncio.Queue[Any]] = {}

    async def chat(self, question: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        """Ask, and give the parts and the result as they come; leaving before the result cancels at once."""
        identity = f"lm-{next(self._ids)}"
        arrived: asyncio.Queue[Any] = asyncio.Queue()
        self._waiting[identity] = arrived
        sent = self._protocol.request(LM_CHAT, {"id": identity, **question})
        sent.add_done_callback(partial(self._answered, identity))
        try:
            while (event := await arrived.get()) is not _END:
                yield event
        finally:
            self._waiting.pop(identity, None)
            if not sent.done():
                self._protocol.notify(LM_CANCEL, {"id": identity})

    async def models(self) -> Any:
        """Give the editor's list of models as it came; None where the editor gives none."""
        try:
            # Shielded, since pygls fails on the answer to a request that was given up.
            return await asyncio.shield(asyncio.wrap_future(self._protocol.request(LM_MODELS, {})))
        except JsonRpcException as error:
            log.info("the client gives no list of models (%s)", error.code)
            return None

    def part(self, params: Any) -> None:
        """Take a part in; one that nobody waits for any more is dropped."""
        identity = params.get("id") if isinstance(params, Mapping) else None
        waiting = self._waiting.get(identity) if isinstance(identity, str) else None
        if waiting is None:
            log.info("%s came for no question of ours", LM_PART)
            return
        waiting.put_nowait({name: params[name] for name in _PARTS if name in params})

    def _answered(self, identity: str, sent: Future[Any]) -> None:
        waiting = self._waiting.get(identity)
        if sent.cancelled():
            # pygls gives up all requests when the client shuts down; those who wait are ended by the session.
            if waiting is not None:
                self._protocol.notify(LM_CANCEL, {"id": identity})
            return
        error = sent.exception()
        if waiting is None:
            return
        result = sent.result() if error is None else {"error": _told(error)}
        if not isinstance(result, Mapping):
            result = {"error": {"code": "other", "message": "The editor's answer was not as agreed."}}
        waiting.put_nowait(result)
        waiting.put_nowait(_END)


def _told(error: BaseException) -> dict[str, str]:
    """Return a JSON-RPC error as the result that it should have been."""
    if not isinstance(error, JsonRpcException):
        return {"code": "other", "message": ""}
    unknown = error.code == ErrorCodes.MethodNotFound
    return {"code": "unsupported" if unknown else "other", "message": str(error.message or "")}
