"""The packed extension: unpacked somewhere else, and its server run by other Pythons than the project's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import pytest

from mai_lsp import __version__
from mai_lsp.core.language import LANGUAGES
from tests.support.lsp_client import LspClient
from tests.support.model_server import spawned

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.vsix

_ASK = "import sys; print(sys.implementation.cache_tag, sys.executable)"


def interpreters() -> dict[str, str]:
    """The CPythons of this machine that are new enough, one of each minor version, by their cache tag."""
    names = [f"python3.{minor}" for minor in range(11, 16)] + ["python3", "python"]
    candidates = [sys.executable, *filter(None, map(shutil.which, names))]
    candidates += map(str, sorted((Path.home() / ".pyenv" / "versions").glob("3.1[1-9]*/bin/python")))
    found: dict[str, str] = {}
    for program in candidates:
        done = subprocess.run([program, "-I", "-S", "-c", _ASK], check=False, capture_output=True, text=True)
        tag, _, path = done.stdout.strip().partition(" ")
        if done.returncode == 0 and tag >= "cpython-311":
            found.setdefault(tag, path)
    return found


FOUND = interpreters()


@pytest.fixture(scope="module")
def vsix() -> Path:
    """The one that was built for this machine last."""
    own = [path for path in (ROOT / "dist").glob(f"mai-lsp-{__version__}-*.vsix") if fits(path)]
    if not own:
        pytest.fail("there is no VSIX for this machine: run scripts/build_vsix")
    return max(own, key=lambda path: path.stat().st_mtime)


def fits(vsix: Path) -> bool:
    """Whether its native code is for this machine: the binding's file is named for one system and one Python."""
    with zipfile.ZipFile(vsix) as archive:
        return any(name.endswith(EXTENSION_SUFFIXES[0]) for name in archive.namelist())


@pytest.fixture(scope="module")
def unpacked(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vsix")
    with zipfile.ZipFile(vsix) as archive:
        archive.extractall(folder)
    return folder / "extension"


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    with spawned("return a + b\n") as url:
        yield url


def launch(unpacked: Path, python: str, *arguments: str) -> list[str]:
    return [python, "-I", "-S", str(unpacked / "bundled" / "launch.py"), *arguments]


def bare(folder: Path) -> dict[str, str]:
    """An environment that would break a server that looks at it."""
    (folder / "httpx.py").write_text("raise ImportError('not this one')\n", encoding="utf-8")
    return {"PYTHONPATH": str(folder), "PYTHONHOME": "", "HOME": str(folder), "MAI_LSP_INDEX_ENABLE": "false"}


@pytest.mark.parametrize("tag", FOUND)
def test_a_suggestion_comes_with_nothing_but_the_file_and_a_python(
    tag: str, unpacked: Path, model: str, tmp_path: Path
) -> None:
    settings = {"provider": "openai-compatible", "baseUrl": f"{model}/v1", "completion.model": "scripted"}
    uri = (tmp_path / "a.py").as_uri()
    with LspClient(launch(unpacked, FOUND[tag], "--stdio"), env=bare(tmp_path), settings=settings) as client:
        client.initialize(
            {"textDocument": {"inlineCompletion": {}}, "workspace": {"configuration": True}}, root=tmp_path.as_uri()
        )
        client.open(uri, "python", "def add(a, b):\n    ret")
        items = client.complete(uri, 1, 7)["items"]
        assert [item["insertText"].strip() for item in items] == ["urn a + b"]
        report: dict[str, Any] = client.request("workspace/executeCommand", {"command": "mai.status"})
        assert report["problems"] == []
        with_grammar = {name for name, there in report["grammars"].items() if there}
        assert with_grammar == {row.id for row in LANGUAGES.values() if row.grammar}
        found = client.request("workspace/executeCommand", {"command": "mai.doctor"})
        checks = {check["name"]: check for check in found["checks"]}
        assert found["ok"], checks
        assert checks["Grammars"]["state"] == "ok", checks["Grammars"]


def test_more_than_the_projects_own_python_was_tried() -> None:
    assert FOUND


def test_the_command_line_is_inside(unpacked: Path, tmp_path: Path) -> None:
    python = next(iter(FOUND.values()))
    done = subprocess.run(
        launch(unpacked, python, "stats"),
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | bare(tmp_path) | {"MAI_LSP_DATA_DIR": str(tmp_path)},
    )
    assert done.returncode == 1, done.stderr
    assert "no figures" in done.stdout


def test_licences_and_metadata_come_along_and_nothing_of_the_building_machine(vsix: Path) -> None:
    with zipfile.ZipFile(vsix) as archive:
        names = archive.namelist()
        texts = {name: archive.read(name) for name in names if name.endswith(("METADATA", "RECORD", ".json", ".js"))}
    packages = {name.split("/")[3] for name in names if ".dist-info/METADATA" in name}
    assert {"mai_lsp", "httpx", "tree_sitter", "tree_sitter_python"} <= {name.split("-")[0] for name in packages}
    licensed = {name.split("/")[3] for name in names if ".dist-info/" in name and "license" in name.lower()}
    assert {"mai_lsp", "httpx", "pygls"} <= {name.split("-")[0] for name in licensed}
    assert not [name for name in names if name.endswith((".pyc", ".ts", ".map", "direct_url.json"))]
    assert not [name for name in names if "/bin/" in name or "/node_modules/" in name or "/src/" in name]
    assert not [name for name, text in texts.items() if str(ROOT).encode() in text]
    manifest = json.loads(texts["extension/package.json"])
    assert manifest["main"].removeprefix("./") in {name.removeprefix("extension/") for name in names}
