"""Emacs 30 for real, in batch: eglot completes, runs a code action and refactors several files."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.editor import PATIENCE
from tests.editors.conftest import FILES
from tests.editors.readme import configuration
from tests.editors.replies import RENAME, RENAMED, SUMMED, TOTALLED, renaming
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

COUNTED = FILES["shop/pay.py"] + "\ndef count(cart: Cart) -> int:\n    return len(cart.prices)\n"

Run = Callable[[str, str], str]


@pytest.fixture
def run(launchers: Path, project: Path, env: dict[str, str], tmp_path: Path) -> Run:
    """Run a step of one of the scripts here with the README's lines for that client; give what Emacs said."""

    def running(client: str, step: str) -> str:
        lines = tmp_path / "configuration.el"
        lines.write_text(configuration(f"Emacs: {client}", "elisp"), encoding="utf-8")
        script = Path(__file__).with_name(f"{client.replace('-', '_')}.el")
        ran = subprocess.run(
            [str(launchers / "emacs"), "--batch", "-Q", "-l", str(script)],
            cwd=project,
            env={**env, "CONFIGURATION": str(lines), "STEP": step, "INSTRUCTION": RENAME},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-4_000:]
        return ran.stderr

    return running


def test_eglot_inserts_a_suggestion(run: Run, project: Path, model: ModelServer) -> None:
    model.default = (send("    return len(cart.prices)"),)
    run("eglot", "complete")
    assert (project / "shop/pay.py").read_text(encoding="utf-8") == COUNTED


def test_eglot_runs_a_code_action(run: Run, project: Path, model: ModelServer) -> None:
    model.default = (send(SUMMED),)
    run("eglot", "body")
    assert (project / "shop/cart.py").read_text(encoding="utf-8") == TOTALLED


def test_eglot_refactors_several_files(run: Run, project: Path, model: ModelServer, env: dict[str, str]) -> None:
    env["MAI_LSP_REFACTOR_PREVIEW"] = "never"  # nobody is there to be asked
    model.default = (send(renaming()),)
    run("eglot", "refactor")
    assert {path: (project / path).read_text(encoding="utf-8") for path in RENAMED} == RENAMED


def test_lsp_mode_shows_ghost_text_and_inserts_it(run: Run, project: Path, model: ModelServer) -> None:
    model.default = (send("    return len(cart.prices)"),)
    assert "turn len(cart.prices)" in run("lsp-mode", "complete")
    assert (project / "shop/pay.py").read_text(encoding="utf-8") == COUNTED


def test_lsp_mode_runs_a_code_action(run: Run, project: Path, model: ModelServer) -> None:
    model.default = (send(SUMMED),)
    run("lsp-mode", "body")
    assert (project / "shop/cart.py").read_text(encoding="utf-8") == TOTALLED
