"""Which engines are the same one, and what its process is given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mai_lsp.errors import WeightsMissing
from mai_lsp.model.local import plan, spawn
from mai_lsp.settings import Settings


@pytest.fixture
def own(tmp_path: Path) -> str:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF")
    return str(path)


def test_equal_settings_share_an_engine_and_others_do_not(own: str, tmp_path: Path) -> None:
    def name(**more: float) -> str:
        return plan.make(Settings(local_model=own, **more), tmp_path).state.name  # type: ignore[arg-type]

    assert name() == name()
    assert name(local_threads=1) == name(local_threads=1) != name(local_threads=3)
    assert name(local_context=2048) != name()
    assert name(local_idle_minutes=1) == name(), "how long one is patient is no reason for a second engine"


def test_the_state_lies_in_the_cache(own: str, tmp_path: Path) -> None:
    made = plan.make(Settings(local_model=own, local_idle_minutes=2), tmp_path)
    assert made.state.parent == plan.engines_dir(tmp_path)
    assert made.log.suffix == ".log"
    assert made.idle_seconds == 120
    assert made.threads == min(plan.usable_cores(), plan.MAX_THREADS)


def test_missing_weights_are_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"mai-lsp model fetch qwen2\.5-coder-0\.5b-instruct"):
        plan.make(Settings(), tmp_path)


@pytest.mark.parametrize(("text", "cores"), [("200000 100000", 2), ("max 100000", 7), ("50000 100000", 0), ("", 7)])
def test_a_containers_limit_counts(tmp_path: Path, text: str, cores: int) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(text)
    assert plan._quota(file, 7) == cores
    assert plan.usable_cores() >= 1


def test_the_process_gets_no_secrets_and_no_relative_import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["", "relative", *sys.path])
    given = spawn.environment({"MAI_LSP_API_KEY": "a", "GH_TOKEN": "b", "HOME": "/h", "OMP_WAIT_POLICY": "ACTIVE"})
    assert given.keys() == {"HOME", "PYTHONPATH", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}
    assert given["OMP_WAIT_POLICY"] == "ACTIVE", "what the user chose stays"
    assert all(Path(entry).is_absolute() for entry in given["PYTHONPATH"].split(os.pathsep))


def test_nothing_secret_is_in_the_arguments(own: str, tmp_path: Path) -> None:
    arguments = plan.make(Settings(local_model=own, api_key="sk-secret"), tmp_path).arguments()
    assert "sk-secret" not in " ".join(arguments)
    assert arguments[::2] == ["--model", "--weights", "--threads", "--context", "--idle", "--state"]


def test_a_container_that_shares_the_cache_has_an_engine_of_its_own(
    own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.1 is another place there: an engine outside can not be reached, and must not be waited for."""
    outside = plan.make(Settings(local_model=own), tmp_path).state
    monkeypatch.setattr(plan, "loopback", lambda: "container:4026532008")
    assert plan.make(Settings(local_model=own), tmp_path).state != outside
    monkeypatch.undo()
    assert plan.loopback() == plan.loopback()
