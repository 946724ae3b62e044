"""What the protocol does with answers."""

from __future__ import annotations

import io
import json

import pytest

from mai_lsp.lsp.server import Server
from mai_lsp.lsp.stdio import Transport


def test_an_answer_that_nobody_waits_for_any_more_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    protocol = Server(Transport(io.BytesIO(), io.BytesIO())).protocol
    sent = protocol.request("mai/lm/models", {})
    (identity,) = protocol._request_futures
    sent.cancel()
    protocol.receive(json.dumps({"jsonrpc": "2.0", "id": identity, "result": None}).encode())
    assert not caplog.records
    assert not protocol._request_futures
