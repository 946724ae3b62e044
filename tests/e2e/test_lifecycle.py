"""The process itself, byte by byte: its pipes, its exit codes, and clients that do not keep to the protocol."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.editor import PATIENCE, ROOT, environment

INITIALIZE: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}


class Pipe:
    """A server's process and its raw pipes; reads block, and the whole test has a time limit."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mai_lsp", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            cwd=ROOT,
        )

    def raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, method: str, params: Any = None, identity: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if identity is not None:
            message["id"] = identity
        body = json.dumps(message).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def read(self) -> dict[str, Any]:
        """The next reply; notifications are skipped."""
        assert self.process.stdout is not None
        while True:
            length = 0
            while (line := self.process.stdout.readline()) not in {b"\r\n", b""}:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            assert length, "the server has closed its output"
            message: dict[str, Any] = json.loads(self.process.stdout.read(length))
            if "method" not in message:
                return message

    def initialize(self) -> None:
        self.send("initialize", INITIALIZE, 1)
        assert "capabilities" in self.read()["result"]
        self.send("initialized", {})

    def leave(self) -> tuple[int, str]:
        """Close stdin, wait for the end, and give the exit code and stderr."""
        try:
            _, log = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()
        return self.process.returncode, log.decode()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe("--stdio")
    yield made
    made.process.kill()
    made.process.communicate()


def test_a_proper_goodbye_is_zero(pipe: Pipe) -> None:
    pipe.initialize()
    pipe.send("shutdown", None, 2)
    assert pipe.read() == {"jsonrpc": "2.0", "id": 2, "result": None}
    pipe.send("exit")
    assert pipe.process.wait(PATIENCE) == 0
    assert pipe.leave() == (0, "")


def test_exit_without_shutdown_is_an_error(pipe: Pipe) -> None:
    pipe.initialize()
    pipe.send("exit")
    assert pipe.process.wait(PATIENCE) == 1
    assert pipe.leave() == (1, "")


def test_exit_before_initialize_ends_the_process(pipe: Pipe) -> None:
    pipe.send("exit")
    assert pipe.process.wait(PATIENCE) == 1


def test_shutdown_and_exit_in_one_write(pipe: Pipe) -> None:
    pipe.initialize()
    bodies = [{"jsonrpc": "2.0", "id": 2, "method": "shutdown"}, {"jsonrpc": "2.0", "method": "exit"}]
    framed = [json.dumps(body).encode() for body in bodies]
    pipe.raw(b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in framed))
    assert pipe.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("after_initialize", [True, False])
def test_a_client_that_just_goes_is_noticed(pipe: Pipe, after_initialize: bool) -> None:
    if after_initialize:
        pipe.initialize()
    code, log = pipe.leave()
    assert code == 1
    assert "Traceback" not in log


def test_a_client_that_stops_reading_is_noticed(pipe: Pipe) -> None:
    pipe.initialize()
    assert pipe.process.stdout is not None
    pipe.process.stdout.close()
    pipe.send("workspace/executeCommand", {"command": "mai.status"}, 3)
    assert pipe.process.wait(PATIENCE) == 1
    assert pipe.process.stderr is not None
    log = pipe.process.stderr.read().decode()
    assert "Traceback" not in log
    assert "BrokenPipe" not in log


def test_requests_before_initialize_get_a_clear_error(pipe: Pipe) -> None:
    pipe.send("workspace/executeCommand", {"command": "mai.status"}, 7)
    reply = pipe.read()
    assert (reply["id"], reply["error"]["code"]) == (7, -32002)
    pipe.send("textDocument/didOpen", {"textDocument": {}})
    pipe.initialize()


def test_a_second_initialize_is_refused(pipe: Pipe) -> None:
    pipe.initialize()
    pipe.send("initialize", INITIALIZE, 5)
    assert pipe.read()["error"]["code"] == -32600


