"""``mai-lsp model`` as a person uses it: exit codes, and what is printed where."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mai_lsp.cli import model as command
from mai_lsp.model.local import plan, state, weights
from mai_lsp.model.local.weights import Hub, Model
from mai_lsp.system import lock
from tests.unit.model_local.file_server import Script, Step, serve
from tests.unit.model_local.test_state import ENGINE

CONTENT = b"GGUF" + bytes(range(256)) * 1000
TINY = Model(
    "tiny", "tiny.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "MIT", (Hub("someone/tiny", "tiny.gguf"),)
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    for name in ("MAI_LSP_LOCAL_MODEL", "MAI_LSP_HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(weights, "MODELS", {"tiny": TINY})
    monkeypatch.setattr(weights, "DEFAULT", "tiny")
    with serve(Script(CONTENT)) as script:
        monkeypatch.setenv("HF_ENDPOINT", script.url)
        yield script


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.run(parser.parse_args(["model", *words]))


def test_fetch_then_path_then_list(hub: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "models" / "tiny.gguf"
    assert run("path") == 1
    assert run("list") == 0
    assert "not fetched" in capsys.readouterr().out
    assert run("fetch") == 0
    shown = capsys.readouterr()
    assert shown.out == f"tiny: {file} (0 MB, licence MIT)\n"
    assert "from 127.0.0.1" in shown.err
    assert "100 %" in shown.err
    assert run("path", "tiny") == 0
    assert capsys.readouterr().out == f"{file}\n"
    assert run("list") == 0
    listed = capsys.readouterr().out
    assert listed.startswith("* tiny")
    assert listed.endswith("MIT  fetched\n")


def test_quiet_prints_nothing(hub: Script, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fetch", "tiny", "--quiet") == 0
    assert run("fetch", "tiny", "--verify", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar(
    hub: Script, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run("fetch") == 0
    assert "checking the digest" in capsys.readouterr().err


def test_a_failed_fetch_is_one_sentence_and_exit_code_one(hub: Script, capsys: pytest.CaptureFixture[str]) -> None:
    hub.steps.append(Step(status=404))
    assert run("fetch") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "No source could give tiny: 127.0.0.1: HTTP 404 Not Found. Check the network" in shown.err
    assert "Traceback" not in shown.err


def test_a_url_is_fetched_and_the_setting_named(hub: Script, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fetch", f"{hub.url}/own.gguf") == 0
    assert "set mai.local.model to " in capsys.readouterr().out


def test_the_setting_in_the_environment_is_the_default(
    hub: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.gguf"
    monkeypatch.setenv("MAI_LSP_LOCAL_MODEL", str(own))
    assert run("path") == 1
    assert capsys.readouterr().out == f"{own}\n"
    assert run("list") == 0
    assert f"* {own}  not fetched" in capsys.readouterr().out


def test_status_and_stop_without_an_engine(hub: Script, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status") == 1
    assert run("stop") == 0
    assert capsys.readouterr().out == "No engine is running.\n" * 2


def test_status_shows_an_engine_but_not_its_key(
    hub: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engines = plan.engines_dir(tmp_path)
    engines.mkdir()
    held = lock.take(engines / "e.lock")
    assert held is not None
    try:
        state.write(engines / "e.json", dataclasses.replace(ENGINE, address="", key="sk-secret"))
        assert run("status") == 0
        shown = capsys.readouterr().out
        assert "tiny: loading, process 1, 2 threads, context 4096 tokens" in shown
        state.write(engines / "e.json", dataclasses.replace(ENGINE, address=hub.url, key="sk-secret"))
        assert run("status") == 0
        shown += capsys.readouterr().out
        assert "not answering" in shown
        assert "sk-secret" not in shown
    finally:
        lock.release(held)


def test_a_bad_value_in_the_environment_is_said(
    hub: Script, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAI_LSP_LOCAL_THREADS", "many")
    assert run("path") == 1
    assert "mai.local.threads must be a whole number" in capsys.readouterr().err
