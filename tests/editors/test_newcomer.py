"""From nothing to the first suggestion in Neovim, as the README tells it, with the seconds of each step.

A clone, an environment and a home of their own, the model downloaded anew, and the README's own lines. The seconds are
in `.artefacts/newcomer.txt` afterwards; `scripts/test tests/editors/test_newcomer.py` has them anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.editors.conftest import ROOT
from tests.editors.neovim import neovim
from tests.editors.readme import configuration

pytestmark = pytest.mark.real_model

_FOREIGN = ("MAI_LSP_", "PYTHON", "VIRTUAL_ENV", "XDG_")
"""What begins the names of variables that a newcomer does not have."""


FIGURES = ROOT / ".artefacts" / "newcomer.txt"
"""Ignored by git."""


@contextmanager
def timed(step: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    with FIGURES.open("a", encoding="utf-8") as file:
        file.write(f"{step}: {time.monotonic() - began:.1f} s\n")


def test_from_nothing_to_the_first_suggestion(launchers: Path, tmp_path: Path) -> None:
    home, clone, project = (tmp_path / name for name in ("home", "clone", "project"))
    home.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    env = {name: value for name, value in env.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
    # Where the driver gives Neovim folders of its own the server would look for the model there.
    env |= {"HOME": str(home), "MAI_LSP_CACHE_DIR": str(home / "cache"), "MAI_LSP_DATA_DIR": str(home / "data")}
    env["PATH"] = os.pathsep.join((str(home / "venv" / "bin"), env["PATH"]))

    def run(*argv: str, folder: Path = tmp_path) -> None:
        ran = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, (argv, ran.stdout[-2_000:], ran.stderr[-2_000:])

    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.unlink(missing_ok=True)
    run("git", "clone", "-q", str(ROOT), str(clone))
    with timed("1. python -m venv"):
        run(sys.executable, "-m", "venv", str(home / "venv"))
    with timed("1. pip install '.[local]'"):
        run("pip", "install", "-q", ".[local]", folder=clone)
    with timed("1. mai-lsp model fetch"):
        run("mai-lsp", "model", "fetch", "--quiet")
    project.mkdir()
    run("git", "init", "-q", folder=project)
    (project / "sums.py").write_text("print('sums')\n", encoding="utf-8")
    # 2. These lines in init.lua.
    lines = configuration("Neovim 0.12", "lua")
    try:
        with neovim(launchers / "nvim", lines, project, env) as editor:
            with timed("3. nvim sums.py, until the server is there"):
                editor.open(project / "sums.py")
            with timed("3. typing, until the first suggestion shows"):
                editor.keys("Go<CR>def add(a, b):<CR>return ")
                ghost = editor.until(lambda: editor.ghost, "the first suggestion")
            editor.keys("<Tab>")
            editor.until(lambda: ghost.splitlines()[0] in editor.text, "it in the text")
    finally:
        run("mai-lsp", "model", "stop")
