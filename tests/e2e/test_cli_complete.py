"""`mai-lsp complete` against the scripted model server: what it asks, shows, returns, and says when it can not."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.cli import KEY, CommandLine, cli
from tests.support.model_server import ModelServer
from tests.support.model_steps import reasoning, send, status, usage

__all__ = ["cli"]

ROOT = Path(__file__).resolve().parents[2]
CODE = 'import os\n\n\ndef add(a, b):\n    """Add."""\n    return \n\n\nprint(add(1, 2))\n'


def answer(server: ModelServer, code: str = "    return a + b") -> None:
    server.enqueue(send("```python\n", code, "\n```"), usage(input=120, cached=100, output=9, reasoning=2, cost=0.25))


def test_the_suggestion_stands_in_the_code_with_the_facts_below(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        answer(server)
        ran = cli("complete", "a.py:6:12")
    assert ran.code == 0, ran.err
    assert "6 >     return {+a + b+}\n" in ran.out
    assert "9 | print(add(1, 2))\n" in ran.out
    assert "openai-compatible scripted · chat · first token " in ran.out
    assert "\x1b" not in ran.out
    assert ran.err == ""


def test_the_line_alone_means_its_end(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        answer(server)
        assert "return {+a + b+}" in cli("complete", "a.py:6").out


def test_json_is_one_object_with_place_and_counts(cli: CommandLine) -> None:
    path = cli.write("a.py", CODE)
    with cli.model() as server:
        answer(server)
        ran = cli("complete", "a.py:6:99", "--json")
    assert ran.code == 0
    data = ran.json
    assert data["uri"] == path.as_uri()
    start = CODE.index("return ") + len("return ")
    assert data["position"] == {"line": 6, "column": 12, "offset": start}
    proposed = data["suggestion"]
    accepted = CODE[: proposed["start"]["offset"]] + proposed["text"] + CODE[proposed["end"]["offset"] :]
    assert "\n    return a + b\n" in accepted
    assert (data["provider"], data["model"], data["wire"]) == ("openai-compatible", "scripted", "chat")
    assert data["error"] is None
    assert len(data["notes"]) == 1  # the column was behind the line's end


def test_the_model_is_asked_what_show_prompt_shows(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        shown = cli("complete", "a.py:6", "--show-prompt", "--json")
        assert server.requests == []
        assert server.catalogue == []
        answer(server)
        cli("complete", "a.py:6")
        asked = server.next_request_blocking()
        request = shown.json["request"]
        assert shown.code == 0
        assert request["url"] == server.url + asked.path
        assert request["body"] == asked.body
        sent = {name: value for name, value in asked.headers.items() if name in request["headers"]}
        assert sent == {**request["headers"], "authorization": f"Bearer {KEY}"}
        assert request["headers"]["authorization"] == "Bearer <hidden>"


def test_what_is_withheld_is_listed_and_not_shown(cli: CommandLine) -> None:
    cli.write("a.py", 'password = "h0rse-b4ttery"\nx = \n')
    ran = cli("complete", "a.py:2", "--show-prompt")
    assert ran.code == 0, ran.err
    assert "── withheld ──" in ran.out
    assert "a secret was masked (assigned-secret)" in ran.out
    data = cli("complete", "a.py:2", "--show-prompt", "--json")
    assert [one["what"] for one in data.json["withheld"]] == ["prefix"]
    assert "h0rse" not in ran.out + data.out


def test_an_ignored_file_is_refused_with_its_rule(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    cli.write(".gitignore", "a.py\n")
    for more in ([], ["--show-prompt"]):
        ran = cli("complete", "a.py:6", *more)
        assert ran.code == 1
        assert "This file is never sent (.gitignore line 1: a.py)." in ran.err
    assert cli("complete", "a.py:6", "--show-prompt", "--json").json["reason"] == "ignored"
    assert cli("complete", "a.py:6", "--show-prompt", "--set", "ignore.gitignore=false").code == 0


@pytest.mark.parametrize("wire", ["chat", "responses", "fim", "infill"])
def test_the_prompt_of_every_wire_can_be_shown_without_a_server(cli: CommandLine, wire: str) -> None:
    cli.write("a.py", CODE)
    cli.env(MAI_LSP_API_KEY=KEY)
    base = ("--base-url", "http://127.0.0.1:1/v1", "--model", "qwen2.5-coder", "--provider", "openai-compatible")
    ran = cli("complete", "a.py:6", "--show-prompt", "--wire", wire, *base)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("POST http://127.0.0.1:1/")
    assert "the code before the cursor" in ran.out
    assert "together" in ran.out
    assert KEY not in ran.out + ran.err


def test_the_local_prompt_needs_no_engine_and_no_weights(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    ran = cli("complete", "a.py:6", "--show-prompt", "--json")
    assert ran.code == 0, ran.err
    assert "fim" in ran.json["request"]["body"]["prompt"]
    assert list((cli.folder / "cache").glob("**/*")) == []


def test_the_command_line_wins_over_environment_and_project(cli: CommandLine) -> None:
    cli.write(".mai.toml", "[context]\ntokens = 999\n[completion]\nmaxTokens = 50\n")
    cli.write("src/a.py", CODE)
    with cli.model() as server:
        answer(server)
        ran = cli("complete", "src/a.py:6", "--model", "other", "--set", "parameters.x=1")
        assert ran.code == 2  # parameters is one setting, an object
        ran = cli("complete", "src/a.py:6", "--model", "other", "--set", 'parameters={"seed": 4}')
        body = server.next_request_blocking().body
    assert ran.code == 0, ran.err
    assert body["model"] == "other"
    assert body["seed"] == 4
    assert 50 <= body["max_tokens"] < 192
    assert "src/a.py" in json.dumps(body["messages"])
    assert str(cli.folder) not in json.dumps(body)


def test_standard_input_is_read(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with cli.model() as server:
        for place in (["-:6:12"], ["--", "-:6:12"]):
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CODE.encode())))
            answer(server)
            ran = cli("complete", "--language", "python", *place)
            assert ran.code == 0, ran.err
            assert "{+a + b+}" in ran.out


def test_no_suggestion_is_a_sentence_and_exit_code_one(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        server.enqueue(send("```python\n```"))
        ran = cli("complete", "a.py:6")
        assert (ran.code, ran.err.count("\n")) == (1, 1)
        server.enqueue(send("```python\n```"))
        data = cli("complete", "a.py:6", "--json").json
    assert data["suggestion"] is None
    assert data["reason"] == "empty"
    assert data["message"].endswith(".")
    assert data["error"] is None


def test_switched_off_is_said_and_asks_nobody(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        ran = cli("complete", "a.py:6", "--automatic", "--set", "completion.enable=false")
        assert server.requests == []
    assert ran.code == 1
    assert "mai.completion.enable" in ran.err


def test_an_error_of_the_model_is_exit_code_two_with_kind_and_advice(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        server.default = (status(401),)
        ran = cli("complete", "a.py:6", "--json")
    assert ran.code == 2
    assert ran.json["reason"] == "error"
    assert ran.json["error"]["kind"] == "AuthRefused"
    assert ran.json["error"]["advice"]


def test_reasoning_is_counted_and_not_shown(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        server.enqueue(
            reasoning("secret thoughts"),
            send("```python\n    return a + b\n```"),
            usage(input=120, output=30, reasoning=21),
        )
        ran = cli("complete", "a.py:6")
    assert "secret thoughts" not in ran.out
    assert ran.code == 0


def test_the_picture_is_written(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        answer(server)
        ran = cli("complete", "a.py:6", "--svg", "out.svg")
        assert ran.code == 0, ran.err
        assert (cli.folder / "out.svg").read_text(encoding="utf-8").startswith("<svg")
        answer(server)
        ran = cli("complete", "a.py:6", "--svg", "no/such/folder/out.svg")
    assert ran.code == 2
    assert "can not be written" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.py"], "names no line"),
        (["a.py:99"], "no line 99"),
        (["none.py:1"], "no file none.py"),
        ([".:1"], "is a folder"),
        (["latin.py:1"], "not UTF-8"),
        ([], "Name one place"),
        (["a.py:1", "--set", "nonsense=1"], "no setting"),
        (["a.py:1", "--context-tokens", "many"], "whole number"),
        (["a.py:1", "--lines", "-1"], "--lines"),
        (["a.py:1", "--provider", "nobody"], "invalid choice"),
        (["a.py:1", "--provider", "openrouter"], "No key for OpenRouter"),
        (["a.py:1", "--provider", "openrouter", "--show-prompt"], "No key for OpenRouter"),
    ],
)
def test_usage_errors_are_one_sentence_and_exit_code_two(cli: CommandLine, arguments: list[str], said: str) -> None:
    cli.write("a.py", CODE)
    (cli.folder / "latin.py").write_bytes(b"s = '\xe4'\n")
    ran = cli("complete", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_an_error_in_json_is_an_object_too(cli: CommandLine) -> None:
    ran = cli("complete", "none.py:1", "--json")
    assert ran.code == 2
    assert ran.json["error"]["kind"] == "BadSource"
    assert ran.err == ""


def test_problems_of_the_project_file_are_noted_and_do_not_stop_it(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    cli.write(".mai.toml", f'baseUrl = "http://evil/"\napiKey = "{KEY}"\n')
    with cli.model() as server:
        answer(server)
        ran = cli("complete", "a.py:6")
    assert ran.code == 0
    assert "mai.baseUrl can not be set by a project" in ran.err


def test_colour_is_used_where_it_is_asked_for_and_not_with_no_color(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        cli.env(FORCE_COLOR="1", COLORTERM="truecolor", TERM="xterm-256color")
        answer(server)
        coloured = cli("complete", "a.py:6").out
        assert "\x1b[" in coloured
        assert "{+" not in coloured
        cli.env(NO_COLOR="1")
        answer(server)
        plain = cli("complete", "a.py:6").out
    assert "{+a + b+}" in plain
    assert set(re.findall(r"\x1b\[([0-9;]*)m", plain)) <= {"0", "2"}  # dim is no colour


def test_it_runs_as_a_program(cli: CommandLine) -> None:
    path = cli.write("a.py", CODE)
    with cli.model() as server:
        answer(server)
        command = [sys.executable, "-m", "mai_lsp", "complete", f"{path}:6:12"]
        # In the folder the tests run in, since a relative PYTHONPATH may lead to the package.
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert b"{+a + b+}" in done.stdout


def test_other_files_are_shown_once_there_is_an_index(cli: CommandLine) -> None:
    cli.write(".mai.toml", "")
    cli.write("lib.py", "class Shape:\n    sides: int\n")
    cli.write("app.py", "from lib import Shape\nShape(")
    cli.env(MAI_LSP_PROVIDER="openrouter", MAI_LSP_API_KEY=KEY, MAI_LSP_COMPLETION_MODEL="any")
    arguments = ("complete", "app.py:2", "--show-prompt", "--json")
    assert "sides: int" not in cli(*arguments).out
    built = cli(*arguments, "--index").json
    assert "sides: int" in str(built["request"]["body"])
    assert built["notes"] == ["index: 2 files, 2 of them read now"]
    (piece,) = (piece for piece in built["pieces"] if piece["piece"].startswith("workspace"))
    assert piece["path"] == "lib.py"
    assert piece["why"]
    again = cli(*arguments).json
    assert again["request"]["body"]["messages"] == built["request"]["body"]["messages"]
