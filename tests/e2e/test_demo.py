"""The README's first command: the tour of the sample project by the real server and the real model."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.e2e.editor import ROOT

pytestmark = pytest.mark.real_model


def test_the_tour_completes_something_at_the_cursor_of_every_sample() -> None:
    samples = sorted((ROOT / "scripts" / "sample").iterdir())
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAI_LSP_") or "DIR" in name}
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "_lib" / "tour.py"), str(ROOT / "scripts" / "sample")],
        env=kept | {"MAI_LSP_PROVIDER": "local", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert all(f"{path.name}  " in ran.stdout for path in samples)
    assert f"of {len(samples)} places completed" in ran.stdout
