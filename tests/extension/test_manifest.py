"""The manifest against what it is made for: settings, commands, scopes; and what the extension must stay."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mai_lsp import __version__
from mai_lsp.lsp import protocol
from mai_lsp.settings import FIELDS

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
SOURCES = sorted((EXTENSION / "src").glob("*.ts"))

MAX_LINES = 1200
"""Of TypeScript in all: what is clever belongs into the server, where every editor has it."""

SETTINGS: dict[str, Any] = {
    name: declared
    for section in MANIFEST["contributes"]["configuration"]
    for name, declared in section["properties"].items()
}


def test_settings_are_the_servers_but_for_the_key_and_the_interpreter() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "generate"), "--check"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {name.removeprefix("mai.") for name in SETTINGS} == {*FIELDS, "interpreter"} - {"apiKey", "apiKeys"}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_says_who_may_set_it_and_what_it_does(name: str) -> None:
    declared = SETTINGS[name]
    assert declared["markdownDescription"]
    assert declared["scope"] in {"application", "machine", "machine-overridable", "resource"}
    kinds: dict[str, Any] = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "array": list,
        "object": dict,
    }
    assert isinstance(declared["default"], kinds[declared["type"]])
    if "enum" in declared:
        assert declared["default"] in declared["enum"]


def test_a_workspace_can_set_only_what_a_project_may_and_an_untrusted_one_no_interpreter() -> None:
    trust = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert trust["supported"] == "limited"
    restricted = set(trust["restrictedConfigurations"])
    for name, declared in SETTINGS.items():
        field = FIELDS.get(name.removeprefix("mai."))
        if field is None or field.spec.scope == "user":
            assert declared["scope"] != "resource", name
            assert name in restricted, name
        else:
            assert declared["scope"] == "resource", name
            assert name not in restricted, name
    assert {"mai.interpreter", "mai.baseUrl", "mai.check.command", "mai.http.proxy"} <= restricted
    assert SETTINGS["mai.baseUrl"]["scope"] == SETTINGS["mai.check.command"]["scope"] == "machine"


def test_every_command_is_somebodys() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    of_the_server = {value for name, value in vars(protocol).items() if name.endswith("_COMMAND")}
    offered = [entry["command"] for entry in MANIFEST["contributes"]["commands"]]
    assert len(offered) == len(set(offered))
    for name in offered:
        assert name in of_the_server or f'"{name}"' in text, name
    for name in re.findall(r'"(mai\.\w+)"', re.search(r"Command = \{(.*?)\}", text, re.DOTALL)[1]):  # type: ignore[index]
        assert name in of_the_server, name
    steps = json.dumps(MANIFEST["contributes"]["walkthroughs"])
    for name in re.findall(r"ommand:(mai\.\w+)", steps):
        assert name in offered, name


def test_commands_of_the_server_are_offered_while_it_runs() -> None:
    for entry in MANIFEST["contributes"]["commands"]:
        if entry["command"] in vars(protocol).values():
            assert entry["enablement"].startswith("mai.running")


def test_names_on_the_wire_are_the_servers() -> None:
    mirror = (EXTENSION / "src" / "protocol.ts").read_text(encoding="utf-8")
    theirs = {value for value in vars(protocol).values() if isinstance(value, str)}
    named = re.findall(r'"(mai/[\w/]+|mai\.\w+)"', mirror)
    assert len(named) > 10
    assert set(named) <= theirs


def test_fields_on_the_wire_are_the_servers() -> None:
    mirror = (EXTENSION / "src" / "protocol.ts").read_text(encoding="utf-8")
    shapes = ("InputParams", "ShownPrompt", "NextEdit", "Catalogue", "CatalogueProvider", "CatalogueModel")
    for name in (
        *shapes,
        "ChatParams",
        "ChatPart",
        "ChatError",
        "ChatResult",
        "LanguageModel",
        "StatusParams",
        "Examined",
    ):
        found = re.search(rf"export interface {name} \{{(.*?)\n?\}}\n", mirror, re.DOTALL)
        assert found is not None, name
        flat = re.sub(r"\{[^{}]*\}", "", found[1])
        fields = set(re.findall(r"(\w+)\??:", flat))
        assert fields == getattr(protocol, name).__annotations__.keys(), name


def test_the_abilities_it_declares_are_known() -> None:
    from mai_lsp.lsp.configuration import ABILITIES

    text = (EXTENSION / "src" / "client.ts").read_text(encoding="utf-8")
    declared = re.search(r"initializationOptions: \{ mai: \{(.*?)\} \}", text)
    assert declared is not None
    assert set(re.findall(r"(\w+): true", declared[1])) == set(ABILITIES)


def test_it_stays_thin() -> None:
    lines = sum(path.read_text(encoding="utf-8").count("\n") for path in SOURCES)
    assert 0 < lines < MAX_LINES


def test_its_version_and_licence_are_the_servers() -> None:
    assert MANIFEST["version"] == __version__
    assert (EXTENSION / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_every_tool_is_pinned() -> None:
    for version in {**MANIFEST["dependencies"], **MANIFEST["devDependencies"]}.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["version"] == __version__
    assert all(entry.get("integrity") for name, entry in lock["packages"].items() if name)


def test_what_is_shipped_is_named() -> None:
    lines = (EXTENSION / ".vscodeignore").read_text(encoding="utf-8").split("\n")
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "**"
    assert all(rule.startswith("!") for rule in rules[1:])
    for step in MANIFEST["contributes"]["walkthroughs"][0]["steps"]:
        assert (EXTENSION / step["media"]["markdown"]).exists()
    assert (EXTENSION / MANIFEST["icon"]).read_bytes().startswith(b"\x89PNG")
