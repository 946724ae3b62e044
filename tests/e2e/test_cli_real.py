"""The command line with the real local model: what somebody sees who has just installed this.

A missing model or engine fails these tests with the sentence that the user would see.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mai_lsp.model.local.weights import locate
from mai_lsp.system.cache import cache_dir
from tests.e2e.cli import CommandLine, cli

__all__ = ["cli"]

pytestmark = pytest.mark.real_model

CODE = """import math


class Circle:
    def __init__(self, radius: float) -> None:
        self.radius = radius

    def area(self) -> float:
        return
"""

WEIGHTS = locate("", cache_dir()).path
"""Found before the tests' own cache folder is set."""


@pytest.fixture
def real(cli: CommandLine) -> Iterator[CommandLine]:
    cli.env(MAI_LSP_LOCAL_CONTEXT="2048")
    folder = cli.folder / "cache" / "models"
    folder.mkdir(parents=True)
    if WEIGHTS.exists():
        (folder / WEIGHTS.name).symlink_to(WEIGHTS)
    yield cli
    cli("model", "stop")


def test_a_completion_of_the_real_model_stands_in_the_code(real: CommandLine) -> None:
    real.write("circle.py", CODE.replace("return\n", "return \n"))
    ran = real("complete", "circle.py:9", "--json")
    assert ran.code == 0, ran.out + ran.err
    assert "self.radius" in ran.json["suggestion"]["text"]
    assert ran.json["tokens"]["output"] > 0
    assert ran.json["cost_usd"] == 0
    doctor = real("doctor")
    assert doctor.code == 0, doctor.out
    assert "All is well." in doctor.out
    assert "celsius" not in doctor.out
