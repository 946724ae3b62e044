"""The one construction of the model client: the engine of this machine follows the settings of the moment."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mai_lsp.engine.backend import OwnEngine, new_client
from mai_lsp.errors import WeightsMissing
from mai_lsp.model.types import Role
from mai_lsp.settings import Settings


async def test_the_engine_follows_a_change_of_its_settings_and_of_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path))
    settings = Settings(local_model=str(tmp_path / "first.gguf"))
    engine = OwnEngine(lambda: settings)
    with pytest.raises(WeightsMissing, match=r"first\.gguf"):
        await engine.address()
    first = engine._engine
    settings = dataclasses.replace(settings, completion_max_lines=3)
    with pytest.raises(WeightsMissing, match=r"first\.gguf"):
        await engine.address()
    assert engine._engine is first
    settings = dataclasses.replace(settings, local_model=str(tmp_path / "second.gguf"))
    with pytest.raises(WeightsMissing, match=r"second\.gguf"):
        await engine.address()


async def test_a_new_client_names_the_local_model_without_touching_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path / "none"))
    client = new_client(Settings, {})
    assert client.endpoint(Role.COMPLETION).local
    assert not (tmp_path / "none").exists()
    await client.aclose()
