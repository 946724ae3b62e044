"""The scripted model server itself, in a thread and as a process (inside a loop the client's tests use it)."""

from __future__ import annotations

import threading
import urllib.request

from tests.support.gate import Gate
from tests.support.model_server import ModelServer, spawned, threaded
from tests.support.model_steps import send, stall


def post(url: str) -> bytes:
    request = urllib.request.Request(f"{url}/v1/completions", b"{}", {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return bytes(response.read())


def test_in_a_thread_it_answers_and_waits_for_gates() -> None:
    gate = Gate()
    replies: list[bytes] = []
    with threaded(ModelServer(send("by default"))) as server:
        server.enqueue(send("first"), stall(gate), send("second"))
        client = threading.Thread(target=lambda: replies.append(post(server.url)))
        client.start()
        asked = server.next_request_blocking()
        assert not asked.answered.is_open
        gate.open()
        asked.answered.wait_blocking()
        client.join(20)
        assert b"first" in replies[0]
        assert b"second" in replies[0]
        assert b"by default" in post(server.url)
        assert asked.body == {}


def test_as_a_process_it_prints_its_url_and_ends_with_its_input() -> None:
    with spawned("one ", "two") as url:
        reply = post(url)
    assert b'"one "' in reply
    assert reply.rstrip().endswith(b"[DONE]")
