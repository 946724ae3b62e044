"""From nothing to the first suggestion in Neovim, as the README tells it, with the seconds of each step.

A clone, an environment and a home of their own, the model downloaded anew, and the README's own lines. To see the seconds:
`scripts/test tests/editors/test_newcomer.py -s`.
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


@contextmanager
def timed(step: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{step}: {time.monotonic() - began:.1f} s")


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

    print()
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
        began = time.monotonic()
        with neovim(launchers / "nvim", lines, project, env) as editor:
            editor.open(project / "sums.py")
            print(f"3. nvim sums.py, until the server is there: {time.monotonic() - began:.1f} s")
            editor.keys("Go<CR>def add(a, b):<CR>return ")
            with timed("3. typing on, until the first suggestion shows"):
                ghost = editor.until(lambda: editor.ghost, "the first suggestion")
            with timed("3. Tab"):
                editor.keys("<Tab>")
                editor.until(lambda: ghost.splitlines()[0] in editor.text, "it in the text")
            print(editor.text)
    finally:
        run("mai-lsp", "model", "stop")
