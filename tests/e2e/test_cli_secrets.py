"""A planted key never gets out of any command, whatever goes wrong and whoever echoes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mai_lsp.engine import doctor
from tests.e2e.cli import KEY, CommandLine, Ran, cli
from tests.support.model_server import ModelServer
from tests.support.model_steps import Step, drop, error_event, event, garbage, send, status

__all__ = ["cli"]

OTHER = "other-4712-not-to-be-shown"
PASSWORD = "pass-4713-not-to-be-shown"

COMMANDS = (
    ("complete", "a.py:1"),
    ("complete", "a.py:1", "--json"),
    ("complete", "a.py:1", "--show-prompt"),
    ("complete", "a.py:1", "--show-prompt", "--json"),
    ("complete", "a.py:1", "--svg", "out.svg"),
    ("complete", "a.py:9"),
    ("complete", "a.py:1", "--wire", "fim"),
    ("complete", "a.py:1", "--provider", "foundry"),
    ("complete", "a.py:1", "--set", f"apiKey={KEY}"),
    ("complete", "a.py:1", "--set", KEY),
    ("doctor",),
    ("doctor", "--json"),
    ("doctor", "--offline"),
    ("doctor", "--provider", "openrouter", "--offline", "--base-url", ""),
    ("model", "list"),
    ("model", "path"),
    ("model", "status"),
    ("model", "stop"),
)

ECHO = {"error": {"message": f"Incorrect API key provided: {KEY}, {OTHER}.", "type": KEY, "code": KEY}}

FAILURES: dict[str, tuple[Step, ...]] = {
    "none": (send("```python\nx = 1\n```"),),
    "401 that echoes": (status(401, ECHO),),
    "400 that echoes": (status(400, ECHO),),
    "404 that echoes": (status(404, ECHO),),
    "500 that echoes": (status(500, f"<html>{KEY}</html>"),),
    "headers that echo": (status(403, "", {"x-request-id": KEY, "location": KEY}),),
    "redirect with it": (status(302, "", {"location": f"http://h/?key={KEY}"}),),
    "error in the stream": (error_event(f"bad key {KEY}", KEY, KEY),),
    "broken event": (event(f"{{{KEY}"),),
    "not HTTP": (garbage(),),
    "reset": (drop(),),
}


@pytest.fixture
def planted(cli: CommandLine) -> CommandLine:
    cli.write("a.py", "x = \n")
    cli.write(".mai.toml", f'apiKey = "{KEY}"\nproxy = "http://u:{PASSWORD}@h"\n')
    cli.env(
        OPENROUTER_API_KEY=KEY,
        OPENAI_API_KEY=OTHER,
        AZURE_AI_API_KEY=OTHER,
        HTTPS_PROXY=f"http://user:{PASSWORD}@127.0.0.1:1",
        MAI_LSP_HEADERS=f'{{"x-gateway": "{OTHER}"}}',
    )
    return cli


def clean(ran: Ran, cli: CommandLine) -> None:
    files = "".join(path.read_text(encoding="utf-8") for path in cli.folder.glob("*.svg"))
    for secret in (KEY, OTHER, PASSWORD, *(secret[:12] for secret in (KEY, OTHER, PASSWORD))):
        assert secret not in ran.out + ran.err + files


CASES = [(command, failure) for command in COMMANDS for failure in (FAILURES if command[0] != "model" else ["none"])]


@pytest.mark.parametrize(
    ("command", "failure"), CASES, ids=lambda part: part if isinstance(part, str) else " ".join(part)
)
def test_no_command_shows_a_secret(
    planted: CommandLine, command: tuple[str, ...], failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "COMPLETION_SECONDS", 0.5)
    with planted.model() as server:
        server.default = FAILURES[failure]
        server.models_reply = FAILURES[failure] if failure != "none" else ()
        ran = planted(*command)
    clean(ran, planted)
    assert "Traceback" not in ran.err


WAYS: dict[str, Callable[[CommandLine, ModelServer], None]] = {
    "a key with a line end in it": lambda cli, _: cli.env(MAI_LSP_API_KEY=f"{KEY} x"),
    "a key that is not ASCII": lambda cli, _: cli.env(MAI_LSP_API_KEY=f"{KEY}ä"),
    "a key in the URL": lambda cli, server: cli.env(
        MAI_LSP_BASE_URL=f"http://u:{KEY}@{server.url.removeprefix('http://')}/v1"
    ),
    "a header that can not be sent": lambda cli, _: cli.env(MAI_LSP_HEADERS=f'{{"x": "{KEY}ä"}}'),
    "headers that are no object": lambda cli, _: cli.env(MAI_LSP_HEADERS=f'["{KEY}"'),
    "a proxy that is no URL": lambda cli, _: cli.env(MAI_LSP_PROXY=f"{PASSWORD}:{PASSWORD}@:x"),
    "a key without a provider": lambda cli, _: cli.env(MAI_LSP_PROVIDER="", MAI_LSP_BASE_URL=""),
}


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("command", [("complete", "a.py:1"), ("complete", "a.py:1", "--show-prompt"), ("doctor",)])
def test_a_secret_that_is_set_wrongly_is_not_repeated(planted: CommandLine, way: str, command: tuple[str, ...]) -> None:
    with planted.model() as server:
        WAYS[way](planted, server)
        clean(planted(*command), planted)
