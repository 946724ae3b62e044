"""The Python that runs the server is the one that the Python extensions name, and it follows them."""

from __future__ import annotations

import venv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.vscode.conftest import Open
from tests.vscode.model import COMPLETION, Model, code
from tests.vscode.workbench import Workbench, eventually

if TYPE_CHECKING:
    from _lib.vscode import Installed

ADD = "def add(first, second):\n"


@pytest.fixture
def named(installed: Installed, workbench: Workbench, pythons: Path) -> Iterator[Path]:
    """What stands for the Python extensions is installed and names no Python yet; this folder has its answers."""
    for name in ("envs", "python"):
        name_python(pythons, name, None)
    for vsix in installed.pythons:
        workbench.install(vsix)
    yield pythons
    for identity in ("ms-python.python", "ms-python.vscode-python-envs"):
        workbench.uninstall(identity)


def name_python(folder: Path, extension: str, path: Path | None) -> None:
    """Have one of the extensions name a Python, and tell its listeners."""
    new = folder / f"{extension}.new"
    new.write_text(str(path or ""), encoding="utf-8")
    new.replace(folder / extension)


def times_asked(folder: Path, extension: str) -> int:
    return (folder / "asked").read_text(encoding="utf-8").count(f"{extension} ")


def test_the_server_runs_in_the_environment_that_the_extensions_name(
    open_window: Open, model: Model, workbench: Workbench, named: Path, tmp_path: Path
) -> None:
    model.says(COMPLETION, code("    return first + second"))
    for name in ("one", "two"):
        venv.create(tmp_path / name, symlinks=True)
    one, two = (tmp_path / name / "bin" / "python" for name in ("one", "two"))
    name_python(named, "envs", one)
    window = open_window({"add.py": ADD})
    (server,) = workbench.servers()
    assert server.cmdline()[0] == str(one)
    assert times_asked(named, "envs") == 1
    assert not times_asked(named, "python"), "the first that has an answer is enough"

    name_python(named, "envs", one)
    eventually(lambda: times_asked(named, "envs") > 1, "it is asked again")
    window.type("    ret")
    window.shows_ghost("urn first + second")
    assert workbench.servers() == [server], "the same Python, so the same server"

    name_python(named, "python", two)
    name_python(named, "envs", None)
    eventually(
        lambda: [found.cmdline()[0] for found in workbench.servers()] == [str(two)],
        "the server runs in what the other extension names",
    )
    eventually(lambda: workbench.begun() == 2, "it has begun")
    window.status("ready")
    window.type("u")
    window.shows_ghost("rn first + second")
    window.picture("13-python")
