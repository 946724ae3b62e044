"""What to do about a missing part depends on how the server came to the machine."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from mai_lsp.engine import machine
from mai_lsp.system import installed

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """The folder of our packages in an unpacked extension (`scripts/_lib/build_vsix.py`)."""
    libs = tmp_path / "bundled" / "libs"
    libs.mkdir(parents=True)
    (tmp_path / "bundled" / "launch.py").touch()
    return libs


def test_what_the_extension_looks_for_is_what_the_extras_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra, package in installed.OPTIONAL.items():
        assert project["optional-dependencies"][extra] == [package]
    assert f"pip install {installed.OPTIONAL['local']}\n" in (ROOT / "extension" / "README.md").read_text("utf-8")


def test_in_the_extension_nothing_is_to_be_installed_that_it_brings(inside: Path) -> None:
    assert installed.packed(inside)
    assert "pip" not in installed.how_to_mend(inside)
    advice = installed.how_to_add("local", inside)
    assert advice == f'Run: "{sys.executable}" -m pip install xllamacpp==2026.10.11549, and restart the server'
    assert "mai-lsp[" not in installed.how_to_add("entra", inside)


def test_in_the_extension_a_command_of_ours_is_run_by_its_launcher(inside: Path) -> None:
    launcher = inside.parent / "launch.py"
    assert installed.command("model fetch", inside) == f'"{sys.executable}" -I -S "{launcher}" model fetch'
    assert installed.command("model fetch") == "mai-lsp model fetch"


def test_elsewhere_it_is_a_package_of_python(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "libs"):
        assert not installed.packed(folder)
        assert installed.how_to_add("local", folder) == "Run: python -m pip install 'mai-lsp[local]'"
        assert "--force-reinstall mai-lsp" in installed.how_to_mend(folder)
    assert not installed.packed()


def test_the_doctor_s_advice_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_parses", lambda _: False)
    assert "pip install" in machine.core_grammars().advice
    monkeypatch.setattr(installed, "packed", lambda *_: True)
    assert machine.core_grammars().advice == "Install the extension anew, or set mai.interpreter to another Python."
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "not part of the extension" in machine.extra_grammars().fact
