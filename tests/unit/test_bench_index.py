"""The workspace that the index is measured on, and the places typed in; nothing is timed and nothing is fetched."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.indexed import write

SCRIPTS = str(Path(__file__).resolve().parents[2] / "scripts")


@pytest.fixture(autouse=True)
def scripts_on_the_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(SCRIPTS)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "_lib"]:
        del sys.modules[name]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two small packages in place of the real ones."""
    from _lib import corpus

    write(tmp_path, {"one/a.py": "a = 1\n", "one/b.py": "b = 1\n", "two/package.json": "{}\n", "two/c.ts": "let c\n"})
    monkeypatch.setattr(corpus, "unpacked", lambda package: tmp_path / package.name)
    monkeypatch.setattr(corpus, "TUNING", (corpus.Package("python", "pypi", "one", "1"),))
    monkeypatch.setattr(corpus, "HELD_OUT", (corpus.Package("typescript", "npm", "two", "1"),))
    return tmp_path


def test_what_is_not_enough_is_repeated_under_other_names_and_never_byte_for_byte(packages: Path) -> None:
    from _lib.bench_index_workspace import workspace

    with workspace(7) as made:
        texts = {path: (made.root / path).read_text(encoding="utf-8") for path in made.paths}
        assert list(texts) == [
            "one-1/a.py",
            "one-1/b.py",
            "two-1/c.ts",
            "two-1/package.json",
            "one-1-again-1/a.py",
            "one-1-again-1/b.py",
            "two-1-again-1/c.ts",
        ]
        assert texts["one-1/a.py"] == (packages / "one/a.py").read_text(encoding="utf-8")
        assert texts["one-1-again-1/a.py"] == "# copy 1 of one-1-again-1/a.py\na = 1\n"
        assert len(set(texts.values())) == len(texts)
        assert (made.size, made.lines) == (sum(map(len, texts.values())), 10)
        assert made.languages == "Python 4, TypeScript 2, JSON 1"
    assert not made.root.exists()


def test_a_workspace_needs_at_least_one_package(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from _lib import corpus
    from _lib.bench_index_workspace import workspace
    from _lib.corpus_fetch import Unreachable

    def unreachable(_: object) -> Path:
        raise Unreachable("no network")

    monkeypatch.setattr(corpus, "unpacked", unreachable)
    with pytest.raises(Unreachable), workspace(1):
        pass


def test_the_cache_is_elsewhere_for_as_long_as_it_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    from _lib.bench_index_workspace import empty_cache

    for before in (None, "/somewhere"):
        if before is None:
            monkeypatch.delenv("MAI_LSP_CACHE_DIR", raising=False)
        else:
            monkeypatch.setenv("MAI_LSP_CACHE_DIR", before)
        with empty_cache() as folder:
            assert os.environ["MAI_LSP_CACHE_DIR"] == str(folder)
            assert folder.is_dir()
        assert os.environ.get("MAI_LSP_CACHE_DIR") == before
        assert not folder.exists()


def test_lines_that_are_typed_are_indented_code_and_the_seed_alone_chooses_them(tmp_path: Path) -> None:
    from _lib.bench_index_gather import Spot, spots, typable

    text = (
        "def a():\n    # a comment as long as any code\n    return compute(first, second)\nvalue = compute(first, 2)\n"
    )
    start = text.index("return")
    assert list(typable("a.py", text)) == [Spot("a.py", start, start + len("return compute(first, second)"))]
    write(tmp_path, {f"{number}.py": text * 5 for number in range(9)})
    paths = [f"{number}.py" for number in range(9)]
    drawn = spots(tmp_path, paths, 4, seed=3)
    assert len({spot.path for spot in drawn}) == 4
    assert drawn == spots(tmp_path, paths[::-1], 4, seed=3)
    assert drawn != spots(tmp_path, paths, 4, seed=4)


def test_changed_files_are_of_all_sizes(tmp_path: Path) -> None:
    from _lib.bench_index_build import of_all_sizes

    write(tmp_path, {f"{number}.py": "#" * number for number in range(100)})
    chosen = of_all_sizes(tmp_path, [f"{number}.py" for number in range(100)], 5)
    assert chosen == ["10.py", "30.py", "50.py", "70.py", "90.py"]