def test_requests_after_shutdown_are_refused(pipe: Pipe) -> None:
    pipe.initialize()
    pipe.send("shutdown", None, 2)
    pipe.read()
    pipe.send("workspace/executeCommand", {"command": "mai.status"}, 3)
    assert pipe.read()["error"]["code"] == -32600


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{not json", -32700),
        (b"\xff\xfe\xff", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"{}", -32600),
        (b'{"jsonrpc": "1.0", "method": "x", "id": 1}', -32600),
    ],
)
def test_a_body_that_is_no_message_gets_an_error_and_the_next_one_works(pipe: Pipe, body: bytes, code: int) -> None:
    pipe.raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    assert pipe.read()["error"]["code"] == code
    pipe.initialize()


def test_parameters_that_lsp_does_not_know_get_an_error(pipe: Pipe) -> None:
    pipe.initialize()
    pipe.send("textDocument/inlineCompletion", {"textDocument": 3}, 4)
    reply = pipe.read()
    assert (reply["id"], reply["error"]["code"]) == (4, -32602)
    pipe.send("textDocument/didOpen", {"textDocument": {"uri": 3}})
    pipe.send("textDocument/didChange", {"contentChanges": "planted-source-93b7"})
    pipe.send("no/such/notification", {"planted": "planted-source-93b7"})
    pipe.send("no/such/request", {"planted": "planted-source-93b7"}, 5)
    assert pipe.read()["error"]["code"] == -32601
    pipe.send("workspace/executeCommand", {"command": "mai.status"}, 6)
    assert pipe.read()["result"]["documents"] == []
    _, log = pipe.leave()
    assert "planted" not in log


def test_a_change_that_can_not_be_read_closes_the_document(pipe: Pipe) -> None:
    pipe.initialize()
    item = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": "x"}
    pipe.send("textDocument/didOpen", {"textDocument": item})
    pipe.send("textDocument/didChange", {"textDocument": {"uri": "file:///a.py"}, "contentChanges": [{"range": 3}]})
    pipe.send("workspace/executeCommand", {"command": "mai.status"}, 6)
    assert pipe.read()["result"]["documents"] == []


def test_headers_in_any_case_and_order_and_garbage_between(pipe: Pipe) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}).encode()
    pipe.raw(b"what is this?\r\n\r\n")
    pipe.raw(b"content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:%d\r\n\r\n" % len(body))
    for at in range(0, len(body), 7):
        pipe.raw(body[at : at + 7])
    assert pipe.read()["id"] == 1


def test_a_client_that_died_without_closing_the_pipe_is_noticed(pipe: Pipe) -> None:
    """The pipe stays open here, as it does when another child of the editor has inherited it."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as client:
        pipe.send("initialize", INITIALIZE | {"processId": client.pid}, 1)
        pipe.read()
        pipe.send("initialized", {})
        pipe.send("workspace/executeCommand", {"command": "mai.status"}, 2)
        pipe.read()
        client.communicate(b"\n")
    assert pipe.process.wait(PATIENCE) == 1


def test_stdout_is_for_lsp_only() -> None:
    """Whatever a library prints goes to stderr."""
    code = (
        "import sys\n"
        "from mai_lsp.lsp import handlers, server\n"
        "handlers.register = lambda made: print('noise')\n"
        "sys.exit(server.run_stdio())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=b"", capture_output=True, env=environment(), timeout=PATIENCE, check=False
    )
    assert done.stdout == b""
    assert b"noise" in done.stderr


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mai_lsp", *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_the_version_is_printed() -> None:
    from mai_lsp import __version__

    done = run("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"mai-lsp {__version__}")


def test_without_arguments_help_is_printed() -> None:
    done = run()
    assert done.returncode == 2
    assert "--stdio" in done.stdout


def test_clients_may_add_arguments_of_their_own() -> None:
    done = run("--stdio", f"--clientProcessId={os.getpid()}")
    assert (done.returncode, done.stdout) == (1, "")
