"""`extension/bundled/launch.py`: what it puts on the import path, and what it keeps off."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = ROOT / "extension" / "bundled" / "launch.py"


@pytest.fixture(scope="module")
def launch() -> dict[str, Any]:
    return runpy.run_path(str(LAUNCH))


def test_the_folders_are_chosen_by_the_interpreter(launch: dict[str, Any], tmp_path: Path) -> None:
    for name in ("libs", "native", "cpython-311", "cpython-312"):
        (tmp_path / name).mkdir()
    root = str(tmp_path)
    assert [Path(path).name for path in launch["bundled"](root, "cpython-312")] == ["libs", "native", "cpython-312"]
    assert [Path(path).name for path in launch["bundled"](root, "pypy311")] == ["libs", "native"]
    assert [Path(path).name for path in launch["bundled"](root, None)] == ["libs", "native"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A virtual environment: its interpreter and its packages."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    (packages,) = [path for path in folder.rglob("site-packages") if path.parent.is_symlink() is False]
    return python, packages


def staged(folder: Path) -> Path:
    """An extension whose server tells what it sees."""
    package = folder / "libs" / "mai_lsp"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "import json, sys\ndef main():\n    print(json.dumps([sys.path, sys.argv[1:]]))\n    return 3\n",
        encoding="utf-8",
    )
    target = folder / "launch.py"
    target.write_text(LAUNCH.read_text(encoding="utf-8"), encoding="utf-8")
    return target


def run(python: Path, script: Path, folder: Path) -> tuple[list[str], list[str]]:
    hostile = {"PYTHONPATH": str(folder), "PATH": ""} | {
        name: value for name, value in os.environ.items() if name == "SYSTEMROOT"
    }
    done = subprocess.run(
        [str(python), "-I", "-S", str(script), "--stdio"],
        check=False,
        capture_output=True,
        text=True,
        env=hostile,
        cwd=folder,
    )
    assert done.returncode == 3, done.stderr
    path, arguments = json.loads(done.stdout)
    return path, arguments


def test_nothing_of_the_environment_is_seen_unless_it_has_an_extra(
    environment: tuple[Path, Path], tmp_path: Path
) -> None:
    python, packages = environment
    script = staged(tmp_path / "bundled")
    path, arguments = run(python, script, tmp_path)
    assert arguments == ["--stdio"]
    assert path[0] == str(tmp_path / "bundled" / "libs")
    assert str(tmp_path) not in path
    assert not any("site-packages" in entry for entry in path)
    (packages / "xllamacpp").mkdir()
    try:
        path, _ = run(python, script, tmp_path)
    finally:
        (packages / "xllamacpp").rmdir()
    assert Path(path[-1]).resolve() == packages.resolve()
