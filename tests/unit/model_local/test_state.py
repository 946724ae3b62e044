"""Address files and locks: whole, private, and not believed without proof."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mai_lsp.model.local import state
from mai_lsp.model.local.state import EngineState, Health
from mai_lsp.system import lock
from tests.unit.model_local.file_server import Script, serve

ENGINE = EngineState("word", 1, "tiny", "/w.gguf", 2, 4096, 1.5, address="http://127.0.0.1:1", key="k")


def test_round_trip_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    state.write(path, ENGINE)
    assert state.read(path) == ENGINE
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["e.json"]


def test_the_key_is_not_shown() -> None:
    assert "sk-secret" not in repr(dataclasses.replace(ENGINE, key="sk-secret"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps({**dataclasses.asdict(ENGINE), "pid": "1"}).encode(),
        json.dumps({**dataclasses.asdict(ENGINE), "more": 1}).encode(),
        json.dumps({**dataclasses.asdict(ENGINE), "address": "http://attacker.example:80"}).encode(),
    ],
)
def test_what_is_not_an_address_file_is_no_engine(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "e.json"
    path.write_bytes(content)
    assert state.read(path) is None
    assert state.read(tmp_path / "absent.json") is None


def listing(*aliases: str) -> bytes:
    return json.dumps({"data": [{"id": "tiny", "aliases": list(aliases)}]}).encode()


@pytest.mark.parametrize(
    ("reply", "health"),
    [
        (listing("tiny", "~instance-word"), Health.ALIVE),
        (listing("tiny", "~instance-other"), Health.GONE),
        (b"200 to everything", Health.GONE),
        (b"{}", Health.GONE),
        (b"[1]", Health.GONE),
    ],
)
def test_only_the_engine_itself_passes_the_probe(reply: bytes, health: Health) -> None:
    with serve(Script(reply)) as script:
        assert state.probe(dataclasses.replace(ENGINE, address=script.url)) is health
        assert script.requests[0]["authorization"] == "Bearer k"
    assert state.probe(dataclasses.replace(ENGINE, address=script.url)) is Health.GONE


def test_a_lock_is_held_once_and_free_again_after_release(tmp_path: Path) -> None:
    first = lock.take(tmp_path / "l")
    assert first is not None
    assert lock.take(tmp_path / "l") is None
    lock.release(first)
    second = lock.take(tmp_path / "l")
    assert second is not None
    lock.release(second)


def test_a_lock_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\nfrom mai_lsp.system import lock\n"
        f"lock.take(pathlib.Path({str(tmp_path / 'l')!r}))\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipes, stdout=pipes, env=environment) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        assert lock.take(tmp_path / "l") is None
        holder.kill()
    taken = lock.take(tmp_path / "l", wait=5)
    assert taken is not None
    lock.release(taken)


def test_an_engine_without_its_lock_is_not_running_and_never_killed(tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    state.write(path, dataclasses.replace(ENGINE, pid=os.getpid()))  # a process id that was given to somebody else
    assert state.running(tmp_path) == []
    assert state.stop(path) is False
    assert not path.exists()
