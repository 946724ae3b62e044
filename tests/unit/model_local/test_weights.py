"""Which file a setting means, and when a file is good enough to be loaded."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from mai_lsp.errors import WeightsCorrupt, WeightsMissing
from mai_lsp.model.local import weights
from mai_lsp.model.local.weights import MODELS, Model, Weights, check, locate
from mai_lsp.system.cache import cache_dir

CONTENT = b"GGUF" + b"weights" * 1000
MODEL = Model("tiny", "tiny.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "MIT", ())


@pytest.fixture
def tiny(tmp_path: Path) -> Weights:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(CONTENT)
    return Weights("tiny", path, model=MODEL)


def test_a_name_means_a_file_in_the_cache(tmp_path: Path) -> None:
    found = locate("", tmp_path)
    assert found.model is MODELS[weights.DEFAULT]
    assert found.path == tmp_path / "models" / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
    assert locate("Qwen2.5-Coder-1.5B-Instruct", tmp_path).model is MODELS["qwen2.5-coder-1.5b-instruct"]


def test_a_path_means_itself(tmp_path: Path) -> None:
    found = locate(str(tmp_path / "own.gguf"), tmp_path)
    assert (found.name, found.path, found.model) == ("own", tmp_path / "own.gguf", None)


def test_equal_file_names_at_two_addresses_are_two_files(tmp_path: Path) -> None:
    one, two = (locate(f"https://{host}/m.gguf?download=true", tmp_path) for host in ("a.example", "b.example"))
    assert one.path != two.path
    assert one.path.name == two.path.name == "m.gguf"


def test_the_cache_can_be_moved_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path))
    assert cache_dir() == tmp_path
    monkeypatch.delenv("MAI_LSP_CACHE_DIR")
    assert cache_dir().is_absolute()
    assert "mai-lsp" in cache_dir().parts


def test_the_table_names_real_digests_and_sizes() -> None:
    for model in MODELS.values():
        assert len(bytes.fromhex(model.sha256)) == 32
        assert model.size > 400_000_000
        assert isinstance(model.sources[0], weights.Hub), "the publisher comes first"


def test_a_good_file_is_hashed_once_and_remembered(tiny: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(tiny) == MODEL.sha256

    def never(*_: object, **__: object) -> str:
        raise AssertionError("it was hashed again")

    monkeypatch.setattr(weights, "digest", never)
    assert check(tiny) == MODEL.sha256
    with pytest.raises(AssertionError):
        check(tiny, again=True)


def test_a_file_touched_since_is_hashed_again(tiny: Weights) -> None:
    check(tiny)
    tiny.path.write_bytes(b"GGUF" + b"WEIGHTS" * 1000)
    os.utime(tiny.path, ns=(1, 1))
    with pytest.raises(WeightsCorrupt, match=r"SHA-256 .* is not the publisher's"):
        check(tiny)


def test_another_size_is_seen_without_reading(tiny: Weights) -> None:
    tiny.path.write_bytes(CONTENT[:-1])
    with pytest.raises(WeightsCorrupt, match=r"7,003 bytes instead of 7,004.*model fetch tiny"):
        check(tiny)


def test_a_missing_file_says_what_to_run(tiny: Weights) -> None:
    tiny.path.unlink()
    with pytest.raises(WeightsMissing, match="mai-lsp model fetch tiny"):
        check(tiny)
    with pytest.raises(WeightsMissing, match=r"one of: qwen2\.5-coder-0\.5b-instruct"):
        check(Weights("own", tiny.path))


def test_an_own_file_must_be_gguf_and_is_not_hashed_to_start(tmp_path: Path) -> None:
    own = Weights("own", tmp_path / "own.gguf")
    own.path.write_bytes(b"<html>please sign in</html>")
    with pytest.raises(WeightsCorrupt, match="not a GGUF file"):
        check(own)
    own.path.write_bytes(CONTENT)
    before = check(own)
    os.utime(own.path, ns=(1, 1))
    assert check(own) != before, "another version of the file must not share an engine with this one"


def test_verifying_an_own_file_finds_what_changed_silently(tmp_path: Path) -> None:
    own = Weights("own", tmp_path / "own.gguf")
    own.path.write_bytes(CONTENT)
    check(own, again=True)
    own.path.write_bytes(b"GGUF" + b"rotten!" * 1000)
    with pytest.raises(WeightsCorrupt, match="the one it had when it was fetched"):
        check(own, again=True)
